from mien.timeline import Adapted, Timeline
from mien.timeline.baseline import LEAST
from tests.made import told


def test_a_usual_moment_lies_at_zero():
    calm = [told(i, i + 1, anger=0.1) for i in range(LEAST)]
    found = Timeline.of_readings([*calm, told(50, 51, anger=0.6)]).relative_to_baseline()
    assert found.readings[0].extra["z_anger"] == 0
    assert found.readings[-1].extra["z_anger"] > 5
    assert found.readings[0].adapted is Adapted.BASELINE


def test_shares_stay_what_raters_would_say():
    timeline = Timeline.of_readings(told(i, i + 1, anger=0.1 * i) for i in range(9))
    related = timeline.relative_to_baseline()
    assert [r.scores for r in related] == [r.scores for r in timeline]


def test_too_few_readings_have_no_usual():
    timeline = Timeline.of_readings(told(i, i + 1, anger=0.1) for i in range(LEAST - 1))
    assert timeline.relative_to_baseline() == timeline


def test_a_baseline_of_its_own_is_used():
    rest = Timeline.of_readings(told(i, i + 1, anger=0.6) for i in range(LEAST))
    related = Timeline.of_readings([told(0, 1, anger=0.1)]).relative_to_baseline(rest)
    assert related.readings[0].extra["z_anger"] < 0


def test_people_of_two_files_are_two_people():
    from mien.timeline import stamp

    low = [told(i, i + 1, anger=0.1) for i in range(LEAST)]
    high = [stamp(told(i, i + 1, anger=0.9), "b.wav") for i in range(LEAST)]
    related = Timeline.of_readings([*low, *high]).relative_to_baseline()
    assert {reading.extra["z_anger"] for reading in related} == {0}
