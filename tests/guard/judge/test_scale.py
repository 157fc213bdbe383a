import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.guard.judge.scale import Graded, Scale, fit_scale, measure

graded = st.lists(
    st.builds(Graded, st.sampled_from("abcdefgh"), st.integers(0, 3), st.booleans()), max_size=120
)


def rows(*told):
    """(grade, is it true, how often)."""
    return [
        Graded(f"g{grade}{is_true}{i}", grade, is_true)
        for grade, is_true, n in told
        for i in range(n)
    ]


@given(graded, st.sampled_from([0.0, 0.05, 0.5]))
def test_a_fit_keeps_its_promise_on_what_it_saw(told, most):
    scale = fit_scale(told, most)
    if scale is None:
        return
    assert list(scale.chances) == sorted(scale.chances)
    false = [one for one in told if not one.is_true]
    assert sum(one.grade >= scale.raised_from for one in false) <= most * len(false)


def test_the_lowest_grade_that_keeps_quiet_is_chosen():
    told = rows((0, False, 95), (1, False, 5), (1, True, 10), (3, True, 10))
    assert fit_scale(told, 0.05).raised_from == 1
    assert fit_scale(told, 0.04).raised_from == 2


def test_chances_are_the_shares_at_each_grade():
    told = rows((0, False, 99), (1, False, 9), (1, True, 9), (2, True, 19))
    chances = fit_scale(told, 0.05).chances
    assert chances == pytest.approx((0.5 / 100, 0.5, 19.5 / 20, 19.5 / 20))


def test_a_grade_that_is_right_less_often_than_the_one_below_is_pooled_with_it():
    told = rows((0, False, 50), (1, True, 10), (2, True, 5), (2, False, 5), (3, True, 5))
    chances = fit_scale(told, 0.1).chances
    assert chances[1] == chances[2] == pytest.approx(16 / 22)


def test_too_few_of_either_kind_teach_nothing():
    assert fit_scale(rows((0, False, 9), (3, True, 40)), 0.05) is None
    assert fit_scale(rows((0, False, 40), (3, True, 9)), 0.05) is None


def test_a_judge_that_cannot_tell_gets_no_scale():
    assert fit_scale(rows((2, False, 20), (2, True, 20), (3, False, 20)), 0.05) is None


def test_figures_count_every_turn_once_and_hold_it_out():
    told = rows((0, False, 60), (3, True, 40))
    found = measure(told, 0.05)
    assert (found.n_true, found.n_false) == (40, 60)
    assert found.auc == 1
    assert found.recall.value == 1
    assert found.false_alarms.value == 0
    assert found.false_alarms.high > 0


def test_a_judge_that_guesses_has_an_auc_of_one_half():
    told = rows((1, False, 20), (1, True, 20), (2, False, 20), (2, True, 20))
    assert measure(told, 0.05).auc == 0.5


@pytest.mark.parametrize(
    "told", [((0, 0, 1), 1), ((0, 0.5, 0.4, 1), 1), ((0, 0, 0, 1), 0), ((0, 0, 0, 2), 1)]
)
def test_a_scale_that_falls_is_refused(told):
    with pytest.raises(ValueError, match="scale"):
        Scale(chances=told[0], raised_from=told[1])
