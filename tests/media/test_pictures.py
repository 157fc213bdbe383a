"""Video: sampled by time, upright, square pixels, of bearable size."""

from itertools import pairwise

import av
import numpy as np
import pytest

from mien.core.errors import ConfigError, TooLarge
from mien.media import Grid, limits, open_source
from tests.fakes.sounds import add_sound, tone
from tests.fakes.videos import shade_at, shade_of, steady, talk, write_video


def images(path, fps=5.0, **span):
    with open_source(path, **span) as source:
        return list(source.pictures(fps))


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [
        ("mp4", "libx264"),
        ("mkv", "libx264"),
        ("mov", "mpeg4"),
        ("webm", "libvpx"),
        ("mp4", "libx265"),
        ("webm", "libvpx-vp9"),
        ("mkv", "mjpeg"),
    ],
)
def test_every_container_gives_the_right_picture_at_each_time(tmp_path, suffix, codec):
    path = write_video(tmp_path / f"a.{suffix}", steady(2), codec=codec)
    found = images(path)
    assert len(found) == 10
    for image in found:
        assert image.frame.shape == (48, 64, 3)
        assert image.frame.flags.c_contiguous
        assert not image.still
        assert shade_of(image.frame) == pytest.approx(shade_at(round(image.at * 25)), abs=9)


def test_times_grow_and_hold_until_the_next_is_due(tmp_path):
    found = images(talk(tmp_path / "a.mp4", 3.0), fps=4)
    assert [image.at for image in found] == pytest.approx(np.arange(0, 3, 0.25), abs=0.09)
    for one, two in pairwise(found):
        assert one.at < one.until <= two.at + 0.003


def test_a_changing_frame_rate_is_sampled_by_time(tmp_path):
    times = [0.0, 0.02, 0.04, 0.5, 0.52, 1.9, 1.92, 1.94, 2.0]
    found = images(write_video(tmp_path / "a.mkv", times), fps=5)
    assert [round(image.at, 3) for image in found] == [0.0, 0.5, 1.9, 2.0]
    for image in found:
        place = times.index(round(image.at, 3))
        assert shade_of(image.frame) == pytest.approx(shade_at(place), abs=9)


def test_asking_for_more_than_there_is_gives_every_picture_once(tmp_path):
    found = images(write_video(tmp_path / "a.mp4", steady(1, 10), rate=10), fps=120)
    assert [round(image.at, 3) for image in found] == pytest.approx(steady(1, 10))


@pytest.mark.parametrize("fps", [3.0, 5.0, 7.3, 12.0])
def test_pushing_every_picture_through_the_grid_gives_the_choice_of_the_file(tmp_path, fps):
    # An intra-only codec: no picture is left out before the grid sees it.
    path = write_video(tmp_path / "a.mkv", steady(4, 30), rate=30, codec="mjpeg")
    grid = Grid(fps)
    pushed = [image.at for image in images(path, fps=240) if grid.take(image.at) is not None]
    assert pushed == [image.at for image in images(path, fps)]
    assert len(pushed) == pytest.approx(4 * fps, abs=1)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_rotated_recording_comes_out_upright(tmp_path, rotation):
    path = write_video(tmp_path / "a.mp4", steady(0.5), rotation=rotation)
    frame = images(path)[0].frame
    plain = images(write_video(tmp_path / "b.mp4", steady(0.5)))[0].frame
    with av.open(str(path)) as container:
        turn = next(container.decode(video=0)).rotation
    assert frame.shape == ((64, 48, 3) if rotation % 180 else (48, 64, 3))
    difference = np.abs(np.rot90(plain, k=turn // 90).astype(int) - frame)
    assert difference.mean() < 3
    with open_source(path) as source:
        assert (source.origin().height_px, source.origin().width_px) == frame.shape[:2]


def test_pixels_that_are_not_square_are_stretched(tmp_path):
    path = write_video(tmp_path / "a.mp4", steady(0.5), aspect=2)
    assert images(path)[0].frame.shape == (48, 128, 3)


def test_large_pictures_are_shrunk_while_they_are_converted(tmp_path):
    path = write_video(tmp_path / "a.mp4", [0, 0.1], size=(1920, 1080), codec="mpeg4")
    assert images(path)[0].frame.shape == (720, 1280, 3)
    with open_source(path) as source:
        assert source.origin().width_px == 1920


def test_a_picture_beyond_the_limit_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    path = talk(tmp_path / "a.mp4")
    monkeypatch.setattr(limits, "VIDEO_PIXELS", 1000)
    with pytest.raises(TooLarge, match="64 x 48 pixels"):
        open_source(path)


def test_pictures_that_grow_beyond_the_limit_on_the_way_are_refused(tmp_path, monkeypatch):
    path = talk(tmp_path / "a.mp4")
    with open_source(path) as source:
        monkeypatch.setattr("mien.media.container._CODEC_LIMITS", {"max_pixels": "1000"})
        assert list(source.pictures()) == []
        assert source.skipped()[0].reason == "damaged packets of video"


def test_cover_art_is_not_a_video(tmp_path):
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as container:
        cover = container.add_stream("mjpeg", rate=1)
        cover.width, cover.height, cover.pix_fmt = 64, 48, "yuvj420p"
        cover.disposition = av.stream.Disposition.attached_pic
        add_sound(container, tone(1, 48_000), 48_000, "aac", "mono")
        frame = av.VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
        for packet in [*cover.encode(frame), *cover.encode(None)]:
            container.mux(packet)
    with open_source(path) as source:
        assert source.kind == "sound"
        assert not source.has_pictures
        assert any("cover" in note for note in source.origin().notes)


def test_a_video_without_sound_says_so_by_giving_none(tmp_path):
    with open_source(write_video(tmp_path / "a.mp4", steady(1))) as source:
        assert source.kind == "video"
        assert not source.has_sound
        assert list(source.sound()) == []
        assert source.origin().envelope == ()


def test_a_span_gives_the_pictures_of_that_time(tmp_path):
    path = write_video(tmp_path / "a.mp4", steady(8), gop=50)
    found = images(path, start=5.0, end=6.0)
    assert [image.at for image in found] == pytest.approx([5.0, 5.2, 5.4, 5.6, 5.8], abs=0.05)
    assert found[-1].until <= 6.0
    for image in found:
        place = round(image.at * 25) % 50
        assert shade_of(image.frame) == pytest.approx(shade_at(place), abs=9)


def test_few_reference_pictures_do_not_thin_out_the_samples(tmp_path):
    # Sixteen pictures between two references: skipping the rest would leave 1.5 a second.
    options = {"bf": "16", "b_strategy": "0", "b-pyramid": "none", "x264-params": "b-adapt=0"}
    path = write_video(tmp_path / "a.mkv", steady(6), options=options, gop=200)
    assert len(images(path, fps=5)) >= 27


def test_sound_and_pictures_may_be_read_at_once(tmp_path):
    with open_source(talk(tmp_path / "a.mp4", 2.0)) as source:
        pictures, sound = source.pictures(), source.sound()
        first = (next(pictures).at, next(sound).start)
        assert first == (0.0, pytest.approx(0.0, abs=0.03))
        assert len(list(pictures)) == 9
        assert sum(len(block.samples) for block in sound) > 0


def test_damaged_pictures_are_counted_and_the_rest_is_read(tmp_path):
    path = write_video(tmp_path / "a.mp4", steady(8), size=(320, 240))
    raw = bytearray(path.read_bytes())
    middle = len(raw) // 2
    raw[middle : middle + 3000] = bytes(3000)
    path.write_bytes(raw)
    with open_source(path) as source:
        found = list(source.pictures())
        assert found[-1].at > 7.0
        assert sum(row.count for row in source.skipped()) > 0


def test_a_video_cut_in_the_middle_says_that_it_ends_early(tmp_path):
    path = talk(tmp_path / "a.mkv", 8.0)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with open_source(path) as source:
        assert list(source.pictures())
        notes = source.origin().notes
        assert any(note.startswith("video ends early") for note in notes)


def test_threads_do_not_change_the_pictures(tmp_path):
    path = talk(tmp_path / "a.mp4", 2.0)
    with open_source(path) as source:
        one = [image.frame for image in source.pictures()]
        two = [image.frame for image in source.pictures(threads=3)]
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("fps", [0, -1, 1e6, float("nan")])
def test_a_senseless_rate_is_refused(tmp_path, fps):
    with open_source(talk(tmp_path / "a.mp4")) as source, pytest.raises(ConfigError, match="fps"):
        source.pictures(fps)
