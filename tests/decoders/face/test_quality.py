import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.decoders.face.detect import Found
from mien.decoders.face.quality import assess, assess_crop, detail

SHARP = (-3.0, 1.0)


def textured(seed):
    """A crop with detail at all sizes."""
    rng = np.random.default_rng(seed)
    layers = [
        cv2.resize(rng.normal(0, 30, (k, k)), (48, 48), interpolation=cv2.INTER_CUBIC)
        for k in (3, 6, 12, 24, 48)
    ]
    return np.clip(128 + sum(layers), 0, 255).astype(np.uint8)


@given(seed=st.integers(0, 1000), sigma=st.floats(0.6, 1.2))
@settings(max_examples=40)
def test_blur_lowers_detail(seed, sigma):
    crop = textured(seed)
    blurred = cv2.GaussianBlur(crop, (0, 0), sigma)
    twice = cv2.GaussianBlur(crop, (0, 0), 2 * sigma)
    assert detail(twice) < detail(blurred) < detail(crop)


@given(seed=st.integers(0, 1000), contrast=st.floats(0.4, 1.0))
@settings(max_examples=30)
def test_contrast_hardly_changes_detail(seed, contrast):
    crop = textured(seed)
    flat = np.clip(128 + contrast * (crop.astype(float) - 128), 0, 255).astype(np.uint8)
    assert detail(flat) == pytest.approx(detail(crop), abs=0.25)


@given(small=st.floats(1, 100), large=st.floats(1, 100), covered=st.floats(0, 1))
@settings(max_examples=40)
def test_quality_never_falls_with_size(small, large, covered):
    small, large = sorted((small, large))
    crop = textured(0)
    one, other = (assess_crop(crop, px, covered, SHARP).overall for px in (small, large))
    assert 0 <= one <= other <= 1


def test_quality_is_nothing_at_sixteen_pixels_and_full_for_a_good_crop():
    crop = textured(1)
    sharp = (detail(crop) - 2, detail(crop) - 0.5)
    assert assess_crop(crop, 16, 0.0, sharp).overall == 0
    assert assess_crop(crop, 48, 0.0, sharp).overall == 1


@given(covered=st.floats(0, 1))
@settings(max_examples=20)
def test_a_hidden_face_is_worth_less(covered):
    whole, hidden = (assess_crop(textured(2), 48, c, SHARP).overall for c in (0.0, covered))
    assert hidden <= whole


@pytest.mark.parametrize("value", [0, 255])
def test_a_black_or_white_crop_is_worth_nothing(value):
    crop = np.full((48, 48), value, dtype=np.uint8)
    assert assess_crop(crop, 100, 0.0, SHARP).overall == 0


def test_a_face_half_outside_or_in_profile_is_worth_less():
    frame = np.zeros((100, 100, 3), dtype=np.uint8)
    crop = textured(3)

    def overall(box, points=None):
        return assess(frame, Found(box, 0.9, points), crop, 0.0, (-9.0, -8.0)).overall

    points = np.array([[30, 40], [60, 40], [45, 55], [35, 70], [55, 70]], dtype=np.float32)
    profile = points.copy()
    profile[2, 0] = 65
    inside = overall((20, 20, 60, 60), points)
    assert inside > 0
    assert overall((-30, 20, 60, 60), points) < inside
    assert overall((20, 20, 60, 60), profile) < inside
