"""Voices of one recording are told apart: by made sounds, and by people that never taught."""

import json
from bisect import bisect
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mien.core.errors import BadWeights
from mien.decoders.voice.diarize import (
    Manner,
    group,
    most_likely,
    open_diarizer,
)
from mien.decoders.voice.embedding import DIMENSIONS, evened
from mien.media import Block, open_source
from tests.data import EXAMPLES, shared


def _said(samples, people=None, cuts=()):
    diarizer = open_diarizer()
    at = 0
    for part in np.split(samples, cuts):
        diarizer.push([Block(part, at / 16_000)])
        at += len(part)
    return diarizer.close(people)


@pytest.fixture(scope="module")
def nobody():
    return np.zeros(8_000, dtype=np.float32)


@pytest.fixture
def two(speech, nobody):
    """A deep dull voice and a high bright one by turns of three seconds, half a second apart."""
    turns = []
    for seed in range(4):
        bright = _shorter(speech(3.6, pitch_hz=167.0, seed=seed + 10), 1.2)
        bright = 3 * np.diff(bright, prepend=np.float32(0))
        turns += [speech(3.0, pitch_hz=100.0, seed=seed), nobody, bright[:48_000], nobody]
    return np.concatenate(turns)


def _shorter(samples, factor):
    """Played faster: higher, and by a shorter throat."""
    at = np.arange(0, len(samples) - 1, factor)
    return np.interp(at, np.arange(len(samples)), samples).astype(np.float32)


def test_two_made_voices_are_told_apart(two):
    said = _said(two, people=2)
    truth = [int((s.start + s.end) / 2 // 3.5) % 2 for s in said]
    assert [s.voice for s in said] == truth
    assert {0, 1} == set(truth)


def test_the_two_people_of_the_example_are_found_without_being_told():
    diarizer = open_diarizer()
    with open_source(EXAMPLES / "scene.ogg") as source:
        diarizer.push(source.sound())
    said = diarizer.close()
    changes = (4.0, 8.7, 12.5, 18.7, 29.0, 34.5)  # by scene.vtt
    assert [s.voice for s in said] == [bisect(changes, s.start + 0.1) % 2 for s in said]


def test_one_person_is_never_two_when_only_one_is_asked_for(two):
    assert {s.voice for s in _said(two, people=1)} == {0}


def test_one_voice_that_goes_on_is_one(speech, nobody):
    alone = np.concatenate([p for s in range(8) for p in (speech(3.0, 140.0, seed=s), nobody)])
    assert {s.voice for s in _said(alone)} == {0}


def test_stretches_come_in_order_and_never_overlap(two):
    said = _said(two, people=2)
    assert all(s.start < s.end and 0 <= s.certainty <= 1 for s in said)
    assert all(a.end <= b.start + 1e-9 for a, b in pairwise(said))


def test_how_the_sound_is_cut_changes_nothing(two):
    assert _said(two, 2, cuts=(1234, 50_000, 50_001, 200_000)) == _said(two, 2)


def test_loudness_changes_nothing_of_who_speaks(two):
    assert [s.voice for s in _said(two * 0.3, 2)] == [s.voice for s in _said(two, 2)]


def test_silence_is_nobody(nobody):
    assert _said(np.tile(nobody, 8)) == []
    assert open_diarizer().close() == []


@given(arrays(np.float32, (9, 64), elements=st.floats(-13, 9, width=32)), st.floats(-3, 3))
def test_evened_frames_do_not_know_their_gain(mel, shift):
    np.testing.assert_allclose(evened(mel), evened(mel + np.float32(shift)), atol=1e-4)


@given(arrays(np.float64, (6, 3), elements=st.floats(-1, 1)), st.floats(0, 2))
def test_the_most_likely_path_scores_most_of_all_paths(scores, stay):
    def total(path):
        changes = np.count_nonzero(np.diff(path))
        return scores[np.arange(6), path].sum() - stay * changes

    every = np.array(np.meshgrid(*[range(3)] * 6)).reshape(6, -1).T
    assert total(most_likely(scores, stay)) == pytest.approx(max(map(total, every)))


def test_more_people_than_voices_give_as_many_as_there_are():
    direction = np.zeros((12, DIMENSIONS), dtype=np.float32)
    direction[:, 0] = 1.0
    assert len(group(direction, Manner(), people=3)) <= 3


def test_a_net_without_its_manner_is_refused():
    for facts in ({}, {"manner": json.dumps({"alike": 0.3})}):
        with pytest.raises(BadWeights, match="manner"):
            Manner.of(SimpleNamespace(facts=facts))


def test_people_who_never_taught_are_told_apart_better_than_as_one_speaker():
    pytest.importorskip("soundfile")
    pytest.importorskip("scipy")
    pytest.importorskip("sklearn")
    from training.speakers.measure import KINDS, error_of, judged, listen, voices_of

    voices = voices_of(shared("voice"), ("ased",), lambda who: who < "ased_16")
    kind = next(kind for kind in KINDS if kind.name == "two people, neutral")
    diarizer = open_diarizer()
    nets = (diarizer._listener._net, diarizer._net)
    parts = {False: [], True: []}
    for heard in listen(voices, kind, 6, nets, 0):
        said = judged(heard, diarizer.manner, 2)
        for as_one, rows in parts.items():
            rows.append(error_of(heard, said, as_one=as_one))
    rate = {as_one: sum(sum(e[1:]) for e in rows) / sum(e.total for e in rows)
            for as_one, rows in parts.items()}  # fmt: skip
    assert rate[False] < 0.6 * rate[True]
