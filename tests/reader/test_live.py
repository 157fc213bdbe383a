import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mien
from mien.core.errors import ConfigError
from mien.media import open_source
from mien.reader import Live
from mien.timeline import Reason, Turn
from tests.data import EXAMPLES
from tests.fakes.sounds import noise, write_sound

SOUND = noise(4.3, level=0.2)[:, 0]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, len(SOUND) - 1), max_size=6))
def test_where_sound_is_cut_does_not_matter(cuts):
    whole = pushed([SOUND])
    parts = np.split(SOUND, sorted(set(cuts)))
    assert pushed(parts) == whole


def test_a_file_and_a_stream_give_the_same_readings(tmp_path):
    path = write_sound(tmp_path / "a.wav", SOUND[:, None])
    rounded = np.round(SOUND * 32768).clip(-32768, 32767).astype(np.int16)
    live = Live(["voice"], source="a.wav")
    pieces = np.array_split((rounded / 32768).astype(np.float32), 7)
    streamed = [r for piece in pieces for r in live.push_sound(piece)] + live.close()
    read = mien.read(path, channels=["voice"]).readings
    assert [(r.start, r.end) for r in read] == [(r.start, r.end) for r in streamed]
    for one, two in zip(read, streamed, strict=True):
        np.testing.assert_allclose(one.scores.to_array(), two.scores.to_array(), atol=1e-4)


def test_an_utterance_is_told_within_a_second_of_sound_after_it():
    with open_source(EXAMPLES / "scene.ogg") as source:
        sound = np.concatenate([block.samples for block in source.sound()])
    live, late = Live(["voice"]), []
    for at in range(1_600, len(sound), 1_600):
        found = live.push_sound(sound[at - 1_600 : at])
        late += [at / 16_000 - reading.end for reading in found]
    assert len(late) > 10
    # The pause that ends it, what the net hears ahead, its block, and our piece of 100 ms.
    assert max(late) <= 0.3 + 0.14 + 0.4 + 0.12


def test_sound_of_another_rate_is_brought_to_ours():
    live = Live(["voice"])
    found = live.push_sound(noise(3.0, rate_hz=8_000, level=0.2)[:, 0], 8_000) + live.close()
    assert found[-1].end == pytest.approx(3.0, abs=0.01)


def test_a_rate_that_changes_is_refused():
    live = Live(["voice"])
    live.push_sound(SOUND, 16_000)
    with pytest.raises(ConfigError, match="8000"):
        live.push_sound(SOUND, 8_000)


def test_integers_and_what_is_no_number_are_sound_too():
    whole = pushed([SOUND])
    integers = pushed([np.round(SOUND * 32768).clip(-32768, 32767).astype(np.int16)])
    assert [r.start for r in integers] == [r.start for r in whole]
    broken = SOUND.copy()
    broken[:100] = np.nan
    assert len(pushed([broken])) == len(whole)


def test_two_channels_at_once_are_refused():
    with pytest.raises(ConfigError, match="one channel"):
        Live(["voice"]).push_sound(np.zeros((100, 2), np.float32))


def test_a_jump_in_time_is_a_gap():
    live = Live(["voice"])
    found = live.push_sound(SOUND[:16_000]) + live.push_sound(SOUND[:16_000], start=5.0)
    assert [(r.start, r.end) for r in found + live.close()] == [(0, 1), (5, 6)]


@pytest.mark.parametrize("rate", [12, 25, 29.97, 7])
def test_live_pictures_are_those_that_a_file_would_give(tmp_path, rate):
    from tests.fakes.videos import write_video

    times = [i / rate for i in range(round(3 * rate))]
    # Without B-frames: of a video that has them, a file is read by its reference frames alone.
    path = write_video(tmp_path / "a.mp4", times, rate=round(rate), options={"bf": "0"})
    read = [r.start for r in mien.read(path, channels=["face"])]
    live = Live(["face"])
    frame = np.full((48, 64, 3), 200, np.uint8)
    streamed = [r.start for at in times for r in live.push_frame(frame, at)]
    assert streamed == pytest.approx(read, abs=2e-3)


def test_two_parties_are_told_apart():
    live = Live(["voice"])
    left = live.push_sound(SOUND, side="left")
    right = live.push_sound(SOUND, side="right")
    assert {r.person for r in left} == {"left"}
    assert {r.person for r in right} == {"right"}
    assert {r.id for r in left}.isdisjoint(r.id for r in right)


def test_silence_gives_one_reading_without_data():
    live = Live(["voice"])
    found = live.push_sound(np.zeros(32_000, np.float32)) + live.close()
    assert [(r.reason, r.start, r.end) for r in found] == [(Reason.NO_DATA, 0, 2)]


def test_nothing_pushed_gives_nothing():
    assert Live().close() == []


def test_frames_that_come_too_soon_are_passed_over():
    live = Live(["face"], fps=5)
    frame = np.full((8, 8, 3), 200, np.uint8)
    found = [r for i in range(20) for r in live.push_frame(frame, i * 0.05)]
    assert [r.start for r in found] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])


def test_a_turn_is_read_at_once():
    found = Live(["words"]).push_turn(Turn(index=3, text="hello", speaker="Ana"))
    assert (found[0].turn, found[0].person, found[0].text) == (3, "Ana", "hello")


def test_a_frame_of_a_wrong_shape_is_refused():
    with pytest.raises(ConfigError, match="uint8"):
        Live(["face"]).push_frame(np.zeros((8, 8), np.uint8), 0)


def test_a_frame_without_a_time_is_refused():
    with pytest.raises(ConfigError, match="time"):
        Live(["face"]).push_frame(np.zeros((8, 8, 3), np.uint8), float("nan"))


def test_senseless_fps_is_refused():
    with pytest.raises(ConfigError, match="fps"):
        Live(fps=0)


def pushed(pieces):
    live = Live(["voice"])
    return [r for piece in pieces for r in live.push_sound(piece)] + live.close()
