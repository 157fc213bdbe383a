"""Hours, nights and shares of words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.guard import Observation, Side, Signal, side_of
from mien.guard.habits import Habits, follow
from mien.timeline import Turn

IDLE = timedelta(minutes=30)
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def told(role, text="some words", at=None, raised=()):
    turn = Turn(index=0, role=role, text=text, at=at)
    seen = Observation(turn=0, side=side_of(turn) or Side.USER, raised=frozenset(raised), by="made")
    return turn, seen


def habits(*rows):
    known = Habits()
    for turn, seen in rows:
        known = follow(known, turn, seen, IDLE)
    return known


def test_without_times_there_are_no_hours_and_no_nights():
    known = habits(told("user"), told("assistant"))
    assert (known.hours, known.night_share, known.began) == (0, 0, None)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 50)), max_size=20))
def test_the_share_of_words_is_that_of_the_words(rows):
    known = habits(*(told("user" if u else "assistant", "w " * n) for u, n in rows))
    total = sum(n for _, n in rows)
    assistant = sum(n for is_user, n in rows if not is_user)
    assert known.assistant_share == (assistant / total if total else 0)


def test_hours_last_as_long_as_no_gap_is_idle():
    known = habits(*(told("user", at=NOON + i * IDLE) for i in range(9)))
    assert known.hours == 4
    known = follow(known, *told("user", at=NOON + 8 * IDLE + timedelta(minutes=31)), IDLE)
    assert known.hours == 0


def test_a_clock_that_goes_back_makes_no_negative_hours():
    known = habits(told("user", at=NOON), told("user", at=NOON - timedelta(hours=3)))
    assert known.hours == 0
    assert known.last == NOON


@pytest.mark.parametrize(("hour", "share"), [(23, 0), (0, 1), (4, 1), (5, 0)])
def test_the_night_is_from_midnight_to_five(hour, share):
    assert habits(told("user", at=NOON.replace(hour=hour))).night_share == share


def test_only_the_users_nights_count():
    assert habits(told("assistant", at=NOON.replace(hour=2))).n_night == 0


ASK = told("user", raised=[Signal.REALITY_CHECK])


@pytest.mark.parametrize(
    ("raised", "reassured"),
    [
        ([], 1),
        ([Signal.DELUSION_REINFORCEMENT], 1),
        ([Signal.DELUSION_REINFORCEMENT, Signal.PUSHBACK], 1),
        ([Signal.PUSHBACK], 0),
        ([Signal.SEEK_HELP], 0),
    ],
)
def test_a_reality_check_is_reassured_unless_it_is_grounded(raised, reassured):
    known = habits(ASK, told("assistant", raised=raised))
    assert known.reassured == reassured
    assert not known.asked


def test_a_reply_to_no_question_reassures_nobody():
    assert habits(told("user"), told("assistant")).reassured == 0
