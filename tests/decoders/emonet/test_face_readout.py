import json
import tomllib
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien.core.errors import ConfigError
from mien.decoders.emonet.face import card
from mien.decoders.emonet.face_readout import (
    DATA,
    DIMENSIONS,
    SENSIBLE,
    is_sensible,
    readout,
)
from mien.decoders.emonet.suites import constants, suites
from mien.emotions import EMONET_40, Emotion
from tests.data import shared
from tests.fakes.emonet import face_files

READOUT = readout()
raws = arrays(np.float32, st.tuples(st.integers(1, 5), st.just(40)), elements=st.floats(-3, 8))


@pytest.fixture(scope="module")
def golden():
    """LAION's own scores of 152 faces: raw, without neutral means, and softmax."""
    lines = (shared("laion") / "ferd.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line)["results"] for line in lines]
    stems = [name.removesuffix(".pth") for name in face_files()]
    assert rows[0].keys() == set(stems)
    return {
        kind: np.array([[row[stem][kind] for stem in stems] for row in rows], dtype=float)
        for kind in ("raw", "mean_subtracted", "softmax")
    }


def test_scores_above_neutral_are_the_published_ones(golden):
    ours = READOUT.above_neutral(golden["raw"][:, :40])
    assert len(ours) == 152
    np.testing.assert_allclose(ours, golden["mean_subtracted"][:, :40], atol=1e-6)


def test_the_softmax_is_the_published_one_over_forty_and_no_more(golden):
    ours = READOUT.softmax(golden["raw"][:, :40])
    np.testing.assert_allclose(ours, golden["softmax"][:, :40], atol=1e-6)
    np.testing.assert_allclose(ours.sum(axis=1), 1, atol=1e-6)
    assert np.isnan(golden["softmax"][:, 40:]).all()  # LAION leaves the four out as well


def test_the_neutral_means_of_the_other_heads_are_the_published_ones(golden):
    told = constants()["face"]["dimensions"].values()
    ours = golden["raw"][:, 40:] - np.array(list(told))
    np.testing.assert_allclose(ours, golden["mean_subtracted"][:, 40:], atol=1e-6)


@given(raws)
def test_the_softmax_is_that_of_scores_without_the_neutral_means(raw):
    """The published rule once more, for where LAION's file is not at hand."""
    neutral = [constants()["face"]["neutral"][emotion.value] for emotion in EMONET_40]
    powers = np.exp(raw.astype(np.float64) - neutral)
    wanted = powers / powers.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(READOUT.softmax(raw), wanted, atol=1e-6)


@pytest.mark.parametrize(
    ("emotion", "mean"),
    [(Emotion.CONCENTRATION, 4.0734), (Emotion.INTEREST, 2.5844), (Emotion.INTOXICATION, 0.0040)],
)
def test_a_neutral_face_is_the_published_one(emotion, mean):
    assert READOUT.neutral[EMONET_40.index(emotion)] == pytest.approx(mean, abs=5e-5)


def test_every_published_score_is_sensible(golden):
    assert is_sensible(golden["raw"].astype(np.float32)).all()


def test_ten_times_the_published_scores_are_not(golden):
    assert not is_sensible(10 * golden["raw"].astype(np.float32)).any()


def test_published_faces_are_told_and_untold(golden):
    shares = READOUT.shares(golden["raw"][:, :40].astype(np.float32))
    chances = np.array([READOUT.confidence(row) for row in shares])
    told = chances >= READOUT.least_confidence
    assert 0.3 < told.mean() < 0.8


def test_the_dimensions_of_published_faces_stay_within_their_ends(golden):
    for i, name in enumerate(DIMENSIONS):
        values = [READOUT.dimension(name, raw) for raw in golden["raw"][:, 40 + i]]
        assert -1 <= min(values) < -0.3 < 0.3 < max(values) <= 1


def test_the_softmax_of_fewer_heads_is_refused():
    raw = np.zeros((2, 40), np.float32)
    raw[:, 7] = np.nan
    with pytest.raises(ConfigError, match="needs all forty heads, and 1 are not here"):
        READOUT.softmax(raw)


@given(raw=raws)
def test_shares_lie_between_0_and_1_and_keep_the_order_above_neutral(raw):
    shares, above = READOUT.shares(raw), READOUT.above_neutral(raw)
    assert ((shares >= 0) & (shares <= 1)).all()
    for row, over in zip(shares, above, strict=True):
        order = np.argsort(over, kind="stable")
        assert (np.diff(row[order]) >= 0).all()


@given(raw=raws, missing=st.sets(st.integers(0, 39), max_size=40))
def test_a_missing_head_changes_no_other(raw, missing):
    part = raw.copy()
    part[:, list(missing)] = np.nan
    shares = READOUT.shares(part)
    assert np.isnan(shares[:, list(missing)]).all()
    kept = [i for i in range(40) if i not in missing]
    np.testing.assert_array_equal(shares[:, kept], READOUT.shares(raw)[:, kept])


def test_a_neutral_face_has_no_share_and_no_affect():
    neutral = constants()["face"]
    raw = np.array([neutral["neutral"][e.value] for e in EMONET_40], dtype=np.float32)
    assert READOUT.shares(raw).max() < 1e-6
    assert READOUT.confidence(READOUT.shares(raw)) < READOUT.least_confidence
    for name in DIMENSIONS:
        assert READOUT.dimension(name, neutral["dimensions"][name]) == 0


@given(one=st.floats(-50, 50), other=st.floats(-50, 50))
def test_dimensions_rise_and_stay_in_range(one, other):
    for name in DIMENSIONS:
        low, high = (READOUT.dimension(name, raw) for raw in sorted((one, other)))
        assert -1 <= low <= high <= 1


def test_the_confidence_rises_with_the_top_share_and_is_a_chance():
    shares = np.full((21, 40), 0.0, np.float32)
    shares[:, 3] = np.linspace(0, 1, 21)
    chances = [READOUT.confidence(row) for row in shares]
    assert chances == sorted(chances)
    assert 0 < chances[0] < READOUT.least_confidence < chances[-1] < 1
    assert READOUT.confidence(np.full(40, np.nan, np.float32)) == 0


@pytest.mark.parametrize("value", [*SENSIBLE, np.nan, 8.01, -3.01, np.inf])
def test_the_sensible_range_has_its_ends(value):
    row = np.zeros((2, 5), np.float32)
    row[1, 2] = value
    assert is_sensible(row).tolist() == [True, value in SENSIBLE]


def test_the_finding_constants_are_those_of_face_v1():
    from mien.decoders.face.decoder import NAME, WEIGHTS
    from mien.decoders.face.readout import Readout
    from mien.decoders.session import metadata, open_session

    theirs = Readout.from_metadata(metadata(open_session(WEIGHTS / f"{NAME}.onnx")))
    assert READOUT.least_quality == theirs.least_quality
    assert READOUT.sharpness == pytest.approx(theirs.sharpness, abs=1e-6)
    assert READOUT.box == pytest.approx(theirs.box, abs=1e-6)


CARDS = [card(suites()[f"emonet-face-{size}"]) for size in ("small", "large")]


@pytest.mark.parametrize("told", CARDS, ids=["small", "large"])
def test_cards_carry_published_figures_beside_their_chance(told):
    lenient = told.figure("LAION's accuracy: any head of the class above 1.5/40")
    assert (lenient.value, lenient.n) == (0.7829, 152)
    assert lenient.chance == pytest.approx(0.442, abs=0.005)
    assert told.figure("accuracy of the top emotion's class").value == 0.3026
    assert told.calibration.startswith("uncalibrated as shares")
    assert (told.licence, told.commercial) == ("CC-BY-4.0", True)
    assert told.covers == EMONET_40
    assert Emotion.NEUTRAL not in told.covers


def test_cards_carry_the_kappa_of_their_own_size():
    values = [told.figure("quadratic kappa, all 40 emotions").value for told in CARDS]
    assert values == [0.241, 0.2707]
    for told in CARDS:
        figure = told.figure("quadratic kappa, all 40 emotions")
        assert figure.low < figure.value < figure.high
        assert "not measured by Mien" in figure.note


def test_constants_are_what_their_command_writes():
    from training.emonet.face_card import read_golden, render

    golden = read_golden(shared("laion"))
    assert tomllib.loads(render(golden)) == tomllib.loads(DATA.read_text())


def test_cards_are_what_their_command_writes():
    from training.emonet.face_card import cards

    made = cards(shared("laion"))
    assert [replace(told, date="") for told in made] == [replace(told, date="") for told in CARDS]
