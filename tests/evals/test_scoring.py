"""The figures of a table against plain formulas, and what must hold of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.emotions import Emotion, label_map
from mien.evals import stats
from mien.evals.intervals import Resampling
from mien.evals.perception.items import Form
from mien.evals.perception.scoring.agreement import alphas, cronbach, staged
from mien.evals.perception.scoring.grades import GradesScorer, best_threshold
from mien.evals.perception.scoring.labels import explain
from mien.evals.perception.scoring.lenient import lenient, passing
from mien.evals.perception.scoring.moments import Cell, Moments, mean_over
from mien.evals.perception.scoring.tables import GradesTable
from mien.evals.perception.sets import open_sets
from tests.data import shared
from tests.evals import made

N = 60


def columns(seed, n=N):
    random = np.random.default_rng(seed)
    return random.integers(0, 8, n).astype(float), random.integers(0, 8, n).astype(float)


@given(st.integers(0, 999))
@settings(max_examples=25)
def test_figures_of_sums_are_those_of_the_plain_formulas(seed):
    one, other = columns(seed)
    items = np.arange(N)
    moments = Moments([Cell(items, one, other)], Resampling([str(i) for i in items], draws=3))
    found = {
        "kappa": stats.quadratic_kappa(one, other),
        "pearson": stats.pearson(one, other),
        "mae": stats.mean_absolute_error(one, other),
        "rmse": stats.root_mean_squared_error(one, other),
    }
    for name, value in found.items():
        assert getattr(moments, name)()[0, 0] == pytest.approx(value, abs=1e-9)


def test_a_constant_has_no_correlation_and_no_kappa():
    one, other = np.full(N, 0.1), columns(0)[1]
    items = np.arange(N)
    moments = Moments([Cell(items, one, other)], Resampling([str(i) for i in items], draws=20))
    assert np.isnan(moments.pearson()).all()
    assert moments.kappa()[0, 0] == pytest.approx(0.0, abs=1e-9)


def test_a_mean_leaves_out_what_could_not_be_formed():
    assert mean_over(np.array([[1.0, np.nan], [np.nan, np.nan]])) == pytest.approx(
        [1.0, np.nan], nan_ok=True
    )


def ratings(seed=0, n=120, raters=3, noise=1.0):
    """Anger graded around a truth that is known."""
    random = np.random.default_rng(seed)
    truth = random.uniform(0, 7, n)
    rows = []
    for i in range(n):
        for rater in range(raters):
            grade = np.clip(np.round(truth[i] + random.normal(0, noise)), 0, 7)
            rows.append((f"{i:03}", f"r{rater}", "anger", float(grade)))
    return truth, made.graded(rows)


def scorer_of(opened, draws=50):
    clusters = [item.cluster for item in opened.items]
    return GradesScorer(opened, Resampling(clusters, draws=draws))


def anger(values):
    scores = np.full((len(values), len(Emotion)), np.nan)
    scores[:, Emotion.ANGER.position] = values
    return scores


def test_kappa_is_the_mean_over_raters_of_rounded_grades():
    truth, opened = ratings()
    figures, by_label = scorer_of(opened).measure(anger(truth / 7))
    raters = opened.sheet.value.reshape(-1, 3).astype(float).T
    grade = np.floor(truth + 0.5)
    plain = np.mean([stats.quadratic_kappa(grade, rater) for rater in raters])
    assert figures["kappa"].value == pytest.approx(plain)
    assert by_label["anger"]["kappa"] == figures["kappa"]
    mean = raters.mean(axis=0)
    assert figures["spearman"].value == pytest.approx(stats.spearman(truth, mean))
    assert figures["mae"].value == pytest.approx(np.abs(truth - mean).mean())


def test_calibration_lets_only_the_order_count():
    truth, opened = ratings()
    scorer = scorer_of(opened)
    straight, _ = scorer.measure(anger(truth / 7))
    bent, _ = scorer.measure(anger((truth / 7) ** 6 / 50))
    assert bent["kappa"].value < 0.2 < straight["kappa"].value
    for key in ("kappa_calibrated", "kappa_oracle", "spearman"):
        assert bent[key].value == pytest.approx(straight[key].value)
    assert straight["kappa_oracle"].value >= straight["kappa_calibrated"].value - 0.02


def test_a_calibration_of_noise_finds_nothing():
    _, opened = ratings(n=400)
    noise = np.random.default_rng(5).random(400)
    figures, _ = scorer_of(opened).measure(anger(noise))
    assert abs(figures["kappa_calibrated"].value) < 0.12


def test_people_are_measured_in_the_same_kappa():
    _, opened = ratings(n=400, noise=0.5)
    _, loose = ratings(n=400, noise=3.0)
    close = scorer_of(opened).people()[0]["kappa"]
    assert close.value > 0.9 > 0.6 > scorer_of(loose).people()[0]["kappa"].value
    assert close.low < close.value < close.high


def test_agreement_with_each_rater_finds_the_odd_one_out():
    truth, opened = ratings(n=200, noise=0.5)
    sheet = opened.sheet
    values = sheet.value.copy()
    values[sheet.rater == 2] = np.random.default_rng(1).integers(0, 8, (sheet.rater == 2).sum())
    object.__setattr__(sheet, "value", values)
    scorer = scorer_of(opened)
    mine = scorer.with_each(anger(truth / 7), sheet.raters)
    theirs = scorer.among_each(sheet.raters)
    assert list(mine) == list(theirs) == ["r0", "r1", "r2"]
    assert mine["r0"].value > 0.8 > 0.2 > mine["r2"].value
    assert theirs["r0"].value > theirs["r2"].value + 0.3


def test_shuffled_answers_score_nothing():
    truth, opened = ratings(n=300)
    chance = scorer_of(opened).chance(anger(truth / 7))
    assert abs(chance["spearman"]) < 0.05
    assert abs(chance["kappa"]) < 0.05


def test_without_names_all_pairs_of_an_item_count_alike():
    rows = [(f"{i}", None, "awe", float(v)) for i in range(30) for v in (i % 3, (i + i % 2) % 3)]
    forward = scorer_of(made.graded(rows)).people()[0]["kappa"].value
    turned = [rows[i ^ 1] for i in range(len(rows))]
    assert forward == pytest.approx(scorer_of(made.graded(turned)).people()[0]["kappa"].value)


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), min_size=1, max_size=25))
def test_no_other_threshold_has_a_higher_f1(pairs):
    scores = np.array([score / 10 for score, _ in pairs])
    truth = np.array([is_true for _, is_true in pairs])

    def f1(cut):
        return float(np.nan_to_num(stats.f1_of_tags(truth[:, None], (scores >= cut)[:, None])[0]))

    assert f1(best_threshold(scores, truth)) == max(f1(cut) for cut in scores)


def test_tags_are_scored_by_f1_and_no_answer_is_a_no():
    rows = [(f"{i:03}", "p", "elation", float(i % 2)) for i in range(200)]
    opened = made.graded(rows, scale=(0.0, 1.0), form=Form.TAGS)
    scores = np.full((200, len(Emotion)), np.nan)
    scores[:, Emotion.ELATION.position] = [0.3 * (i % 2) for i in range(200)]
    figures, _ = scorer_of(opened).measure(scores)
    assert figures["macro_f1"].value == 0.0
    assert figures["macro_f1_fitted"].value == 1.0
    scores[::4] = scores[1::4] = np.nan
    figures, _ = scorer_of(opened).measure(scores)
    assert figures["macro_f1_fitted"].value == pytest.approx(2 / 3)


@given(st.integers(0, 999), st.sampled_from(["ravdess", "ferplus", "crema_d", "emodb"]))
@settings(max_examples=40)
def test_what_a_decoder_got_from_labels_comes_back(seed, name):
    labels = label_map(name)
    random = np.random.default_rng(seed)
    shares = random.dirichlet(np.ones(len(labels.labels)), 5)
    back = explain(labels.spread(shares.astype(np.float32)).astype(float), labels)
    again = labels.spread(back.astype(np.float32))
    assert again == pytest.approx(labels.spread(shares.astype(np.float32)), nan_ok=True, abs=1e-3)


@pytest.mark.parametrize("name", ["ferplus", "crema_d", "emodb", "ravdess"])
def test_each_pure_label_is_the_one_that_explains_it(name):
    labels = label_map(name)
    # RAVDESS and EmoDB are also listed by their codes; boredom means none of the forty.
    told = [i for i, row in enumerate(labels.matrix) if row[list(_covered(labels))].sum() > 0.5]
    whole = labels.spread(np.eye(len(labels.labels), dtype=np.float32)[told])
    best = explain(whole.astype(float), labels).argmax(axis=1)
    assert (labels.matrix[best] == labels.matrix[told]).all()


def _covered(labels):
    return [emotion.position for emotion in labels.covers]


def test_where_nothing_was_said_no_label_has_a_share():
    labels = label_map("ferplus")
    assert not explain(np.full((2, len(Emotion)), np.nan), labels).any()


def test_the_lenient_rule_passes_several_labels_at_once():
    masses = np.array([[0.3, 0.3, 0.3, 0.1]])
    found = passing(masses, np.array([0, 1, 2, 2]), 3, 8)
    assert found.tolist() == [[True, True, True]]
    assert passing(masses, np.array([0, 1, 2, 2]), 3, 4).tolist() == [[False, False, False]]


def test_the_lenient_rule_takes_shares_by_their_sum():
    labels = label_map("ferplus")
    scores = np.full((1, len(Emotion)), np.nan)
    scores[0, [e.position for e in labels.covers]] = 0.01
    scores[0, Emotion.ANGER.position] = 0.05
    found = lenient(scores, labels)
    assert [labels.labels[k] for k in np.flatnonzero(found[0])] == ["anger"]
    assert (lenient(scores * 7, labels) == found).all()


def alpha_by_hand(opened):
    sheet = opened.sheet
    grades = np.unique(sheet.value)
    counts = np.zeros((len(opened.items), len(grades)))
    np.add.at(counts, (sheet.item, np.searchsorted(grades, sheet.value)), 1)
    return counts, grades.astype(float)


def test_alpha_of_a_sheet_is_that_of_its_counts():
    _, opened = ratings(n=50)
    resampling = Resampling([item.cluster for item in opened.items], draws=30)
    counts, grades = alpha_by_hand(opened)
    found = alphas(opened.sheet, resampling)
    for level in ("nominal", "ordinal", "interval"):
        plain = stats.krippendorff_alpha(counts, grades, level)
        assert found["anger"][f"alpha_{level}"].value == pytest.approx(plain)
        assert found[""][f"alpha_{level}"].value == pytest.approx(plain)
    assert found[""]["alpha_interval"].low < found[""]["alpha_interval"].high


def test_cronbach_of_a_sheet_is_that_of_its_matrix():
    _, opened = ratings(n=50)
    matrix = opened.sheet.value.reshape(-1, 3).astype(float)
    assert cronbach(opened.sheet) == pytest.approx(stats.cronbach_alpha(matrix))


def told_in_stages(n=400, seed=0):
    """A third rater is asked only after two yes, a second only after one."""
    random = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        for rater in range(3):
            is_yes = random.random() < 0.7
            rows.append((f"{i}", f"r{rater}", "awe", float(is_yes)))
            if not is_yes:
                break
    return made.graded(rows, scale=(0.0, 1.0))


def test_raters_chosen_by_earlier_answers_are_found_out():
    opened = told_in_stages()
    resampling = Resampling([item.cluster for item in opened.items], draws=200)
    found = staged(opened.sheet, 0.0, resampling)
    assert found.first == 1
    assert found.confirmed.value == pytest.approx(0.49, abs=0.08)
    assert found.confirmed.low < 0.49 < found.confirmed.high


def test_raters_that_were_all_asked_are_not_suspected():
    random = np.random.default_rng(0)
    rows = [
        (f"{i}", f"r{rater}", "awe", float(random.random() < 0.7))
        for i in range(400)
        for rater in range(2 + i % 2)
    ]
    opened = made.graded(rows, scale=(0.0, 1.0))
    assert staged(opened.sheet, 0.0, Resampling([i.id for i in opened.items], draws=5)) is None


def test_the_published_binary_answers_confirm_619_in_a_thousand():
    shared("laion/emonet_face_binary.csv.gz")
    [opened] = open_sets(("emonet-face-binary",), shared("laion"))
    resampling = Resampling([item.cluster for item in opened.items], draws=20)
    found = staged(opened.sheet, 0.0, resampling)
    assert (found.first, found.n) == (1, 14_670)
    assert found.confirmed.value == pytest.approx(9_075 / 14_670)
    assert alphas(opened.sheet, resampling)[""]["alpha_pooled"].value == pytest.approx(
        -0.16, abs=0.005
    )


def test_a_row_says_what_was_too_little_to_score_and_not_that_nothing_was_judged():
    rows = [("one", rater, "anger", 3.0) for rater in "ab"]
    rows += [(f"{i:03}", rater, "fear", float(i % 7)) for i in range(40) for rater in "ab"]

    def note(*emotions):
        opened = made.graded([row for row in rows if row[2] in emotions])
        found = {
            item.id: made.shares(item, **dict.fromkeys(emotions, i / 50))
            for i, item in enumerate(opened.items)
        }
        table = GradesTable(opened, Resampling([item.id for item in opened.items], draws=20), 0)
        return table.predictor("made-v1", found).note

    assert note("anger").startswith("judges 1 of 1 emotion, all on too few rated items to score")
    assert note("anger", "fear").startswith("judges 2 of 2 emotions, 1 on too few rated items")
    assert "too few" not in note("fear")
