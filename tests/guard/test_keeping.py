"""A case as JSON and back."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.guard import Case, Guard, Signal
from mien.guard.keeping import case_from_json, case_to_json
from tests.fakes.guard import Scripted, talk
from tests.guard.test_guard import HERE, LINES, NOON, levels, scripts


def case_after(script, level, n=16, at=NOON):
    guard = Guard("default+washington", observer=Scripted(script, level), resources=LINES)
    steps = list(guard.follow(talk(n, at=at).turns, HERE))
    return steps[-1].case if steps else Case()


@given(scripts, levels, st.integers(0, 16), st.booleans())
def test_a_case_comes_back_as_it_was(script, level, n, is_timed):
    case = case_after(script, level, n, NOON if is_timed else None)
    assert case_from_json(case_to_json(case)) == case


@given(scripts, levels)
def test_a_conversation_goes_on_from_a_kept_case_as_if_it_had_not_been_kept(script, level):
    guard = Guard(observer=Scripted(script, level), resources=LINES)
    case, found = Case(), []
    turns = talk(16, at=NOON).turns
    for i in range(16):
        step = guard.step(turns[: i + 1], case, HERE)
        found.append(step.check)
        case = case_from_json(case_to_json(step.case))
    assert found == guard.check(talk(16, at=NOON), HERE)


def test_no_word_of_the_conversation_is_in_it():
    script = {i: dict.fromkeys(Signal, 0.9) for i in range(16)}
    assert "what was said" not in case_to_json(case_after(script, {}))


def test_a_newer_version_is_refused_by_its_number():
    told = {**json.loads(case_to_json(Case())), "version": 99}
    with pytest.raises(ValueError, match="version 99"):
        case_from_json(json.dumps(told))


WRITTEN = case_to_json(case_after({i: dict.fromkeys(Signal, 0.9) for i in range(9)}, {0: 3}))


@given(st.text() | st.binary().map(lambda raw: raw.decode("latin-1")))
def test_what_is_no_case_is_refused(text):
    with pytest.raises(ValueError, match=r"no case|version"):
        case_from_json(text)


@given(st.integers(0, len(WRITTEN)), st.sampled_from(['"', "{", "x", "null", "-", "1e999", ""]))
def test_a_case_with_a_piece_exchanged_is_read_or_refused(at, piece):
    text = WRITTEN[:at] + piece + WRITTEN[at + 1 :]
    try:
        case = case_from_json(text)
    except ValueError:
        return
    assert case_from_json(case_to_json(case)) == case
