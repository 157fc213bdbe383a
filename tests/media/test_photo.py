"""Photos: upright, bounded, judged by their header first."""

import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from mien.core.errors import SourceError, TooLarge, UnreadableSource
from mien.media import limits, open_source
from tests.fakes.videos import quarters


def photo(path):
    with open_source(path) as source:
        (image,) = source.pictures()
        return image, source.origin()


def save(path, frame=None, **options):
    Pillow.fromarray(quarters() if frame is None else frame).save(path, **options)
    return path


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "bmp", "tiff", "gif"])
def test_a_photo_is_one_still_picture(tmp_path, suffix):
    image, origin = photo(save(tmp_path / f"a.{suffix}"))
    assert image.still
    assert (image.at, image.until) == (0.0, 0.0)
    assert image.frame.shape == (48, 64, 3)
    assert image.frame.dtype == np.uint8
    assert image.frame.flags.c_contiguous
    assert (origin.width_px, origin.height_px, origin.seconds) == (64, 48, None)
    assert origin.tracks[0].startswith("photo: ")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_comes_out_upright(tmp_path, orientation):
    upright = quarters(64, 48)
    stored = {
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.transpose(1, 0, 2),
        6: np.rot90(upright, 1),
        7: np.rot90(upright, 1)[:, ::-1],
        8: np.rot90(upright, -1),
    }[orientation]
    if orientation == 7:
        stored = upright[::-1, ::-1].transpose(1, 0, 2)
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    path = save(tmp_path / "a.png", np.ascontiguousarray(stored), exif=exif)
    image, origin = photo(path)
    np.testing.assert_array_equal(image.frame, upright)
    assert (origin.width_px, origin.height_px) == (64, 48)


def test_a_large_photo_is_shrunk_and_keeps_its_size_on_record(tmp_path):
    path = tmp_path / "a.jpg"
    Pillow.new("RGB", (6000, 4000), "red").save(path)
    image, origin = photo(path)
    assert image.frame.shape == (1365, 2048, 3)
    assert (origin.width_px, origin.height_px) == (6000, 4000)


def test_one_pixel_is_a_photo(tmp_path):
    assert photo(save(tmp_path / "a.png", np.zeros((1, 1, 3), np.uint8)))[0].frame.shape == (
        1,
        1,
        3,
    )


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "1", "I;16", "CMYK"])
def test_every_mode_becomes_rgb(tmp_path, mode):
    suffix = "jpg" if mode == "CMYK" else "png"
    Pillow.fromarray(quarters()).convert("L" if mode == "I;16" else mode).convert(mode).save(
        tmp_path / f"a.{suffix}"
    )
    assert photo(tmp_path / f"a.{suffix}")[0].frame.shape == (48, 64, 3)


def test_sixteen_bits_keep_their_brightness(tmp_path):
    Pillow.fromarray(np.full((4, 4), 40_000, np.uint16)).save(tmp_path / "a.png")
    assert photo(tmp_path / "a.png")[0].frame.mean() == pytest.approx(40_000 / 256, abs=1)


def test_transparent_parts_are_white(tmp_path):
    Pillow.new("RGBA", (4, 4), (10, 20, 30, 0)).save(tmp_path / "a.png")
    assert photo(tmp_path / "a.png")[0].frame.min() == 255


@pytest.mark.parametrize("suffix", ["gif", "webp", "png"])
def test_of_an_animation_the_first_picture_is_read_and_that_is_said(tmp_path, suffix):
    frames = [Pillow.fromarray(quarters(shade=shade)) for shade in (0, 100, 200)]
    frames[0].save(tmp_path / f"a.{suffix}", save_all=True, append_images=frames[1:])
    image, origin = photo(tmp_path / f"a.{suffix}")
    assert image.frame[40, 60].max() < 20
    assert origin.notes == ("an animation: only the first of 3 pictures was read",)


def test_60000_by_60000_is_refused_by_its_header(tmp_path):
    path = tmp_path / "bomb.png"
    _png_header(path, 60_000, 60_000)
    with pytest.raises(TooLarge, match="at most 120,000,000 are read"):
        open_source(path)


def test_a_picture_just_beyond_the_limit_is_refused(tmp_path):
    side = int(limits.PHOTO_PIXELS**0.5) + 1
    _png_header(tmp_path / "a.png", side, side)
    with pytest.raises(TooLarge, match=f"{side} x {side} pixels"):
        open_source(tmp_path / "a.png")


def test_a_photo_that_is_cut_off_is_unreadable(tmp_path):
    noisy = np.random.default_rng(0).integers(0, 255, (200, 200, 3), np.uint8)
    path = save(tmp_path / "a.jpg", noisy)
    path.write_bytes(path.read_bytes()[:5000])
    with open_source(path) as source, pytest.raises(UnreadableSource, match="damaged or cut off"):
        list(source.pictures())


@settings(max_examples=60)
@given(
    suffix=st.sampled_from(["jpg", "png", "webp", "gif", "bmp", "tiff"]),
    seed=st.integers(0, 10_000),
    n=st.integers(1, 40),
    keep=st.floats(0.1, 1.0),
)
def test_no_damage_raises_anything_but_our_errors(tmp_path_factory, suffix, seed, n, keep):
    base = tmp_path_factory.getbasetemp() / f"base.{suffix}"
    if not base.exists():
        exif = Pillow.Exif()
        exif[0x0112] = 6
        save(base, exif=exif)
    raw = bytearray(base.read_bytes())
    raw = raw[: max(20, int(len(raw) * keep))]
    for at in np.random.default_rng(seed).integers(10, len(raw), n):
        raw[at] ^= int(at % 255) + 1
    path = tmp_path_factory.getbasetemp() / f"damaged.{suffix}"
    path.write_bytes(raw)
    try:
        image, _ = photo(path)
    except SourceError:
        return  # what cannot be read says so
    assert image.frame.dtype == np.uint8


def _png_header(path, width, height):
    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )
