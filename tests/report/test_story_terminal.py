"""The story in a terminal: the same order in eighty columns."""

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from mien.core.redact import printable
from mien.report import render_story
from mien.report.terminal import WIDTH

from . import tales

GOLDEN = Path(__file__).parent / "golden"
ESCAPE = "\x1b"


@pytest.mark.parametrize("name", tales.ALL)
@pytest.mark.parametrize("width", [60, 120])
def test_no_line_is_wider_than_the_terminal_or_eighty_columns(name, width):
    lines = render_story(*tales.ALL[name](), width=width).splitlines()
    assert max(len(line) for line in lines) <= min(width, WIDTH)


def test_colors_appear_where_they_are_asked_for_only(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert ESCAPE not in render_story(*tales.chat())
    assert ESCAPE in render_story(*tales.chat(), color=True)


def test_a_terminal_tells_the_sentence_the_strip_and_the_moments():
    text = render_story(*tales.chat())
    assert "Mia likely shows elation at turn 1" in text
    assert re.search(r"^Tom +● +● +○", text, flags=re.M)
    assert "turn 4 ● Tom · likely disappointment .58, sure .70" in text
    assert "because of “it starts in March, in Lisbon” (Mia, turn 3, .74)" in text
    assert "Explanation: a-model (1)" in text


def test_mixed_signals_have_a_mark_of_their_own():
    text = render_story(*tales.call())
    assert "◎ channels disagree" in text
    assert "mixed signals: words and voice disagree" in " ".join(text.split())
    assert "◎" not in render_story(*tales.chat())


def test_where_only_ascii_can_be_written_plain_characters_stand_for_the_rest():
    text = render_story(*tales.call(), plain=True)
    assert text.isascii()
    assert re.search(r"^unknown +% +- ", text, flags=re.M)


def test_a_private_story_prints_no_names_and_no_words():
    text = render_story(*tales.private())
    assert "Ana" not in text
    assert "“" not in text


def test_several_sources_follow_each_other():
    one, other = tales.chat(), tales.little()
    text = render_story(one[0].join(other[0]), (*one[1], *other[1]))
    assert text.index("Tom ·") < text.index("corridor.wav")


@pytest.mark.parametrize("color", [False, True])
def test_nothing_that_came_from_outside_acts_on_the_terminal(monkeypatch, color):
    monkeypatch.setenv("TERM", "xterm-256color")
    hostile = "\x1b]0;owned\x07\x9b2J\r\n\u202eevil"
    timeline, (first, *rest) = tales.chat()
    moments = (replace(first, person=hostile, explanation=hostile), *rest)
    text = render_story(timeline, moments, color=color)
    bare = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert bare == "\n".join(printable(line) for line in bare.split("\n"))
    assert "owned" in bare


def test_what_a_terminal_shows_has_not_changed():
    """Written anew, for a look at the difference, with MIEN_GOLDEN=write."""
    path = GOLDEN / "story-chat.txt"
    text = render_story(*tales.chat()) + "\n"
    if os.environ.get("MIEN_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
