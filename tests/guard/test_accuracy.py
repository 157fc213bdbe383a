"""Accuracy by the cards beside weights."""

import json

import pytest

from mien.core.errors import BadWeights
from mien.guard.accuracy import of_cards
from mien.guard.scan.chance import accuracy_of
from tests.fakes.observers import Cues


def figure(name, of, value, low=0.1, high=0.9):
    return {"name": name, "of": of, "value": value, "low": low, "high": high, "n": 10}


def card(folder, *figures, name="guard-v1"):
    (folder / f"{name}.card.json").write_text(json.dumps({"figures": figures}))


def test_a_signal_is_known_if_a_card_says_both(tmp_path):
    card(
        tmp_path,
        figure("recall", "sealed half: crisis", 0.8),
        figure("recall", "open half, held out by pair: crisis", 0.9),
        figure("recall", "sealed half: distress", 0.7),
        figure("false alarms on near misses", "sealed half: distress", 0.2),
        figure("false alarms on ordinary comments", "some set, held out: crisis", 0.01),
    )
    found = of_cards(tmp_path)
    assert list(found) == ["crisis"]
    assert (found["crisis"].sensitivity.value, found["crisis"].false_alarms.value) == (0.8, 0.01)


def test_several_cards_add_up(tmp_path):
    card(tmp_path, figure("recall", "a: crisis", 0.8))
    card(tmp_path, figure("false alarms on ordinary replies", "b: crisis", 0.01), name="replies")
    assert list(of_cards(tmp_path)) == ["crisis"]


def test_without_a_card_nothing_is_known(tmp_path):
    assert of_cards(tmp_path) == {}
    assert accuracy_of(Cues()) == {}


@pytest.mark.parametrize("text", ["{", "{}", '{"figures": [{}]}', '{"figures": 5}', "[]"])
def test_a_damaged_card_is_named(tmp_path, text):
    (tmp_path / "guard-v1.card.json").write_text(text)
    with pytest.raises(BadWeights, match=r"guard-v1\.card\.json"):
        of_cards(tmp_path)
