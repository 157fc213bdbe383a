"""Which attributes of a voice are given, and which way they run."""

import json

import pytest

from mien.core.errors import ConfigError
from mien.decoders.emonet.attributes import attributes, given, is_said
from tests.data import ROOT, shared


def test_protected_traits_are_off_unless_named():
    assert not given("") & {"age", "gender"}
    assert "age" in given("age")
    assert "gender" not in given("age")
    assert given("age, gender") - given("") == {"age", "gender"}


def test_an_unknown_attribute_is_refused_with_the_known_ones():
    with pytest.raises(ConfigError, match=r"'height'.*cold_warm"):
        given("height")


def test_published_ranges_and_meanings_are_kept():
    published = json.loads((shared("laion") / "voice_attributes.json").read_text(encoding="utf-8"))
    rows = [r for r in published["attributes"] if r["name"] not in _DIMENSIONS]
    assert len(rows) == len(attributes()) == 12
    for mine, row in zip(attributes().values(), rows, strict=True):
        assert (mine.low, mine.high) == (row["low"], row["high"])
        assert (mine.low_means, mine.high_means) == (row["low_means"], row["high_means"])


_DIMENSIONS = ("Valence", "Arousal", "Submissive_vs._Dominant")


@pytest.mark.parametrize(
    ("key", "low"),
    [("cold_warm", "very cold"), ("harsh_soft", "very harsh"), ("high_low_pitched", "very high")],
)
def test_keys_name_the_low_end_first(key, low):
    assert attributes()[key].low_means.startswith(low)


def test_a_gender_near_the_middle_is_not_said():
    assert not is_said("gender", 0.49)
    assert not is_said("gender", -0.49)
    assert is_said("gender", -0.5)
    assert is_said("age", 0.1)


def test_the_scales_that_users_read_are_those_of_the_data():
    text = (ROOT / "docs" / "how-to" / "emonet.md").read_text(encoding="utf-8")
    for key, row in attributes().items():
        only = " (only if named)" if row.is_protected else ""
        ends = f"{row.low:g}: {row.low_means} | {row.high:g}: {row.high_means}"
        assert f"| `{key}`{only} | {ends} |" in text
