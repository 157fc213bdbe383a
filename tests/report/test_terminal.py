import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from mien.core.redact import printable
from mien.report.terminal import WIDTH, render_terminal
from mien.timeline.origin import Kind, Origin, Skipped
from mien.timeline.reading import Channel, stamp
from mien.timeline.timeline import Timeline

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
    assert "Mostly neutral; anger likely" in text
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


@pytest.mark.parametrize("color", [False, True])
def test_nothing_that_came_from_outside_acts_on_the_terminal(monkeypatch, color):
    monkeypatch.setenv("TERM", "xterm-256color")
    hostile = "\x1b]0;owned\x07\x9b2J\r\n\u202eevil"
    readings = [
        stamp(scenes.told(Channel.VOICE, {scenes.E.ANGER: 0.8}, 0, 9, person=p), hostile)
        for p in (hostile, None)
    ]
    origin = Origin(source=hostile, kind=Kind.SOUND, seconds=10.0)
    skipped = [Skipped(source=s, where=hostile, reason=hostile) for s in (hostile, hostile * 2)]
    card = replace(scenes.CARDS[0], calibration=hostile)
    timeline = Timeline.of_readings(readings, [origin], skipped, [card])
    text = render_terminal(timeline, color=color)
    bare = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert bare == "\n".join(printable(line) for line in bare.split("\n"))
    assert "owned" in bare


def test_what_could_not_be_opened_is_told_once():
    lost = Skipped(source="lost.mp4", where="", reason="the file is empty")
    one = scenes.chat()
    alone = Timeline(one.table, one.origins, (lost,), one.cards)
    for timeline in (alone, alone.join(scenes.photo())):
        assert render_terminal(timeline).count("Skipped: lost.mp4: 1 × the file is empty") == 1


@pytest.mark.parametrize("name", scenes.ALL)
def test_what_a_terminal_shows_has_not_changed(name):
    """Written anew, for a look at the difference, with MIEN_GOLDEN=write."""
    path = GOLDEN / f"{name}.txt"
    text = render_terminal(scenes.ALL[name]()) + "\n"
    if os.environ.get("MIEN_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
