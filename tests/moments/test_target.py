"""Targets: toward what, in which words."""

from __future__ import annotations

from hypothesis import given, settings

from mien.moments.cause import load_causes
from mien.moments.moment import CauseType, TargetKind
from mien.moments.target import load_target
from tests.moments.made import spoken
from tests.moments.test_cause import histories


def test_no_history_has_no_target():
    assert load_target().find([], ()) is None


def test_causes_and_targets_are_found_by_one_reading_of_a_turn():
    assert load_target().listener is load_causes().listener


def test_a_turn_without_words_has_no_target():
    assert load_target().find([spoken("?!", turn=0)], ()) is None


@settings(max_examples=60, deadline=None)
@given(histories())
def test_a_target_is_words_of_the_turn_or_of_a_cause(history):
    causes = load_causes().find(history)
    found = load_target().find(history, causes)
    if found is None:
        return
    named = {cause.turn for cause in causes if cause.type is not CauseType.LATENT}
    assert found.turn in named | {history[-1].turn}
    assert found.text == history[found.turn].text[found.from_char : found.to_char]
    assert found.kind is not TargetKind.UNKNOWN
    assert 0 <= found.p <= 1


@settings(max_examples=30, deadline=None)
@given(histories())
def test_the_same_history_has_the_same_target(history):
    causes = load_causes().find(history)
    first = load_target().find(history, causes)
    load_target().find([spoken("Something else was said here.", turn=0)], ())
    assert load_target().find(list(history), causes) == first


def test_without_a_cause_the_target_stands_in_the_own_turn():
    history = [
        spoken("I gave your bicycle away.", turn=0, person="Ben"),
        spoken("You what?", turn=1, person="Ann", shares={"anger": 0.7}),
    ]
    found = load_target().find(history, ())
    assert found is not None
    assert found.turn == 1
