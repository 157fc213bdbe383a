"""What the page on research formats says, done."""

import json
import re
import sys

import pympi
import pytest

from mien.cli.app import main
from tests.data import EXAMPLES, ROOT
from tests.fakes.sounds import noise, write_sound

PAGE = (ROOT / "docs/how-to/research-formats.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ mien (.*)$", PAGE, flags=re.M)
GRID = '"ooTextFile" "TextGrid" 0 2 <exists> 1 "IntervalTier" "Ana" 0 2 1 0.5 1.5 "Thank you!"\n'


@pytest.fixture
def mien(monkeypatch, capsys):
    """Run the command in this process, where nets are loaded once: exit code, stdout, stderr."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["mien", *map(str, words)])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return ended.value.code, said.out, said.err

    return run


def talk_in(folder):
    """A recording with a TextGrid, an ELAN document and a diarization."""
    for name in ("talk.wav", "other.wav"):
        write_sound(folder / name, noise(2.0))
    (folder / "talk.TextGrid").write_text(GRID, encoding="utf-8")
    made = pympi.Elan.Eaf()
    made.add_tier("Ana")
    made.add_annotation("Ana", 500, 1500, "Thank you!")
    made.to_file(str(folder / "talk.eaf"))
    (folder / "talk.rttm").write_text("SPEAKER talk 1 0 2 <NA> <NA> Ana <NA> <NA>\n")


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    folder = tmp_path_factory.mktemp("desk")
    talk_in(folder)
    return folder


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_of_the_page_runs(desk, line, mien, monkeypatch):
    monkeypatch.chdir(desk)
    code, _, said = mien(*line.split())
    assert code == 0, said
    for out in re.findall(r"--out (\S+)", line):
        folder = desk / out.replace(".", "-").replace("-txt", "")
        assert (desk / out).is_file() or len(list(folder.iterdir())) == 2


def test_words_beside_a_recording_and_alone_are_the_same(desk, mien, monkeypatch):
    monkeypatch.chdir(desk)
    texts = []
    for source in ("talk.wav", "talk.TextGrid", "talk.eaf"):
        _, printed, _ = mien("read", source, "--channels", "words", "--json")
        (row,) = [json.loads(line) for line in printed.splitlines()]
        texts.append((row["person"], row["text"], row["start"], row["end"]))
    assert texts == [("Ana", "Thank you!", 0.5, 1.5)] * 3


def test_a_diarization_names_the_voices(tmp_path, mien):
    scene = tmp_path / "scene.ogg"
    scene.write_bytes((EXAMPLES / "scene.ogg").read_bytes())
    rows = "SPEAKER scene 1 0 9 <NA> <NA> Ana <NA> <NA>\nSPEAKER scene 1 9 11 <NA> <NA> Ben <NA>\n"
    scene.with_suffix(".rttm").write_text(rows, encoding="utf-8")
    _, printed, _ = mien("read", scene, "--channels", "voice", "--json")
    people = [json.loads(line)["person"] for line in printed.splitlines()]
    assert people[:3] == ["Ana"] * 3
    assert set(people) == {"Ana", "Ben", None}


def test_hand_made_annotations_beside_a_recording_are_never_replaced(tmp_path, mien):
    talk_in(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for name in ("talk.TextGrid", "talk.eaf"):
        code, _, said = mien("read", tmp_path / "talk.wav", "--out", tmp_path / name)
        assert code == 2
        assert "choose another name" in said
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_what_mien_wrote_is_replaced_and_never_read_as_words(tmp_path, mien):
    write_sound(tmp_path / "a.wav", noise(1.0))
    outs = [tmp_path / f"a{ending}" for ending in (".eaf", ".TextGrid", ".vtt", ".labels.txt")]
    options = [word for out in outs for word in ("--out", out)]
    for _ in range(2):
        code, _, said = mien("read", tmp_path / "a.wav", *options)
        assert code == 0, said
    _, printed, _ = mien("read", tmp_path / "a.wav", "--channels", "words", "--json")
    assert not printed


def test_what_has_no_times_is_counted_and_other_files_are_written(tmp_path, mien):
    chat = EXAMPLES / "chat.json"
    code, _, said = mien("read", chat, "--out", tmp_path / "a.eaf", "--out", tmp_path / "a.csv")
    assert code == 2
    assert "write .csv, .json or .parquet instead" in said
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]
