"""The command as people run it: in a process of its own."""

import json
import os
import signal
import subprocess
import sys

import pytest

from mien.timeline import read_timeline
from tests.data import EXAMPLES
from tests.fakes.sounds import noise, write_sound

CHAT = str(EXAMPLES / "chat.json")
PORTRAIT = str(EXAMPLES / "portrait.jpg")


def mien(*arguments, cwd=None, env=None, **more):
    command = [sys.executable, "-m", "mien", *map(str, arguments)]
    environ = {**os.environ, "PYTHONIOENCODING": "utf-8", "COLUMNS": "80", **(env or {})}
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env=environ,
        check=False,
        **more,
    )


def test_json_prints_one_reading_a_line_and_nothing_else():
    ran = mien("read", CHAT, "--json")
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0
    assert len(rows) == 9
    assert all(len(row["scores"]) == 41 for row in rows)


def test_every_form_is_written(tmp_path):
    outs = [tmp_path / f"chat{e}" for e in (".html", ".parquet", ".json", ".jsonl", ".csv")]
    options = [word for out in outs for word in ("--out", out)]
    ran = mien("read", CHAT, *options)
    assert ran.returncode == 0, ran.stderr
    assert all(out.stat().st_size > 100 for out in outs)
    assert read_timeline(outs[1]) == read_timeline(outs[2])


def test_the_terminal_shows_a_sentence_and_a_table_in_eighty_columns():
    ran = mien("read", CHAT)
    assert "chat.json" in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80
    assert "\x1b[" not in ran.stdout


def test_a_terminal_that_knows_ascii_alone_is_served():
    ran = mien("read", CHAT, env={"PYTHONIOENCODING": "ascii"})
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.isascii()


def test_channels_and_decoders_choose(tmp_path):
    ran = mien("read", CHAT, "--decoders", "words-fast", "--json")
    assert {json.loads(line)["decoder"] for line in ran.stdout.splitlines()} == {"words-fast-v1"}


def test_private_leaves_words_and_names_out(tmp_path):
    (tmp_path / "anastasia.txt").write_text(
        "Anastasia: my treasure is gone\nBen: I am so sorry\n", encoding="utf-8"
    )
    outs = [tmp_path / f"out{e}" for e in (".html", ".json", ".csv")]
    options = [word for out in outs for word in ("--out", out)]
    ran = mien("read", tmp_path / "anastasia.txt", "--private", *options)
    assert ran.returncode == 0, ran.stderr
    for text in (ran.stdout, *(out.read_text(encoding="utf-8") for out in outs)):
        assert "anastasia" not in text.lower()
        assert "treasure" not in text
    ran = mien("read", tmp_path / "anastasia.txt", "--private", "--json")
    assert "nastasia" not in ran.stdout
    assert "Person 1" in ran.stdout


def test_what_is_read_is_never_overwritten(tmp_path):
    chat = tmp_path / "chat.json"
    chat.write_bytes((EXAMPLES / "chat.json").read_bytes())
    ran = mien("read", chat, "--out", chat)
    assert ran.returncode == 2
    assert "being read" in ran.stderr
    assert chat.read_bytes() == (EXAMPLES / "chat.json").read_bytes()


def test_the_words_beside_a_recording_are_never_overwritten(tmp_path):
    path = write_sound(tmp_path / "talk.wav", noise(1.0, level=0.0))
    words = tmp_path / "talk.json"
    words.write_text('{"segments": []}', encoding="utf-8")
    assert mien("read", path, "--out", words).returncode == 2
    words.unlink()
    assert mien("read", path, "--out", words).returncode == 0
    assert mien("read", path, "--out", words).returncode == 0


def test_one_output_that_fails_leaves_the_others(tmp_path):
    (tmp_path / "z-reports").write_text("in the way", encoding="utf-8")
    two = [EXAMPLES / "chat.json", EXAMPLES / "portrait.jpg"]
    ran = mien("read", *two, "--out", tmp_path / "z.html", "--out", tmp_path / "z.csv")
    assert ran.returncode == 2
    assert (tmp_path / "z.csv").stat().st_size > 100
    assert "Traceback" not in ran.stderr


def test_json_is_utf8_whatever_the_terminal_is():
    command = [sys.executable, "-m", "mien", "read", CHAT, "--json"]
    environ = {**os.environ, "PYTHONIOENCODING": "cp1252"}
    ran = subprocess.run(command, capture_output=True, env=environ, check=True)
    assert "🎉" in json.loads(ran.stdout.decode("utf-8").splitlines()[0])["text"]


def test_a_listener_that_leaves_does_not_stop_the_files(tmp_path):
    out = tmp_path / "chat.jsonl"
    command = [sys.executable, "-m", "mien", "read", CHAT, "--json", "--out", str(out)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    process.stderr.read()
    assert process.wait(timeout=60) == 0
    assert len(out.read_text(encoding="utf-8").splitlines()) == 9


def test_a_listener_that_leaves_is_no_fault():
    command = [sys.executable, "-m", "mien", "read", CHAT, CHAT, "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    assert b"Traceback" not in process.stderr.read()
    assert process.wait(timeout=60) == 0


def test_a_baseline_without_effect_is_said(tmp_path):
    scene = EXAMPLES / "scene.ogg"
    ran = mien("read", CHAT, "--baseline", scene)
    assert "baseline changes nothing" in ran.stderr


@pytest.mark.parametrize("wish", [["--captions"], ["--attributes", "age"]])
def test_a_wish_that_no_decoder_here_can_fulfil_is_said(wish):
    ran = mien("read", CHAT, *wish)
    assert ran.returncode == 0
    assert f"{wish[0]} without effect" in ran.stderr
    assert "emonet-voice-small" in ran.stderr


def test_a_hostile_name_does_not_act_on_the_terminal(tmp_path):
    ran = mien("read", tmp_path / "a\x1b[2Jb.wav")
    assert ran.returncode == 2
    assert "\x1b" not in ran.stderr


def test_one_bad_source_among_good_ones_is_skipped(tmp_path):
    ran = mien("read", tmp_path / "none.wav", CHAT, "--out", tmp_path / "all.json")
    assert ran.returncode == 1
    assert "none.wav" in ran.stderr
    timeline = read_timeline(tmp_path / "all.json")
    assert len(timeline) == 9
    assert "none.wav" in timeline.skipped[0].source


def test_only_bad_sources_are_an_error(tmp_path):
    assert mien("read", tmp_path / "a.wav", tmp_path / "b.wav").returncode == 2


BAD = {
    "missing.wav": None,
    "empty.wav": b"",
    "text.wav": b"this is not a recording\n" * 20,
    "header.wav": b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00\x01\x00\x01\x00"
    b"\x80\x3e\x00\x00\x00\x7d\x00\x00\x02\x00\x10\x00data\x00\x00\x00\x00",
    "archive.zip": b"PK\x05\x06" + b"\x00" * 18,
    "role.json": b'[{"content": "hello"}]',
    "invalid.txt": b"Ana: caf\xff\xfe\x00\nBen: hi\n",
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_names_file_and_reason_and_leaves_stdout_empty(tmp_path, name):
    path = tmp_path / name
    if BAD[name] is not None:
        path.write_bytes(BAD[name])
    ran = mien("read", path)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert name in ran.stderr
    assert "Traceback" not in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1


def test_debug_shows_the_traceback(tmp_path):
    ran = mien("--debug", "read", tmp_path / "missing.wav")
    assert ran.returncode != 0
    assert "Traceback" in ran.stderr


def test_an_unreadable_permission_is_named(tmp_path):
    path = write_sound(tmp_path / "locked.wav", noise(1.0))
    path.chmod(0)
    ran = mien("read", path, **unprivileged(tmp_path))
    assert ran.returncode == 2
    assert "locked.wav" in ran.stderr
    assert "ermission" in ran.stderr


def unprivileged(folder):
    """How to run as somebody who is not root, since root may read everything."""
    if sys.platform == "win32":
        pytest.skip("Windows has no such permissions")
    if os.getuid() != 0:
        return {}
    for parent in (folder, *folder.parents[:2]):
        parent.chmod(0o755)
    trial = [sys.executable, "-c", "import mien.cli.app"]
    try:
        subprocess.run(trial, user="nobody", capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("running as root, and nobody else may run this Python")
    return {"user": "nobody"}


def test_silence_is_not_an_error(tmp_path):
    path = write_sound(tmp_path / "silence.wav", noise(20.0, level=0.0))
    ran = mien("read", path, "--json")
    assert ran.returncode == 0
    assert {json.loads(line)["reason"] for line in ran.stdout.splitlines()} <= {"no_data"}


@pytest.mark.parametrize(
    "options",
    [
        ("--out", "x.xlsx"),
        ("--out", "/no/such/folder/x.json"),
        ("--channels", "smell"),
        ("--channels", ","),
        ("--decoders", "nobody"),
        ("--fps", "0"),
        ("--fps", "100000"),
        ("--out", "x.json", "--out", "x.json"),
        ("--start", "5", "--end", "1"),
    ],
)
def test_senseless_options_say_so_before_any_work(options):
    ran = mien("read", CHAT, *options)
    assert ran.returncode == 2
    assert ran.stdout == ""
    assert "Traceback" not in ran.stderr


def test_sound_without_words_says_so_once(tmp_path):
    paths = [write_sound(tmp_path / f"{i}.wav", noise(1.0, level=0.0)) for i in range(2)]
    ran = mien("read", *paths)
    assert ran.stderr.count("no words were read") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_an_interrupt_keeps_what_was_read(tmp_path):
    path = write_sound(tmp_path / "long.wav", noise(1800.0, level=0.1))
    out = tmp_path / "long.json"
    command = [sys.executable, "-m", "mien", "read", EXAMPLES / "chat.json", path, "--json"]
    process = subprocess.Popen(
        [*map(str, command), "--out", str(out)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    for _ in range(9):
        assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert len(read_timeline(out)) >= 9


def test_doctor_lists_decoders_with_their_licences():
    ran = mien("doctor", "--json")
    found = json.loads(ran.stdout)
    assert {row["name"] for row in found["decoders"]} >= {"voice-v1", "voice-open-v1", "words-v1"}
    assert all(row["licence"] for row in found["decoders"])
    assert "voice-v1" in mien("doctor").stdout


def test_version_is_printed():
    from mien import __version__

    assert mien("--version").stdout.strip() == f"mien {__version__}"


def test_a_photo_that_nobody_may_read_is_not_said_to_be_read():
    commercial = {"MIEN_COMMERCIAL": "1"}
    ran = mien("read", PORTRAIT, env=commercial)
    assert ran.returncode == 2
    assert "no decoder reads the face channel" in ran.stderr
    chat = EXAMPLES / "chat.json"
    ran = mien("read", PORTRAIT, chat, "--decoders", "words-fast", "--json", env=commercial)
    assert ran.returncode == 1
    assert "words-fast" in ran.stdout


def test_commercial_use_takes_the_open_voice():
    scene = EXAMPLES / "scene.ogg"
    options = ("--channels", "voice", "--end", "5", "--json")
    ran = mien("read", scene, *options, env={"MIEN_COMMERCIAL": "1"})
    assert {json.loads(line)["decoder"] for line in ran.stdout.splitlines()} == {"voice-open-v1"}
    ran = mien("read", scene, "--decoders", "voice", env={"MIEN_COMMERCIAL": "1"})
    assert ran.returncode == 2
    assert "MIEN_COMMERCIAL" in ran.stderr
