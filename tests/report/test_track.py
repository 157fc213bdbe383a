import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.emotions.emotion import Emotion
from mien.report.track import CELLS, axis_of, runs, tracks_of
from mien.timeline.origin import Kind, Origin
from mien.timeline.reading import Channel, Reason

from .scenes import call, chat, told, untold

E = Emotion


def origin(seconds=None, start=None, end=None):
    return Origin(source="x.wav", kind=Kind.SOUND, seconds=seconds, start=start, end=end)


def one_track(readings, seconds=None):
    (track,) = tracks_of(readings, axis_of(readings, origin(seconds)))
    return track


@given(st.lists(st.booleans(), min_size=1))
def test_runs_cover_exactly_the_cells_that_hold(mask):
    mask = np.array(mask)
    found = np.zeros(len(mask), dtype=bool)
    for run in runs(mask):
        assert run.first < run.last
        assert not found[run.first : run.last].any()
        found[run.first : run.last] = True
    assert (found == mask).all()


@given(st.lists(st.tuples(st.floats(0, 90), st.floats(0.2, 9)), min_size=1, max_size=12))
def test_what_no_reading_covers_is_never_told(spans):
    readings = [told(Channel.VOICE, {E.ANGER: 0.5}, a, a + length) for a, length in spans]
    track = one_track(readings, 100.0)
    middles = (track.edges[1:] + track.edges[:-1]) / 2
    cell = track.edges[1] - track.edges[0]
    for middle, is_told in zip(middles, track.told, strict=True):
        away = min(max(a - middle, middle - a - length, 0) for a, length in spans)
        if away > 2 * cell:
            assert not is_told
        if away == 0:
            assert is_told


@given(st.floats(0, 0.9), st.floats(0, 0.9))
def test_shares_stay_between_those_of_their_readings(one, other):
    readings = [
        told(Channel.VOICE, {E.ANGER: one}, 0, 5),
        told(Channel.VOICE, {E.ANGER: other}, 5, 10),
    ]
    column = one_track(readings).shares[:, E.ANGER.position]
    assert column.min() >= min(one, other) - 1e-6
    assert column.max() <= max(one, other) + 1e-6


def test_a_constant_share_is_drawn_as_it_is():
    track = one_track([told(Channel.VOICE, {E.ANGER: 0.6}, i, i + 1) for i in range(20)])
    assert track.shares[:, E.ANGER.position] == pytest.approx(0.6)
    assert track.told.all()


def test_an_emotion_that_is_not_judged_stays_unknown():
    track = one_track([told(Channel.VOICE, {E.ANGER: 0.6}, 0, 5)])
    assert np.isnan(track.shares[:, E.JEALOUSY.position]).all()


def test_a_reading_that_cannot_tell_is_seen_but_not_told():
    track = one_track(
        [
            told(Channel.VOICE, {E.ANGER: 0.6}, 0, 5),
            untold(Channel.VOICE, 5, 10, Reason.LOW_QUALITY),
        ],
        20.0,
    )
    third = len(track.told) // 4
    assert track.told[:third].all()
    assert track.seen[third + 3 : 2 * third - 3].all()
    assert not track.told[third + 3 :].any()
    assert not track.seen[2 * third + 3 :].any()
    assert np.isnan(track.shares[third + 3 :]).all()


def test_every_told_cell_has_a_reading_behind_it():
    timeline = call()
    for track in tracks_of(timeline.readings, axis_of(timeline.readings, origin(184.0))):
        assert (track.behind[track.told] >= 0).all()
        assert all(track.readings[i].is_told for i in track.behind[track.told])


def test_a_chat_without_times_runs_by_turns():
    axis = axis_of(chat().readings, origin())
    assert axis.by_turn
    assert (axis.start, axis.end) == (0, 12)
    assert axis.says(0.5) == "turn 1"


def test_turns_are_not_smeared_into_each_other():
    readings = [
        told(Channel.WORDS, {E.ANGER: 0.8}, None, None, turn=0),
        told(Channel.WORDS, {E.ANGER: 0.0}, None, None, turn=1),
    ]
    column = one_track(readings).shares[:, E.ANGER.position]
    assert set(np.round(column, 3)) == {0.8, 0.0}


def test_a_track_never_has_more_cells_than_can_be_seen():
    assert len(axis_of([], origin(100_000.0)).edges()) == CELLS + 1


def test_an_instant_still_fills_a_cell():
    assert one_track([told(Channel.FACE, {E.ANGER: 0.8}, 2.0, 2.0)], 10.0).told.any()


def test_people_stay_together_and_keep_their_order():
    timeline = call()
    tracks = tracks_of(timeline.readings, axis_of(timeline.readings, origin(184.0)))
    assert [(t.person, t.channel.value) for t in tracks] == [
        ("Ana", "face"),
        ("Ben", "face"),
        (None, "voice"),
        (None, "words"),
    ]


@pytest.mark.parametrize(
    ("start", "end", "shown"),
    [(None, None, (0, 60)), (10, 20, (10, 20)), (10, None, (10, 60)), (50, 90, (50, 60))],
)
def test_the_axis_is_the_part_that_was_read(start, end, shown):
    axis = axis_of([told(Channel.VOICE, {E.ANGER: 0.6}, 8, 12)], origin(60.0, start, end))
    assert (axis.start, axis.end) == shown


def test_what_lies_outside_the_part_fills_no_cell():
    readings = [told(Channel.VOICE, {E.ANGER: 0.6}, a, b) for a, b in ((0, 9), (8, 12), (21, 30))]
    (track,) = tracks_of(readings, axis_of(readings, origin(60.0, 10.0, 20.0)))
    middles = (track.edges[1:] + track.edges[:-1]) / 2
    assert (track.told == (middles < 12)).all()


@pytest.mark.parametrize("turns", [1, 7, 9, 12, 599, 600])
def test_a_turn_is_a_whole_number_of_cells(turns):
    axis = axis_of([told(Channel.WORDS, {}, None, None, turn=turns - 1)], origin())
    edges = axis.edges()
    assert np.isin(np.arange(turns + 1), np.round(edges, 9)).all()
    assert len(edges) - 1 <= CELLS


def test_whom_nobody_named_comes_last():
    readings = [told(Channel.VOICE, {}, i, i + 1, person=p) for i, p in enumerate((None, "Ana"))]
    assert [t.person for t in tracks_of(readings, axis_of(readings, origin()))] == ["Ana", None]


def test_two_decoders_of_one_channel_are_two_tracks_called_by_their_names():
    readings = [
        told(Channel.VOICE, {E.ANGER: share}, 0, 5, decoder=decoder)
        for share, decoder in ((0.8, "voice-v1"), (0.2, "other-v2"))
    ]
    readings.append(told(Channel.WORDS, {E.ANGER: 0.5}, 0, 5))
    tracks = tracks_of(readings, axis_of(readings, origin()))
    assert [t.label for t in tracks] == ["voice-v1", "other-v2", "words"]
    assert [t.title for t in tracks] == ["voice-v1", "other-v2", "Words"]
    strongest = [t.shares[0, E.ANGER.position] for t in tracks]
    assert strongest == pytest.approx([0.8, 0.2, 0.5])
