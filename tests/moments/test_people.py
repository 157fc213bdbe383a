"""Which face belongs to which voice."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.moments.people import as_people, people, ties
from mien.timeline import Channel, Reading, stamp


def _reading(channel, person, start, end):
    reading = Reading(start=start, end=end, channel=channel, person=person, decoder="made-v1")
    return stamp(reading, "a.mp4")


def _face(person, start, end):
    return _reading(Channel.FACE, person, start, end)


def _voice(person, start, end):
    return _reading(Channel.VOICE, person, start, end)


# Of unequal length, as turns are.
TURNS = [(0, 4), (4, 6), (6, 13), (13, 16), (16, 17), (17, 25), (25, 31), (31, 33), (33, 40)]
CUTTING = [
    reading
    for i, (start, end) in enumerate(TURNS)
    for reading in (
        _voice(f"Voice {i % 2 + 1}", start, end),
        _face(f"Face {2 - i % 2}", start, end),
    )
]
"""A recording that shows whoever speaks; who appears first is Face 2."""


def test_one_face_and_one_voice_are_one_person():
    found = [_face("Face 1", 0, 1), _voice(None, 0, 1), _face("Face 1", 1, 2)]
    assert people(found) == {"Face 1": "Person 1"}
    assert {r.person for r in as_people(found)} == {"Person 1"}


def test_one_face_and_one_labelled_voice_share_a_name():
    found = [_face("Face 1", 0, 1), _voice("Voice 1", 0, 1)]
    assert people(found) == {"Face 1": "Person 1", "Voice 1": "Person 1"}


@pytest.mark.parametrize(("voice", "face"), [("Ana", "Face 1"), ("Voice 1", "Ana"), (None, "Ana")])
def test_a_given_name_wins(voice, face):
    found = as_people([_face(face, 0, 1), _voice(voice, 0, 1)])
    assert {r.person for r in found} == {"Ana"}


def test_a_name_that_is_taken_is_not_given_again():
    named = [*CUTTING, _face("Person 1", 41, 42)]
    assert set(people(named).values()) == {"Person 2", "Person 3"}


def test_two_faces_in_one_picture_stay_apart_from_the_voices():
    both = [_face(f"Face {n}", start, end) for start, end in TURNS for n in (1, 2)]
    heard = [r for r in CUTTING if r.channel is Channel.VOICE]
    assert people([*both, *heard]) == {}


def test_a_face_seen_only_while_a_voice_is_heard_is_that_person():
    assert people(CUTTING) == {
        "Face 2": "Person 1",
        "Voice 1": "Person 1",
        "Face 1": "Person 2",
        "Voice 2": "Person 2",
    }
    assert all(tie.certainty >= 0.99 for tie in ties(CUTTING))


def test_one_cut_is_not_enough_to_tell():
    assert people([r for r in CUTTING if r.start < 6]) == {}


def test_a_listener_who_is_shown_alone_belongs_to_no_voice():
    shown = [replace(r, person="Face 1") if r.channel is Channel.FACE else r for r in CUTTING]
    assert people(shown) == {}


def test_two_voices_and_a_face_that_is_always_there_stay_apart():
    heard = [_voice("Voice 1", 0, 20), _voice("Voice 2", 20, 40)]
    assert people([*heard, _face("Face 1", 0, 40)]) == {}


def test_much_speech_of_nobody_keeps_the_only_name_from_being_everybodys():
    found = [_face("Face 1", 0, 9), _voice("Voice 1", 0, 5), _voice(None, 5, 9)]
    assert people(found) == {}
    few = [_face("Face 1", 0, 9), _voice("Voice 1", 0, 8.5), _voice(None, 8.5, 9)]
    assert [r.person for r in as_people(few)] == ["Person 1", "Person 1", None]


def test_without_faces_or_without_voices_nothing_changes():
    for channel in (Channel.FACE, Channel.VOICE):
        found = [r for r in CUTTING if r.channel is channel]
        assert as_people(found) == found


_any = st.builds(
    lambda channel, person, start, length: _reading(channel, person, start, start + length),
    st.sampled_from(list(Channel)),
    st.sampled_from([None, "Face 1", "Face 2", "Voice 1", "Voice 2", "Ana", "Person 1"]),
    st.floats(0, 60),
    st.floats(0.1, 9),
)


@given(st.lists(_any, max_size=30))
def test_people_are_the_same_in_any_order_and_never_lose_a_reading(readings):
    assert dict(people(readings)) == dict(people(sorted(readings, key=lambda r: r.id)))
    renamed = as_people(readings)
    kept = [replace(r, person=None, id="") for r in renamed]
    assert kept == [replace(r, person=None, id="") for r in readings]


def test_the_same_voice_in_two_faces_is_given_to_neither():
    twins = [*CUTTING, *(replace(r, person="Face 3") for r in CUTTING if r.person == "Face 2")]
    assert people(twins) == {"Face 1": "Person 1", "Voice 2": "Person 1"}
