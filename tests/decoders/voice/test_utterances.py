"""The rule by which speech is cut."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mien.decoders.voice.utterances import STEP, CutRule, Cutter, Piece, heard

RULE = CutRule()


def cut(speech, sizes=(), loudness=None):
    speech = np.asarray(speech, dtype=np.float32)
    loudness = speech if loudness is None else np.asarray(loudness, dtype=np.float32)
    cutter, pieces, at = Cutter(RULE), [], 0
    for size in [*sizes, len(speech)]:
        pieces += cutter.push(speech[at : at + size], loudness[at : at + size])
        at = min(at + size, len(speech))
    return pieces + cutter.close()


def steps(seconds, level):
    return [level] * round(seconds / STEP)


streams = st.lists(
    st.tuples(st.floats(0.02, 6), st.sampled_from([0.0, 0.1, 0.25, 0.4, 0.6, 1.0])), max_size=12
).map(lambda parts: [p for seconds, level in parts for p in steps(seconds, level)])


@given(streams)
def test_pieces_come_in_order_and_never_overlap(speech):
    pieces = cut(speech)
    for one, next_one in itertools.pairwise(pieces):
        assert one.end <= next_one.start


@given(streams)
def test_every_piece_keeps_the_rule(speech):
    for piece in cut(speech):
        told = speech[piece.start : piece.end]
        assert RULE.briefest <= piece.seconds + 1e-9 <= RULE.longest + 1e-9
        assert piece.speech == np.float32(np.mean(told)) or abs(piece.speech - np.mean(told)) < 1e-6
        if not piece.is_speech:
            assert piece.seconds >= RULE.burst - 1e-9
            assert min(told) >= np.float32(RULE.maybe)


@given(streams)
def test_all_certain_speech_is_in_some_piece(speech):
    inside = np.zeros(len(speech), dtype=bool)
    for piece in cut(speech):
        inside[piece.start : piece.end] |= piece.is_speech
    runs = np.diff(np.flatnonzero(np.diff([0, *(np.asarray(speech) >= RULE.enter), 0])))[::2]
    starts = np.flatnonzero(np.diff([0, *(np.asarray(speech) >= RULE.enter), 0]))[::2]
    for start, length in zip(starts, runs, strict=True):
        if length * STEP >= RULE.longest / 2 + 1:  # a cut may leave a crumb below `briefest`
            assert inside[start : start + length].mean() > 0.98
        elif length * STEP >= RULE.briefest:
            assert inside[start : start + length].mean() > 0.9 or length * STEP < 0.25


@given(streams, st.lists(st.integers(1, 200), max_size=30))
def test_where_blocks_are_cut_does_not_matter(speech, sizes):
    assert cut(speech, sizes) == cut(speech)


def test_a_short_pause_joins_and_a_longer_one_parts():
    one, other = steps(1, 1.0), steps(1, 1.0)
    assert len(cut(one + steps(0.28, 0.0) + other)) == 1
    assert len(cut(one + steps(0.34, 0.0) + other)) == 2


def test_a_long_speech_is_cut_where_it_is_quietest():
    speech = steps(14, 1.0)
    loudness = np.ones(len(speech))
    loudness[395:405] = 0.0
    pieces = cut(speech, loudness=loudness)
    assert len(pieces) == 2
    assert abs(pieces[0].end - 400) <= 2
    assert pieces[1].start == pieces[0].end


def test_a_laugh_is_kept_as_a_candidate_and_a_mere_onset_is_not():
    assert [p.is_speech for p in cut(steps(0.5, 0.3) + steps(1, 0.0))] == [False]
    assert [p.is_speech for p in cut(steps(0.5, 0.3) + steps(1, 1.0))] == [True]


@given(st.integers(0, 500), st.integers(5, 500), st.integers(0, 100), st.integers(0, 100))
def test_what_is_heard_holds_the_piece_and_stays_inside_the_sound(start, length, before, after):
    piece = Piece(start, start + length, 1.0, True)
    first, last = max(0, start - before), start + length + after
    low, high = heard(piece, RULE, first, last)
    assert first <= low <= piece.start
    assert piece.end <= high <= last
    if (start - first) * STEP >= 1 and after * STEP >= RULE.gap:
        assert (high - low) * STEP >= RULE.shortest - 1e-9
