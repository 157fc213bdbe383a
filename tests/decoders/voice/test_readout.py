"""From logits to shares and a confidence."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien.core.errors import BadWeights
from mien.decoders.voice.readout import Readout, meaning
from mien.emotions.maps import label_map

LABELS = label_map("voice")
READOUT = Readout(LABELS.labels, 1.3, 0.8, 0.4, 0.2, (0.0,) * 10, (1.0, 1.0))

logits = arrays(np.float32, (4, len(LABELS.labels)), elements=st.floats(-8, 8, width=32))


def tops(rows):
    return meaning(LABELS, LABELS.spread(READOUT.shares(rows)))


def confidence(rows, quality):
    return READOUT.confidence(rows, np.full(len(rows), quality, dtype=np.float32), tops(rows))


@given(logits)
def test_shares_sum_to_one_and_confidence_is_a_chance(rows):
    np.testing.assert_allclose(READOUT.shares(rows).sum(axis=1), 1, atol=1e-5)
    sure = confidence(rows, 1.0)
    assert ((sure >= 0) & (sure <= 1)).all()


@given(st.sampled_from([n for n in LABELS.labels if n != "boredom"]), st.floats(0, 0.9))
def test_poor_sound_makes_a_clear_voice_less_sure(label, quality):
    row = np.zeros((1, len(LABELS.labels)), dtype=np.float32)
    row[0, LABELS.index(label)] = 5.0
    assert confidence(row, quality)[0] < confidence(row, 1.0)[0]


@given(logits)
def test_a_reference_like_everyones_changes_nothing(rows):
    said = np.append(rows[0], np.float32(0.5))
    typical = np.array(READOUT.neutral, dtype=np.float32)
    np.testing.assert_array_equal(READOUT.adapted(said, typical), said)


def test_who_always_sounds_sad_is_taken_less_for_sad():
    sad, said = LABELS.index("sad"), np.zeros(10, dtype=np.float32)
    at_rest = np.zeros(10, dtype=np.float32)
    at_rest[sad] = 3.0
    told = READOUT.adapted(said, at_rest)
    assert told[sad] == pytest.approx(-1.0)
    assert not np.delete(told, sad).any()


def test_boredom_has_no_emotion_to_be_sure_of():
    row = np.zeros((1, len(LABELS.labels)), dtype=np.float32)
    row[0, LABELS.index("boredom")] = 6.0
    assert confidence(row, 1.0)[0] < 0.1


def test_calm_and_neutral_voices_are_both_surely_neutral():
    row = np.full((1, len(LABELS.labels)), -6.0, dtype=np.float32)
    row[0, [LABELS.index("calm"), LABELS.index("neutral")]] = 2.0
    assert confidence(row, 1.0)[0] > 0.95


@given(logits)
def test_what_is_nearly_certain_varies_little(rows):
    shares = READOUT.shares(rows)
    deviations = READOUT.deviations(shares)
    assert (deviations <= READOUT.spread + 1e-6).all()


@pytest.mark.parametrize("readout", ["", "{}", '{"labels": 3}'])
def test_weights_without_constants_are_bad_weights(readout):
    with pytest.raises(BadWeights):
        Readout.from_metadata({"readout": readout} if readout else {})
