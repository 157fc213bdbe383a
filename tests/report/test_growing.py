import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.report.growing import SECONDS, Scene, render_growing
from mien.timeline.reading import Channel, Reason
from tests.report.scenes import E, told, untold

GOLDEN = Path(__file__).parent / "golden"
VOICE = Channel.VOICE

TALK = (
    told(VOICE, {E.ELATION: 0.6}, 2, 9),
    told(VOICE, {E.SADNESS: 0.55}, 31, 38, person="left"),
    untold(VOICE, 40, 44, Reason.LOW_QUALITY, person="right"),
    told(VOICE, {E.ANGER: 0.72}, 52, 60, person="right"),
    told(VOICE, {E.ANGER: 0.3, E.SURPRISE: 0.4}, 76, 82, person="left"),
)


def scene(seconds=83.4, level=0.07, readings=TALK, source="Built-in Microphone"):
    return Scene(source, seconds, level, tuple(readings))


@pytest.mark.parametrize("plain", [False, True])
def test_the_picture_has_not_moved(plain):
    path = GOLDEN / f"growing{'-plain' if plain else ''}.txt"
    text = render_growing(scene(), plain=plain) + "\n"
    if os.environ.get("MIEN_GOLDEN") == "write":
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    assert not plain or text.isascii()


def test_what_is_older_than_a_minute_is_gone():
    assert "Elation" in render_growing(scene(60.0, readings=TALK[:1]))
    assert "Elation" not in render_growing(scene())


def test_the_newest_is_at_the_right_from_the_beginning():
    text = render_growing(scene(4.0, readings=[told(VOICE, {E.ANGER: 0.7}, 1, 4)]))
    (bar,) = [line for line in text.splitlines() if re.search(r"[▁-█]", line)]
    assert len(bar.rstrip()) > 76
    assert "-" not in text.splitlines()[2]


def test_who_cannot_be_told_is_said_with_the_reason():
    text = render_growing(scene(45.0, readings=TALK[:3]))
    assert "cannot tell: too unclear" in text


def test_before_the_first_utterance_it_says_that_it_listens():
    assert "Listening" in render_growing(scene(1.0, readings=[]))


def test_the_level_says_how_loud_it_is():
    assert "silent" in render_growing(scene(level=0.0))
    assert "-6 dB" in render_growing(scene(level=0.5))
    lit = [render_growing(scene(level=level)).count("▮") for level in (0.0, 0.01, 0.1, 1.0)]
    assert lit == sorted(lit)
    assert (lit[0], lit[-1]) == (0, 10)


def test_a_device_cannot_act_on_the_terminal():
    assert "\x1b" not in render_growing(scene(source="\x1b[2Jevil\n\n"))


@given(
    seconds=st.floats(0, 1e5),
    level=st.floats(0, 1),
    width=st.integers(40, 200),
    spans=st.lists(st.tuples(st.floats(0, 90), st.floats(0.1, 20)), max_size=8),
    source=st.text(max_size=80),
)
def test_any_scene_fits_the_terminal(seconds, level, width, spans, source):
    first = max(0.0, seconds - SECONDS)
    readings = [told(VOICE, {E.ANGER: 0.5}, first + at, first + at + long) for at, long in spans]
    text = render_growing(scene(seconds, level, readings, source), plain=True, width=width)
    assert max(map(len, text.splitlines())) <= min(width, 80)
