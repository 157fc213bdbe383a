"""Floors of the shipped face decoder, as its training run measured them."""

import pytest

from mien.decoders.face import FACE

FLOORS = {
    ("accuracy", "as published"): 0.86,
    ("accuracy", "copies removed"): 0.86,
    ("UAR", "as published"): 0.67,
    ("UAR, balanced", "as published"): 0.71,  # disgust and contempt are 34 pictures: +-.04
    ("accuracy, balanced", "as published"): 0.855,
}
CEILINGS = {("ECE", "as published"): 0.02, ("ECE", "copies removed"): 0.02}


@pytest.mark.parametrize(("name", "of"), FLOORS)
def test_the_decoder_is_as_good_as_promised(name, of):
    assert FACE.card().figure(name, of).value >= FLOORS[name, of]


@pytest.mark.parametrize(("name", "of"), CEILINGS)
def test_the_confidence_is_as_calibrated_as_promised(name, of):
    assert FACE.card().figure(name, of).value <= CEILINGS[name, of]


def test_the_main_figures_are_of_the_published_rows():
    assert FACE.card().figure("accuracy", "as published").n == 3153
    assert FACE.card().figure("accuracy", "copies removed").n == 3103


@pytest.mark.parametrize(
    "group", ["labels", "robustness", "groups", "detector", "leak check", "files", "confidence"]
)
def test_the_card_tells_of(group):
    rows = [figure for figure in FACE.card().figures if figure.group == group]
    assert rows
    assert all(figure.low is not None for figure in rows)


def test_the_card_says_that_nobody_is_identified():
    assert any("identifies nobody" in limit for limit in FACE.card().limits)
