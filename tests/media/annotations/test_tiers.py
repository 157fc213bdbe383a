"""Which tiers are words, and whose; and that no file, however broken, ends in a crash."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.media.annotations.eaf import parse_eaf
from mien.media.annotations.rttm import parse_rttm
from mien.media.annotations.textgrid import parse_textgrid
from mien.media.annotations.tiers import Interval, Tier, written_of
from mien.media.words.whisper import NotATranscript
from tests.media.annotations.test_eaf import EAF
from tests.media.annotations.test_rttm import RTTM
from tests.media.annotations.test_textgrid import LONG, SHORT


def tier(name, *texts, **more):
    return Tier(name, tuple(Interval(i, i + 0.9, text) for i, text in enumerate(texts)), **more)


def said(*tiers):
    return [(t.speaker, t.text) for t in written_of(tiers, "a").conversation.turns]


@pytest.mark.parametrize(
    ("name", "speaker"),
    [
        ("Ana", "Ana"),
        ("Ana - words", "Ana"),
        ("words - Ana", "Ana"),
        ("tx@Ana", "Ana"),
        ("Ana_Lima-utterances", "Ana_Lima"),
        ("SPEAKER_00", "SPEAKER_00"),
        ("Ana | words | text", "Ana"),
        ("Ana | words | text | words-v1 (2)", "Ana"),
        ("words | text", None),
        ("ORT-MAU", None),
        ("transcription", None),
        ("default", None),
    ],
)
def test_the_speaker_is_what_is_left_of_a_tier_s_name(name, speaker):
    assert said(tier(name, "hi")) == [(speaker, "hi")]


@pytest.mark.parametrize(
    "name", ["phones", "Ana - phones", "KAN-MAU", "MAU", "gloss", "ft@Ana", "Notes", "Ana.pos"]
)
def test_what_is_no_speech_is_no_word(name):
    assert said(tier(name, "hi")) == []


def test_sentences_come_before_words_and_words_before_other_tiers():
    sentences, words, other = (
        tier("Ana - text", "So."),
        tier("Ana - words", "so"),
        tier("gaze", "up"),
    )
    assert said(other, words, sentences) == [("Ana", "So.")]
    assert said(other, words) == [("Ana", "so")]
    assert said(other) == [("gaze", "up")]


def test_an_empty_tier_hides_no_other():
    assert said(tier("text", "", " "), tier("Ana", "hi")) == [("Ana", "hi")]


def test_a_dependent_tier_of_words_serves_where_nothing_else_does():
    assert said(tier("words", "hi", is_top=False), tier("gesture", "up", is_top=False)) == [
        (None, "hi")
    ]


def test_what_ends_before_it_starts_is_counted_and_kept():
    written = written_of([Tier("Ana", (Interval(3.0, 1.0, "hi"),))], "a")
    assert (written.conversation.turns[0].start, written.conversation.turns[0].end) == (3.0, 3.0)
    assert written.notes == ("intervals that end before they start: 1",)


def test_turns_are_numbered_in_order_of_time():
    turns = written_of([tier("Ana", "a", "c"), tier("Ben", "b", "[laughs]", "d")], "a").conversation
    assert [t.index for t in turns.turns] == list(range(len(turns.turns)))
    starts = [t.start for t in turns.turns]
    assert starts == sorted(starts)


@pytest.mark.parametrize(
    ("parse", "whole"),
    [(parse_textgrid, LONG), (parse_textgrid, SHORT), (parse_eaf, EAF), (parse_rttm, RTTM)],
    ids=["long", "short", "eaf", "rttm"],
)
@given(data=st.data())
def test_a_broken_file_is_read_or_named_broken(parse, whole, data):
    at = data.draw(st.integers(0, len(whole)))
    n = data.draw(st.integers(0, 40))
    put = data.draw(st.text(max_size=6) | st.sampled_from(["-1", "1e999", '"', "<", "&", "\ud800"]))
    with contextlib.suppress(NotATranscript):
        parse(whole[:at] + put + whole[at + n :], "a")


def test_elements_in_elements_without_end_are_named_broken():
    with pytest.raises(NotATranscript, match="broken"):
        parse_eaf("<ANNOTATION_DOCUMENT>" + "<TIER TIER_ID='a'>" * 100_000, "a")
