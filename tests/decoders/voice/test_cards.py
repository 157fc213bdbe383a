"""What the training runs wrote about themselves must pass the floors."""

import pytest

from mien.decoders.voice import VOICE, VOICE_OPEN
from mien.decoders.voice.decoder import WEIGHTS

FLOORS = [
    ("UAR", "RAVDESS, 8 labels, unseen speakers", 0.62),
    ("UAR", "nEMO, 6 labels, unseen speakers", 0.48),
    ("UAR of arousal", "RAVDESS, unseen speakers", 0.85),
    ("UAR", "RAVDESS, 8 labels, telephone band", 0.57),
    ("UAR", "RAVDESS, 8 labels, recorded noise at 10 dB", 0.53),
]


@pytest.mark.parametrize(("name", "of", "floor"), FLOORS)
def test_floors_hold_on_speakers_that_were_never_heard(name, of, floor):
    assert VOICE.card().figure(name, of).value >= floor


def test_every_figure_on_people_has_an_interval_over_speakers():
    for card in (VOICE.card(), VOICE_OPEN.card()):
        told = [f for f in card.figures if f.of.endswith("unseen speakers")]
        assert told
        for figure in told:
            assert figure.low <= figure.value <= figure.high
            assert "speakers" in figure.clusters


def test_cards_hold_a_table_of_corpora_that_were_left_out():
    assert {f.of.split(",")[0] for f in VOICE.card().figures if f.group.startswith("left out")} >= {
        "RAVDESS",
        "nEMO",
        "EmoDB",
    }


@pytest.mark.parametrize("name", ["voice-v1", "voice-open-v1", "speech-v1", "speech-open-v1"])
def test_weights_stay_small(name):
    assert (WEIGHTS / f"{name}.onnx").stat().st_size <= 4_000_000
