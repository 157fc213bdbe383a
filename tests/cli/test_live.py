"""Sound that is still being made: pipes and microphones, as people use them."""

import json
import os
import signal
import subprocess
import sys

import numpy as np
import pytest

from mien.media import open_source
from mien.timeline import read_timeline
from tests.data import EXAMPLES, ROOT
from tests.fakes.sounds import noise, wav_header

UNKNOWN = 0xFFFFFFFF


@pytest.fixture(scope="module")
def talk(tmp_path_factory):
    """The first twelve seconds of a scene as WAV of unknown length, as FFmpeg pipes it."""
    with open_source(EXAMPLES / "scene.ogg", end=12.0) as source:
        sound = np.concatenate([block.samples for block in source.sound()])
    body = (np.clip(sound, -1, 1) * 32_767).astype("<i2").tobytes()
    return wav_header(tmp_path_factory.mktemp("talk") / "talk.wav", UNKNOWN, body=body)


def environment(**more):
    path = os.pathsep.join([str(ROOT / "tests/fakes/sounddevice"), str(ROOT / "src")])
    return {**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONPATH": path, **more}


def start(*arguments, cwd=None, **more):
    return subprocess.Popen(
        [sys.executable, "-m", "mien", *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=environment(**more),
    )


def ran(*arguments, body=b"", cwd=None, **more):
    process = start(*arguments, cwd=cwd, **more)
    out, err = process.communicate(body)
    return process.returncode, out.decode(), err.decode()


def test_a_reading_is_printed_while_the_pipe_is_open(talk):
    with start("read", "-", "--json") as process:
        process.stdin.write(talk.read_bytes())
        process.stdin.flush()
        first = json.loads(process.stdout.readline())
        process.stdin.close()
        rest = process.stdout.read().splitlines()
    assert first["source"] == "stdin"
    assert len(rest) > 1


def test_a_pipe_is_read_as_its_file_is(talk, tmp_path):
    # Of a pipe nobody knows yet who will speak, so that only a file's voices are told apart.
    code, out, _ = ran("read", "-", "--people", "1", "--json", body=talk.read_bytes())
    body = talk.read_bytes()[44:]
    path = wav_header(tmp_path / "stdin", len(body), body=body)
    file_code, file_out, _ = ran("read", path, "--people", "1", "--json", "--channels", "voice")
    assert code == file_code == 0
    assert out == file_out


def test_raw_samples_are_read_as_the_wav_is(talk):
    _, out, _ = ran("read", "-", "--json", body=talk.read_bytes())
    _, raw, _ = ran("read", "-", "--rate", "16000", "--json", body=talk.read_bytes()[44:])
    assert raw == out


def test_ctrl_c_keeps_what_came_through_the_pipe(talk, tmp_path):
    out = tmp_path / "kept.json"
    with start("read", "-", "--json", "--out", out) as process:
        process.stdin.write(talk.read_bytes())
        process.stdin.flush()
        printed = [process.stdout.readline()]
        process.send_signal(signal.SIGINT)
        printed += process.stdout.readlines()
        assert process.wait() == 130
        process.stdin.close()
    assert len(read_timeline(out)) == len(printed) > 0


def test_what_a_broken_off_pipe_gave_is_kept(tmp_path):
    samples = (noise(2.0) * 32_767).astype("<i2").tobytes()
    cut = wav_header(tmp_path / "a.wav", 2 * len(samples), body=samples).read_bytes()
    out = tmp_path / "kept.json"
    code, _, err = ran("read", "-", "--out", out, body=cut)
    assert code == 1
    assert "ends before the length" in err
    assert "ends before the length" in read_timeline(out).skipped[0].reason


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["-", "a.wav"], "nothing else"),
        (["-", "--start", "1"], "need a file"),
        (["-", "--transcribe-url", "http://127.0.0.1:9/v1"], "needs a file"),
        (["-", "--sound-channels", "2"], "--rate too"),
        (["-", "--rate", "16000", "--format", "mp3"], "no form 'mp3'"),
        (["-", "--rate", "16000", "--sides"], "two channels"),
        (["a.wav", "--rate", "16000"], "of a pipe"),
        (["-"], "nothing came"),
    ],
)
def test_wishes_that_make_no_sense_are_refused(options, said):
    code, out, err = ran("read", *options, body=b"" if options == ["-"] else bytes(100))
    assert code == 2
    assert said in err
    assert "Traceback" not in err
    assert not out


def test_listening_saves_a_page_and_a_table_on_ctrl_c(talk, tmp_path):
    with start("listen", "--json", cwd=tmp_path, MIEN_TEST_SOUND=str(talk)) as process:
        printed = [process.stdout.readline()]
        process.send_signal(signal.SIGINT)
        printed += process.stdout.readlines()
        assert process.wait() == 0, process.stderr.read()
    (page,), (table,) = tmp_path.glob("mien-*.html"), tmp_path.glob("mien-*.parquet")
    timeline = read_timeline(table)
    assert len(timeline) == len(printed)
    assert timeline.origins[0].source == "Built-in Microphone"
    assert page.stem == table.stem


def test_a_microphone_that_vanishes_loses_nothing(talk, tmp_path):
    out = tmp_path / "kept.json"
    code, _, err = ran("listen", "--out", out, MIEN_TEST_SOUND=str(talk), MIEN_TEST_VANISHES="1")
    assert code == 1
    assert "is gone" in err
    assert len(read_timeline(out)) > 1


def test_private_listening_names_no_device(talk, tmp_path):
    out = tmp_path / "kept.json"
    more = {"MIEN_TEST_SOUND": str(talk), "MIEN_TEST_VANISHES": "1"}
    _, printed, _ = ran("listen", "--private", "--json", "--out", out, **more)
    assert "Built-in" not in printed + out.read_text(encoding="utf-8")
    assert not read_timeline(out).origins[0].envelope


def test_nothing_is_overwritten_by_what_was_heard(talk, tmp_path):
    out = tmp_path / "kept.json"
    out.write_text("mine", encoding="utf-8")
    code, _, err = ran("listen", "--out", out, MIEN_TEST_SOUND=str(talk))
    assert code == 2
    assert "exists" in err
    assert out.read_text(encoding="utf-8") == "mine"


def test_microphones_are_listed():
    code, out, _ = ran("listen", "--list-devices")
    assert code == 0
    assert "*   1  Built-in Microphone  (1 channel, 16000 Hz)" in out
    code, out, _ = ran("listen", "--list-devices", "--json")
    assert [json.loads(line)["number"] for line in out.splitlines()] == [1, 2]
