import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.config import Config
from mien.core.errors import ConfigError
from mien.decoders.calibrate import MonotoneMap, fit_monotone
from mien.decoders.calibration_file import (
    Calibration,
    calibration_path,
    load_calibration,
    save_calibration,
)
from mien.emotions import EMONET_40, Emotion

DECODER = "emonet-face-small-v1"


def made(maps=None, **changes):
    maps = {Emotion.ANGER: MonotoneMap((0.1, 0.4), (0.0, 0.8))} if maps is None else maps
    told = {"decoder": DECODER, "made": "2026-11-23", "n": 80, "raters": 4, "maps": maps}
    return Calibration(**{**told, "figures": {"MAE": 0.07}, **changes})


@pytest.fixture
def config(tmp_path):
    return Config(home=tmp_path)


def test_nothing_fitted_is_none(config):
    assert load_calibration(DECODER, config) is None


def test_what_is_kept_comes_back(config):
    path = save_calibration(made(), config)
    assert path == calibration_path(DECODER, config)
    assert load_calibration(DECODER, config) == made()
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_later_fit_replaces_the_first(config):
    save_calibration(made(), config)
    save_calibration(made(n=200), config)
    assert load_calibration(DECODER, config).n == 200


@given(shares=st.lists(st.floats(0, 1, width=32), min_size=41, max_size=41))
def test_shares_without_a_map_stay_and_the_others_follow_it(shares):
    row = np.array(shares, dtype=np.float32)
    row[Emotion.NEUTRAL.position] = np.nan
    mapped = made().apply(row)
    anger = Emotion.ANGER.position
    assert mapped[anger] == pytest.approx(np.interp(row[anger], (0.1, 0.4), (0.0, 0.8)), abs=1e-6)
    np.testing.assert_array_equal(np.delete(mapped, anger), np.delete(row, anger))
    assert row[anger] == np.float32(shares[anger])  # the input is left alone


def test_rows_are_mapped_as_one_by_one():
    rows = np.random.default_rng(0).random((5, 41)).astype(np.float32)
    together = made().apply(rows)
    np.testing.assert_array_equal(together, np.stack([made().apply(row) for row in rows]))


def test_an_emotion_that_was_not_judged_stays_unjudged():
    assert np.isnan(made().apply(np.full(41, np.nan, np.float32))).all()


def test_a_fitted_map_is_accepted():
    rng = np.random.default_rng(0)
    values = rng.random(300)
    fitted = fit_monotone(values, (rng.random(300) < values).astype(float))
    assert made({Emotion.FEAR: fitted}).maps[Emotion.FEAR] == fitted


def test_the_summary_names_items_raters_and_how_many_emotions():
    assert made().summary.startswith("shares: fitted on 80 items rated by 4 people")
    # The terminal shows what stands before the first semicolon.
    shown = made().summary.split("; ")[0]
    assert shown.endswith("1 of 40 emotions), uncalibrated for the other 39")
    assert "1 of 40" in made().summary
    every = {emotion: MonotoneMap((0.0, 1.0), (0.0, 1.0)) for emotion in EMONET_40}
    assert "all emotions" in made(every).summary
    assert "uncalibrated" not in made(every).summary


BAD_MAPS = {
    "empty": ((), ()),
    "falling": ((0.1, 0.2), (0.8, 0.2)),
    "no share": ((0.1, 0.2), (0.8, 1.2)),
    "knots that repeat": ((0.1, 0.1), (0.2, 0.3)),
    "not a number": ((float("nan"), 0.1), (0.2, 0.3)),
    "lengths differ": ((0.1, 0.2), (0.3,)),
}


@pytest.mark.parametrize("knots", BAD_MAPS.values(), ids=BAD_MAPS.keys())
def test_a_map_that_is_none_is_refused(knots):
    with pytest.raises(ConfigError, match="anger"):
        made({Emotion.ANGER: MonotoneMap(*knots)})


BAD_FILES = {
    "no JSON": "{",
    "a list": "[]",
    "nothing": "{}",
    "an unknown emotion": '"maps": {"joy": {"x": [0], "y": [0]}}',
    "a bad map": '"maps": {"anger": {"x": [0, 0], "y": [0, 1]}}',
    "a map of text": '"maps": {"anger": {"x": "a", "y": [0, 1]}}',
}


@pytest.mark.parametrize("text", BAD_FILES.values(), ids=BAD_FILES.keys())
def test_a_damaged_file_is_named_with_the_way_out(config, text):
    path = save_calibration(made(), config)
    if text.startswith('"'):
        plain = json.loads(path.read_text())
        text = json.dumps({**plain, **json.loads("{" + text + "}")})
    path.write_text(text)
    with pytest.raises(ConfigError, match="mien models calibrate") as raised:
        load_calibration(DECODER, config)
    assert str(path) in str(raised.value)


def test_a_file_of_another_decoder_is_refused(config):
    path = save_calibration(made(), config)
    path.rename(calibration_path("other-v1", config))
    with pytest.raises(ConfigError, match="fitted for"):
        load_calibration("other-v1", config)
