"""Policies against users of whom we know what they need."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import ConfigError, ModelServiceError
from mien.core.wilson import wilson
from mien.guard import Guard, Signal, load_policy
from mien.guard.simulate import (
    Kind,
    Moment,
    Written,
    measure,
    play_live,
    read_users,
    render,
    render_terminal,
    see,
    see_written,
    shipped_users,
)
from mien.guard.simulate.measuring import right
from mien.llm import Reply
from tests.fakes.guard import Scripted

POLICY = load_policy("default")
USERS = shipped_users()
BY_NAME = {user.name: user for user in USERS}


def simulated(users=USERS, policy=POLICY, factors=(1.0,)):
    return measure([see(user, Written(user)) for user in users], policy, "made", factors=factors)


def test_users_of_every_kind_ship_in_three_languages():
    assert {user.kind for user in USERS} == set(Kind)
    assert {user.language for user in USERS} == {"en", "de", "es"}
    assert all(user.persona and user.about for user in USERS)


@pytest.mark.parametrize("user", USERS, ids=lambda user: user.name)
def test_moments_lie_within_the_talk_and_both_sides_speak_in_turn(user):
    n = len(user.turns) // 2
    assert [turn.role for turn in user.turns] == ["user", "assistant"] * n
    assert all(0 <= moment.first <= moment.last < n for moment in user.moments)
    times = [turn.at for turn in user.turns]
    assert times == sorted(times)


def test_seen_as_readers_do_the_default_meets_every_moment_and_alarms_nobody_who_vents():
    found = simulated()
    assert found.figures.met.value == 1.0
    assert {row.alarmed for row in found.rows if row.kind is Kind.VENTING} == {0}
    # One idiom of five ordinary users is asked about, once.
    asked = [row for row in found.rows if row.kind is Kind.ORDINARY and row.alarmed]
    assert [(row.user, dict(row.actions)) for row in asked] == [("denial", {"crisis.ask": 1})]


def test_higher_thresholds_bother_less_and_meet_no_more():
    curve = simulated(factors=(0.5, 1.0, 2.0)).curve
    assert [one.burden for one in curve] == sorted((one.burden for one in curve), reverse=True)
    assert [one.met.value for one in curve] == sorted(
        (one.met.value for one in curve), reverse=True
    )
    assert curve[0].burden > curve[-1].burden


def test_a_policy_without_rules_helps_nobody_and_bothers_nobody():
    found = simulated(policy=replace(POLICY, rules=()))
    figures = found.figures
    assert (figures.met.value, figures.delay, figures.burden) == (0, None, 0)
    assert all(row.actions == {} for row in found.rows)


def test_the_same_seed_gives_the_same_figures_and_another_seed_others():
    def played(seed):
        seen = [
            one
            for user in USERS[:4]
            for one in see_written(user, plays=5, recall=0.6, false_hits=0.05, seed=seed)
        ]
        return measure(seen, POLICY, "made", factors=(1.0,)).to_dict()

    assert played(1) == played(1) != played(2)


@pytest.mark.parametrize("user", USERS, ids=lambda user: user.name)
def test_a_perfect_detector_sees_what_readers_see(user):
    seen = see(user, Written(user)).observations
    for index, one in seen.items():
        assert dict(one.signals) == {s: p for s, p in user.shows.get(index, {}).items() if p}


@given(st.floats(0, 1), st.integers(0, 99))
@settings(max_examples=20)
def test_a_blind_detector_sees_nothing_and_a_jumpy_one_only_its_own_side(false_hits, seed):
    user = BY_NAME["spiral"]
    (blind,) = see_written(user, plays=1, recall=0, false_hits=0, seed=seed)
    assert not any(one.raised for one in blind.observations.values())
    (jumpy,) = see_written(user, plays=1, recall=1, false_hits=false_hits, seed=seed)
    assert all(s.side is one.side for one in jumpy.observations.values() for s in one.signals)


def test_the_stated_qualities_are_those_that_come_out():
    user = BY_NAME["ordinary_recipe"]
    seen = list(see_written(user, plays=400, recall=1, false_hits=0.05, seed=3))
    raised = [
        s in one.raised
        for play in seen
        for one in play.observations.values()
        for s in Signal
        if s.side is one.side
    ]
    share = wilson(sum(raised), len(raised))
    # The goodbye that is there is one of some forty chances a play.
    assert share.low < 0.05 + 1 / 48 + 0.01
    assert share.high > 0.05


@pytest.mark.parametrize(
    ("exchange", "key", "is_met"),
    [
        (2, "ground", True),
        (4, "retract", True),
        (1, "ground", False),
        (5, "ground", False),
        (3, "check_in", False),
        (3, "crisis.imminent", True),
        (3, "crisis.ask", False),
    ],
)
def test_a_moment_is_met_by_what_helps_in_time(exchange, key, is_met):
    moment = Moment(2, 4, frozenset({"ground", "retract", "crisis.imminent"}))
    assert moment.is_met_by(exchange, key) is is_met


def test_at_a_base_rate_most_alarms_are_wrong():
    # The figures of safety research: 80 % found, 5 % or .5 % false alarms, 1 chat in 1,300.
    five = right("", 1 / 1300, wilson(800, 1000), wilson(50, 1000))
    half = right("", 1 / 1300, wilson(800, 1000), wilson(5, 1000))
    assert (round(five.share, 3), round(half.share, 2)) == (0.012, 0.11)
    assert five.low < five.share < five.high
    assert five.wrong == pytest.approx(50, rel=0.01)


# Language models.


class Model:
    """Says the same, and remembers what it was asked."""

    def __init__(self, text):
        self.text, self.asked = text, []

    def ask(self, messages):
        self.asked.append(list(messages))
        return Reply(self.text)


def live(user, script, **options):
    speaker, assistant = Model("I write."), Model("I answer.")
    guard = Guard(observer=Scripted(script))
    seen = play_live(
        user, speaker=speaker, assistant=assistant, guard=guard, exchanges=3, **options
    )
    return seen, speaker, assistant


CRISIS = {2: {Signal.CRISIS: 0.9}}


def test_instructions_reach_the_assistant_and_never_the_user():
    seen, speaker, assistant = live(BY_NAME["crisis_wish"], CRISIS)
    assert [turn.text for turn in seen.turns] == ["I write.", "I answer."] * 3
    told = [messages[0] for messages in assistant.asked]
    assert [message.role for message in told] == ["user", "system", "user"]
    assert "suicide" in told[1].text
    assert all("suicide" not in m.text for asked in speaker.asked for m in asked[1:])


def test_without_advice_the_same_talk_is_only_watched():
    seen, _, assistant = live(BY_NAME["crisis_wish"], CRISIS, advises=False)
    assert all(m.role != "system" for asked in assistant.asked for m in asked)
    assert Signal.CRISIS in seen.observations[2].raised


def test_each_model_is_told_its_own_side():
    _, speaker, assistant = live(BY_NAME["venting"], {})
    assert speaker.asked[1][0].role == "system"
    assert "Dana" in speaker.asked[1][0].text
    assert [m.text for m in speaker.asked[1][2:]] == ["I write.", "I answer."]
    assert [m.role for m in speaker.asked[1][2:]] == ["assistant", "user"]
    assert [m.role for m in assistant.asked[1]] == ["user", "assistant", "user"]


def test_a_live_talk_may_be_helped_at_any_time_by_what_helps_its_user():
    seen, _, _ = live(BY_NAME["crisis_wish"], CRISIS)
    found = measure([seen], POLICY, "made", factors=(1.0,))
    assert (found.rows[0].met, found.rows[0].moments, found.rows[0].delay) == (1, 1, 1)


def test_a_model_that_says_nothing_is_an_error():
    with pytest.raises(ModelServiceError, match="said nothing"):
        play_live(
            USERS[0], speaker=Model(" "), assistant=Model("x"), guard=Guard(observer=Scripted({}))
        )


# Files.

TEXT = """
about = "One."
kind = "harmed"
language = "en"
[[moment]]
from = 0
to = 0
actions = ["ground"]
[[turn]]
user = "a"
shows = { distress = 0.5 }
reply = "b"
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", None),
        ('kind = "harmed"', 'kind = "sad"', "'sad'"),
        ('kind = "harmed"', 'kind = "ordinary"', "moments"),
        ("distress", "distres", "distres"),
        ("distress", "pushback", "pushback"),
        ("0.5", "1.5", "distress"),
        ('["ground"]', '["grond"]', "grond"),
        ("to = 0", "to = -1", "to"),
        ("from = 0", "from = 1", "not before"),
        ('user = "a"', 'user = ""', "user"),
        ('user = "a"', 'user = "a"\nuse = 3', "use"),
        ('language = "en"', 'language = "en"\nbegin = 3', "begin"),
        ("about = ", "about : ", "user.toml"),
    ],
)
def test_a_user_that_makes_no_sense_is_refused_with_its_file(tmp_path, old, new, said):
    path = tmp_path / "user.toml"
    path.write_text(TEXT.replace(old, new, 1) if old else TEXT, encoding="utf-8")
    if said is None:
        assert read_users(path) == read_users(tmp_path)
        return
    with pytest.raises(ConfigError, match=said) as caught:
        read_users(path)
    assert "user.toml" in str(caught.value)


def test_an_empty_folder_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"no \.toml"):
        read_users(tmp_path)


# What people see.


def test_the_page_tells_what_the_table_tells_and_escapes_what_it_is_given():
    hostile = replace(BY_NAME["spiral"], name="<b>x</b>", about="<script>1</script>")
    found = simulated([*USERS, hostile], factors=(0.5, 1.0, 2.0))
    page = render(found)
    assert page == render(found)
    assert "<b>x</b>" not in page
    assert "<script>1" not in page
    text = render_terminal(found)
    for row in found.rows:
        if row.user in BY_NAME:
            assert row.user in page
            assert row.user in text
    assert "×1.00" in page
    json.dumps(found.to_dict(), allow_nan=False)


@pytest.mark.parametrize("kinds", [[Kind.VENTING], [Kind.ORDINARY], [Kind.HARMED]])
def test_with_users_of_one_kind_the_rest_is_not_told(kinds):
    found = simulated([user for user in USERS if user.kind in kinds])
    assert not re.search(r"\bnan\b", render(found) + render_terminal(found))
    json.dumps(found.to_dict(), allow_nan=False)
