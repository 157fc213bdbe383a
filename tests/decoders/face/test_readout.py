import json
from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien.core.errors import BadWeights
from mien.decoders.face.quality import Quality
from mien.decoders.face.readout import Readout

LABELS = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt")
READOUT = Readout(
    labels=LABELS,
    share_temperature=0.9,
    confidence_temperature=0.7,
    doubt={"size": 0.5, "visible": 1.0},
    shift=(0.5, 0.4, 0.2, 0.2, 0.1, -0.6, -0.3, -0.5),
    shift_temperature=0.6,
    spread=((0.0, 0.01), (0.3, 0.3), (1.0, 0.1)),
    sharpness=(-3.0, 0.0),
    neutral=(-0.3, -4.0, -5.0, -2.5, -4.0, -5.5, -6.0, -4.0),
    least_quality=0.05,
    least_confidence=0.4,
    box=(1.04, 0.0),
)
GOOD = Quality(1.0, 1.0, 1.0, 1.0, 1.0, 1.0)
rows = arrays(np.float32, 8, elements=st.floats(-12, 0, width=32))


@given(row=rows)
@settings(max_examples=50)
def test_shares_sum_to_one_and_keep_the_order(row):
    shares = READOUT.shares(row)
    assert shares.sum() == pytest.approx(1, abs=1e-5)
    # Softmax may round two close values to one, but never swaps them.
    assert (np.diff(shares[np.argsort(row, kind="stable")]) >= -1e-7).all()


@given(row=rows, size=st.floats(0, 1), visible=st.floats(0, 1))
@settings(max_examples=50)
def test_a_flaw_never_raises_the_confidence(row, size, visible):
    flawed = replace(GOOD, size=size, visible=visible)
    confidence = READOUT.confidence(row, flawed)
    assert 1 / 8 - 1e-6 <= confidence <= READOUT.confidence(row, GOOD) + 1e-6


@given(row=rows)
@settings(max_examples=50)
def test_the_balanced_setting_never_takes_share_from_a_rare_emotion_relative_to_a_common_one(row):
    plain, balanced = READOUT.shares(row), READOUT.balanced(row)
    disgust, neutral = LABELS.index("disgust"), LABELS.index("neutral")
    assert balanced[disgust] * plain[neutral] >= plain[disgust] * balanced[neutral] - 1e-7


def test_a_typical_resting_face_changes_nothing():
    row = np.log(np.full(8, 1 / 8, dtype=np.float32))
    neutral = np.array(READOUT.neutral, dtype=np.float32)
    assert READOUT.adapted(row, neutral) == pytest.approx(row)


def test_half_of_what_a_resting_face_adds_is_taken_away():
    row = np.log(np.full(8, 1 / 8, dtype=np.float32))
    sad_at_rest = np.array(READOUT.neutral, dtype=np.float32)
    sad_at_rest[LABELS.index("sadness")] += 2.0
    adapted = READOUT.adapted(row, sad_at_rest)
    assert adapted[LABELS.index("sadness")] == pytest.approx(row[0] - 1.0)
    assert READOUT.shares(adapted)[LABELS.index("sadness")] < 1 / 8


@given(share=st.floats(0, 1, width=32))
@settings(max_examples=30)
def test_deviations_lie_between_their_knots(share):
    told = READOUT.deviations(np.full(8, share, dtype=np.float32))
    assert (told >= 0.01 - 1e-6).all()
    assert (told <= 0.3 + 1e-6).all()


def test_constants_survive_the_model_file():
    kept = {"readout": json.dumps(asdict(READOUT))}
    assert Readout.from_metadata(kept) == READOUT


@pytest.mark.parametrize("values", [{}, {"readout": "{}"}, {"readout": "[1]"}, {"readout": "no"}])
def test_a_model_file_without_constants_is_bad_weights(values):
    with pytest.raises(BadWeights):
        Readout.from_metadata(values)
