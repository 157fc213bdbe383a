"""One recording through a recognizer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import ModelServiceError
from mien.media import Block
from mien.media.transcribe import Hearing
from tests.fakes.hearing import said, segment

RATE = 16_000


class Scripted:
    """Hears what it is told to; keeps what it was given."""

    name = "a script"
    listener = ""

    def __init__(self, *answers):
        self.answers, self.given = answers, []

    def hear(self, samples, language):
        answer = self.answers[min(len(self.given), len(self.answers) - 1)]
        self.given.append((len(samples) / RATE, language))
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self):
        self.closed = True


def sound(seconds, level=0.1):
    return np.random.default_rng(0).normal(0, level, round(seconds * RATE)).astype(np.float32)


def blocks(seconds, level=0.1, side=None):
    whole = sound(seconds, level)
    for at in range(0, len(whole), RATE):
        yield Block(whole[at : at + RATE], at / RATE, side)


def both(seconds):
    pairs = zip(blocks(seconds, side="left"), blocks(seconds, side="right"), strict=True)
    return (block for pair in pairs for block in pair)


def listen(recognizer, stream, parties=1):
    hearing = Hearing(recognizer, "talk.mp3", parties)
    return hearing, list(hearing.listen(stream))


def test_times_are_those_of_the_source():
    script = Scripted(said(segment(" One.", 1, 2)), said(segment(" Two.", 1, 2)))
    hearing, heard = listen(script, blocks(40))
    first, second = hearing.conversation.turns
    assert (first.index, first.text, first.start, first.end) == (0, "One.", 1, 2)
    assert (second.index, second.text) == (1, "Two.")
    assert second.start == pytest.approx(heard[0].until + 1)
    assert sum(seconds for seconds, _ in script.given) == pytest.approx(40)


def test_every_window_is_told_of_even_if_nothing_is_said_in_it():
    _, heard = listen(Scripted(said()), blocks(95))
    assert len(heard) >= 4
    assert [one.until for one in heard] == sorted(one.until for one in heard)
    assert all(one.turns == () for one in heard)


def test_silence_is_never_sent():
    script = Scripted(said(segment(" Thanks for watching!")))
    hearing, _ = listen(script, blocks(70, level=0.0))
    assert script.given == []
    assert "no words were heard" in hearing.notes


@pytest.mark.parametrize(
    "made_up",
    [
        {"no_speech_prob": 0.7, "avg_logprob": -1.2},
        {"compression_ratio": 3.0},
        {"words": [{"word": " Thanks", "start": 1, "end": 1, "probability": 0.2}]},
        {"words": [{"word": " Thanks", "start": 0, "end": 1, "probability": 0.005}]},
    ],
)
def test_what_was_made_up_is_dropped_and_counted(made_up):
    script = Scripted(said(segment(" Thanks.", **made_up), segment(" So it was.", 2, 3)))
    hearing, _ = listen(script, blocks(5))
    assert [turn.text for turn in hearing.conversation.turns] == ["So it was."]
    assert "segments dropped that the recognizer probably made up: 1" in hearing.notes


def test_single_words_that_nobody_said_are_dropped_and_counted():
    words = [
        {"word": " I", "start": 0.0, "end": 0.2, "probability": 0.9},
        {"word": " am", "start": 0.2, "end": 0.2, "probability": 0.9},
        {"word": " not", "start": 0.2, "end": 0.2, "probability": 0.1},
        {"word": " here", "start": 0.4, "end": 0.8, "probability": 0.8},
        {"word": " now", "start": 0.8, "end": 0.9, "probability": 0.004},
    ]
    script = Scripted(said(segment(" I am not here now", 0, 1, words=words)))
    hearing, _ = listen(script, blocks(5))
    assert [turn.text for turn in hearing.conversation.turns] == ["I am here"]
    assert "words dropped that the recognizer probably made up: 2" in hearing.notes


def test_a_sentence_that_comes_in_window_after_window_is_kept_twice():
    hearing, _ = listen(Scripted(said(segment(" See you soon."))), blocks(150))
    assert [turn.text for turn in hearing.conversation.turns] == ["See you soon."] * 2
    made_up = [note for note in hearing.notes if "made up" in note]
    assert len(made_up) == 1
    assert int(made_up[0].split(": ")[1]) >= 3


def test_one_word_said_often_stays():
    script = Scripted(said(segment(" Yes."), segment(" Yes."), segment(" Yes."), segment(" Yes.")))
    hearing, _ = listen(script, blocks(5))
    assert len(hearing.conversation.turns) == 4


def test_words_with_times_beyond_the_sound_are_dropped_and_counted():
    script = Scripted(said(segment(" Here.", 1, 9), segment(" Nowhere.", 4000, 5000)))
    hearing, _ = listen(script, blocks(5))
    assert [(turn.text, turn.end) for turn in hearing.conversation.turns] == [("Here.", 5)]
    assert [(row.count, row.reason) for row in hearing.skipped()] == [
        (1, "words with times beyond the sound")
    ]


def test_a_transcript_without_times_leaves_the_other_windows():
    broken = {"segments": [{"text": " Hm."}]}
    hearing, _ = listen(Scripted(broken, said(segment(" Fine."))), blocks(40))
    assert [turn.text for turn in hearing.conversation.turns] == ["Fine."]
    assert "unusable transcript" in hearing.skipped()[0].reason


def test_a_service_that_fails_at_once_is_an_error():
    with pytest.raises(ModelServiceError):
        listen(Scripted(ModelServiceError("it is down")), blocks(5))


def test_a_service_that_fails_later_leaves_what_was_heard_and_says_from_where():
    script = Scripted(said(segment(" One.")), ModelServiceError("it answered HTTP 500"))
    hearing, heard = listen(script, blocks(95))
    assert [turn.text for turn in hearing.conversation.turns] == ["One."]
    (row,) = hearing.skipped()
    assert row.reason == "no words from here on: it answered HTTP 500"
    assert row.where == f"{heard[0].until:.2f} s"
    assert len(script.given) == 2
    assert script.closed


def test_parties_are_told_apart_and_their_turns_stand_in_order():
    left, right = said(segment(" Left.", 3, 4)), said(segment(" Right.", 1, 2))
    hearing, heard = listen(Scripted(left, right, left, right), both(40), parties=2)
    turns = hearing.conversation.turns
    assert [(t.index, t.speaker) for t in turns] == [
        (0, "right"),
        (1, "left"),
        (2, "right"),
        (3, "left"),
    ]
    assert [t.start for t in turns] == sorted(t.start for t in turns)
    assert heard[0].turns == ()


def test_the_language_is_told_once_enough_was_heard_in_it():
    many = " ".join(["Wort"] * 25)
    script = Scripted(said(segment(many), language="german"), said(segment(" Ja.")))
    hearing, _ = listen(script, blocks(70))
    assert [language for _, language in script.given][:2] == [None, "de"]
    assert hearing.conversation.language == "de"


def test_two_languages_are_left_to_the_recognizer():
    many = " ".join(["palabra"] * 25)
    script = Scripted(
        said(segment(many), language="es"), said(segment(many), language="en"), said()
    )
    _, heard = listen(script, blocks(95))
    assert len(heard) >= 4
    assert [language for _, language in script.given][2:] == [None] * (len(script.given) - 2)


def test_halves_of_characters_become_whole():
    hearing, _ = listen(Scripted(said(segment(" So \ud83d sad."))), blocks(5))
    assert hearing.conversation.turns[0].text == "So \ufffd sad."


@given(
    st.lists(
        st.tuples(
            st.floats(-5, 1e6, allow_nan=False),
            st.floats(-5, 1e6, allow_nan=False),
            st.text(max_size=20),
        ),
        max_size=8,
    )
)
def test_turns_are_numbered_ordered_and_within_the_sound_whatever_is_answered(rows):
    answer = said(*(segment(text, start, end) for start, end, text in rows))
    hearing, _ = listen(Scripted(answer), blocks(3))
    turns = hearing.conversation.turns
    assert [turn.index for turn in turns] == list(range(len(turns)))
    assert all(0 <= turn.start <= turn.end <= 3 for turn in turns)
    assert [t.start for t in turns] == sorted(t.start for t in turns)
