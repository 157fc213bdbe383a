"""Who speaks at a time."""

from hypothesis import given
from hypothesis import strategies as st

from mien.media.annotations.speakers import Speakers
from mien.timeline import Conversation, Turn

TIMES = st.tuples(st.integers(0, 50), st.integers(1, 20), st.sampled_from(["Ana", "Ben", "Cy"]))


def turn(start, end, speaker, text=""):
    return Turn(index=0, text=text, speaker=speaker, start=start, end=end)


def test_who_has_most_of_a_stretch_has_it():
    who = Speakers([turn(0, 5, "Ana"), turn(5, 9, "Ben")])
    assert who.whose(1, 5.5) == "Ana"
    assert who.whose(6, 8) == "Ben"


def test_two_voices_at_once_and_silence_are_nobodys():
    who = Speakers([turn(0, 5, "Ana"), turn(3, 9, "Ben")])
    assert who.whose(3, 5) is None
    assert who.whose(20, 21) is None
    assert who.whose(8, 12) is None


def test_turns_without_a_speaker_get_theirs_and_others_keep_it():
    talk = Conversation(
        id="t", turns=(turn(0, 1, None, "hi"), turn(0, 1, "Cy", "ho"), turn(None, None, None, "?"))
    )
    named = Speakers([turn(0, 5, "Ana")]).named(talk)
    assert [t.speaker for t in named.turns] == ["Ana", "Cy", None]


@given(st.lists(TIMES, max_size=8), st.integers(0, 60), st.integers(1, 20))
def test_a_name_is_given_only_to_who_speaks_then(rows, start, length):
    turns = [turn(a, a + n, who) for a, n, who in rows]
    found = Speakers(turns).whose(start, start + length)
    there = {t.speaker for t in turns if t.start < start + length and t.end > start}
    assert found is None or found in there
    assert (
        found is not None
        or len(there) != 1
        or all(min(t.end, start + length) - max(t.start, start) < length / 2 for t in turns)
    )
