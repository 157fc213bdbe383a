"""Counts of what was left out."""

from mien.media.tally import Tally


def test_one_row_a_reason_with_its_first_time_and_its_count():
    tally = Tally("a.mp4")
    tally.add("damaged packets", 3.256)
    tally.add("damaged packets", 9.0)
    tally.add("pictures without a time")
    rows = [(row.source, row.where, row.reason, row.count) for row in tally.skipped()]
    assert rows == [
        ("a.mp4", "from 3.26 s", "damaged packets", 2),
        ("a.mp4", "", "pictures without a time", 1),
    ]


def test_missing_time_is_added_up():
    tally = Tally("a.mp4")
    tally.add("gaps", 1.0, seconds=0.25)
    tally.add("gaps", 5.0, seconds=1.5)
    assert tally.skipped()[0].reason == "gaps, 1.8 s in all"


def test_a_cleared_tally_has_seen_nothing():
    tally = Tally("a.mp4")
    tally.add("gaps")
    tally.clear()
    assert tally.skipped() == ()
