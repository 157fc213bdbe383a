"""Streams of chunks that look like LiteLLM's, without it."""

import copy
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import GuardFailed
from mien.guard import Guard
from mien.integrations.following import Following
from mien.integrations.holding import Choices
from mien.timeline import Turn
from tests.fakes.observers import Cues

BAD = "Yes, it is a prophecy."
BLOCKED = "A safety check stopped this answer here."


class Plain(SimpleNamespace):
    """An object with the one method of pydantic's that is used."""

    def model_copy(self, *, deep=False):
        return copy.deepcopy(self) if deep else copy.copy(self)


def chunk(text=None, *, index=0, finish=None, usage=None, **more):
    delta = SimpleNamespace(content=text, **({"tool_calls": None, "role": None} | more))
    choice = SimpleNamespace(index=index, delta=delta, finish_reason=finish)
    return Plain(choices=[choice], usage=usage, id="made")


def choices(mode="enforce", said="hello", **options):
    watch = Following(Guard(observer=Cues(), mode=mode, **options))
    return Choices(watch, watch.at([Turn(index=0, role="user", text=said)]))


def run(stream, chunks):
    out = [one for given in chunks for one in stream.feed(given)]
    return [*out, *stream.end()]


def words(out, index=0):
    return "".join(
        one.delta.content or "" for given in out for one in given.choices if one.index == index
    )


@given(st.lists(st.sampled_from(["a", ". ", "Go", "\n", "é", " ", "!"]), max_size=20))
def test_held_words_are_the_models_own_wherever_they_are_cut(pieces):
    stream = choices()
    out = run(stream, [chunk(piece) for piece in pieces])
    assert words(out) == "".join(pieces) == stream.said


def test_without_anything_to_hold_the_very_chunks_pass():
    stream = choices("observe")
    chunks = [chunk("a"), chunk(BAD), chunk(finish="stop"), Plain(choices=[], usage=1)]
    assert all(a is b for a, b in zip(run(stream, chunks), chunks, strict=True))
    assert stream.said == f"a{BAD}"


def test_a_sentence_leaves_before_the_next_is_whole():
    stream = choices()
    assert words(stream.feed(chunk("One. Tw"))) == "One."
    assert words(stream.feed(chunk("o"))) == ""


def test_nothing_of_an_answer_leaves_after_it_was_stopped_but_its_cost():
    stream = choices()
    out = run(stream, [chunk("Hm. "), chunk(BAD), chunk(" Bye."), chunk(finish="stop", usage=7)])
    assert " ".join(words(out).split()) == f"Hm. {BLOCKED}"
    assert [one.choices[0].finish_reason for one in out if one.choices[0].finish_reason] == [
        "content_filter"
    ]
    assert out[-1].usage == 7


def test_choices_are_held_apart():
    stream = choices()
    out = run(stream, [chunk("Good. ", index=0), chunk(BAD, index=1), chunk("Day.", index=0)])
    assert words(out, 0) == "Good. Day."
    assert words(out, 1) == BLOCKED


def test_a_call_of_a_tool_comes_after_the_words_before_it():
    call = SimpleNamespace(index=0)
    out = run(choices(), [chunk("Wait"), chunk(tool_calls=[call]), chunk(" on.")])
    assert [one.choices[0].delta.content or "tool" for one in out] == ["Wait", "tool", " on."]
    assert out[1].choices[0].delta.tool_calls[0].index == 0


def test_the_role_comes_first_and_once():
    out = run(choices(), [chunk("One", role="assistant"), chunk(".", role="assistant")])
    assert out[0].choices[0].delta.role == "assistant"
    assert words(out) == "One."


def test_a_notice_comes_before_the_first_words():
    stream = choices("advise", said="I want to end my life")
    notice = stream._point.notice
    out = run(stream, [chunk("I am "), chunk("here.")])
    assert words(out) == (f"{notice}\n\nI am here." if notice else "I am here.")


def test_chunks_that_came_are_never_changed():
    given = [chunk("Hm. "), chunk(BAD), chunk(finish="stop")]
    before = copy.deepcopy(given)
    run(choices(), given)
    assert given == before


def test_a_chunk_of_another_kind_passes_or_does_not_as_the_guard_was_told():
    assert run(choices(), [b"data: {}"]) == [b"data: {}"]
    with pytest.raises(GuardFailed):
        run(choices(on_failure="closed"), [b"data: {}"])


def test_a_sentence_without_an_end_waits_only_so_long():
    stream = choices()
    assert stream.patience is None
    list(stream.feed(chunk("and so")))
    assert 0 < stream.patience <= 2
    assert list(stream.late()) == []
