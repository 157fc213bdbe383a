import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.decoders.face.align import SIDE, crop_face, like_yunet, roll, yaw
from mien.decoders.face.detect import Found

boxes = st.tuples(st.floats(-300, 600), st.floats(-300, 600), st.floats(1, 400), st.floats(1, 400))


def disc(middle, radius, size=(240, 320)):
    """A white disc on black."""
    y, x = np.mgrid[: size[0], : size[1]]
    inside = (x - middle[0]) ** 2 + (y - middle[1]) ** 2 <= radius**2
    return np.repeat((inside * 255).astype(np.uint8)[:, :, None], 3, axis=2)


def points(turn=0.0, nose=0.0):
    """Five points of an upright face of eye distance 40 around (160, 120), turned."""
    flat = np.array([[-20, -10], [20, -10], [nose * 40, 10], [-15, 30], [15, 30]], dtype=float)
    cos, sin = math.cos(turn), math.sin(turn)
    return (flat @ np.array([[cos, sin], [-sin, cos]]) + [160, 120]).astype(np.float32)


@given(box=boxes)
@settings(max_examples=60)
def test_any_box_gives_a_whole_crop(box):
    crop = crop_face(disc((160, 120), 50), Found(box, 1.0))
    assert crop.shape == (SIDE, SIDE)
    assert crop.dtype == np.uint8


@given(x=st.floats(60, 260), y=st.floats(60, 180), radius=st.floats(15, 55))
@settings(max_examples=40)
def test_the_crop_is_centered_on_the_box_and_as_wide(x, y, radius):
    box = (x - 0.8 * radius, y - radius, 1.6 * radius, 2 * radius)
    crop = crop_face(disc((x, y), radius), Found(box, 1.0)) / 255
    rows, columns = np.mgrid[:SIDE, :SIDE]
    assert (crop * columns).sum() / crop.sum() == pytest.approx(23.5, abs=1.6)
    assert (crop * rows).sum() / crop.sum() == pytest.approx(23.5, abs=1.6)
    assert crop.mean() == pytest.approx(math.pi / 4, abs=0.1)


@given(scale=st.sampled_from([1, 2, 3]))
def test_size_does_not_change_the_crop_much(scale):
    small = disc((160, 120), 40)
    large = np.repeat(np.repeat(small, scale, 0), scale, 1)
    one = crop_face(small, Found((120, 80, 80, 80), 1.0)).astype(float)
    other = crop_face(large, Found(tuple(scale * v for v in (120, 80, 80, 80)), 1.0))
    assert np.abs(one - other).mean() < 6


@given(turn=st.floats(-1.2, 1.2))
@settings(max_examples=30)
def test_roll_is_read_from_the_eyes(turn):
    assert roll(Found((0, 0, 9, 9), 1.0, points(turn))) == pytest.approx(turn, abs=1e-4)


def test_a_tilted_head_is_set_upright():
    # A bar through both eyes, tilted by half a right angle, becomes level.
    turn = math.pi / 4
    frame = np.zeros((240, 320, 3), dtype=np.uint8)
    y, x = np.mgrid[:240, :320] - np.array([120, 160])[:, None, None]
    frame[np.abs(y * math.cos(turn) - x * math.sin(turn)) < 4] = 255
    face = Found((100, 60, 120, 120), 1.0, points(turn))
    crop = crop_face(frame, face)
    assert crop[22:26].mean() > 150
    assert crop[:18].mean() < 5
    assert crop[30:].mean() < 5


@given(nose=st.floats(-0.6, 0.6), turn=st.floats(-0.5, 0.5))
@settings(max_examples=30)
def test_yaw_is_the_nose_off_the_middle_whatever_the_roll(nose, turn):
    assert yaw(Found((0, 0, 9, 9), 1.0, points(turn, nose))) == pytest.approx(nose, abs=0.02)


def test_a_cascade_without_points_is_upright_and_frontal():
    face = Found((0, 0, 9, 9), 0.5)
    assert (roll(face), yaw(face)) == (0.0, 0.0)


def test_a_cascades_box_is_scaled_around_its_shifted_middle():
    face = like_yunet(Found((100, 100, 50, 50), 0.5), 1.2, 0.1)
    assert face.box == pytest.approx((95, 100, 60, 60))
    assert face.middle == pytest.approx((125, 130))
