"""Causes: which turns, which words, of which type."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import BadWeights, MissingWeights
from mien.moments.cause import FILE, load_causes
from mien.moments.clues import FEATURES
from mien.moments.moment import CauseType
from mien.moments.pieces import best_run, pieces
from mien.moments.spoken import WINDOW
from tests.moments.made import spoken

TEXTS = st.text(max_size=60) | st.sampled_from(
    ["I lost the keys, and the car is locked.", "Oh no!", "Why did you do that?", "", "   ", "?!"]
)
TURNS = st.tuples(TEXTS, st.sampled_from(["Ann", "Ben", None]), st.floats(0, 1))


def histories(least=1):
    """Turns in order, of any words and speakers."""
    return st.lists(TURNS, min_size=least, max_size=WINDOW + 3).map(
        lambda rows: [
            spoken(text, turn=i, person=person, shares={"anger": share, "neutral": 1 - share})
            for i, (text, person, share) in enumerate(rows)
        ]
    )


def test_no_history_has_no_cause():
    assert load_causes().find([]) == ()


@settings(max_examples=60, deadline=None)
@given(histories())
def test_causes_are_words_of_turns_that_were_said_by_then(history):
    for cause in load_causes().find(history):
        text = history[cause.turn].text
        assert max(0, len(history) - WINDOW) <= cause.turn < len(history)
        assert cause.text == text[cause.from_char : cause.to_char]
        assert 0 <= cause.p <= 1


@settings(max_examples=30, deadline=None)
@given(histories())
def test_the_same_history_has_the_same_causes(history):
    model = load_causes()
    first = model.find(history)
    model.find([spoken("Something else was said here.", turn=0)])
    assert model.find(list(history)) == first


@settings(max_examples=30, deadline=None)
@given(histories())
def test_the_likeliest_cause_comes_first_and_each_turn_once(history):
    causes = load_causes().find(history)
    assert [cause.p for cause in causes] == sorted((c.p for c in causes), reverse=True)
    assert len({cause.turn for cause in causes}) == len(causes)


@settings(max_examples=30, deadline=None)
@given(histories())
def test_names_do_not_matter(history):
    other = {"Ann": "Zoë", "Ben": "Ann", None: None}
    renamed = [
        spoken(one.text, turn=one.turn, person=other[one.speaker], scores=one.alone)
        for one in history
    ]
    assert load_causes().find(renamed) == load_causes().find(history)


@settings(max_examples=30, deadline=None)
@given(histories(least=2))
def test_the_type_says_who_spoke(history):
    own = history[-1]
    for cause in load_causes().find(history):
        said = history[cause.turn]
        if cause.type is CauseType.NO_CONTEXT:
            assert said is own
        elif cause.type is CauseType.SELF_CONTAGION:
            assert said is not own
            assert said.speaker == own.speaker
        elif cause.type is CauseType.INTER_PERSONAL:
            assert said.speaker is None or said.speaker != own.speaker


def test_what_somebody_did_is_a_cause_of_the_answer():
    history = [
        spoken("I gave your bicycle to the boy next door.", turn=0, person="Ben"),
        spoken("You what?", turn=1, person="Ann", shares={"anger": 0.7, "neutral": 0.1}),
    ]
    top = load_causes().find(history)[0]
    assert (top.turn, top.type) == (0, CauseType.INTER_PERSONAL)


def test_all_places_are_judged_as_each_alone():
    places = load_causes().turns
    rows = np.random.default_rng(1).normal(size=(5, len(FEATURES))).astype(np.float32)
    own, last, earlier = places.models
    alone = [*earlier.chance(rows[:3]), *last.chance(rows[3:4]), *own.chance(rows[4:])]
    np.testing.assert_allclose(places.chances(rows), alone, rtol=1e-5)


@given(st.text(max_size=200))
def test_pieces_lie_in_order_and_do_not_touch(text):
    found = pieces(text)
    edges = [edge for piece in found for edge in piece[:2]]
    assert edges == sorted(edges)
    assert 0 <= edges[0] <= edges[-1] <= len(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I lost it because you called.", ["I lost it", "because you called"]),
        ("Well... no! “Really?” he said", ["Well", "no", "Really", "he said"]),
        ("It was late, and we were tired", ["It was late", "we were tired"]),
        ("3.5 km", ["3.5 km"]),
        ("...", ["..."]),
        ("", [""]),
    ],
)
def test_clauses_are_cut_at_marks_and_conjunctions(text, expected):
    assert [text[piece.start : piece.end] for piece in pieces(text)] == expected


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(1, 30)), min_size=1, max_size=12))
def test_the_best_run_holds_the_likeliest_share_of_words(rows):
    chances, sizes = zip(*rows, strict=True)

    def expected(first, last):
        shared = sum(c * n for c, n in rows[first : last + 1])
        marked = sum(c * n for c, n in rows)
        return shared / (sum(sizes[first : last + 1]) + marked + 1e-9)

    runs = [(i, j) for i in range(len(rows)) for j in range(i, len(rows))]
    best = max(expected(*run) for run in runs)
    assert expected(*best_run(chances, sizes)) >= best - 1e-6


def test_a_very_long_turn_is_answered():
    for filler in (" ", ".", "a", "a ", "word, ", "?!", "—"):
        history = [spoken(filler * 100_000, turn=0, shares={"anger": 0.8})]
        assert len(load_causes().find(history)) <= 1


def test_missing_and_damaged_weights_are_told(tmp_path):
    with pytest.raises(MissingWeights):
        load_causes(tmp_path / "none.npz")
    damaged = tmp_path / "damaged.npz"
    damaged.write_bytes(FILE.read_bytes()[:999])
    with pytest.raises(BadWeights):
        load_causes(damaged)


def test_weights_are_small():
    assert FILE.stat().st_size < 2_000_000
