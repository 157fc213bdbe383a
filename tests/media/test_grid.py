"""The choice of pictures, apart from any video."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import ConfigError
from mien.media import Grid, check_fps, limits


@given(
    steps=st.lists(st.floats(0.001, 3.0), min_size=1, max_size=60),
    fps=st.floats(0.1, 60.0),
    start=st.floats(0, 10.0),
)
def test_at_most_one_picture_a_tick_is_taken(steps, fps, start):
    grid = Grid(fps, start)
    times = start + np.cumsum(steps)
    taken = [(at, until) for at in times if (until := grid.take(float(at))) is not None]
    assert taken[0][0] == times[0]
    for at, until in taken:
        assert at < until <= at + 1 / fps + 0.0021
    for (_, until), (at, _) in pairwise(taken):
        assert at >= until - 0.0021


def test_frames_that_come_a_little_late_do_not_make_the_grid_drift():
    # 29.97 frames a second at 5 ticks: adding 0.2 s to each frame's own time would give 4.995.
    grid = Grid(fps=5.0)
    times = [i * 1001 / 30_000 for i in range(30_000)]
    taken = [at for at in times if grid.take(at) is not None]
    assert len(taken) == pytest.approx(times[-1] * 5, abs=1)


def test_what_lies_before_the_start_is_never_due():
    grid = Grid(fps=5.0, start=2.0)
    assert grid.take(1.9) is None
    assert grid.take(2.0) == pytest.approx(2.2)


@pytest.mark.parametrize("fps", [0, -1, 1e6, float("nan"), float("inf")])
def test_a_senseless_rate_is_refused(fps):
    with pytest.raises(ConfigError, match=r"fps must be from 0\.001 to 240"):
        check_fps(fps)


@pytest.mark.parametrize("fps", [*limits.FPS, 5, 29.97])
def test_a_rate_within_the_limits_is_fine(fps):
    check_fps(fps)
