"""Readings are gathered to turns and whiles; none is lost and none is taken twice."""

import random

from hypothesis import given
from hypothesis import strategies as st

from mien.moments.stretch import WHILE, Gathering, gather
from mien.timeline import Channel
from tests.moments.made import reading, words


def test_a_turn_of_a_chat_is_a_stretch_at_once():
    gathering = Gathering()
    (stretch,) = gathering.push(words("Hello", 0, "Ana"))
    assert stretch.turns == (0,)
    assert stretch.words.text == "Hello"
    assert gathering.close() == []


def test_voice_and_face_join_the_turn_of_their_time():
    (stretch,) = gather(
        [
            words("Hello", 0, "Ana", 1.0, 3.0),
            reading("voice", 0.9, 2.8),
            reading("face", 1.2, 1.4, "Ana"),
            reading("face", 2.2, 2.4, "Ana"),
        ]
    )
    assert stretch.person == "Ana"
    assert (stretch.start, stretch.end) == (1.0, 3.0)
    assert len(stretch.of(Channel.FACE)) == 2


def test_the_face_of_another_is_a_stretch_of_its_own():
    stretches = gather([words("Hello", 0, "Ana", 1.0, 3.0), reading("face", 1.2, 1.4, "Ben")])
    assert [s.person for s in stretches] == ["Ana", "Ben"]


def test_a_face_without_a_voice_is_gathered_over_a_while():
    faces = [reading("face", at / 5, at / 5 + 0.2, "Face 1") for at in range(60)]
    stretches = gather(faces)
    assert [round(s.end - s.start, 3) for s in stretches] == [WHILE, WHILE, 2.0]
    assert sum(len(s.readings) for s in stretches) == 60


def test_voices_of_two_people_do_not_mix():
    stretches = gather([reading("voice", 0.0, 2.0, "left"), reading("voice", 0.5, 2.5, "right")])
    assert [s.person for s in stretches] == ["left", "right"]


def test_words_that_come_after_their_voice_set_its_bounds():
    gathering = Gathering()
    gathering.push(reading("voice", 1.0, 3.2))
    gathering.push(words("Hello", 0, "Ana", 1.1, 3.0))
    (stretch,) = gathering.close()
    assert (stretch.start, stretch.end, stretch.person) == (1.1, 3.0, "Ana")


@st.composite
def recordings(draw):
    n = draw(st.integers(1, 40))
    found = []
    for turn in range(n):
        channel = draw(st.sampled_from(["words", "voice", "face"]))
        start = draw(st.floats(0, 60).map(lambda x: round(x, 2)))
        end = start + draw(st.floats(0.1, 9).map(lambda x: round(x, 2)))
        person = draw(st.sampled_from([None, "Ana", "Ben"]))
        found.append(
            words(f"turn {turn}", turn, person, start, end)
            if channel == "words"
            else reading(channel, start, end, person)
        )
    return found


@given(recordings())
def test_every_reading_is_in_exactly_one_stretch(readings):
    gathered = [r for stretch in gather(readings) for r in stretch.readings]
    assert sorted(map(repr, gathered)) == sorted(map(repr, readings))


@given(recordings(), st.integers(0, 9))
def test_the_order_of_readings_does_not_matter(readings, seed):
    other = random.Random(seed).sample(readings, len(readings))
    distinct = {(r.start, r.channel) for r in readings}
    if len(distinct) == len(readings):
        assert gather(other) == gather(readings)


@given(recordings())
def test_stretches_come_in_order_of_time(readings):
    starts = [stretch.start for stretch in gather(readings)]
    assert starts == sorted(starts)


@given(recordings())
def test_nobody_is_in_the_stretch_of_another(readings):
    for stretch in gather(readings):
        assert {r.person for r in stretch.readings} <= {stretch.person, None}
