import asyncio
import threading

import numpy as np
import pytest
from PIL import Image

import mien
from mien.core.errors import ConfigError, SourceError, SourceNotFound
from mien.core.progress import Cancelled, CancelToken
from mien.reader import Options, Pass
from mien.timeline import Adapted, Channel, Conversation, Kind, Reason, Turn
from tests.fakes.sounds import noise, tone, write_sound
from tests.fakes.videos import talk


@pytest.fixture
def sound(tmp_path):
    return write_sound(tmp_path / "a.wav", noise(3.0, level=0.2))


@pytest.fixture
def video(tmp_path):
    path = talk(tmp_path / "talk.mp4", 2.0)
    (tmp_path / "talk.srt").write_text(
        "1\n00:00:00,500 --> 00:00:01,000\nHello there\n", encoding="utf-8"
    )
    return path


def test_a_video_is_read_on_all_channels(video):
    timeline = mien.read(video)
    assert {r.channel for r in timeline} == set(Channel)
    assert timeline.origins[0].kind is Kind.VIDEO
    assert [card.decoder for card in timeline.cards] == ["voice-v1", "face-v1", "words-v2"]


def test_readings_stand_in_order_of_their_start(video):
    starts = [r.start for r in mien.read(video)]
    assert starts == sorted(starts)


def test_faces_leave_thumbnails(video):
    thumbnails = mien.read(video, channels=["face"]).origins[0].thumbnails
    assert 0 < len(thumbnails) <= 4
    assert all(t.jpeg[:2] == b"\xff\xd8" and t.person == "Face 1" for t in thumbnails)


def test_fps_decides_how_many_pictures_are_read(video):
    few, many = (len(mien.read(video, channels=["face"], fps=fps)) for fps in (2, 10))
    assert (few, many) == (4, 20)


def test_only_the_part_asked_for_is_read(sound):
    assert {r.start >= 1 for r in mien.read(sound, start=1.0, end=2.0)} == {True}


def test_a_photo_without_a_face_says_so(tmp_path):
    Image.new("RGB", (1, 1)).save(tmp_path / "dot.png")
    timeline = mien.read(tmp_path / "dot.png")
    assert [(r.reason, r.channel) for r in timeline] == [(Reason.NO_DATA, Channel.FACE)]


def test_a_conversation_can_be_read_without_a_file():
    turns = tuple(Turn(index=i, text="x" * i, speaker="A") for i in range(600))
    timeline = mien.read(Conversation(id="chat", turns=turns))
    assert [r.turn for r in timeline] == list(range(600))


def test_a_baseline_is_used_and_said(sound, tmp_path):
    calm = write_sound(tmp_path / "calm.wav", tone(2.0, level=0.05))
    timeline = mien.read(sound, baseline=calm)
    assert {r.adapted for r in timeline} == {Adapted.BASELINE}


def test_a_baseline_that_nobody_can_use_is_refused(sound, tmp_path):
    Image.new("RGB", (9, 9)).save(tmp_path / "dot.png")
    with pytest.raises(SourceError, match="too little"):
        mien.read(sound, baseline=tmp_path / "dot.png")


def test_several_sources_give_one_timeline(sound, video):
    assert mien.read([sound, video]).sources == ("a.wav", "talk.mp4")


def test_two_files_of_one_name_are_not_mixed_up(sound, tmp_path):
    (tmp_path / "b").mkdir()
    other = write_sound(tmp_path / "b" / "a.wav", noise(1.0, level=0.2))
    timeline = mien.read([sound, other])
    assert timeline.sources == (sound.as_posix(), other.as_posix())
    assert {r.source for r in timeline} == set(timeline.sources)


def test_a_bad_source_is_skipped_if_asked_for(sound, tmp_path):
    timeline = mien.read([tmp_path / "none.wav", sound], on_error="skip")
    assert len(timeline) == 3
    assert timeline.skipped[0].source.endswith("none.wav")
    with pytest.raises(SourceNotFound):
        mien.read([tmp_path / "none.wav", sound])


def test_one_file_twice_stays_two_sources(sound):
    timeline = mien.read([sound, sound])
    assert timeline.sources == ("a.wav", "a.wav (2)")
    assert len({r.id for r in timeline}) == len(timeline) == 6


def test_a_start_beyond_one_file_spoils_no_other(sound, tmp_path):
    short = write_sound(tmp_path / "short.wav", noise(1.0, level=0.2))
    timeline = mien.read([sound, short], start=2.0, on_error="skip")
    assert len(timeline) == 1
    assert timeline.skipped[0].source == "short.wav"


def test_a_part_of_a_file_is_said(sound):
    origin = mien.read(sound, start=1.0, end=2.0).origins[0]
    assert (origin.start, origin.end, origin.seconds) == (1.0, 2.0, pytest.approx(3.0))


def test_a_span_of_what_has_no_times_is_said(tmp_path):
    Image.new("RGB", (9, 9), "white").save(tmp_path / "a.png")
    assert "has no times" in mien.read(tmp_path / "a.png", start=1.0).origins[0].notes[-1]


def test_an_unexpected_fault_of_one_file_spoils_no_other(sound, tmp_path, monkeypatch):
    from tests.fakes.decoders import Brightness

    def fault(self, pieces):
        raise ZeroDivisionError("no")

    Image.new("RGB", (9, 9), "white").save(tmp_path / "a.png")
    monkeypatch.setattr(Brightness, "push", fault)
    timeline = mien.read([tmp_path / "a.png", sound], on_error="skip")
    assert "ZeroDivisionError" in timeline.skipped[-1].reason
    assert len(timeline) == 3


def test_a_channel_that_could_not_adapt_is_said(video):
    notes = mien.read(video, baseline=video).origins[0].notes
    assert "talk.mp4 has too little for face-v1 to adapt to" in notes


def test_progress_of_a_chat_counts_turns():
    turns = tuple(Turn(index=i, text="x", speaker="A") for i in range(600))
    reading = Pass(Conversation(id="chat", turns=turns))
    reached = []
    reading.report = reached.append
    assert len(list(reading)) == 600
    assert reached == [256, 512, 600]
    assert reading.total == 600


def test_stopping_keeps_what_was_read(sound):
    reading = Pass(sound)
    next(iter(reading))
    timeline = reading.timeline()
    assert len(timeline) > 0
    assert timeline.skipped[-1].reason == "stopped before its end"


def test_a_finished_pass_was_not_stopped(sound):
    assert mien.read(sound).skipped == ()


def test_a_cancelled_read_stops(sound):
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        mien.read(sound, cancel=token)


def test_reading_can_be_awaited(sound):
    assert len(asyncio.run(mien.aread(sound))) == 3


def test_a_cancelled_task_ends_its_thread(sound):
    async def cancelled():
        task = asyncio.create_task(mien.aread([sound] * 400))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    before = set(threading.enumerate())
    asyncio.run(cancelled())
    assert set(threading.enumerate()) <= before


def test_a_stream_gives_the_same_readings(sound):
    assert list(mien.stream(sound)) == mien.read(sound).readings


def test_progress_reaches_the_end(sound):
    reached = []
    reading = Pass(sound)
    reading.report = reached.append
    assert len(list(reading)) == 3
    assert reached == sorted(reached)
    assert reached[-1] >= 1.9


@pytest.mark.parametrize("options", [{"fps": 0}, {"start": 5, "end": 1}, {"channels": ["x"]}])
def test_senseless_options_are_refused(sound, options):
    with pytest.raises(ConfigError):
        mien.read(sound, **options)


def test_options_of_a_pass_are_those_of_read(sound):
    reading = Pass(sound, Options(channels=["voice"], end=1.0))
    assert len(list(reading)) == 1
    assert reading.name == "a.wav"
    assert reading.total == pytest.approx(1.0)


def test_nan_in_a_frame_of_sound_is_counted_not_read(tmp_path):
    from tests.fakes.sounds import float_wav

    samples = np.full((16_000, 1), 0.2, np.float32)
    samples[100:110] = np.nan
    timeline = mien.read(float_wav(tmp_path / "nan.wav", samples))
    assert len(timeline) == 1
    assert timeline.skipped[0].count == 10
