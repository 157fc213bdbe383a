from itertools import pairwise

import numpy as np
import pytest

from mien.emotions.emotion import Emotion
from mien.report.ribbon import WIDTH, layers, place_labels, ribbon, shown
from mien.report.view import views_of
from mien.timeline.reading import Channel, Reason

from .scenes import ALL, call, chat, little, long, told, untold
from .test_track import one_track

E = Emotion
HEIGHT = 84.0


@pytest.fixture(scope="module", params=[call, chat, little, long])
def view(request):
    (view,) = views_of(request.param())
    return view


def test_layers_fill_the_ribbon_wherever_something_is_told(view):
    for track in view.tracks:
        stack = layers(track, view.emotions)
        assert stack[0].low[track.told] == pytest.approx(0)
        assert stack[-1].high[track.told] == pytest.approx(1, abs=1e-6)
        for below, above in pairwise(stack):
            assert (below.high == above.low).all()


def test_neutral_lies_on_top_and_what_is_too_small_below_it(view):
    stack = layers(view.tracks[0], view.emotions)
    assert [layer.emotion for layer in stack[-2:]] == [None, E.NEUTRAL]


def test_labels_never_overlap_and_stay_inside(view):
    for track in view.tracks:
        labels = place_labels(track, layers(track, view.emotions), HEIGHT)
        for i, label in enumerate(labels):
            assert label.x - label.width / 2 >= 0
            assert label.x + label.width / 2 <= WIDTH + 1e-6
            assert not any(label.overlaps(other) for other in labels[:i])


def test_a_label_stands_in_its_layer_where_that_is_taller_than_the_text(view):
    for track in view.tracks:
        stack = {layer.emotion: layer for layer in layers(track, view.emotions)}
        for label in place_labels(track, list(stack.values()), HEIGHT):
            cell = min(int(label.x / WIDTH * len(track.told)), len(track.told) - 1)
            layer = stack[label.emotion]
            assert layer.thickness[cell] * HEIGHT >= label.height - 1e-6
            assert layer.low[cell] <= 1 - label.y / HEIGHT <= layer.high[cell]


def test_a_label_prints_the_share_and_not_the_part():
    readings = [told(Channel.WORDS, {E.ANGER: 0.8, E.IMPATIENCE: 0.8, E.DOUBT: 0.8}, 0, 9)]
    track = one_track(readings)
    labels = place_labels(track, layers(track, shown([track])), HEIGHT)
    assert {round(label.share, 2) for label in labels} == {0.8}


def test_an_emotion_that_never_passes_a_tenth_is_other():
    track = one_track([told(Channel.WORDS, {E.ANGER: 0.3, E.DOUBT: 0.09}, 0, 9)])
    assert shown([track]) == (E.ANGER,)


def test_a_gap_is_hatched_and_nothing_is_drawn_across_it():
    readings = [
        told(Channel.VOICE, {E.ANGER: 0.7}, 0, 10),
        untold(Channel.VOICE, 12, 16, Reason.LOW_QUALITY),
        told(Channel.VOICE, {E.ANGER: 0.7}, 20, 30),
    ]
    track = one_track(readings)
    html = ribbon(track, shown([track]), HEIGHT, "a ribbon", "")
    assert html.count("url(#gap-empty)") == 2
    assert html.count("url(#gap-unsure)") == 1
    assert html.count('class="f-neutral"') == 2


def test_a_ribbon_of_nothing_told_is_one_hatched_stretch():
    track = one_track([untold(Channel.VOICE, 0, 10, Reason.LOW_CONFIDENCE)])
    html = ribbon(track, (), HEIGHT, "a ribbon", "")
    assert "url(#gap-unsure)" in html
    assert "<path" not in html


@pytest.mark.parametrize("name", ALL)
def test_no_coordinate_is_missing(name):
    (view,) = views_of(ALL[name]())
    for track in view.tracks:
        assert "nan" not in ribbon(track, view.emotions, HEIGHT, "r", "")


def test_shares_of_zero_draw_no_layer():
    track = one_track([told(Channel.VOICE, {}, 0, 10)])
    assert not np.isnan(track.parts).any()
    assert shown([track]) == ()
