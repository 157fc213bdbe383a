"""`mien read --transcribe` as people run it, and the pages about it from top to bottom."""

import os
import re
import shlex
from pathlib import Path

import pytest

from mien.cli.transcripts import Transcript
from mien.core.errors import ConfigError
from mien.llm.testing import Answer, Fault, ScriptedServer, Segment
from mien.timeline import read_timeline
from tests.cli.test_read import mien
from tests.data import EXAMPLES, ROOT
from tests.fakes.hearing import MODULES, said, segment, write_model
from tests.fakes.sounds import bursts, write_sound

NOTHING = {"private": False, "is_many": False}
HELLO = Answer("I passed the exam!", segments=(Segment(0.5, 2.0, " I passed the exam!"),))


@pytest.fixture
def memo(tmp_path):
    return write_sound(tmp_path / "memo.wav", bursts(8.0))


@pytest.fixture
def server():
    with ScriptedServer(HELLO) as server:
        yield server


def texts(path):
    return {r.text for r in read_timeline(path) if r.channel == "words"}


def test_a_service_hears_words_and_they_stay_only_where_a_file_is_named(memo, server):
    ran = mien("read", memo, "--transcribe-url", server.url, "--out", "a.parquet", cwd=memo.parent)
    assert ran.returncode == 0, ran.stderr
    assert texts(memo.parent / "a.parquet") == {"I passed the exam!"}
    assert {p.name for p in memo.parent.iterdir()} == {"memo.wav", "a.parquet"}


def test_faster_whisper_hears_them_offline(memo, tmp_path):
    model = write_model(tmp_path / "model", said(segment(" I passed the exam!", 0.5, 2.0)))
    path = os.pathsep.join([str(MODULES), os.environ.get("PYTHONPATH", "")])
    env = {"PYTHONPATH": path, "MIEN_TRANSCRIBE_MODEL": str(model), "MIEN_OFFLINE": "1"}
    options = ["--transcribe", "--keep-transcript", "kept.json", "--out", "a.parquet"]
    ran = mien("read", memo, *options, cwd=tmp_path, env=env)
    assert ran.returncode == 0, ran.stderr
    assert texts(tmp_path / "a.parquet") == {"I passed the exam!"}
    assert "wrote kept.json" in ran.stderr
    again = mien("read", "kept.json", "--out", "b.parquet", cwd=tmp_path)
    assert again.returncode == 0, again.stderr
    assert texts(tmp_path / "b.parquet") == {"I passed the exam!"}


def test_private_words_are_read_and_left_out(memo, server):
    options = ["--transcribe-url", server.url, "--private", "--out", "a.json"]
    ran = mien("read", memo, *options, cwd=memo.parent)
    assert ran.returncode == 0, ran.stderr
    assert "passed" not in (memo.parent / "a.json").read_text(encoding="utf-8") + ran.stdout
    assert any(r.channel == "words" for r in read_timeline(memo.parent / "a.json"))


def test_a_service_that_is_down_is_one_line_without_a_traceback(memo):
    with ScriptedServer(Fault(401)) as server:
        ran = mien("read", memo, "--transcribe-url", server.url)
    assert ran.returncode == 2
    assert re.search(r"whisper-1 at 127\.0\.0\.1 answered HTTP 401 .*check its key", ran.stderr)
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    ("given", "sources", "manner", "reason"),
    [
        ((False, None, "a.srt"), ["memo.wav"], {}, "keeps what --transcribe hears"),
        ((True, None, "a.srt"), ["memo.wav"], {"private": True}, "--private leaves them out"),
        ((True, None, "a.docx"), ["memo.wav"], {}, r"end it in .srt or .json"),
        ((True, None, "no/a.srt"), ["memo.wav"], {}, "no folder no to write to"),
        ((False, "http://127.0.0.1/v1", "here.srt"), ["memo.wav"], {}, "here.srt exists"),
        ((True, None, "a.srt"), ["memo.wav"], {"is_many": True}, "for one recording"),
        ((True, None, "a.srt"), ["memo.wav", "other.wav"], {}, "for one recording"),
        ((True, None, "a.srt"), ["."], {}, "for one recording"),
    ],
)
def test_what_makes_no_sense_is_refused(memo, monkeypatch, given, sources, manner, reason):
    monkeypatch.chdir(memo.parent)
    Path("here.srt").write_text("By hand")
    hear, url, path = given
    with pytest.raises(ConfigError, match=reason):
        Transcript(hear, url, Path(path)).check(sources, **NOTHING | manner)
    assert Path("here.srt").read_text() == "By hand"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--transcribe"], "mien models pull whisper-small"),
        (["--transcribe-url", "127.0.0.1:8000"], "is no address"),
    ],
)
def test_who_cannot_hear_is_told_before_the_work(memo, options, reason):
    env = {"PYTHONPATH": os.pathsep.join([str(MODULES), os.environ.get("PYTHONPATH", "")])}
    env["MIEN_HOME"] = str(memo.parent / "home")
    ran = mien("read", "memo.wav", *options, cwd=memo.parent, env=env)
    assert ran.returncode == 2
    assert reason in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a disk that is always full")
def test_a_transcript_that_cannot_be_written_costs_no_readings(memo, server):
    (memo.parent / "sitecustomize.py").write_text(
        "import pathlib\n"
        "def full(self, *a, **k):\n"
        "    with open('/dev/full', 'w') as disk:\n"
        "        disk.write('x' * 100000)\n"
        "pathlib.Path.write_text = full\n"
    )
    env = {"PYTHONPATH": os.pathsep.join([str(memo.parent), os.environ.get("PYTHONPATH", "")])}
    options = ["--transcribe-url", server.url, "--keep-transcript", "a.srt", "--out", "a.parquet"]
    ran = mien("read", memo, *options, cwd=memo.parent, env=env)
    assert ran.returncode == 2
    assert "No space left" in ran.stderr
    assert texts(memo.parent / "a.parquet") == {"I passed the exam!"}
    assert not (memo.parent / "a.srt").exists()


def test_a_folder_is_heard_by_several_processes_and_once(memo, server):
    folder = memo.parent / "memos"
    folder.mkdir()
    for name in "abc":
        (folder / f"{name}.wav").write_bytes(memo.read_bytes())
    env = {"MIEN_TRANSCRIBE_URL": server.url}
    for _ in range(2):
        ran = mien(
            *("read", folder, "--transcribe", "--jobs", "2", "--out", "all.parquet"),
            cwd=memo.parent,
            env=env,
        )
        assert ran.returncode == 0, ran.stderr
    assert len(server.requests) == 3
    rows = [r for r in read_timeline(memo.parent / "all.parquet") if r.channel == "words"]
    assert sorted(r.source for r in rows) == ["a.wav", "b.wav", "c.wav"]


def commands(page):
    text = (ROOT / "docs/how-to" / page).read_text(encoding="utf-8")
    return [shlex.split(line) for line in re.findall(r"^\$ mien (read .*)$", text, flags=re.M)]


@pytest.mark.parametrize(("page", "n"), [("a-podcast.md", 4), ("my-voice-memos.md", 3)])
def test_commands_of_a_page_run_on_small_files(page, n, tmp_path, server):
    (tmp_path / "memos").mkdir()
    write_sound(tmp_path / "talk.mp3", bursts(8.0), codec="mp3")
    for name in ("monday", "calm"):
        speech = (EXAMPLES / "scene.ogg").read_bytes()
        (tmp_path / "memos" / f"{name}.wav").write_bytes(speech)
    found = commands(page)
    assert len(found) == n
    for words in found:
        said = [server.url if "://127.0.0.1" in word else word for word in words]
        ran = mien(*said, cwd=tmp_path, env={"MIEN_TRANSCRIBE_URL": server.url})
        assert ran.returncode == 0, (words, ran.stderr)
    assert server.requests
    if page == "a-podcast.md":
        assert "I passed the exam!" in (tmp_path / "talk.srt").read_text(encoding="utf-8")
        assert texts(tmp_path / "talk.parquet") == {"I passed the exam!"}
    else:
        assert texts(tmp_path / "moods.parquet") == {None}
