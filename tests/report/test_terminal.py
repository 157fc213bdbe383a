import io
import re

import pytest
from rich.console import Console

from mien.report.terminal import WIDTH, show

from . import scenes

ESCAPE = "\x1b"


def printed(timeline, width=120, **options):
    console = Console(file=io.StringIO(), width=width, **options)
    show(timeline, console)
    return console.file.getvalue()


@pytest.mark.parametrize("name", scenes.ALL)
@pytest.mark.parametrize("width", [60, 120])
def test_no_line_is_wider_than_the_terminal_or_eighty_columns(name, width):
    lines = printed(scenes.ALL[name](), width).splitlines()
    assert max(len(line) for line in lines) <= min(width, WIDTH)


def test_colors_appear_on_a_terminal_only():
    assert ESCAPE not in printed(scenes.call())
    assert ESCAPE in printed(scenes.call(), force_terminal=True, color_system="truecolor")


def test_a_terminal_tells_the_sentence_the_ribbons_and_the_table():
    text = printed(scenes.call())
    assert "Mostly neutral; disappointment likely" in text
    assert re.search(r"Ana +Elation \.45", text)
    assert re.search(r"face +[▁-█]+", text)
    assert "■ Confusion .71" in text
    assert "covers 7 of 40" in text
    assert "corrupt packet" in text


def test_what_cannot_be_told_is_marked_and_what_was_not_seen_is_blank():
    bar = next(line for line in printed(scenes.little()).splitlines() if "░ ░" in line)
    assert "   " in bar


def test_where_blocks_cannot_be_written_plain_characters_stand_for_them():
    held = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    show(scenes.call(), Console(file=held, width=80))
    held.seek(0)
    assert re.search(r"face +[.:=+*#@?-]+ ", held.read())


def test_several_sources_follow_each_other():
    text = printed(scenes.photo().join(scenes.chat()))
    assert text.index("birthday.jpg") < text.index("mia-and-tom.json")


def test_a_private_reading_prints_no_names():
    assert "Ana" not in printed(scenes.private())
