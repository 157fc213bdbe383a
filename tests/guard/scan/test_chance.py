"""How many alarms are right."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import ConfigError
from mien.core.wilson import wilson
from mien.guard.accuracy import Accuracy
from mien.guard.scan.chance import (
    BASE_RATE,
    most_right,
    over_chat,
    rate_of,
    right_alarms,
    right_share,
)

shares = st.floats(0.001, 0.999)


@given(base=shares, hit=shares, false=shares)
def test_counting_a_million_conversations_gives_the_same(base, hit, false):
    n = 1_000_000
    right, wrong = n * base * hit, n * (1 - base) * false
    assert right_alarms(base, hit, false) == pytest.approx(right / (right + wrong))


@given(base=shares, hit=shares, false=shares)
def test_no_detector_beats_the_bound(base, hit, false):
    alarms = base * hit + (1 - base) * false
    assert right_alarms(base, hit, false) <= most_right(base, alarms) + 1e-12


@given(base=shares, hits=st.integers(1, 40), false=st.integers(1, 40))
def test_the_interval_holds_the_estimate(base, hits, false):
    accuracy = Accuracy(wilson(hits, 40), wilson(false, 400), "chat")
    value, low, high = right_share(base, accuracy)
    assert low <= value <= high


@pytest.mark.parametrize("text", ["1/1300", " 1 / 1300 ", "0.0769230769%"])
def test_a_base_rate_may_be_written_in_several_ways(text):
    assert rate_of(text) == pytest.approx(BASE_RATE)


@pytest.mark.parametrize("text", ["0", "1", "2/1", "1/0", "often", "-1/9", "nan", "1/2/3", ""])
def test_what_is_no_share_is_refused(text):
    with pytest.raises(ConfigError, match="1/1300"):
        rate_of(text)


@given(hits=st.integers(1, 40), false=st.integers(1, 40), turns=st.floats(1, 100))
def test_false_alarms_of_turns_only_add_up(hits, false, turns):
    turn = Accuracy(wilson(hits, 40), wilson(false, 400), "turn")
    chat = over_chat(turn, turns)
    assert chat.sensitivity == turn.sensitivity
    assert all(
        a <= b + 1e-12 <= 1 + 1e-9
        for a, b in zip(turn.false_alarms, chat.false_alarms, strict=True)
    )
    assert over_chat(chat, turns) == chat
