import os
import re
from pathlib import Path

import pytest

from mien.report.terminal import WIDTH, render_terminal

from . import scenes

ESCAPE = "\x1b"
GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("name", scenes.ALL)
@pytest.mark.parametrize("width", [60, 120])
def test_no_line_is_wider_than_the_terminal_or_eighty_columns(name, width):
    lines = render_terminal(scenes.ALL[name](), width=width).splitlines()
    assert max(len(line) for line in lines) <= min(width, WIDTH)


def test_colors_appear_where_they_are_asked_for_only(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert ESCAPE not in render_terminal(scenes.call())
    assert ESCAPE in render_terminal(scenes.call(), color=True)


def test_a_terminal_tells_the_sentence_the_ribbons_and_the_table():
    text = render_terminal(scenes.call())
    assert "Mostly neutral; disappointment likely" in text
    assert re.search(r"Ana +Elation \.45", text)
    assert re.search(r"face +[▁-█]+", text)
    assert "■ Confusion .71" in text
    assert "covers 7 of 40" in text
    assert "corrupt packet" in text


def test_what_cannot_be_told_is_marked_and_what_was_not_seen_is_blank():
    bar = next(line for line in render_terminal(scenes.little()).splitlines() if "░ ░" in line)
    assert "   " in bar


def test_where_only_ascii_can_be_written_plain_characters_stand_for_the_rest():
    text = render_terminal(scenes.call(), plain=True)
    assert text.isascii()
    assert re.search(r"face +[.:=+*#@?-]+ ", text)


def test_several_sources_follow_each_other():
    text = render_terminal(scenes.photo().join(scenes.chat()))
    assert text.index("birthday.jpg") < text.index("mia-and-tom.json")


def test_a_private_reading_prints_no_names():
    assert "Ana" not in render_terminal(scenes.private())


@pytest.mark.parametrize("name", scenes.ALL)
def test_what_a_terminal_shows_has_not_changed(name):
    """Written anew, for a look at the difference, with MIEN_GOLDEN=write."""
    path = GOLDEN / f"{name}.txt"
    text = render_terminal(scenes.ALL[name]()) + "\n"
    if os.environ.get("MIEN_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
