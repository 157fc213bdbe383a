"""Instructions and notices."""

import tomllib
from datetime import date
from importlib.resources import files

import pytest

from mien.guard import Action, Resource, load_policy
from mien.guard.timers import NOTICES
from mien.guard.wording import instruction, notice, steps

TOLD = tomllib.loads(files("mien.guard").joinpath("wording.toml").read_text(encoding="utf-8"))
LINE = Resource(
    id="line",
    name="A made line",
    country="XX",
    contact="000",
    hours="24/7",
    languages=("en",),
    crisis=True,
    checked=date(2026, 11, 1),
)


def test_every_action_of_the_default_has_words_or_asks_for_none():
    silent = {Action.NOTHING.value, Action.WATCH.value}
    for when in load_policy("default").rules:
        assert (instruction(when.key) is None) == (when.key in silent), when.key


def test_the_crisis_ladder_has_its_rungs():
    assert set(steps("crisis")) == {"ask", "not_imminent", "imminent", "stay"}
    assert steps("ground") == ()


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_every_notice_has_words_in_every_language(language):
    said = {key: notice(key, language, hours=3, resources=[LINE]) for key in TOLD["notices"]["en"]}
    assert set(said) >= {*NOTICES, "break_notice", "crisis", "guarded"}
    assert TOLD["notices"][language].keys() == TOLD["notices"]["en"].keys()
    assert all(text and "{" not in text for text in said.values())
    assert len(set(said.values())) == len(said)


def test_languages_differ_and_an_unknown_one_is_answered_in_english():
    said = [notice("ai", language) for language in ("en", "de", "es")]
    assert len(set(said)) == 3
    assert notice("ai", "xx") == said[0]


def test_a_notice_that_nobody_wrote_is_none():
    assert notice("no_such", "en") is None


def test_claims_are_quoted_as_they_were_said():
    told = instruction("retract", claims=["You are the {chosen} one.", "I feel it too."])
    assert told is not None
    assert '- "You are the {chosen} one."\n- "I feel it too."' in told


def test_without_the_words_at_hand_retracting_still_says_what_to_take_back():
    told = instruction("retract")
    assert told is not None
    assert "last answers" in told


def test_only_the_latest_claims_are_named():
    told = instruction("retract", claims=[f"claim {i}" for i in range(9)])
    assert told is not None
    assert [i for i in range(9) if f"claim {i}" in told] == [6, 7, 8]


def test_no_number_is_invented():
    assert "invent none" in str(instruction("crisis.not_imminent"))
    assert "A made line: 000 (24/7)" in str(instruction("crisis.not_imminent", resources=[LINE]))


def test_where_all_were_named_the_assistant_is_not_told_that_it_knows_none():
    told = str(instruction("crisis.imminent", offered=["A made line"]))
    assert "invent none" not in told
    assert "named all" in told


@pytest.mark.parametrize("step", ["ask", "not_imminent", "imminent", "stay"])
def test_no_rung_of_the_ladder_ends_the_conversation_or_asks_for_a_promise(step):
    told = str(instruction(f"crisis.{step}", resources=[LINE])).lower()
    assert "promise" not in told
    assert "end the conversation" not in told.replace("do not end the conversation", "")
