"""Figures against worked examples, other libraries, and what must hold of any of them."""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mien.evals import stats

grades = st.lists(st.integers(0, 7), min_size=4, max_size=40)
numbers = st.lists(st.floats(-5, 5, width=16), min_size=4, max_size=30)


def pair(values, seed):
    one = np.array(values, dtype=float)
    return one, np.random.default_rng(seed).permutation(one)


@given(grades, st.integers(0, 99))
def test_kappa_is_that_of_scikit_learn(values, seed):
    metrics = pytest.importorskip("sklearn.metrics")
    one, other = pair(values, seed)
    if np.ptp(one) == 0:
        assert np.isnan(stats.quadratic_kappa(one, other))
        return
    theirs = metrics.cohen_kappa_score(
        one.astype(int), other.astype(int), weights="quadratic", labels=range(8)
    )
    assert stats.quadratic_kappa(one, other) == pytest.approx(theirs, abs=1e-9)


@given(grades, st.integers(0, 99), st.floats(0.1, 9), st.floats(-5, 5))
@example([0, 0, 0, 0, 0, 0], 0, 1.0, 2.0721216826308906)
def test_kappa_does_not_depend_on_the_unit_of_both(values, seed, unit, shift):
    one, other = pair(values, seed)
    same = stats.quadratic_kappa(one * unit + shift, other * unit + shift)
    assert same == pytest.approx(stats.quadratic_kappa(one, other), nan_ok=True, abs=1e-6)


def test_kappa_of_the_same_grades_is_one():
    assert stats.quadratic_kappa(np.arange(5.0), np.arange(5.0)) == 1.0


@given(numbers, st.integers(0, 99))
def test_correlations_are_those_of_scipy(values, seed):
    scipy = pytest.importorskip("scipy.stats")
    one, other = pair(values, seed)
    # Far below one, squares underflow, there and here.
    if np.ptp(one) < 1e-3:
        return
    assert stats.pearson(one, other) == pytest.approx(scipy.pearsonr(one, other)[0], abs=1e-9)
    assert stats.spearman(one, other) == pytest.approx(scipy.spearmanr(one, other)[0], abs=1e-9)
    assert stats.ranks(one).tolist() == scipy.rankdata(one).tolist()


def test_a_constant_correlates_with_nothing():
    assert np.isnan(stats.pearson(np.full(5, 0.1), np.arange(5.0)))
    assert np.isnan(stats.spearman(np.arange(5.0), np.full(5, 0.1)))


def krippendorffs_example():
    """Part C and D of Krippendorff (2011): 4 observers, 12 units, values 1 to 5, with gaps."""
    rows = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
    ]
    counts = np.zeros((12, 5))
    for row in rows:
        for unit, value in enumerate(row):
            if value is not None:
                counts[unit, value - 1] += 1
    return counts


@pytest.mark.parametrize(
    ("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_of_krippendorffs_own_example(level, alpha):
    found = stats.krippendorff_alpha(krippendorffs_example(), np.arange(1.0, 6.0), level)
    assert found == pytest.approx(alpha, abs=5e-4)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_alpha_is_one_if_all_agree_and_below_zero_if_all_differ(level):
    agree = np.diag([3.0, 3.0, 3.0])
    assert stats.krippendorff_alpha(agree, np.arange(3.0), level) == pytest.approx(1.0)
    differ = np.array([[1.0, 1.0]] * 4)
    assert stats.krippendorff_alpha(differ, np.arange(2.0), level) < 0


def test_a_unit_with_one_rating_tells_nothing():
    counts = krippendorffs_example()
    more = np.vstack([counts, np.eye(5)])
    for level in ("nominal", "ordinal", "interval"):
        values = np.arange(5.0)
        alone = stats.krippendorff_alpha(counts, values, level)
        assert stats.krippendorff_alpha(more, values, level) == pytest.approx(alone)


@given(st.integers(0, 500))
def test_cronbach_without_gaps_is_the_textbook_formula(seed):
    random = np.random.default_rng(seed)
    ratings = random.normal(size=(12, 1)) + random.normal(size=(12, 4))
    k = 4
    parts, whole = ratings.var(axis=0, ddof=1).sum(), ratings.sum(axis=1).var(ddof=1)
    textbook = k / (k - 1) * (1 - parts / whole)
    assert stats.cronbach_alpha(ratings) == pytest.approx(textbook, abs=1e-9)


def test_cronbach_keeps_to_its_truth_with_gaps():
    random = np.random.default_rng(1)
    ratings = random.normal(size=(4000, 1)) + random.normal(size=(4000, 3))
    ratings[random.random(ratings.shape) < 0.4] = np.nan
    assert stats.cronbach_alpha(ratings) == pytest.approx(0.75, abs=0.03)
    assert stats.cronbach_alpha(ratings, k=2) == pytest.approx(2 / 3, abs=0.03)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(-1, 3)), min_size=4, max_size=60))
def test_recognition_is_that_of_scikit_learn(pairs):
    metrics = pytest.importorskip("sklearn.metrics")
    truth, said = (np.array(values) for values in zip(*pairs, strict=True))
    table = stats.confusion(truth, said, 4)
    assert table.sum() == len(pairs)
    assert stats.accuracy(table) == pytest.approx((truth == said).mean())
    recall = metrics.recall_score(truth, said, labels=sorted(set(truth)), average="macro")
    assert stats.unweighted_average_recall(table) == pytest.approx(recall)
    used = sorted((set(truth) | set(said)) - {-1})
    f1 = metrics.f1_score(truth, said, labels=used, average="macro", zero_division=0)
    assert stats.macro_f1(table) == pytest.approx(f1)


def test_f1_of_tags_is_that_of_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(2)
    truth, said = random.random((50, 6)) < 0.3, random.random((50, 6)) < 0.3
    truth[:, 5] = said[:, 5] = False
    found = stats.f1_of_tags(truth, said)
    assert np.isnan(found[5])
    assert found[:5] == pytest.approx(metrics.f1_score(truth[:, :5], said[:, :5], average=None))


@given(numbers, st.integers(0, 99))
def test_a_quantile_map_gives_the_raters_marginal_and_keeps_the_order(values, seed):
    scores = np.unique(values)
    grades = np.random.default_rng(seed).integers(0, 8, len(scores)).astype(float)
    mapped = stats.QuantileMap.fit(scores, grades)(scores)
    assert sorted(mapped) == sorted(grades)
    assert (np.diff(mapped) >= 0).all()


def test_errors_are_in_the_unit_of_the_values():
    assert stats.mean_absolute_error(np.array([0.0, 5.0]), np.array([10.0, 5.0])) == 5.0
    assert stats.root_mean_squared_error(np.array([0.0, 0.0]), np.array([6.0, 8.0])) == 50**0.5
