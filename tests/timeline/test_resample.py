import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import ConfigError
from mien.timeline import Timeline
from mien.timeline.schema import scores_array
from tests.made import told

spans = st.lists(
    st.tuples(st.floats(0, 100), st.floats(0.05, 30), st.floats(0, 1)), min_size=1, max_size=12
)


@settings(max_examples=40)
@given(spans, st.floats(0.5, 20))
def test_resample_keeps_total_mass(found, step):
    timeline = Timeline.of_readings(told(s, s + n, anger=share) for s, n, share in found)
    before = sum(
        (r.end - r.start) * share for r, share in zip(timeline, _anger(timeline), strict=True)
    )
    grid = timeline.resample(step)
    after = sum(r.extra["seconds"] * share for r, share in zip(grid, _anger(grid), strict=True))
    assert after == pytest.approx(before, rel=1e-3, abs=1e-3)


@settings(max_examples=20)
@given(spans, st.floats(0.5, 20))
def test_resample_never_leaves_the_range_of_what_was_read(found, step):
    timeline = Timeline.of_readings(told(s, s + n, anger=share) for s, n, share in found)
    grid = _anger(timeline.resample(step))
    assert grid.min() >= _anger(timeline).min() - 1e-6
    assert grid.max() <= _anger(timeline).max() + 1e-6


def test_a_gap_stays_a_gap():
    timeline = Timeline.of_readings([told(0, 1, anger=0.5), told(8, 9, anger=0.5)])
    assert [r.start for r in timeline.resample(2.0)] == [0, 8]


def test_two_decoders_are_never_averaged():
    from dataclasses import replace

    other = replace(told(0, 1, anger=0.0), decoder="other-v1")
    grid = Timeline.of_readings([told(0, 1, anger=1.0), other]).resample(1.0)
    assert sorted(_anger(grid)) == [0, 1]


def test_what_was_never_judged_stays_unjudged():
    grid = Timeline.of_readings([told(0, 1, anger=0.5)]).resample(1.0)
    assert np.isnan(scores_array(grid.table)).sum() == 40


@pytest.mark.parametrize("step", [0, -1, float("nan"), float("inf")])
def test_a_senseless_step_is_refused(step):
    with pytest.raises(ConfigError, match="above 0"):
        Timeline.of_readings([]).resample(step)


def _anger(timeline):
    from mien.emotions import Emotion

    return scores_array(timeline.table)[:, Emotion.ANGER.position].astype(float)
