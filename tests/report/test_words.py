import re
from itertools import pairwise

import pytest

from mien.charts.svg import text_width
from mien.report.chat import chat, in_short
from mien.report.ribbon import WIDTH
from mien.report.view import views_of
from mien.report.words import TEXT_PX, word_lane
from mien.timeline.reading import Channel, Reason

from . import scenes
from .scenes import E, told, untold


def texts(picture):
    return re.findall(r'<text x="([\d.]+)" y="([\d.]+)" class="word">(.*?)</text>', picture)


@pytest.mark.parametrize("scene", [scenes.call, scenes.long])
def test_excerpts_never_overlap_in_a_row_and_stay_inside(scene):
    (view,) = views_of(scene())
    rows = {}
    for x, y, text in texts(word_lane(view, "words")):
        rows.setdefault(y, []).append((float(x), float(x) + text_width(text, TEXT_PX)))
    assert len(rows) == 2
    for spans in rows.values():
        spans.sort()
        assert spans[-1][1] <= WIDTH + 1
        assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_a_recording_without_words_has_no_lane_for_them():
    (view,) = views_of(scenes.little())
    assert word_lane(view, "words") is None


def test_a_chat_shows_every_turn_with_what_is_told_of_it():
    (view,) = views_of(scenes.chat())
    html = chat(view)
    assert html.count("<li>") == len(scenes.TURNS)
    assert html.count('class="turn-bar"') == len(scenes.TURNS)
    assert "cannot tell: too short" in html
    assert "the results are in!! I got the place" in html


def test_a_reading_in_short_has_its_share_and_its_interval():
    assert in_short(told(Channel.WORDS, {E.ANGER: 0.66}, 0, 1)) == "Anger .66 ±.11"
    sure = told(Channel.WORDS, {E.ANGER: 0.998}, 0, 1)
    assert in_short(sure) == "Anger >.99 [.94, 1.00]"
    assert in_short(untold(Channel.WORDS, 0, 1, Reason.NO_DATA)) == "cannot tell: nothing to go by"
