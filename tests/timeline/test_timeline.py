from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.timeline import Card, Channel, Reading, Reason, Timeline, Verdict, stamp
from mien.timeline.schema import SCHEMA
from tests.made import card, origin, readings, skipped, told


def test_columns_stand_in_the_order_of_the_fields():
    assert SCHEMA.names == [field.name for field in fields(Reading)]


@settings(max_examples=25)
@given(st.lists(readings(), max_size=5))
def test_arrow_gives_back_the_same_readings(found):
    assert Timeline.of_readings(found).readings == found


@given(readings())
def test_stamping_twice_changes_nothing(reading):
    assert stamp(reading, reading.source) == reading


def test_the_same_reading_of_another_source_has_another_id():
    reading = told(0, 1, anger=0.5)
    assert stamp(reading, "b.wav").id != reading.id


def test_between_keeps_what_overlaps():
    timeline = Timeline.of_readings([told(0, 1, anger=0.1), told(1, 2, anger=0.2), told(5, 6)])
    assert [r.start for r in timeline.between(0.5, 1.5)] == [0, 1]
    assert len(timeline.between(1, 1.5)) == 1
    assert len(timeline.between(7, 9)) == 0


def test_a_photo_lies_in_its_instant():
    timeline = Timeline.of_readings([told(0, 0, anger=0.1)])
    assert len(timeline.between(0, 1)) == 1


def test_lanes_are_who_was_read_on_what():
    face = replace(told(0, 1), channel=Channel.FACE, person="Face 1")
    timeline = Timeline.of_readings([told(0, 1), face, told(1, 2)])
    assert [(lane.person, lane.channel) for lane in timeline.lanes] == [
        (None, Channel.VOICE),
        ("Face 1", Channel.FACE),
    ]
    assert len(timeline.of_lane(timeline.lanes[0])) == 2
    other = replace(told(0, 1), decoder="other-v1")
    assert len(Timeline.of_readings([told(0, 1), other]).lanes) == 2
    assert timeline.people() == ("Face 1",)


def test_joining_keeps_each_card_once_and_every_reading():
    one = Timeline.of_readings([told(0, 1)], [origin()], [skipped()], [card()])
    two = Timeline.of_readings([stamp(told(0, 1), "b.wav")], cards=[card()])
    both = one.join(two)
    assert len(both) == 2
    assert both.sources == ("a.wav", "b.wav")
    assert len(both.cards) == 1
    assert both.of(source="b.wav").readings == two.readings
    assert both.of(source="b.wav").skipped == ()


def test_the_top_is_told_and_not_neutral():
    unsure = replace(
        told(2, 3, anger=0.99), verdict=Verdict.CANNOT_TELL, reason=Reason.LOW_CONFIDENCE
    )
    timeline = Timeline.of_readings([told(0, 1, anger=0.4), told(1, 2, neutral=0.9), unsure])
    assert timeline.top(1)[0].start == 0


def test_a_card_survives_json():
    assert Card.from_dict(card().to_dict()) == card()


def test_a_figure_that_is_missing_is_an_error():
    assert card().figure("UAR", "made").value == 0.5
    with pytest.raises(KeyError, match="no figure"):
        card().figure("WAR")


def test_coverage_leaves_neutral_out():
    assert card().coverage == "1 of 40"
