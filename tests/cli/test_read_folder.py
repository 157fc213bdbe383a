"""`mien read folder/` as people run it: in processes of its own."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
from collections import Counter

import pytest

from mien.timeline import read_timeline
from tests.cli.test_read import mien
from tests.data import EXAMPLES

COMMAND = [sys.executable, "-m", "mien", "read"]

unix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither limits nor SIGKILL")


def chats(folder, n, turns=2):
    folder.mkdir()
    for i in range(n):
        text = "".join(f"Ana: this is wonderful\nBen: {i} times\n" for _ in range(turns // 2))
        (folder / f"{i:02}.txt").write_text(text, encoding="utf-8")
    return folder


def done(ledger):
    lines = (ledger / "done.jsonl").read_bytes().splitlines(keepends=True)
    return [json.loads(line)["source"] for line in lines if line.endswith(b"\n")]


def test_a_folder_becomes_tables_pages_and_a_ledger_and_is_read_once(tmp_path):
    folder = chats(tmp_path / "in", 2)
    (folder / "scene.vtt").write_bytes((EXAMPLES / "scene.vtt").read_bytes())
    (folder / "bad.wav").write_bytes(b"")
    outs = [tmp_path / f"r{e}" for e in (".parquet", ".html", ".json", ".jsonl", ".csv")]
    words = [word for out in outs for word in ("--out", out)]
    wishes = ["--every", "1s", "--summary", tmp_path / "people.csv", "--jobs", "2"]
    ran = mien("read", folder, *words, *wishes)
    assert ran.returncode == 1, ran.stderr
    assert "four sources; 1 could not be read" in ran.stdout
    assert ran.stderr.count("bad.wav") == 1
    check_tables(tmp_path)
    check_pages(tmp_path)
    check_people(tmp_path)

    ran = mien("read", folder, "--out", outs[0], "--json")
    assert ran.returncode == 1
    assert len(ran.stdout.splitlines()) == 12, "readings of an earlier run are printed, too"
    assert len(read_timeline(outs[0])) == 12
    ran = mien("read", folder, "--out", outs[0], "--fps", "2")
    assert ran.returncode == 2
    assert "--fps was 5 and is 2" in ran.stderr
    assert ran.stdout == ""


def check_tables(folder):
    thin = read_timeline(folder / "r.parquet")
    assert thin == read_timeline(folder / "r.json")
    assert thin.readings == read_timeline(folder / "r.jsonl").readings
    spans = {r.end - r.start for r in thin if r.source == "scene.vtt"}
    assert spans == {1.0}
    assert Counter(r.source for r in thin)["00.txt"] == 2, "messages without times stay"


def check_pages(folder):
    index = (folder / "r.html").read_text(encoding="utf-8")
    assert index.index("bad.wav") < index.index("00.txt")
    for link in re.findall(r'href="(r-reports/[^"]+)"', index):
        assert (folder / link).stat().st_size > 1000
    assert len(list((folder / "r-reports").iterdir())) == 3


def check_people(folder):
    with (folder / "people.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(row["source"], row["person"]) for row in rows} >= {
        ("00.txt", "Ana"),
        ("01.txt", "Ben"),
    }
    codebook = (folder / "people.codebook.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `(\w+)`", codebook, flags=re.M) == list(rows[0])


@unix
def test_a_run_that_is_killed_goes_on_and_each_source_is_there_once(tmp_path):
    folder = chats(tmp_path / "in", 60)
    out = tmp_path / "r.parquet"
    command = [*COMMAND, folder, "--out", out, "--json", "--channels", "words"]
    killed = subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    # 360 kB are to be printed, more than pipes hold: it cannot end before it is killed.
    for _ in range(5):
        assert killed.stdout.readline()
    killed.kill()
    # The pipes end once nobody holds them: the process that read is gone, too.
    killed.communicate(timeout=60)
    before = done(tmp_path / "r.parquet.ledger")
    assert 2 <= len(before) < 60
    assert not out.exists()

    ran = mien(*command[3:5], "--out", out, "--channels", "words")
    assert ran.returncode == 0, ran.stderr
    assert f"60 sources, {len(before)} of them in an earlier run" in ran.stdout
    after = done(tmp_path / "r.parquet.ledger")
    assert sorted(after) == sorted(path.name for path in folder.iterdir())
    found = Counter(read_timeline(out).table.column("source").to_pylist())
    assert found == dict.fromkeys(sorted(after), 2)


@unix
def test_an_interrupt_writes_what_was_read(tmp_path):
    folder = chats(tmp_path / "in", 60)
    out = tmp_path / "r.jsonl"
    command = [*COMMAND, folder, "--out", out, "--json", "--channels", "words"]
    process = subprocess.Popen(
        [str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    for _ in range(5):
        assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"what was read is kept" in said
    assert b"Traceback" not in said
    n = len(done(tmp_path / "r.jsonl.ledger"))
    assert 2 <= n < 60
    assert len(out.read_text(encoding="utf-8").splitlines()) == 2 * n


@unix
def test_a_disk_that_is_full_in_mid_run_costs_nothing_that_was_read(tmp_path):
    import resource

    folder = chats(tmp_path / "in", 1)
    long = "".join(f"Ana: {i * 7919 % 1000} is my day, {i} times\n" for i in range(3_000))
    (folder / "long.txt").write_text(long)
    (folder / "zz.txt").write_text("Ana: oh no\n")
    arguments = ("read", folder, "--out", tmp_path / "r.parquet", "--decoders", "words-fast")
    limit = 100_000
    room = {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))}
    ran = mien(*arguments, **room)
    assert ran.returncode == 2
    assert "cannot write" in ran.stderr
    assert "which are kept" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert done(tmp_path / "r.parquet.ledger") == ["00.txt"]

    ran = mien(*arguments)
    assert ran.returncode == 0, ran.stderr
    assert "three sources, 1 of them in an earlier run" in ran.stdout


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--jobs", "0"), "at least 1"),
        (("--every", "often", "--out", "x.csv"), "no step"),
        (("--every", "1s"), "name one with --out"),
        (("--summary", "people.txt"), "end 'people.txt' in .csv"),
    ],
)
def test_senseless_wishes_say_so_before_any_work(tmp_path, options, says):
    ran = mien("read", chats(tmp_path / "in", 1), *options, cwd=tmp_path)
    assert ran.returncode == 2
    assert says in ran.stderr
    assert os.listdir(tmp_path) == ["in"]  # noqa: PTH208


def test_a_file_of_the_folder_is_never_overwritten(tmp_path):
    folder = chats(tmp_path / "in", 1)
    chat = folder / "chat.json"
    chat.write_bytes((EXAMPLES / "chat.json").read_bytes())
    ran = mien("read", folder, "--out", chat)
    assert ran.returncode == 2
    assert "being read" in ran.stderr
    assert chat.read_bytes() == (EXAMPLES / "chat.json").read_bytes()
