"""People and services of the operator."""

from dataclasses import fields
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import ConfigError
from mien.guard import Resource, read_resources
from mien.guard.resources import STALE, fitting, stale
from tests.data import ROOT

ROW = """
[[resource]]
id = "{id}"
name = "Line {id}"
country = "xx"
contact = "000"
hours = "24/7"
languages = ["en"]
crisis = true
checked = 2026-11-01
"""


def made(id_="a", *, country="XX", crisis=True, languages=("en",), hours="24/7", checked=None):
    return Resource(
        id=id_,
        name=f"Line {id_}",
        country=country,
        contact="000",
        hours=hours,
        languages=languages,
        crisis=crisis,
        checked=checked or date(2026, 11, 1),
    )


def written(tmp_path, text):
    path = tmp_path / "resources.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_list_is_read_as_it_was_written(tmp_path):
    path = written(tmp_path, ROW.format(id="a") + ROW.format(id="b"))
    assert read_resources(path) == (made("a"), made("b"))


def test_the_list_that_the_manual_shows_can_be_used(tmp_path):
    page = (ROOT / "docs" / "reference" / "policy.md").read_text(encoding="utf-8")
    _, _, after = page.partition("## Resources")
    (shown,) = read_resources(written(tmp_path, after.split("```toml")[1].split("```")[0]))
    keys = [row.split("|")[1] for row in after.partition("\n## ")[0].splitlines() if "| `" in row]
    assert {key for row in keys for key in row.replace("`", "").replace(",", "").split()} == {
        field.name for field in fields(Resource)
    }
    assert fitting([shown], country="US", crisis=True) == (shown,)


def test_a_list_that_is_not_there_is_told_by_its_name(tmp_path):
    with pytest.raises(ConfigError, match=r"No such file or directory$"):
        read_resources(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names nobody"),
        ("resource = 3", "names nobody"),
        ("resource = [3]", "must be a table"),
        ("x = ", "cannot read"),
        (ROW.format(id="a").replace("checked = 2026-11-01", ""), "call it"),
        (ROW.format(id="a").replace("2026-11-01", '"2026-11-01"'), "call it"),
        (ROW.format(id="a").replace('"000"', '" "'), "a has no contact"),
        (ROW.format(id="a").replace('country = "xx"', ""), "a has no country"),
        (ROW.format(id="a").replace('["en"]', "3"), "a has no list of languages"),
        (ROW.format(id="a").replace('"xx"', '"Germany"'), "a is in 'Germany'"),
        (ROW.format(id="a").replace("crisis = true", 'crisis = "no"'), "true or false"),
        (ROW.format(id="a").replace("hours", "hour"), "a resource has no hour"),
        (ROW.format(id="a") * 2, "share an id"),
    ],
)
def test_a_list_that_cannot_be_used_is_refused_with_the_reason(tmp_path, text, said):
    with pytest.raises(ConfigError, match=said) as caught:
        read_resources(written(tmp_path, text))
    assert "resources.toml" in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.toml"):
        read_resources(tmp_path / "none.toml")


def test_without_a_country_nobody_is_named():
    assert fitting([made()], country=None, crisis=True) == ()


def test_the_language_comes_first_then_those_who_always_answer():
    known = [
        made("a", languages=("de",)),
        made("b", hours="9-5"),
        made("c"),
        made("d", country="YY"),
    ]
    found = fitting(known, country="XX", language="en", crisis=True, most=9)
    assert [one.id for one in found] == ["c", "b", "a"]


ids = st.lists(st.sampled_from("abcdef"), unique=True)


@given(ids, ids, st.booleans())
def test_nobody_is_offered_twice_and_nobody_unfit(known, before, crisis):
    everyone = [made(one, crisis=one in "abc") for one in known]
    found = fitting(everyone, country="XX", crisis=crisis, without=before)
    assert len(found) <= 2
    assert not {one.id for one in found} & set(before)
    assert all(one.crisis == crisis for one in found)


def test_old_checks_and_checks_of_tomorrow_are_stale():
    today = date(2026, 11, 23)
    fresh = [made("a", checked=today), made("b", checked=today - STALE)]
    old = [made("c", checked=today - STALE - timedelta(1)), made("d", checked=today + timedelta(1))]
    assert stale([*fresh, *old], today) == tuple(old)
