"""A source as the reader sees it."""

import gc
import sys
from pathlib import Path

import numpy as np
import pytest

import mien.media
from mien.media import open_source
from tests.fakes.sounds import noise, tone, write_sound
from tests.fakes.videos import steady, talk, write_video


def test_the_public_names_are_all_there_and_no_others_are_invented():
    for name in mien.media.__all__:
        assert getattr(mien.media, name).__name__ == name or name == "Side"
    with pytest.raises(AttributeError, match="nothing"):
        mien.media.nothing  # noqa: B018


def test_text_and_photos_need_neither_av_nor_soxr():
    import subprocess

    code = (
        "import sys; from mien.media import open_source; "
        "assert not {'av', 'soxr', 'PIL'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_name_is_the_last_part_and_paths_may_be_text(tmp_path):
    path = write_sound(tmp_path / "talk é.wav", tone(0.5))
    with open_source(str(path)) as source:
        assert source.name == "talk é.wav"
        assert source.path == path
        assert source.origin().source == "talk é.wav"


def test_an_origin_tells_what_a_report_needs(tmp_path):
    with open_source(talk(tmp_path / "a.mp4", 2.0)) as source:
        list(source.sound())
        list(source.pictures())
        origin = source.origin()
    assert origin.kind == "video"
    assert origin.seconds == pytest.approx(2.0, abs=0.05)
    assert origin.tracks == ("video 1: h264, 64x48, 25 fps", "sound 1: aac, 48000 Hz, mono, deu")
    assert origin.language == "de"
    assert len(origin.envelope) == 600
    assert np.median(origin.envelope) == pytest.approx(0.3, abs=0.03)
    assert (origin.width_px, origin.height_px) == (64, 48)


def test_a_length_that_no_one_says_is_measured(tmp_path):
    path = write_sound(tmp_path / "a.flac", noise(2.0), codec="flac")
    raw = bytearray(path.read_bytes())
    # The last 36 bits of these 8 bytes are the number of samples; 0 means unknown.
    place = raw.index(b"fLaC") + 8 + 13
    raw[place] &= 0xF0
    raw[place + 1 : place + 5] = bytes(4)
    path.write_bytes(raw)
    with open_source(path) as source:
        list(source.sound())
        assert source.origin().seconds == pytest.approx(2.0, abs=0.05)


def test_closing_ends_what_is_still_being_read(tmp_path):
    source = open_source(talk(tmp_path / "a.mp4", 2.0))
    sound, pictures = source.sound(), source.pictures()
    next(sound)
    next(pictures)
    source.close()
    assert list(sound) == []
    assert list(pictures) == []
    source.close()


def test_reading_may_stop_anywhere_and_begin_anew(tmp_path):
    with open_source(talk(tmp_path / "a.mp4", 3.0)) as source:
        next(source.sound())
        whole = [image.at for image in source.pictures()]
        next(source.pictures())
        assert [image.at for image in source.pictures()] == whole


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs /proc")
def test_no_file_stays_open(tmp_path):
    path = talk(tmp_path / "a.mp4", 1.0)
    gc.collect()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        with open_source(path) as source:
            next(source.sound())
            next(source.pictures())
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="needs /proc")
def test_memory_does_not_grow_with_the_length(tmp_path):
    def resident_mb():
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0.0

    path = write_video(
        tmp_path / "a.mkv",
        steady(40, 5),
        rate=5,
        size=(640, 480),
        codec="mpeg4",
        sounds=((noise(40, 48_000), 48_000, "aac", "mono", None),),
    )
    with open_source(path) as source:
        sizes = []
        sound = source.sound()
        for image in source.pictures():
            next(sound, None)
            sizes.append((image.at, resident_mb()))
    early = np.median([size for at, size in sizes if 5 < at < 12])
    late = np.median([size for at, size in sizes if at > 33])
    # 180 frames of 640 x 480 would be 160 MB.
    assert late - early < 30


def test_nothing_is_written_to_stdout_or_stderr(tmp_path, capfd):
    path = talk(tmp_path / "a.mp4", 1.0)
    raw = bytearray(path.read_bytes())
    for at in range(len(raw) // 3, len(raw) // 2, 11):
        raw[at] ^= 0xFF
    path.write_bytes(raw)
    with open_source(path) as source:
        list(source.sound())
        list(source.pictures())
    assert capfd.readouterr() == ("", "")
