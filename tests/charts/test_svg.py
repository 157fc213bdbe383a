import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien.charts import svg

HEIGHTS = arrays(np.float64, st.integers(3, 60), elements=st.floats(0, 100))


def points_of(path: str) -> np.ndarray:
    """Absolute places behind path data of the form `M x y l dx dy ...`."""
    numbers = [float(n) for n in re.findall(r"-?\d*\.?\d+", path)]
    return np.cumsum(np.array(numbers).reshape(-1, 2), axis=0)


@given(HEIGHTS)
def test_a_simplified_curve_stays_within_its_tolerance(heights):
    points = np.column_stack([np.arange(len(heights), dtype=float), heights])
    kept = svg.simplify(points, 0.5)
    drawn = np.interp(points[:, 0], kept[:, 0], kept[:, 1])
    slope = np.abs(np.gradient(heights)).max() + np.ptp(heights) + 1
    assert np.abs(drawn - heights).max() <= 0.5 * (1 + slope)
    assert (kept[[0, -1]] == points[[0, -1]]).all()


def test_points_on_one_line_are_not_drawn():
    x = np.arange(100.0)
    assert len(svg.simplify(np.column_stack([x, 2 * x]))) == 2


def test_a_corner_is_kept():
    corner = np.array([[0.0, 0], [5, 0], [5, 9], [10, 9]])
    assert (svg.simplify(corner) == corner).all()


@given(HEIGHTS)
def test_an_outline_ends_where_its_data_ends(heights):
    points = np.column_stack([np.arange(len(heights)) * 1.37, heights])
    assert points_of(svg.outline(points))[-1] == pytest.approx(points[-1], abs=0.051)


def test_an_area_goes_there_along_the_top_and_back_along_the_bottom():
    x = np.array([0.0, 10.0])
    path = svg.area(x, np.array([9.0, 9.0]), np.array([1.0, 2.0]))
    assert path.endswith("z")
    assert points_of(path).tolist() == [[0, 1], [10, 2], [10, 9], [0, 9]]


@given(st.floats(-2000, 2000))
def test_a_coordinate_is_written_to_a_tenth(value):
    assert float(svg.number(value)) == pytest.approx(value, abs=0.0501)


@given(st.floats(0.5, 200_000), st.integers(3, 12))
def test_a_time_axis_has_at_most_the_ticks_asked_for(length, most):
    ticks = svg.time_ticks(0, length, most)
    assert 1 <= len(ticks) <= most + 1
    assert all(0 <= at <= length + 1e-6 for at, _ in ticks)


@given(st.text("abcdefgh ", min_size=1), st.floats(20, 300))
def test_shortened_text_fits(text, width):
    assert svg.text_width(svg.shortened(text, 12, width), 12) <= width


def test_text_that_fits_is_left_alone():
    assert svg.shortened("so that is it", 12, 200) == "so that is it"


def test_every_picture_has_a_name():
    assert 'aria-label="three faces"' in svg.picture(1, 1, label="three faces")
    assert 'role="img"' in svg.axis([(0, "0:00")], 100, "Time")
