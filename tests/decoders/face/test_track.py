import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.decoders.face.detect import Found
from mien.decoders.face.track import glance, is_cut, look

from .scenes import HEIGHT, SIDE, WIDTH, ScriptedDetector, ground, tracker

shots = st.lists(
    st.tuples(
        st.integers(0, 5),  # people in the shot are numbered from here
        st.integers(1, 3),  # how many
        st.integers(2, 6),  # pictures
        st.floats(-3, 3),  # pixels they drift a picture
    ),
    min_size=1,
    max_size=4,
)


def film(detector, plan):
    """(frame, number of the shot, true people from left to right) for each picture."""
    pictures = []
    for shot, (first, count, length, drift) in enumerate(plan):
        for k in range(length):
            people = {first + i: (60 + 80 * i + drift * k, HEIGHT / 2) for i in range(count)}
            pictures.append((detector.paint(shot, people), shot, list(people)))
    return pictures


@settings(max_examples=25)
@given(plan=shots)
def test_nobody_is_joined_across_a_cut_and_everybody_keeps_a_number_within_a_shot(plan):
    detector = ScriptedDetector()
    follow = tracker(detector)
    numbers = {}
    for index, (frame, shot, people) in enumerate(film(detector, plan)):
        followed = follow.step(frame, 0.2 * index)
        assert len(followed) == len(people)
        for face, seed in zip(followed, people, strict=True):
            numbers.setdefault(face.number, set()).add((shot, seed))
    assert all(len(seen) == 1 for seen in numbers.values())
    assert len(numbers) == sum(count for _, count, _, _ in plan)


def test_numbers_count_up_in_order_of_appearance():
    detector = ScriptedDetector()
    follow = tracker(detector)
    alone = follow.step(detector.paint(0, {1: (60, 90)}), 0.0)
    both = follow.step(detector.paint(0, {1: (60, 90), 2: (200, 90)}), 1.0)
    assert [f.number for f in alone] == [1]
    assert [f.number for f in both] == [1, 2]


@pytest.mark.parametrize(("gap", "is_same"), [(0.4, True), (1.8, True), (2.4, False)])
def test_a_face_out_of_sight_is_remembered_for_two_seconds(gap, is_same):
    detector = ScriptedDetector()
    follow = tracker(detector)
    there, gone = detector.paint(0, {1: (100, 90)}), detector.paint(0, {})
    first = follow.step(there, 0.0)[0].number
    times = np.arange(0.2, gap, 0.2)
    for at in times:
        assert follow.step(gone, float(at)) == []
    # The next whole search may be due a little later than the face returns.
    back = [f for k in range(3) for f in follow.step(there, gap + 0.2 * k)]
    assert (back[0].number == first) is is_same


def test_another_person_in_the_same_place_gets_another_number():
    detector = ScriptedDetector()
    follow = tracker(detector)
    first = follow.step(detector.paint(0, {1: (100, 90)}), 0.0)[0].number
    other = follow.step(detector.paint(3, {2: (100, 90)}), 0.2)[0].number
    assert other != first


def test_known_faces_are_followed_without_searching_every_picture():
    detector = ScriptedDetector()
    follow = tracker(detector)
    for k in range(50):
        follow.step(detector.paint(0, {1: (60 + k, 90)}), 0.2 * k)
    assert detector.whole_searches <= 11  # ten seconds


def test_a_film_without_faces_is_searched_at_most_as_often_as_the_pace_says():
    detector = ScriptedDetector()
    follow = tracker(detector)
    empty = detector.paint(0, {})
    for k in range(50):
        assert follow.step(empty, 0.2 * k) == []
    assert detector.whole_searches <= 17 * 2 + 1  # two sizes every third picture, enlarged once


def test_two_people_who_swap_sides_slowly_keep_their_numbers():
    detector = ScriptedDetector()
    follow = tracker(detector)
    seen = {}
    for k in range(26):
        people = {1: (60 + 8 * k, 60), 2: (260 - 8 * k, 130)}
        by_height = sorted(
            follow.step(detector.paint(0, people), 0.2 * k),
            key=lambda face: face.seen.found.box[1],
        )
        seen.setdefault("upper", set()).add(by_height[0].number)
        seen.setdefault("lower", set()).add(by_height[1].number)
    assert len(seen["upper"]) == len(seen["lower"]) == 1


@given(seed=st.integers(0, 50), shift=st.integers(0, 24), light=st.floats(0.7, 1.15))
@settings(max_examples=40)
def test_a_pan_or_a_change_of_light_is_no_cut(seed, shift, light):
    wide = np.concatenate([ground(seed), ground(seed)[:, ::-1]], axis=1)
    before = wide[:, :WIDTH]
    after = np.clip(wide[:, shift : shift + WIDTH] * light, 0, 255).astype(np.uint8)
    if shift == 0 or light == 1.0:
        assert not is_cut(glance(before), glance(after))
    else:
        assert not is_cut(glance(before), glance(wide[:, shift : shift + WIDTH]))


@given(one=st.integers(0, 200), other=st.integers(0, 200))
@settings(max_examples=40)
def test_two_different_scenes_are_a_cut(one, other):
    assert is_cut(glance(ground(one)), glance(ground(other))) is (one != other)


def test_a_look_resembles_itself_most():
    detector = ScriptedDetector()
    frame = detector.paint(0, {1: (100, 90), 2: (220, 90)})
    one = look(frame, Found((80, 70, SIDE, SIDE), 0.9))
    near = look(frame, Found((82, 71, SIDE, SIDE), 0.9))
    other = look(frame, Found((200, 70, SIDE, SIDE), 0.9))
    assert one @ one == pytest.approx(1, abs=1e-4)
    assert one @ near > one @ other
