"""Notices by the clock, at the minutes of each law."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.guard import Guard, Person, load_policy
from mien.guard.timers import Timer, due
from mien.timeline import Turn
from tests.fakes.guard import Scripted, talk

NINE = datetime(2027, 1, 4, 9, tzinfo=UTC)
ADULT, MINOR = Person(), Person(minor=True)
AI, BREAK, EMOTION = "ai", "ai_break", "emotion"


def notices(policy, person, minutes, *, every=2, timed=True):
    """At which minute of a long talk each notice comes."""
    guard = Guard(f"default+{policy}", observer=Scripted({}))
    chat = talk(minutes // every * 2, at=NINE, every=timedelta(minutes=every / 2))
    if not timed:
        chat = talk(minutes // every * 2)
    given_at = []
    case = None
    for step in guard.follow(chat.turns, person):
        new = {k: v for k, v in step.case.given.items() if not case or case.given.get(k, 0) != v}
        given_at += [(step.check.turn // 2 * every, name) for name in new]
        assert bool(step.check.notice) == bool(new)
        case = step.case
    return given_at


@pytest.mark.parametrize(
    ("policy", "person", "expected"),
    [
        ("california", ADULT, [(0, AI)]),
        ("california", MINOR, [(0, AI), (180, BREAK), (360, BREAK)]),
        ("new_york", ADULT, [(0, AI), (180, AI), (360, AI)]),
        ("new_york", MINOR, [(0, AI), (180, AI), (360, AI)]),
        ("washington", ADULT, [(0, AI), (180, AI), (360, AI)]),
        ("washington", MINOR, [(0, AI), *((m, BREAK) for m in range(60, 361, 60))]),
        ("oregon", ADULT, [(0, AI), (180, AI), (360, AI)]),
        ("oregon", MINOR, [(0, AI), (180, BREAK), (360, BREAK)]),
        ("eu", ADULT, [(0, AI), (0, EMOTION)]),
        ("eu", MINOR, [(0, AI), (0, EMOTION)]),
    ],
)
def test_each_law_has_its_minutes(policy, person, expected):
    assert notices(policy, person, 362) == expected


@pytest.mark.parametrize("policy", ["california", "new_york", "washington", "oregon", "eu"])
def test_without_times_only_the_start_is_known(policy):
    found = notices(policy, MINOR, 600, timed=False)
    assert {minute for minute, _ in found} == {0}


def test_the_default_has_no_notice():
    checks = Guard(observer=Scripted({})).check(talk(8, at=NINE, every=timedelta(hours=1)))
    assert all(check.notice is None for check in checks)


def test_an_idle_gap_begins_another_session_and_resets_the_clock():
    guard = Guard("default+new_york", observer=Scripted({}))
    times = [NINE + timedelta(minutes=minutes) for minutes in (0, 30, 61)]
    turns = [Turn(index=i, role="user", text="hello", at=at) for i, at in enumerate(times)]
    shown = [step.check.notice is not None for step in guard.follow(turns)]
    assert shown == [True, False, True]


def test_the_gap_is_a_setting(tmp_path):
    from importlib.resources import files

    text = files("mien.guard").joinpath("policies", "default.toml").read_text(encoding="utf-8")
    path = tmp_path / "long.toml"
    path.write_text(text.replace("idle_minutes = 30", "idle_minutes = 300"), encoding="utf-8")
    guard = Guard(f"{path}+new_york", observer=Scripted({}))
    checks = guard.check(talk(6, at=NINE, every=timedelta(minutes=61)))
    assert [check.turn for check in checks if check.notice] == [0, 4]


def test_a_notice_that_says_more_replaces_the_lesser():
    timers = load_policy("default+washington").timers
    found = due(timers, minor=True, now=NINE + timedelta(hours=4), began=NINE, given={AI: NINE})
    assert found == (BREAK,)


def test_a_reply_carries_no_notice():
    guard = Guard("default+new_york", observer=Scripted({}))
    checks = guard.check(talk(4, at=NINE, every=timedelta(hours=4)))
    assert all(check.notice is None for check in checks if check.role == "assistant")


@given(
    st.lists(st.integers(1, 400), max_size=12),
    st.integers(1, 300),
    st.booleans(),
)
def test_no_session_lasts_longer_than_a_timer_without_its_notice(gaps, minutes, at_start):
    timer = Timer(notice=AI, at_start=at_start, every=timedelta(minutes=minutes), minors_only=False)
    now, told = NINE, {}
    for gap in gaps:
        now += timedelta(minutes=gap)
        last = max((at for at in told.values() if at), default=NINE)
        found = due((timer,), minor=False, now=now, began=NINE, given=told)
        told |= dict.fromkeys(found, now)
        late = now - last >= timedelta(minutes=minutes)
        assert (AI in found) == (late or (at_start and len(told) == 1 and found == (AI,)))
