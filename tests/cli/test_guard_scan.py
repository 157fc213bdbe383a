"""`mien guard scan` as people run it, and the page that explains it."""

import json
import re
import shlex

import pytest
from typer.testing import CliRunner

from mien.cli.app import app
from mien.core.errors import MienError
from mien.llm.testing import ScriptedServer
from tests.cli.test_read import mien
from tests.data import ROOT
from tests.fakes.judge import saying
from tests.fakes.observers import Cues, Unsure
from tests.fakes.scans import CALM, SPIRAL, chat, write_lines

PAGE = ROOT / "docs/how-to/scan-conversations.md"


@pytest.fixture
def cues(monkeypatch):
    monkeypatch.setattr("mien.guard.local.LocalObserver", Cues)


@pytest.fixture
def lines(tmp_path):
    return write_lines(tmp_path / "c.jsonl", chat(CALM, title="Lentils"), chat(SPIRAL, title="S"))


def scan(*arguments):
    return CliRunner().invoke(app, ["guard", "scan", *map(str, arguments)])


def refused(*arguments):
    ran = scan(*arguments)
    assert isinstance(ran.exception, MienError), ran.output
    return str(ran.exception)


def test_commands_of_the_page_run_on_small_files(tmp_path):
    folder = tmp_path / "chats"
    folder.mkdir()
    (folder / "one.json").write_text(json.dumps(chat(CALM)))
    write_lines(folder / "many.jsonl", chat(SPIRAL), chat(CALM))
    commands = re.findall(r"^\$ mien (.*)$", PAGE.read_text(encoding="utf-8"), flags=re.M)
    assert len(commands) == 7
    # A judge is asked on a network.
    for command in (one for one in commands if "--judge" not in one):
        ran = mien(*shlex.split(command), cwd=tmp_path)
        assert ran.returncode == 0, (command, ran.stderr)
    for name in ("report.html", "turns.parquet", "counts.html"):
        assert (tmp_path / name).stat().st_size > 1000


def test_the_terminal_says_what_was_found_in_80_columns(cues, lines):
    ran = scan(lines)
    assert ran.exit_code == 0, ran.output
    assert "In 1 of 2 conversations" in ran.stdout
    assert "no diagnosis" in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 80


def test_what_was_scanned_before_is_not_scanned_again(cues, lines, tmp_path):
    scan(lines, "--out", tmp_path / "r.json")
    ran = scan(lines, "--out", tmp_path / "r.json")
    assert "2 of them were scanned in an earlier run" in ran.stderr


def test_a_broken_line_makes_the_exit_code_1_and_is_named(cues, lines, tmp_path):
    lines.write_bytes(lines.read_bytes() + b'{"messages": [{"ro\n')
    ran = scan(lines, "--out", tmp_path / "r.html")
    assert ran.exit_code == 1
    assert "cannot read c.jsonl#3" in ran.stderr
    assert "c.jsonl#3" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_nonsense_is_refused_before_the_work(cues, lines, tmp_path):
    assert "1/1300" in refused(lines, "--base-rate", "often")
    assert ".parquet" in refused(lines, "--out", tmp_path / "r.doc")
    assert "is being scanned" in refused(tmp_path / "c.jsonl", "--out", _same(lines))
    assert "no folder" in refused(lines, "--out", tmp_path / "none" / "r.html")
    assert "mode must be" in refused(lines, "--mode", "loud")


def _same(lines):
    linked = lines.with_name("c.json")
    linked.symlink_to(lines)
    return linked


def test_what_a_scan_wrote_beside_its_source_may_be_replaced(cues, lines, tmp_path):
    beside = tmp_path / "c.json"
    for _ in range(2):
        assert scan(lines, "--out", beside).exit_code == 0
    beside.write_text('{"messages": []}')
    assert "is being scanned" in refused(lines, "--out", beside)


def test_a_judge_is_asked_where_the_detectors_are_in_doubt(monkeypatch, lines, tmp_path):
    monkeypatch.setattr("mien.guard.local.LocalObserver", Unsure)
    out = tmp_path / "turns.json"
    with ScriptedServer(saying({})) as server:
        asked = ("--judge", f"{server.url}#made", "--force-uncalibrated")
        assert scan(lines, *asked, "--out", out).exit_code == 0
        assert server.requests
    told = json.loads(out.read_text("utf-8"))["conversations"]
    assert all(row["by"].endswith("-uncalibrated") for one in told for row in one["checks"])


def test_a_judge_that_nobody_calibrated_is_refused(lines, tmp_path, monkeypatch):
    monkeypatch.setenv("MIEN_HOME", str(tmp_path))
    assert "mien guard calibrate" in refused(lines, "--judge", "http://127.0.0.1:9/v1#made")
