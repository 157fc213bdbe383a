"""The page about policies leaves nothing out, and promises nothing that is not there."""

import dataclasses
import re

import pytest

from mien.guard import MEANINGS, Action, Resource, Signal, load_policy, policies
from mien.guard.facts import FACTS, WORDS
from mien.guard.policy import _KEYS, Carry, Limit
from mien.guard.risk import Course, Track
from mien.guard.timers import NOTICES
from mien.guard.wording import steps
from tests.data import ROOT

PAGE = (ROOT / "docs/reference/policy.md").read_text(encoding="utf-8")
FAMILIES = {"raised": Signal, "p": Signal, "shown": Action}
NAMES = re.findall(r"^\| `([^`]+)`", PAGE, flags=re.MULTILINE)


@pytest.mark.parametrize(
    "known",
    [
        [*Action],
        [f"crisis.{step}" for step in steps("crisis")],
        [*Track],
        [*Signal],
        [name for name in FACTS if name.partition(".")[0] not in FAMILIES],
        [f"{family}.{kind.__name__.upper()}" for family, kind in FAMILIES.items()],
        [*Carry._fields],
        [*Limit._fields],
        [field.name for field in dataclasses.fields(Course)],
        ["floor", "levels", "notice", "at_start", "every_minutes", "who"],
        [name for name in policies() if name != "default"],
    ],
    ids=lambda known: str(known[0]),
)
def test_every_name_has_a_row(known):
    assert [name for name in known if f"| `{name}` |" not in PAGE] == []


def test_every_key_and_notice_and_word_is_there():
    for key in (*_KEYS, *NOTICES, *WORDS):
        assert f"`{key}" in PAGE or f"[{key}" in PAGE, key


def test_every_family_of_facts_is_whole():
    for name in FACTS:
        family, _, member = name.partition(".")
        if member:
            assert member in {one.value for one in FAMILIES[family]}, name


def test_definitions_and_meanings_are_those_of_the_code():
    for signal, meaning in MEANINGS.items():
        assert f"| `{signal}` | {meaning.side} | {meaning.effect} | {meaning.definition} |" in PAGE
    for name, meaning in FACTS.items():
        assert f"| `{name}` | {meaning} |" in PAGE or name.partition(".")[0] in FAMILIES, name


def test_the_page_names_nothing_that_is_not_there():
    known = {
        *Action,
        *Track,
        *Signal,
        *FACTS,
        *policies(),
        *(f"crisis.{step}" for step in steps("crisis")),
        *(f"{family}.{kind.__name__.upper()}" for family, kind in FAMILIES.items()),
        *(field.name for kind in (Course, Resource) for field in dataclasses.fields(kind)),
        *Carry._fields,
        *Limit._fields,
        *("floor", "levels", "notice", "at_start", "every_minutes", "who"),
        *("name", "idle_minutes", "interrupts", "law"),
        *(f"[{key}]" for key in ("risk", "[rule]", "burden.ACTION", "person", "[timer]")),
    }
    assert [name for name in NAMES if name not in known] == []


def test_the_numbers_of_the_default_are_those_of_its_file():
    carry = load_policy("default").carry
    assert f"the default has {carry.share:g}" in PAGE
    assert f"the default has {carry.half_life_days:g}" in PAGE
