"""The sound path: one clock, nothing lost, nothing invented."""

from dataclasses import replace
from itertools import pairwise

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.arrays import RATE_HZ
from mien.core.errors import ConfigError, UnreadableSource
from mien.media import open_source
from mien.media.contents import look_into
from mien.media.sound import blocks as blocks_of
from mien.media.tally import Tally
from tests.fakes.sounds import (
    add_sound,
    bursts,
    float_wav,
    noise,
    sound_packets,
    tone,
    wav_header,
    write_sound,
)
from tests.fakes.videos import steady, talk, write_video


def read(path, **span):
    with open_source(path, **span) as source:
        blocks = list(source.sound())
        return blocks, source.origin(), source.skipped()


def joined(blocks, side=None):
    return np.concatenate([block.samples for block in blocks if block.side == side])


def pitch_of(samples):
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * RATE_HZ / len(samples))


CODECS = [
    ("wav", "pcm_s16le", 44_100),
    ("wav", "pcm_alaw", 8_000),
    ("wav", "pcm_s24le", 96_000),
    ("flac", "flac", 44_100),
    ("mp3", "libmp3lame", 44_100),
    ("ogg", "libopus", 48_000),
    ("opus", "libopus", 48_000),
    ("m4a", "aac", 44_100),
    ("aac", "aac", 22_050),
    ("webm", "libopus", 48_000),
    ("mkv", "flac", 48_000),
    ("aiff", "pcm_s16be", 32_000),
]


@pytest.mark.parametrize(("suffix", "codec", "rate_hz"), CODECS)
def test_every_format_keeps_pitch_level_and_length(tmp_path, suffix, codec, rate_hz):
    path = write_sound(tmp_path / f"a.{suffix}", tone(2.0, rate_hz), rate_hz, codec)
    blocks, origin, skipped = read(path)
    samples = joined(blocks)
    assert samples.dtype == np.float32
    assert len(samples) == pytest.approx(2.0 * RATE_HZ, abs=0.1 * RATE_HZ)
    middle = samples[8_000:24_000]
    assert pitch_of(middle) == pytest.approx(440, abs=2)
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(0.3 / np.sqrt(2), rel=0.05)
    assert origin.kind == "sound"
    assert not skipped


def test_blocks_follow_each_other_without_gaps(tmp_path):
    blocks, _, _ = read(write_sound(tmp_path / "a.mp3", noise(5, 44_100), 44_100, "libmp3lame"))
    assert len(blocks) >= 4
    for one, next_one in pairwise(blocks):
        assert next_one.start == pytest.approx(one.end, abs=1e-6)


def test_16_khz_goes_through_unchanged(tmp_path):
    sound = noise(1.3)
    blocks, _, _ = read(write_sound(tmp_path / "a.wav", sound))
    np.testing.assert_allclose(joined(blocks), sound[:, 0], atol=2 / 32768)


def test_a_surround_mix_keeps_the_center(tmp_path):
    channels = [noise(1, level=0.2, seed=i) for i in range(6)]
    channels[2] = tone(1, hz=300)
    path = write_sound(tmp_path / "film.wav", np.hstack(channels))
    assert pitch_of(joined(read(path)[0])) == pytest.approx(300, abs=2)


@pytest.mark.parametrize(("suffix", "codec"), [("m4a", "aac"), ("ogg", "libopus")])
def test_eight_channels_are_read_within_their_memory(tmp_path, suffix, codec):
    channels = [noise(1, 48_000, level=0.02, seed=i) for i in range(8)]
    channels[2] = tone(1, 48_000, hz=300)
    path = tmp_path / f"film.{suffix}"
    write_sound(path, np.hstack(channels), 48_000, codec, layout="7.1")
    assert pitch_of(joined(read(path)[0])) == pytest.approx(300, abs=2)


def test_six_channels_without_names_are_taken_for_surround(tmp_path):
    samples = np.zeros((RATE_HZ, 6), np.float32)
    samples[:, 2] = tone(1)[:, 0]
    samples[:, 4:] = noise(1, level=0.3)
    body = (samples * 32767).astype("<i2").tobytes()
    path = wav_header(tmp_path / "six.wav", len(body), channels=6, body=body)
    found = joined(read(path)[0])
    np.testing.assert_allclose(found, 0.6 * tone(1)[:, 0], atol=1e-3)


def test_two_parties_on_a_stereo_line_stay_apart(tmp_path):
    left, right = bursts(12, phase=0.0, seed=1), bursts(12, phase=0.5, seed=2)
    path = write_sound(tmp_path / "call.wav", np.hstack([left, right]))
    with open_source(path) as source:
        assert source.sides == ("left", "right")
        blocks = list(source.sound())
    np.testing.assert_allclose(joined(blocks, "left"), left[:, 0], atol=2 / 32768)
    np.testing.assert_allclose(joined(blocks, "right"), right[:, 0], atol=2 / 32768)
    lefts, rights = blocks[0::2], blocks[1::2]
    assert [b.start for b in lefts] == [b.start for b in rights]


@pytest.mark.parametrize(
    ("suffix", "codec", "rate_hz"),
    [
        ("wav", "pcm_s16le", 16_000),
        ("mp3", "libmp3lame", 16_000),
        ("ogg", "libopus", 48_000),
        ("aac", "aac", 16_000),
        ("ts", "aac", 16_000),
    ],
)
def test_parties_are_heard_that_only_talk_after_a_while(tmp_path, suffix, codec, rate_hz):
    # A call that begins with the same music on both channels, as queues do.
    music = 0.3 * noise(12, rate_hz, seed=3)
    left, right = bursts(48, rate_hz, seed=1), bursts(48, rate_hz, phase=0.5, seed=2)
    samples = np.vstack([np.hstack([music, music]), np.hstack([left, right])])
    path = write_sound(tmp_path / f"call.{suffix}", samples, rate_hz, codec)
    with open_source(path) as source:
        assert source.sides == ("left", "right")


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (bursts(8, seed=1), bursts(8, seed=1)),  # mono, copied twice
        (bursts(8, seed=1), bursts(8, seed=2)),  # two microphones in one room
        (bursts(8, seed=1), np.zeros((8 * RATE_HZ, 1), np.float32)),  # one channel is dead
    ],
)
def test_one_voice_on_two_channels_is_one_line(tmp_path, left, right):
    path = write_sound(tmp_path / "a.wav", np.hstack([left, right]))
    with open_source(path) as source:
        assert source.sides == ()
        assert {block.side for block in source.sound()} == {None}


def test_a_channel_upside_down_does_not_cancel_the_voice(tmp_path):
    sound = bursts(6, seed=1)
    path = write_sound(tmp_path / "a.wav", np.hstack([sound, -sound]))
    np.testing.assert_allclose(joined(read(path)[0]), sound[:, 0], atol=2 / 32768)


def test_numbers_that_are_none_are_zeroed_and_counted(tmp_path):
    sound = tone(1.0, 44_100)
    sound[1000:1003] = [[np.nan], [np.inf], [-np.inf]]
    blocks, _, skipped = read(float_wav(tmp_path / "nan.wav", sound, 44_100))
    assert np.isfinite(joined(blocks)).all()
    assert [(row.count, row.reason) for row in skipped] == [
        (3, "samples that were no numbers, set to zero")
    ]


def test_samples_stay_within_bounds(tmp_path):
    blocks, _, _ = read(float_wav(tmp_path / "loud.wav", 50 * tone(0.5)))
    assert np.abs(joined(blocks)).max() <= 1.0


@settings(max_examples=15)
@given(start=st.floats(0, 2.5), length=st.floats(0.05, 2.0))
def test_a_span_gives_what_the_whole_has_there(tmp_path_factory, start, length):
    path = _long_sound(tmp_path_factory)
    whole = joined(read(path)[0])
    blocks, _, _ = read(path, start=start, end=start + length)
    part = joined(blocks)
    assert blocks[0].start == pytest.approx(start, abs=1e-4)
    assert len(part) == pytest.approx(min(length, 4.0 - start) * RATE_HZ, abs=2)
    first = round(blocks[0].start * RATE_HZ)
    n = min(len(part), len(whole) - first)
    np.testing.assert_allclose(part[:n], whole[first : first + n], atol=1e-3)


def _long_sound(tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "span.wav"
    if not path.exists():
        write_sound(path, noise(4.0))
    return path


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [("mp3", "libmp3lame"), ("m4a", "aac"), ("ogg", "libopus"), ("aac", "aac"), ("flac", "flac")],
)
def test_seeking_does_not_move_the_clock(tmp_path, suffix, codec):
    sound = tone(20.0, 48_000)
    sound[int(12.3 * 48_000) :] *= 0.05
    path = write_sound(tmp_path / f"a.{suffix}", sound, 48_000, codec)
    whole, _, _ = read(path)
    part, _, _ = read(path, start=11.0, end=14.0)

    def drop(blocks):
        loud = np.flatnonzero(np.abs(joined(blocks)) > 0.15)
        return blocks[0].start + loud[-1] / RATE_HZ

    assert drop(part) == pytest.approx(drop(whole), abs=0.002)


def test_a_gap_in_time_is_a_jump_of_the_start(tmp_path):
    path = tmp_path / "gap.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("flac", rate=RATE_HZ, layout="mono")
        packets = list(sound_packets(stream, tone(2.0), RATE_HZ, "mono"))
        for packet in packets:
            if packet.pts * packet.time_base >= 1:
                packet.pts += 3 * RATE_HZ
                packet.dts = packet.pts
            container.mux(packet)
    blocks, _, _ = read(path)
    jumps = [(one.end, two.start) for one, two in pairwise(blocks) if two.start > one.end + 0.01]
    assert len(jumps) == 1
    assert jumps[0][1] - jumps[0][0] == pytest.approx(3.0, abs=0.01)
    assert len(joined(blocks)) == 2 * RATE_HZ


def test_times_that_jump_back_are_counted_and_the_clock_goes_on(tmp_path):
    path = tmp_path / "back.ts"
    with av.open(str(path), "w", format="mpegts") as container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        for packet in sound_packets(stream, tone(3.0, 48_000), 48_000, "mono"):
            container.mux(packet)
    once = path.read_bytes()
    path.write_bytes(once + once)
    blocks, _, skipped = read(path)
    starts = [block.start for block in blocks]
    assert starts == sorted(starts)
    assert len(joined(blocks)) == pytest.approx(6 * RATE_HZ, rel=0.03)
    assert any("jumps back" in row.reason for row in skipped)


def test_damaged_packets_cost_only_themselves_and_are_counted(tmp_path):
    path = write_sound(tmp_path / "a.mkv", noise(10.0, 48_000), 48_000, "flac")
    raw = bytearray(path.read_bytes())
    for at in range(len(raw) // 3, len(raw) // 3 + 3000, 7):
        raw[at] ^= 0xFF
    path.write_bytes(raw)
    blocks, _, skipped = read(path)
    assert blocks[-1].end == pytest.approx(10.0, abs=0.01)
    assert skipped[0].reason == "damaged packets of sound"
    assert skipped[1].reason.startswith("gaps in the sound, ")
    lost = 10.0 - len(joined(blocks)) / RATE_HZ
    assert skipped[1].reason == f"gaps in the sound, {lost:.1f} s in all"


def test_a_truncated_recording_is_read_to_its_end_and_says_so(tmp_path):
    for name, codec in (("a.mkv", "aac"), ("a.flac", "flac")):
        path = write_sound(tmp_path / name, noise(10.0, 44_100), 44_100, codec)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        blocks, origin, _ = read(path)
        assert 3.0 < blocks[-1].end < 7.0
        assert any("ends early" in note for note in origin.notes), name


def test_a_truncated_wav_says_so(tmp_path):
    path = write_sound(tmp_path / "a.wav", noise(4.0))
    path.write_bytes(path.read_bytes()[:64_044])
    blocks, origin, _ = read(path)
    assert blocks[-1].end == pytest.approx(2.0, abs=0.01)
    assert any("ends early" in note for note in origin.notes)


def test_an_mp4_with_its_index_in_front_says_where_it_ends(tmp_path):
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        add_sound(container, noise(10.0, 48_000), 48_000, "aac", "mono")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    blocks, origin, _ = read(path)
    assert 3.0 < blocks[-1].end < 7.0
    assert origin.seconds == pytest.approx(10.0, abs=0.1)
    assert any(note.startswith("sound ends early: at ") for note in origin.notes)


def test_sound_that_begins_later_than_the_pictures_keeps_its_time(tmp_path):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        one = container.add_stream("flac", rate=RATE_HZ, layout="mono")
        two = container.add_stream("flac", rate=RATE_HZ, layout="mono")
        early = list(sound_packets(one, tone(3.0), RATE_HZ, "mono"))
        late = list(sound_packets(two, tone(1.0, hz=900), RATE_HZ, "mono", start=1.5))
        for packet in sorted([*early, *late], key=lambda p: p.dts * float(p.time_base)):
            container.mux(packet)
    with open_source(path) as source:
        blocks = list(source.sound())
    assert blocks[0].start == pytest.approx(0.0, abs=0.001)
    contents = look_into(path)
    track = replace(contents.sound, index=1)
    late = list(blocks_of(path, track, contents.clock, Tally("")))
    assert late[0].start == pytest.approx(1.5, abs=0.002)


def test_an_end_on_purpose_is_not_early(tmp_path):
    path = write_sound(tmp_path / "a.mkv", noise(10.0, 44_100), 44_100, "aac")
    assert not read(path, start=2, end=5)[1].notes


def test_the_default_track_is_read_and_the_others_are_named(tmp_path):
    low, high = tone(2, 48_000, hz=300), tone(2, 48_000, hz=900)
    path = write_video(
        tmp_path / "a.mkv",
        steady(2),
        sounds=(
            (low, 48_000, "aac", "mono", "deu"),
            (high, 48_000, "aac", "mono", "fra"),
        ),
    )
    blocks, origin, _ = read(path)
    assert pitch_of(joined(blocks)[4_000:20_000]) == pytest.approx(300, abs=2)
    assert origin.language == "de"
    assert any("fra" in note and "not read" in note for note in origin.notes)
    assert origin.tracks[1] == "sound 1: aac, 48000 Hz, mono, deu"


def test_sound_and_picture_share_one_clock(tmp_path):
    sound = np.zeros((3 * 48_000, 1), np.float32)
    sound[48_000:96_000] = tone(1, 48_000)
    path = write_video(
        tmp_path / "a.mp4", steady(3), sounds=((sound, 48_000, "aac", "mono", None),)
    )
    blocks, _, _ = read(path)
    samples = joined(blocks)
    loud = np.flatnonzero(np.abs(samples) > 0.1)
    assert blocks[0].start + loud[0] / RATE_HZ == pytest.approx(1.0, abs=0.05)
    assert blocks[0].start + loud[-1] / RATE_HZ == pytest.approx(2.0, abs=0.05)


def test_reading_twice_gives_the_same_and_counts_once(tmp_path):
    sound = tone(1.0)
    sound[5] = np.nan
    path = float_wav(tmp_path / "a.wav", sound)
    with open_source(path) as source:
        first = joined(list(source.sound()))
        again = joined(list(source.sound()))
        assert source.skipped()[0].count == 1
    np.testing.assert_array_equal(first, again)


def test_an_hour_of_silence_is_an_hour_of_zeros(tmp_path):
    path = tmp_path / "silence.wav"
    wav_header(path, 3600 * 8_000 * 2, rate_hz=8_000)
    with path.open("r+b") as file:
        file.truncate(44 + 3600 * 8_000 * 2)
    total, loudest = 0, 0.0
    with open_source(path) as source:
        assert source.seconds == pytest.approx(3600)
        for block in source.sound():
            total += len(block.samples)
            loudest = max(loudest, float(np.abs(block.samples).max()))
    assert total == 3600 * RATE_HZ
    assert loudest == 0.0


@pytest.mark.parametrize(
    ("start", "end"), [(-1, None), (2, 1), (1, 1), (float("nan"), None), (None, 0)]
)
def test_senseless_spans_are_refused(tmp_path, start, end):
    path = write_sound(tmp_path / "a.wav", tone(3))
    with pytest.raises(ConfigError):
        open_source(path, start=start, end=end)


def test_a_start_beyond_the_end_is_the_fault_of_the_source_alone(tmp_path):
    path = write_sound(tmp_path / "a.wav", tone(3))
    with pytest.raises(UnreadableSource, match=r"lasts only 3\.0 s, and --start is 20 s"):
        open_source(path, start=20)


@settings(max_examples=25)
@given(seed=st.integers(0, 10_000), n=st.integers(1, 60))
def test_no_damage_raises_anything_but_our_errors(tmp_path_factory, seed, n):
    folder = tmp_path_factory.mktemp("damage")
    base = tmp_path_factory.getbasetemp() / "base.mp4"
    if not base.exists():
        talk(base, 1.0)
    raw = bytearray(base.read_bytes())
    places = np.random.default_rng(seed).integers(0, len(raw), n)
    for at in places:
        raw[at] ^= int(at % 255) + 1
    (folder / "a.mp4").write_bytes(raw)
    try:
        with open_source(folder / "a.mp4") as source:
            for block in source.sound():
                assert np.isfinite(block.samples).all()
            for image in source.pictures():
                assert image.frame.dtype == np.uint8
            source.origin()
    except UnreadableSource:
        pass  # what cannot be read at all says so
