from dataclasses import replace

import pytest

from mien.core.errors import ConfigError
from mien.timeline import Channel, Timeline, seconds_of, stamp, thinned
from tests.made import card, origin, skipped, told


def test_rows_become_as_many_as_the_grid_has_cells():
    many = [told(i / 5, (i + 1) / 5, anger=0.5) for i in range(50)]
    assert len(thinned(Timeline.of_readings(many), 1.0)) == 10


def test_what_has_no_length_stays_as_it_is():
    chat = stamp(replace(told(0, 1, anger=0.5), start=None, end=None, turn=3), "a.wav")
    photo = stamp(replace(told(0, 0, anger=0.5), channel=Channel.FACE), "b.jpg")
    thin = thinned(Timeline.of_readings([told(0, 1, anger=0.2), chat, photo]), 1.0)
    assert thin.readings[1:] == [chat, photo]


def test_what_is_known_of_sources_stays():
    whole = Timeline.of_readings([told(0, 1, anger=0.2)], [origin()], [skipped()], [card()])
    thin = thinned(whole, 1.0)
    assert (thin.origins, thin.skipped, thin.cards) == (whole.origins, whole.skipped, whole.cards)


@pytest.mark.parametrize(("text", "seconds"), [("1s", 1), ("500ms", 0.5), ("2", 2), (" 1.5 m", 90)])
def test_a_step_is_read(text, seconds):
    assert seconds_of(text) == seconds


@pytest.mark.parametrize("text", ["", "0s", "-1s", "1h", "s", "1e3", "nan", "1 s s"])
def test_what_is_no_step_is_refused(text):
    with pytest.raises(ConfigError, match="no step"):
        seconds_of(text)
