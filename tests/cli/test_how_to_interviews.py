"""The page on 500 interviews, run from top to bottom on three small ones."""

import re
import shlex

from mien.timeline import read_timeline
from tests.cli.test_read import mien
from tests.data import EXAMPLES, ROOT

PAGE = ROOT / "docs/how-to/500-interviews.md"


def test_commands_of_the_page_run_on_small_files(tmp_path):
    folder = tmp_path / "interviews"
    folder.mkdir()
    (folder / "ana.vtt").write_bytes((EXAMPLES / "scene.vtt").read_bytes())
    (folder / "ben.txt").write_text("Ben: I passed!\nAna: that is wonderful\n", encoding="utf-8")
    (folder / "contract.pdf").write_bytes(b"%PDF-1.7\n")
    commands = re.findall(r"^\$ mien (.*)$", PAGE.read_text(encoding="utf-8"), flags=re.M)
    assert len(commands) == 4
    said = []
    for command in commands:
        ran = mien(*shlex.split(command), cwd=tmp_path)
        assert ran.returncode == 0, (command, ran.stderr)
        assert "contract.pdf" in ran.stderr
        said.append(ran.stdout)
    assert "in an earlier run" not in said[0]
    assert all("2 of them in an earlier run" in text for text in said[1:])
    check(tmp_path)


def check(folder):
    assert (folder / "index.html").is_file()
    assert len(list((folder / "index-reports").iterdir())) == 2
    assert (folder / "people.codebook.md").is_file()
    assert {r.source for r in read_timeline(folder / "readings.parquet")} == {"ana.vtt", "ben.txt"}
