"""A whole conversation under the guard."""

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import ConfigError, GuardFailed
from mien.guard import Action, Case, Guard, Mode, Person, Resource, Side, Signal, of_side
from mien.timeline import Turn
from tests.fakes.guard import Scripted, keys, talk, watched

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
LOUD = set(Action) - {Action.NOTHING, Action.WATCH}
USER = of_side(Side.USER)
HERE = Person(country="XX")
LINES = tuple(
    Resource(
        id=name,
        name=f"Line {name}",
        country="XX",
        contact="000",
        hours="24/7",
        languages=("en",),
        crisis=name in "abc",
        checked=date(2026, 11, 1),
    )
    for name in "abcdef"
)

scripts = st.dictionaries(
    st.integers(0, 15),
    st.dictionaries(st.sampled_from(list(Signal)), st.floats(0, 1), max_size=6),
    max_size=16,
)
levels = st.dictionaries(st.integers(0, 15), st.integers(0, 6), max_size=6)


def test_of_a_calm_conversation_nothing_is_said():
    checks = Guard(observer=Scripted({})).check(talk(40))
    assert {check.action for check in checks} == {Action.NOTHING}
    assert all(check.risk == 0 and check.instruction is None for check in checks)


@pytest.mark.parametrize("signal", [s for s in Signal if s is not Signal.CRISIS])
def test_one_hit_alone_never_leads_to_a_loud_action(signal):
    at = 4 if signal.side is Side.USER else 5
    told = watched(60, {at: {signal: 0.9}})
    assert not LOUD & set(told)


@pytest.mark.parametrize("level", [1, 2, 3])
def test_one_hit_of_crisis_asks_once_and_never_sticks(level):
    told = watched(120, {4: {Signal.CRISIS: 0.9}}, levels={4: level})
    assert [key for key in told if key not in ("nothing", "watch")] == ["crisis.ask"]
    assert told[-1] == "nothing"


def test_one_hit_of_a_plan_stays_for_a_while_and_fades():
    told = watched(120, {4: {Signal.CRISIS: 0.9}}, levels={4: 4})
    loud = [(i, key) for i, key in enumerate(told) if key not in ("nothing", "watch")]
    assert loud[0] == (4, "crisis.ask")
    assert {key for _, key in loud[1:]} <= {"crisis.stay"}
    assert len(loud) <= 4
    assert max(i for i, _ in loud) < 24


def test_the_ladder_asks_first_then_tells_imminent_from_not():
    crisis = {i: {Signal.CRISIS: 0.95} for i in (0, 2, 4)}
    told = watched(12, crisis, levels={0: 2, 2: 3, 4: 5})
    assert told[0:5:2] == ["crisis.ask", "crisis.not_imminent", "crisis.imminent"]
    assert "crisis.stay" in told[6:]


def test_a_plan_with_intent_is_answered_at_once():
    assert watched(1, {0: {Signal.CRISIS: 0.9}}, levels={0: 5}) == ["crisis.imminent"]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_venting_never_gets_more_than_a_check_in(chances):
    told = watched(60, {2 * i: {Signal.DISTRESS: p} for i, p in enumerate(chances)})
    assert set(told) <= {"nothing", "watch", "check_in"}


def test_long_venting_gets_at_most_two_check_ins():
    told = watched(200, {i: {Signal.DISTRESS: 1.0} for i in range(0, 200, 2)})
    assert told.count("check_in") == 2
    assert set(told) <= {"nothing", "watch", "check_in"}


@given(scripts, levels)
def test_quiet_leaves_only_crisis(script, level):
    told = watched_quiet(script, level)
    assert {key.partition(".")[0] for key in told} <= {"nothing", "watch", "crisis"}


def watched_quiet(script, level):
    guard = Guard(observer=Scripted(script, level))
    return keys(guard.check(talk(16), Person(quiet=True)))


def checks_of(script, level, n=16, at=NOON, policy="default+washington"):
    guard = Guard(policy, observer=Scripted(script, level), resources=LINES)
    person = Person(minor=True, country="XX", language="de")
    return guard.check(talk(n, at=at, every=timedelta(minutes=17)), person)


@given(scripts, levels, st.integers(0, 16))
def test_a_check_of_a_beginning_is_the_beginning_of_the_check(script, level, n):
    whole = checks_of(script, level)
    assert checks_of(script, level, n) == whole[:n]


@given(scripts, levels)
def test_following_step_by_step_is_checking_at_once(script, level):
    guard = Guard(observer=Scripted(script, level), resources=LINES)
    case, found = Case(), []
    turns = talk(16, at=NOON).turns
    for i in range(16):
        step = guard.step(turns[: i + 1], case, HERE)
        found.append(step.check)
        case = step.case
    assert found == guard.check(talk(16, at=NOON), HERE)


@given(scripts, levels)
def test_the_same_turns_give_the_same_bytes(script, level):
    first, second = (
        "\n".join(check.to_json() for check in checks_of(script, level)) for _ in range(2)
    )
    assert first == second


PROGRAM = """
from mien.guard import Guard, Signal
from tests.fakes.guard import Scripted, talk
script = {i: {s: .8 for s in Signal if s.side == ("user", "assistant")[i % 2]} for i in range(9)}
for check in Guard(observer=Scripted(script)).check(talk(9)):
    print(check.to_json())
"""


def test_the_same_turns_give_the_same_bytes_in_another_process():
    said = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1] != b""


@given(scripts, levels)
def test_every_step_in_carries_its_reason(script, level):
    for check in checks_of(script, level, policy="default"):
        assert bool(check.because) == (check.action is not Action.NOTHING)
        assert check.reasons or check.action is Action.NOTHING
        assert 0 <= check.risk < 1
        assert check.risk == max(check.tracks.values())
        json.loads(check.to_json())


@given(scripts, levels)
def test_nobody_is_offered_twice_in_a_conversation(script, level):
    guard = Guard(observer=Scripted(script, level), resources=LINES)
    said = "\n".join(c.instruction or "" for c in guard.check(talk(16), HERE))
    assert all(said.count(f"Line {one.id}: ") <= 1 for one in LINES)


def test_what_was_offered_is_named_and_not_by_its_id():
    crisis = {i: {Signal.CRISIS: 0.95} for i in (0, 2, 4)}
    guard = Guard(observer=Scripted(crisis), resources=LINES)
    checks = guard.check(talk(5), HERE)
    assert "Line a: 000 (24/7); Line b: 000 (24/7)" in (checks[2].instruction or "")
    assert "(Line a, Line b)" in (checks[4].instruction or "")


def test_a_crisis_is_interrupted_where_the_law_asks_for_it():
    crisis = {0: {Signal.CRISIS: 0.95}}
    plain, oregon = (
        Guard(policy, observer=Scripted(crisis), resources=LINES).check(talk(1), HERE)[0]
        for policy in ("default", "default+oregon")
    )
    assert plain.notice is None
    assert "Line a" in (oregon.notice or "")


SPIRAL = {
    **{i: {Signal.DELUSIONAL_CONTENT: 0.9} for i in range(0, 12, 2)},
    **{i: {Signal.DELUSION_REINFORCEMENT: 0.95} for i in range(1, 8, 2)},
}


def test_retracting_names_the_earlier_claims_verbatim():
    checks = Guard(observer=Scripted(SPIRAL)).check(talk(12))
    first = next(check for check in checks if check.action is Action.RETRACT)
    claimed = list(range(1, first.turn, 2))
    assert claimed
    for i in claimed[-3:]:
        assert f'- "what was said at {i}"' in (first.instruction or "")


def test_a_reply_that_pushes_back_settles_the_claims():
    turns = talk(40)
    first = next(c for c in Guard(observer=Scripted(SPIRAL)).check(turns) if c.action == "retract")
    answered = {**SPIRAL, first.turn + 1: {Signal.PUSHBACK: 0.9}}
    answered = {i: s for i, s in answered.items() if i <= first.turn + 1 or not i % 2}
    steps = list(Guard(observer=Scripted(answered)).follow(turns.turns))
    assert steps[first.turn].case.claims
    assert steps[first.turn + 1].case.claims == ()
    assert all(s.check.action != "retract" for s in steps[first.turn + 1 :])


def test_a_spiral_is_seen_before_it_is_long():
    told = watched(12, SPIRAL)
    assert {"ground", "retract"} & set(told[:8])


def test_systems_and_tools_are_not_judged():
    roles = ["system", "user", "tool", "assistant"]
    turns = [Turn(index=i, role=role, text="words") for i, role in enumerate(roles)]
    steps = list(Guard(observer=Scripted({})).follow(turns))
    assert [step.check.turn for step in steps] == [1, 3]


def test_a_turn_that_cannot_be_judged_says_so_and_leaves_the_case_alone():
    guard = Guard(observer=Scripted({0: {Signal.CRISIS: 0.9}}, broken=[2]))
    steps = list(guard.follow(talk(4).turns))
    skipped = steps[2].check
    assert (skipped.skipped, skipped.action) == ("the judge is away", Action.NOTHING)
    assert steps[2].case == steps[1].case
    assert [step.check.skipped for step in steps].count(None) == 3
    assert skipped.risk == steps[1].check.risk


def test_closed_a_turn_that_cannot_be_judged_stops_it():
    guard = Guard(observer=Scripted({}, broken=[2]), on_failure="closed")
    with pytest.raises(GuardFailed, match="turn 2"):
        guard.check(talk(4))


def test_a_minor_stays_one_where_a_later_request_does_not_say():
    guard = Guard(observer=Scripted({}))
    turns = talk(3).turns
    first = guard.step(turns[:1], Case(), Person(minor=True))
    assert guard.step(turns[:2], first.case).case.minor


@pytest.mark.parametrize("options", [{"mode": "loud"}, {"on_failure": "ajar"}])
def test_an_option_that_makes_no_sense_is_refused(options):
    with pytest.raises(ConfigError, match=r"loud|ajar"):
        Guard(observer=Scripted({}), **options)


@pytest.mark.parametrize("mode", list(Mode))
def test_the_mode_is_told_and_decides_nothing(mode):
    checks = Guard(observer=Scripted(SPIRAL), mode=mode).check(talk(12))
    assert {check.mode for check in checks} == {mode}
    assert keys(checks) == watched(12, SPIRAL)
