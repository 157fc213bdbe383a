import pytest

from mien.emotions import Emotion
from mien.timeline import Timeline, mean_shares, peaks
from tests.made import told


def test_means_weigh_by_seconds():
    timeline = Timeline.of_readings([told(0, 3, anger=0.2), told(3, 4, anger=0.6)])
    assert mean_shares(timeline)[Emotion.ANGER] == pytest.approx(0.3)


def test_nothing_told_has_no_mean():
    assert mean_shares(Timeline.of_readings([])) == {}


def test_a_peak_is_the_strongest_of_its_emotion():
    timeline = Timeline.of_readings(
        [told(0, 1, anger=0.3, neutral=0.9), told(1, 2, anger=0.7), told(2, 3, awe=0.4)]
    )
    assert [(p.emotion, p.reading.start) for p in peaks(timeline)] == [
        (Emotion.ANGER, 1),
        (Emotion.AWE, 2),
    ]
