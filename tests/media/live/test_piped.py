"""Sound through real pipes."""

import io
import os
import struct
import threading
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import ConfigError, UnreadableSource
from mien.media import SoundStream, open_source
from mien.media.live.piped import FORMS, PipedSound, to_samples
from mien.media.live.wav import Pcm
from tests.fakes.sounds import noise, wav_header, write_sound

UNKNOWN = 0xFFFFFFFF


@contextmanager
def pipe_of(body, cut=997):
    """A pipe into which a thread writes, cut where no sample ends."""
    reading, writing = os.pipe()

    def write():
        with os.fdopen(writing, "wb", buffering=0) as pipe:
            for at in range(0, len(body), cut):
                try:
                    pipe.write(body[at : at + cut])
                except BrokenPipeError:
                    return

    thread = threading.Thread(target=write)
    thread.start()
    with io.FileIO(reading) as pipe:
        yield pipe
    thread.join()


def heard(body, raw=None, sides=False):
    with pipe_of(body) as pipe:
        stream = SoundStream(PipedSound(pipe, raw), sides=sides)
        blocks = list(stream.sound())
    return stream, blocks


def joined(blocks, side=None):
    return np.concatenate([block.samples for block in blocks if block.side == side])


def wav(tmp_path, samples, n_bytes=None, **more):
    body = samples.tobytes()
    path = wav_header(
        tmp_path / "a.wav", len(body) if n_bytes is None else n_bytes, body=body, **more
    )
    return path.read_bytes()


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100])
def test_a_pipe_gives_the_samples_of_the_file(tmp_path, rate_hz):
    path = write_sound(tmp_path / "a.wav", noise(1.3, rate_hz), rate_hz)
    with open_source(path) as source:
        stored = np.concatenate([block.samples for block in source.sound()])
    stream, blocks = heard(path.read_bytes())
    np.testing.assert_allclose(joined(blocks), stored, atol=1e-6)
    assert stream.fault is None
    assert stream.heard == pytest.approx(1.3)


@pytest.mark.parametrize("n_bytes", [UNKNOWN, 0, 0x7FFFF000, 0x80000024])
def test_a_length_that_nobody_knew_means_to_the_end(tmp_path, n_bytes):
    samples = np.arange(-3_000, 3_000, dtype="<i2")
    stream, blocks = heard(wav(tmp_path, samples, n_bytes))
    assert len(joined(blocks)) == len(samples)
    assert stream.fault is None


def test_what_follows_the_sound_of_a_wav_is_not_heard(tmp_path):
    samples = np.arange(500, dtype="<i2")
    _, blocks = heard(wav(tmp_path, samples) + b"LIST" + struct.pack("<I", 400) + bytes(400))
    assert len(joined(blocks)) == 500


def test_tags_before_the_sound_are_passed_over(tmp_path):
    whole = wav(tmp_path, np.arange(500, dtype="<i2"), UNKNOWN)
    at = whole.index(b"data")
    tags = b"LIST" + struct.pack("<I", 3) + b"abc\0"
    _, blocks = heard(whole[:at] + tags + whole[at:])
    assert len(joined(blocks)) == 500


def test_a_wav_that_is_cut_is_read_and_told(tmp_path):
    stream, blocks = heard(wav(tmp_path, np.arange(500, dtype="<i2"), 5_000))
    assert len(joined(blocks)) == 500
    assert "ends before the length" in stream.fault.reason
    assert len(stream.skipped()) == 1


def test_each_side_of_a_call_is_a_line_of_its_own(tmp_path):
    pair = np.stack([np.full(800, 1_000), np.full(800, -2_000)], axis=1).astype("<i2")
    _, blocks = heard(wav(tmp_path, pair, channels=2), sides=True)
    np.testing.assert_allclose(joined(blocks, "left"), 1_000 / 32_768, atol=1e-6)
    np.testing.assert_allclose(joined(blocks, "right"), -2_000 / 32_768, atol=1e-6)
    _, blocks = heard(wav(tmp_path, pair, channels=2))
    np.testing.assert_allclose(joined(blocks), -500 / 32_768, atol=1e-6)


def test_sides_need_two_channels(tmp_path):
    with pytest.raises(ConfigError, match="two channels"):
        heard(wav(tmp_path, np.zeros(100, "<i2")), sides=True)


@given(st.lists(st.integers(-(2**23), 2**23 - 1), min_size=1, max_size=50))
def test_24_bits_are_read_to_the_last(values):
    body = b"".join(value.to_bytes(3, "little", signed=True) for value in values)
    assert (to_samples(body, "s24le", 1)[:, 0] >> 8).tolist() == values


@pytest.mark.parametrize("form", FORMS)
def test_raw_samples_of_every_form_are_heard(form):
    sound = 0.5 * np.sin(np.arange(3_200) / 20)
    scale = {"u8": 127, "s16le": 2**15 - 1, "s24le": 2**23 - 1, "s32le": 2**31 - 1}.get(form, 1)
    whole = sound * scale
    if form == "s24le":
        body = whole.astype("<i4").view("u1").reshape(-1, 4)[:, :3].tobytes()
    elif form == "u8":
        body = (whole + 128).astype("u1").tobytes()
    else:
        types = {"s16le": "<i2", "s32le": "<i4", "f32le": "<f4", "f64le": "<f8"}
        body = whole.astype(types[form]).tobytes()
    _, blocks = heard(body, Pcm(16_000, 1, form))
    np.testing.assert_allclose(joined(blocks), sound, atol=0.02)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "nothing came"),
        (b"ID3\x04" + bytes(100), "no WAV"),
        (b"hi", "no WAV"),
        (b"RIFF\0\0\0\0AVI " + bytes(50), "not WAV"),
        (b"RIFF\0\0\0\0WAVE", "ends within the head"),
        (b"RIFF\0\0\0\0WAVEdata" + bytes(50), "before its format"),
        (b"RIFF\0\0\0\0WAVEfmt \4\0\0\0" + bytes(4), "format is cut"),
        (b"RIFF\0\0\0\0WAVELIST\xff\xff\xff\x7f" + bytes(50), "first MiB"),
    ],
)
def test_what_is_no_wav_is_refused_with_a_reason(body, said):
    with pytest.raises(UnreadableSource, match=said):
        heard(body)


def test_a_wav_with_a_codec_says_what_to_do(tmp_path):
    with pytest.raises(UnreadableSource, match="pcm_s16le"):
        heard(wav(tmp_path, np.zeros(100, "u1"), code=7, bits=8))


def test_a_rate_that_contradicts_the_wav_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="leave --rate out"):
        heard(wav(tmp_path, np.zeros(100, "<i2")), Pcm(44_100))


@pytest.mark.parametrize("raw", [Pcm(10), Pcm(16_000, 0), Pcm(16_000, 65), Pcm(16_000, 1, "mp3")])
def test_senseless_wishes_for_raw_samples_are_refused(raw):
    with pytest.raises(ConfigError):
        heard(bytes(1_000), raw)


def test_a_sample_that_is_cut_is_told():
    stream, blocks = heard(bytes(1_001), Pcm(16_000))
    assert len(joined(blocks)) == 500
    assert "within a sample" in stream.fault.reason


def test_no_numbers_become_silence_and_are_counted():
    sound = np.array([0.1, np.nan, np.inf, 0.1], "<f4")
    stream, blocks = heard(sound.tobytes(), Pcm(16_000, 1, "f32le"))
    np.testing.assert_allclose(joined(blocks), [0.1, 0, 0, 0.1], atol=1e-6)
    assert stream.skipped()[0].count == 2


def test_a_stop_ends_the_stream_while_the_pipe_is_open():
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb", buffering=0) as into, io.FileIO(reading) as pipe:
        into.write(bytes(3_200))
        stream = SoundStream(PipedSound(pipe, Pcm(16_000)))
        blocks = stream.sound()
        assert len(next(blocks).samples)
        stream.stop()
        list(blocks)
        assert stream.fault is None
        into.close()
