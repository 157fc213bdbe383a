"""`mien read` on exports of chats: listed, chosen, read one by one, and private."""

import json
import re
import shlex

import pytest

from mien.cli.app import main
from mien.timeline import read_timeline
from tests.cli.test_read import mien
from tests.data import ROOT
from tests.fakes.exports import chatgpt_chat, message, node, write_json, write_zip

PAGE = ROOT / "docs/how-to/my-chatgpt-history.md"
TITLES = ("Moving to another city", "Trip to Rome", "Trip to Rome, again")


@pytest.fixture
def export(tmp_path):
    chats = json.dumps([chatgpt_chat(title) for title in TITLES])
    return write_zip(tmp_path / "export.zip", **{"conversations.json": chats, "chat.html": "<p>"})


@pytest.fixture
def here(monkeypatch, capsys):
    """The command in this process, which takes a tenth of the time."""

    def run(*arguments):
        monkeypatch.setattr("sys.argv", ["mien", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


def every_byte(folder, leave_out):
    files = [path for path in folder.rglob("*") if path.is_file() and path != leave_out]
    return b"\n".join(bytes(path.relative_to(folder)) + path.read_bytes() for path in files)


def test_commands_of_the_page_run_on_a_small_export(export, tmp_path, here, monkeypatch):
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^\$ mien (.*)$", PAGE.read_text(encoding="utf-8"), flags=re.M)
    assert len(commands) == 6
    for command in commands:
        code, _, err = here(*shlex.split(command))
        # A command that ends by itself has no code.
        assert not code, (command, err)
    assert (tmp_path / "rome.html").is_file()
    assert len(list((tmp_path / "history-reports").iterdir())) == 3
    names = {reading.source for reading in read_timeline(tmp_path / "history.parquet")}
    assert names == {f"export.zip#{title}" for title in TITLES}


def test_chats_lists_and_reads_nothing(export, here):
    code, out, _ = here("read", export, "--chats")
    assert code == 0
    lines = out.splitlines()[1:]
    assert [line.split(maxsplit=3) for line in lines] == [
        [str(n), "2023-11-14", "3", title] for n, title in enumerate(TITLES, 1)
    ]
    rows = [json.loads(line) for line in here("read", export, "--chats", "--json")[1].splitlines()]
    assert [(row["number"], row["title"], row["turns"]) for row in rows] == [
        (n, title, 3) for n, title in enumerate(TITLES, 1)
    ]


def test_one_chat_is_read_alone(export, here):
    _, out, _ = here("read", export, "--chat", "again", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert {row["source"] for row in rows} == {f"export.zip#{TITLES[2]}"}
    assert len(rows) == 3


@pytest.mark.parametrize("wish", [(), ("--chat", "Moving"), ("--chats",)])
def test_private_hides_titles_everywhere(export, tmp_path, wish):
    outs = [tmp_path / name for name in ("x.html", "x.csv", "x.json", "x.parquet")]
    options = [] if "--chats" in wish else [word for out in outs for word in ("--out", out)]
    ran = mien("read", export, "--private", *wish, *options)
    assert ran.returncode == 0, ran.stderr
    said = (ran.stdout + ran.stderr).encode() + every_byte(tmp_path, leave_out=export)
    for word in (b"Moving", b"Rome", b"exam"):
        assert word not in said


def test_a_second_run_reads_only_chats_that_are_missing(export, tmp_path, here):
    wish = ("read", export, "--out", tmp_path / "x.csv")
    assert here(*wish)[0] == 0
    assert "3 of them in an earlier run" in here(*wish)[1]


def test_what_was_left_out_of_a_chat_is_told(tmp_path, here):
    chat = chatgpt_chat()
    chat["mapping"]["other"] = node("other", "m0", message("assistant", "another answer"))
    _, out, err = here("read", write_json(tmp_path / "x.json", [chat]), "--json")
    assert "branches that were not followed" in err
    assert len(out.splitlines()) == 3


def test_ambiguous_dates_are_refused_and_can_be_told(tmp_path, here):
    path = tmp_path / "_chat.txt"
    path.write_text("04/03/24, 10:00 - Ana: I am so happy!\n")
    code, _, err = here("read", path)
    assert code == 2
    assert "--dates day or --dates month" in err
    listed = [
        json.loads(here("read", path, "--chats", "--json", "--dates", order)[1])["begun"][:7]
        for order in ("day", "month")
    ]
    assert listed == ["2024-03", "2024-04"]
    assert here("read", path, "--dates", "day", "--json")[1]


@pytest.mark.parametrize(
    ("wish", "reason"),
    [
        (("x.zip", "--chat", "Moving too"), "near are 1 'Moving"),
        (("x.zip", "--chat", "trip"), "2 chats are called"),
        (("x.zip", "x.zip", "--chat", "1"), "one export"),
        (("x.zip", "--chat", "1", "--jobs", "2"), "without --jobs"),
        (("a.txt", "--chat", "1"), "is none"),
        (("a.txt", "--chats"), "is none"),
        (("gone.zip", "--chats"), "no such file"),
        (("new.json",), "`mapping`"),
        (("x.zip", "--dates", "year"), "dates must be"),
    ],
)
def test_wishes_that_make_no_sense_are_one_line(export, tmp_path, here, monkeypatch, wish, reason):
    monkeypatch.chdir(tmp_path)
    export.rename(tmp_path / "x.zip")
    (tmp_path / "a.txt").write_text("Ana: hi")
    write_json(tmp_path / "new.json", [{"title": "x", "create_time": 1}])
    code, _, err = here("read", *wish)
    assert code == 2
    assert reason in err
    assert len(err.strip().splitlines()) == 1
