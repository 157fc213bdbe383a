import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.decoders.words.readout import Readout, judge, labels
from mien.emotions.emotion import Emotion
from mien.timeline import Reason

READOUT = Readout((0.0, 1.0, 0.0, 0.0), (-6.0, 6.0), (0.0, 1.0), 0.4, (0.5,) * 28)


def shares(**named):
    row = np.full((1, 28), 0.01, np.float32)
    for label, share in named.items():
        row[0, labels().index(label)] = share
    return row


def test_it_survives_the_way_through_json():
    assert Readout.from_json(READOUT.to_json()) == READOUT


@pytest.mark.parametrize(
    ("row", "size", "reason"),
    [
        (shares(joy=0.9), 8, None),
        (shares(joy=0.9), 1, None),
        (shares(joy=0.05), 8, Reason.LOW_CONFIDENCE),
        (shares(neutral=0.9), 8, None),
        (shares(neutral=0.9), 1, Reason.TOO_SHORT),
        (shares(joy=0.05), 1, Reason.TOO_SHORT),
    ],
)
def test_it_keeps_silent_where_it_should(row, size, reason):
    assert judge(READOUT, row, [size]).reasons == [reason]


def test_only_covered_emotions_have_a_share():
    told = judge(READOUT, shares(admiration=0.9), [8])
    covered = {e for e in Emotion if not np.isnan(told.shares[0, e.position])}
    assert covered == set(labels().covers)


def test_labels_outside_the_forty_are_told_apart():
    told = judge(READOUT, shares(admiration=0.9, joy=0.8), [8])
    assert told.extra[0] == pytest.approx({"admiration": 0.9})


def test_fewer_words_leave_more_doubt():
    one, many = (judge(READOUT, shares(joy=0.5), [n]).deviations for n in (1, 12))
    assert np.nanmin(one - many) > 0


@given(st.lists(st.floats(0, 1, width=32), min_size=28, max_size=28), st.integers(1, 60))
def test_everything_stays_in_range(row, size):
    told = judge(READOUT, np.array([row], np.float32), [size])
    for values in (told.shares, told.deviations):
        assert np.nanmin(values) >= 0
        assert np.nanmax(values) <= 1
    assert 0 <= told.confidence[0] <= 1
