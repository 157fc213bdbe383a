"""Scans: every conversation once, a bad one alone, nothing kept that is private."""

import json
import subprocess
import sys

import pytest

from mien.core.errors import ConfigError, SourceError
from mien.guard import Person
from mien.guard.scan import ScanRun, Watch, write_scan
from mien.reader.engines import Here, Local
from tests.data import EXAMPLES, ROOT
from tests.fakes.exports import chatgpt_chat, write_zip
from tests.fakes.observers import Cues
from tests.fakes.scans import CALM, CRISIS, DEADLY, SPIRAL, chat, write_lines

WATCH = Watch(observer=Cues)


@pytest.fixture
def lines(tmp_path):
    return write_lines(
        tmp_path / "chats.jsonl",
        chat(CALM, title="Lentils"),
        chat(SPIRAL, title="Signs"),
        chat(CRISIS, title="Night"),
    )


def scanned(source, ledger, watch=WATCH, engine=None, **more):
    """The names that were read in this run, and all that was found."""
    with ScanRun([source], ledger, watch, **more) as run:
        read = [done.name for done in run.read(engine or Here())]
        return read, run.result()


def names(found):
    return [glance.title for glance in found.glances()]


def test_conversations_come_in_the_order_of_their_highest_risk(lines, tmp_path):
    _, found = scanned(lines, tmp_path / "l")
    peaks = [glance.peak for glance in found.glances()]
    assert peaks == sorted(peaks, reverse=True)
    assert names(found) == ["Night", "Signs", "Lentils"]
    assert peaks[-1] == 0


def test_a_glance_says_what_raised_the_risk_and_where(lines, tmp_path):
    _, found = scanned(lines, tmp_path / "l")
    signs = next(one for one in found.glances() if one.title == "Signs")
    assert signs.kind == "delusion"
    assert signs.turns == len(SPIRAL)
    assert signs.raised["delusional_content"] == 3
    assert "it is a prophecy" in {reason.quote for reason in signs.reasons}


def test_rates_count_conversations_and_not_turns(lines, tmp_path):
    _, found = scanned(lines, tmp_path / "l")
    crisis = next(rate for rate in found.tally.signals() if rate.name == "crisis")
    assert (crisis.chats, crisis.turns) == (1, 2)
    assert crisis.share.value == pytest.approx(1 / 3)
    assert found.tally.alarms == 2


def test_a_second_run_scans_nothing_and_finds_the_same(lines, tmp_path):
    first_read, first = scanned(lines, tmp_path / "l")
    again, second = scanned(lines, tmp_path / "l")
    assert (len(first_read), again) == (3, [])
    assert list(first.glances()) == list(second.glances())


def test_several_processes_find_what_one_finds(lines, tmp_path):
    _, one = scanned(lines, tmp_path / "one")
    _, two = scanned(lines, tmp_path / "two", engine=Local(2))
    assert list(one.glances()) == list(two.glances())


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_after_kill_9_each_conversation_is_there_exactly_once(tmp_path):
    texts = [("one",), ("two",), (DEADLY,), ("three",)]
    lines = write_lines(tmp_path / "c.jsonl", *(chat(text, title=text[0]) for text in texts))
    command = [sys.executable, "-m", "tests.fakes.scans", str(lines), str(tmp_path / "l")]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert ran.returncode == -9
    read, found = scanned(lines, tmp_path / "l")
    assert [name.partition("#")[2] for name in read] == [DEADLY, "three"]
    assert sorted(names(found)) == sorted(text[0] for text in texts)


def test_other_options_are_refused_by_name(lines, tmp_path):
    scanned(lines, tmp_path / "l")
    with pytest.raises(ConfigError, match="--minor"):
        scanned(lines, tmp_path / "l", Watch(observer=Cues, person=Person(minor=True)))


def test_what_cannot_be_read_costs_itself_alone_and_is_counted(lines, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.jsonl").write_bytes(lines.read_bytes() + b'{"messages": [{"role": "us\n')
    (folder / "b.json").write_text('[{"role": "boss", "content": "x"}]')
    (folder / "c.json").write_text('[{"role": "system", "content": "only rules"}]')
    (folder / "photo.jpg").write_bytes((EXAMPLES / "portrait.jpg").read_bytes())
    (folder / "d.pdf").write_bytes(b"%PDF-1.7\n")
    _, found = scanned(folder, tmp_path / "l")
    assert len(found) == 3
    reasons = " ".join(skip.reason for skip in found.failed)
    assert "JSON" in reasons
    assert "user's or an assistant's" in reasons
    assert {"d.pdf", "photo.jpg"} <= {skip.source for skip in found.skipped}


def test_a_turn_that_cannot_be_judged_is_counted(tmp_path):
    def broken():
        return Cues(breaks_on="cumin")

    lines = write_lines(tmp_path / "c.jsonl", chat(CALM), chat(CALM))
    _, found = scanned(lines, tmp_path / "l", Watch(observer=broken))
    assert found.tally.unjudged == 2


def test_system_turns_are_left_out_and_counted(tmp_path):
    said = chat(CALM)
    said["messages"].insert(0, {"role": "system", "content": "end my life"})
    _, found = scanned(write_lines(tmp_path / "c.jsonl", said, said), tmp_path / "l")
    assert (found.tally.left_out, found.tally.alarms) == (2, 0)


def test_exports_are_scanned_as_downloaded_and_times_kept(tmp_path):
    chats = [chatgpt_chat("A", [("user", text)]) for text in CALM]
    path = write_zip(tmp_path / "export.zip", **{"conversations.json": json.dumps(chats)})
    _, found = scanned(path, tmp_path / "l")
    assert len(found) == 3
    assert all(glance.begun.startswith("2023-11-14T22:13") for glance in found.glances())


def test_a_folder_without_chats_is_refused(tmp_path):
    (tmp_path / "in").mkdir()
    with pytest.raises(SourceError, match="no recording"):
        scanned(tmp_path / "in", tmp_path / "l")


def test_nothing_private_is_written_anywhere(lines, tmp_path):
    _, found = scanned(lines, tmp_path / "l", private=True)
    for form in ("html", "json", "parquet"):
        write_scan(found, tmp_path / f"r.{form}")
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path != lines]
    kept = {path: path.read_bytes() for path in written}
    assert len(kept) > 6
    for secret in (b"Annabel", b"prophecy", b"end my life", b"Signs", b"chats.jsonl"):
        assert not [path for path, raw in kept.items() if secret in raw], secret
