"""Measures and constants of the voice card."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.voice.calibration import Sure, fit_doubt, fit_temperature, least_confidence
from training.voice.corpora import LABELS
from training.voice.measure import answers, recalls, uar

pairs = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=60)


@given(pairs)
def test_uar_is_the_mean_of_recalls(items):
    truth, told = (np.array(column) for column in zip(*items, strict=True))
    assert uar(truth, told) == pytest.approx(np.mean(list(recalls(truth, told).values())))
    assert uar(truth, truth) == 1.0


def test_uar_agrees_with_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    rng = np.random.default_rng(0)
    truth, told = rng.integers(0, 8, 500), rng.integers(0, 8, 500)
    assert uar(truth, told) == pytest.approx(metrics.balanced_accuracy_score(truth, told))


def test_labels_that_a_corpus_lacks_are_never_answers():
    logits = np.random.default_rng(0).normal(size=(200, len(LABELS))).astype(np.float32)
    told = answers(logits, ("angry", "calm"))
    assert set(told.tolist()) == {LABELS.index("angry"), LABELS.index("calm")}


def overconfident(n=4000, heat=2.0, seed=0):
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 2, (n, len(LABELS)))
    shares = np.exp(logits / heat)
    shares /= shares.sum(axis=1, keepdims=True)
    truth = (rng.random((n, 1)) > shares.cumsum(axis=1)).sum(axis=1).clip(0, len(LABELS) - 1)
    return logits.astype(np.float32), truth


def test_the_temperature_of_overconfident_logits_is_found():
    assert fit_temperature(*overconfident(heat=2.0)) == pytest.approx(2.0, rel=0.1)


def test_doubt_grows_where_poor_sound_was_overrated():
    good, truth = overconfident(heat=1.0)
    poor, other = overconfident(heat=2.0, seed=1)
    quality = np.repeat([1.0, 0.5], len(truth))
    doubt = fit_doubt(np.concatenate([good, poor]), np.concatenate([truth, other]), quality, 1.0)
    assert doubt == pytest.approx(2.0, abs=0.4)


def test_the_threshold_is_the_lowest_that_keeps_the_promise():
    confidence = np.linspace(0.1, 1.0, 1000)
    is_right = np.random.default_rng(0).random(1000) < confidence
    least = least_confidence(Sure(confidence, is_right))
    assert is_right[confidence >= least].mean() >= 2 / 3
    assert least < 0.5
    assert least_confidence(Sure(confidence, np.zeros(1000, dtype=bool))) == 0.5
