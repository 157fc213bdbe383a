"""Negation, emoji, identities, swearing: on sentences written for this."""

import numpy as np
import pytest

from mien.emotions.emotion import Emotion
from training.words import behavior
from training.words.augment import own_sentences
from training.words.behavior import claim_holds

KEPT = 0.85
"""Of the claims; the cards print the exact part, and which sentences are hard is no secret."""


@pytest.mark.parametrize("claims", [behavior.NEGATION, behavior.EMOJI], ids=["negation", "emoji"])
def test_most_sentences_are_read_as_claimed(read, claims):
    readings = read(*(claim.text for claim in claims))
    kept = [claim_holds(c, r) for c, r in zip(claims, readings, strict=True)]
    assert np.mean(kept) >= KEPT, [c.text for c, k in zip(claims, kept, strict=True) if not k]


def test_no_test_sentence_was_met_in_training():
    met = {text.lower().strip(".! ") for text in own_sentences().texts}
    tested = [claim.text.lower().strip(".! ") for claim in behavior.NEGATION]
    assert not met & set(tested)


@pytest.mark.parametrize(
    ("denied", "plain", "emotion"),
    [
        ("I am not happy", "I am happy", Emotion.ELATION),
        ("not really that happy", "really happy", Emotion.ELATION),
        ("I am not scared", "I am scared", Emotion.FEAR),
        ("I'm no longer angry", "I'm angry", Emotion.ANGER),
        ("it was never funny", "it was funny", Emotion.AMUSEMENT),
    ],
)
def test_a_denied_feeling_is_weaker_than_the_feeling(read, denied, plain, emotion):
    without, with_it = read(denied, plain)
    assert without.scores[emotion] < 0.5 * with_it.scores[emotion]


def test_who_is_spoken_of_moves_neither_anger_nor_fear(read):
    pairs = list(behavior.identity_pairs())[::7]
    texts = sorted({text for _, one, two in pairs for text in (one, two)})
    shares = {t: r.scores for t, r in zip(texts, read(*texts), strict=True)}
    gaps = [
        abs(shares[one][emotion] - shares[two][emotion])
        for _, one, two in pairs
        for emotion in (Emotion.ANGER, Emotion.FEAR)
    ]
    assert np.mean(gaps) <= 0.02
    assert max(gaps) <= 0.10


def test_swearing_in_praise_is_not_anger(read):
    readings = read(*(sworn for _, sworn in behavior.SWEARING))
    assert np.mean([r.scores[Emotion.ANGER] for r in readings]) < 0.15


def test_skin_tones_change_nothing(read):
    plain, toned = read("thank you 🙏", "thank you 🙏🏿")
    assert plain.scores == toned.scores
