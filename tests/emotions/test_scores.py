import numpy as np
import pytest
from hypothesis import given

from mien.emotions import Emotion, Group, Scores
from tests.made import scores


@given(scores)
def test_an_array_gives_back_the_same_scores(found):
    assert Scores.from_array(found.to_array()) == found


@given(scores)
def test_none_is_never_zero(found):
    for emotion, share in found.items():
        assert (share is None) == bool(np.isnan(found.to_array()[emotion.position]))


@given(scores)
def test_parts_add_up_to_one_or_are_all_zero(found):
    total = float(np.nansum(found.parts()))
    assert total == pytest.approx(1, abs=1e-5) or total == 0


@given(scores)
def test_the_top_is_the_largest_share(found):
    if found.top is None:
        assert not found.covered
    else:
        assert found.top.share == max(s for s in found.values() if s is not None)
        assert found.strongest(1) == [found.top]


def test_scores_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        Scores({Emotion.ANGER: 1.0}).to_array()[0] = 1


def test_a_group_is_the_sum_of_its_emotions():
    found = Scores({Emotion.ANGER: 0.25, Emotion.FEAR: 0.5, Emotion.SADNESS: None})
    assert found.by_group() == {Group.NEGATIVE_HIGH_ENERGY: 0.75}


def test_an_unjudged_emotion_is_none():
    assert Scores({Emotion.ANGER: 0.5})[Emotion.AWE] is None


def test_scores_are_equal_by_value():
    assert Scores({Emotion.AWE: 0.5}) == Scores({Emotion.AWE: 0.5, Emotion.ANGER: None})
    assert hash(Scores({Emotion.AWE: 0.5})) == hash(Scores({Emotion.AWE: 0.5}))
    assert Scores() != Scores({Emotion.AWE: 0.0})
