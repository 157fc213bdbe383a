"""A turn is read by itself and by the turns before it, whoever the speakers are."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import BadWeights, MissingWeights
from mien.emotions import Emotion, Scores
from mien.moments.spoken import WINDOW, Spoken
from mien.moments.turns import BACK, context, load_turns
from mien.moments.wording import N_MARKS, TABLE, grams, marks

READ = ("amusement", "elation", "surprise", "fear", "sadness", "anger", "neutral")


def said(turn, speaker, text, **shares):
    scores = Scores({Emotion(slug): shares.get(slug, 0.02) for slug in READ})
    return Spoken(turn=turn, speaker=speaker, text=text, alone=scores, scores=scores)


@st.composite
def histories(draw, longest=WINDOW):
    found = []
    for turn in range(draw(st.integers(1, longest))):
        shares = {slug: draw(st.floats(0, 1)) for slug in READ}
        speaker = draw(st.sampled_from(["Ana", "Ben", None]))
        found.append(said(turn, speaker, draw(st.text(max_size=40)), **shares))
    return found


def top(history):
    return load_turns().read(history).scores.top.emotion


@given(histories())
@settings(max_examples=40, deadline=None)
def test_shares_are_shares_and_confidence_is_a_chance(history):
    told = load_turns().read(history)
    shares = told.scores.to_array()
    known = shares[~np.isnan(shares)]
    assert ((known >= 0) & (known <= 1)).all()
    assert known.sum() == pytest.approx(1, abs=1e-4)
    assert 0 <= told.confidence <= 1


@given(histories())
@settings(max_examples=40, deadline=None)
def test_names_do_not_count(history):
    others = {"Ana": "person 7", "Ben": "Zoë", None: None}
    renamed = [replace(turn, speaker=others[turn.speaker]) for turn in history]
    assert load_turns().read(renamed) == load_turns().read(history)


@given(histories(longest=4), histories(longest=4))
@settings(max_examples=40, deadline=None)
def test_turns_further_back_than_eight_do_not_count(old, recent):
    between = [said(i, "Ana", "Well.") for i in range(BACK)]
    assert load_turns().read([*old, *between, recent[-1]]) == load_turns().read(
        [*between, recent[-1]]
    )


def test_who_spoke_before_counts():
    sad = [said(0, "Ana", "My dog died this morning.", sadness=0.9)]
    own = load_turns().read([*sad, said(1, "Ana", "I don't know what to do.", neutral=0.4)])
    other = load_turns().read([*sad, said(1, "Ben", "I don't know what to do.", neutral=0.4)])
    assert own.scores != other.scores


def test_what_was_felt_before_counts():
    after = said(1, "Ana", "Give me the keys.", neutral=0.5)
    calm = load_turns().read([said(0, "Ana", "It is late.", neutral=0.9), after])
    upset = load_turns().read([said(0, "Ana", "It is late.", anger=0.9), after])
    assert upset.scores != calm.scores


def test_a_clear_turn_by_itself_is_what_the_decoder_says():
    assert top([said(0, None, "You lied to me and I am furious!", anger=0.9)]) is Emotion.ANGER
    assert top([said(0, None, "I am so scared of it!", fear=0.95)]) is Emotion.FEAR
    assert top([said(0, None, "The meeting is at ten.", neutral=0.9)]) is Emotion.NEUTRAL


def test_what_nobody_taught_is_none():
    scores = load_turns().read([said(0, None, "I see.")]).scores
    assert scores[Emotion.LUST] is None
    assert scores[Emotion.NEUTRAL] is not None


def test_a_turn_that_no_decoder_could_read_still_has_shares():
    empty = Spoken(turn=0, speaker=None, text="", alone=Scores(), scores=Scores())
    shares = load_turns().read([empty]).scores.to_array()
    assert np.nansum(shares) == pytest.approx(1, abs=1e-4)


def test_context_of_the_first_turn_is_empty():
    assert not context([said(0, "Ana", "Hello!")]).any()


def test_turns_without_speakers_are_the_others():
    unnamed = context([said(0, None, "Hi.", anger=0.9), said(1, None, "Hi.")])
    others = context([said(0, "Ana", "Hi.", anger=0.9), said(1, "Ben", "Hi.")])
    np.testing.assert_array_equal(unnamed, others)


@given(st.text(max_size=300))
def test_any_text_has_marks_and_grams(text):
    found = marks(text)
    assert found.shape == (N_MARKS,)
    assert np.isfinite(found).all()
    rows = grams(text)
    assert rows == sorted(set(rows))
    assert all(0 <= row < TABLE for row in rows)


@pytest.mark.parametrize(
    ("text", "place"),
    [("Why?", 0), ("No!", 2), ("STOP", 7), ("hahaha", 16), ("sooo", 17), ("Oh dear", 19)],
)
def test_marks_are_seen(text, place):
    assert marks(text)[place] == 1
    assert marks("The table is white")[place] == 0


def test_curly_and_straight_apostrophes_are_one():
    assert grams("I don’t know") == grams("I don't know")


def test_missing_and_damaged_weights_say_so(tmp_path):
    with pytest.raises(MissingWeights):
        load_turns(tmp_path / "none.npz")
    (tmp_path / "cut.npz").write_bytes(b"PK\x03\x04")
    with pytest.raises(BadWeights):
        load_turns(tmp_path / "cut.npz")
