import pytest

from mien.charts.theme import READABLE, contrast, ink_on
from mien.emotions.emotion import Emotion
from mien.report import palette


@pytest.mark.parametrize("emotion", Emotion)
@pytest.mark.parametrize("dark", [False, True])
def test_a_name_on_its_own_color_can_be_read(emotion, dark):
    color = palette.color(emotion, dark=dark)
    assert contrast(ink_on(color), color) >= READABLE


@pytest.mark.parametrize("dark", [False, True])
def test_no_two_emotions_share_a_color(dark):
    assert len({palette.color(e, dark=dark) for e in Emotion}) == len(Emotion)


def test_the_first_of_each_group_has_the_color_of_its_group():
    assert palette.color(Emotion.AMUSEMENT) == "#efb146"
    assert palette.color(Emotion.CONTENTMENT) == "#5dc291"
    assert palette.color(Emotion.IMPATIENCE) == "#e95048"
    assert palette.color(Emotion.NEUTRAL) == "#dcdee1"


def test_every_emotion_has_a_place_in_a_ribbon_and_neutral_is_on_top():
    assert sorted(palette.ALL) == sorted(Emotion)
    assert palette.ALL[-1] is Emotion.NEUTRAL


def test_groups_lie_together_in_a_ribbon():
    groups = [emotion.group for emotion in palette.ORDER]
    assert len(dict.fromkeys(groups)) == sum(
        a is not b for a, b in zip(groups, [None, *groups], strict=False)
    )
