"""What is kept of a conversation between two turns."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from mien.guard import Case, Observation, Quote, Side, Signal, load_policy, side_of
from mien.guard.case import CLAIMS, Shown, facts_of, follow_turn
from mien.guard.facts import FACTS
from mien.timeline import Turn

POLICY = load_policy("default")
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
A_CLAIM = Signal.DELUSION_REINFORCEMENT


def turn(index, role="user", at=None):
    return Turn(index=index, role=role, text="words", at=at)


def seen(one, *raised, level=0):
    side = side_of(one)
    return Observation(
        turn=one.index,
        side=side or Side.USER,
        signals=dict.fromkeys(raised, 0.9),
        raised=frozenset(raised),
        quotes=dict.fromkeys(raised, Quote(0, 5)),
        level=level,
        by="made",
    )


def followed(case, one, *raised):
    return follow_turn(case, one, seen(one, *raised), POLICY)


@given(st.sets(st.sampled_from(list(Signal))), st.integers(0, 6), st.booleans())
def test_every_fact_is_known_at_every_turn(raised, level, is_user):
    one = turn(3, "user" if is_user else "assistant")
    known = facts_of(Case(), one, seen(one, *raised, level=level), POLICY)
    assert known.keys() == FACTS.keys()
    assert all(when.rule.holds(known) in (True, False) for when in POLICY.rules)


def test_a_level_counts_only_with_a_crisis_that_was_raised():
    one = turn(0)
    assert facts_of(Case(), one, seen(one, level=4), POLICY)["level"] == 0
    assert facts_of(Case(), one, seen(one, Signal.CRISIS, level=4), POLICY)["level"] == 4


def test_steps_count_for_their_action_and_no_longer_name_does():
    case = Case(shown=(Shown("crisis.ask", 2), Shown("crisis.stay", 6), Shown("check_in", 8)))
    assert (case.times("crisis"), case.times("crisis.ask"), case.times("check")) == (2, 1, 0)
    assert (case.since("crisis", 9), case.since("check_in", 9), case.since("ground", 9)) == (
        3,
        1,
        None,
    )


def test_claims_are_the_assistants_and_are_kept_in_the_order_of_the_signals():
    case = followed(Case(), turn(0), Signal.DELUSIONAL_CONTENT)
    assert case.claims == ()
    case = followed(case, turn(1, "assistant"), *CLAIMS)
    assert [claim.signal for claim in case.claims] == [s for s in Signal if s in CLAIMS]


def test_a_retraction_is_settled_by_a_reply_that_pushes_back():
    case = followed(Case(), turn(1, "assistant"), A_CLAIM)
    told = Case(claims=case.claims, shown=(Shown("retract", 2),))
    assert followed(told, turn(3, "assistant"), Signal.PUSHBACK).claims == ()
    assert followed(told, turn(3, "assistant")).claims == case.claims
    assert followed(told, turn(3), Signal.HELP_SEEKING).claims == case.claims
    assert followed(told, turn(9, "assistant"), Signal.PUSHBACK).claims == case.claims
    assert followed(case, turn(3, "assistant"), Signal.PUSHBACK).claims == case.claims


def test_a_reply_that_retracts_and_claims_anew_leaves_the_new_claim():
    told = Case(
        claims=followed(Case(), turn(1, "assistant"), A_CLAIM).claims, shown=(Shown("retract", 2),)
    )
    after = followed(told, turn(3, "assistant"), Signal.PUSHBACK, A_CLAIM)
    assert [claim.turn for claim in after.claims] == [3]


def test_another_session_forgets_what_was_shown_and_remembers_the_rest():
    case = followed(Case(shown=(Shown("ground", 0),), offered=("line",)), turn(0, at=NOON))
    case = followed(case, turn(1, "assistant", NOON + timedelta(minutes=30)), A_CLAIM)
    assert case.shown
    later = followed(case, turn(2, at=NOON + timedelta(minutes=61)))
    assert (later.shown, dict(later.given)) == ((), {})
    assert later.offered == ("line",)
    assert later.claims == case.claims
    assert later.history.n_turns == 3
