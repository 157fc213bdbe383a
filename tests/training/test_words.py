# ruff: noqa: E402  # what needs an optional library comes after the skip
"""Training of the words decoders: tokens, sentences, thresholds, rounding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

for _needed in ("onnx", "scipy", "torch"):
    pytest.importorskip(_needed, reason="training has an environment of its own")

from mien.decoders.words import WEIGHTS
from mien.decoders.words.clean import words
from mien.decoders.words.tokens import SPECIAL, WordPiece
from tests.data import shared
from training.words import behavior, fast
from training.words.augment import own_sentences, vary
from training.words.data import LABELS
from training.words.export import quantize_rows
from training.words.thresholds import choose_thresholds, f1_per_label, macro_f1, micro_f1

TEXTS = (
    "Don't you dare, I'm so proud!", "naïve café résumé", "sooo good 10/10 (would eat again)",
    "我很高兴", "zalgo t̴̡e̷x̶t̸", "I_love_under_scores", "a.b.c...d", "Привет", "it's 5:30pm",
    "supercalifragilisticexpialidocious", "x" * 150, "#hashtag @user $5.00 100%", "«quoted»",
)  # fmt: skip


@pytest.fixture(scope="module")
def vocabulary():
    pytest.importorskip("onnxruntime")
    from mien.decoders.session import metadata, open_session

    session = open_session(WEIGHTS / "words-v1.onnx")
    return metadata(session)["vocabulary"].split("\n")


def test_the_tokenizer_agrees_with_the_published_one(vocabulary):
    tokenizers = pytest.importorskip("tokenizers")
    theirs = tokenizers.BertWordPieceTokenizer(
        {piece: number for number, piece in enumerate(vocabulary)}, lowercase=True
    )
    ours = WordPiece(vocabulary)
    for text in TEXTS:
        assert ours.encode(text.split(), limit=10_000) == theirs.encode(text).ids, text


def test_the_vocabulary_begins_with_the_special_pieces(vocabulary):
    assert tuple(vocabulary[: len(SPECIAL)]) == SPECIAL
    assert len(set(vocabulary)) == len(vocabulary) <= 8000
    assert {chr(code) for code in range(ord("a"), ord("z") + 1)} <= set(vocabulary)


def test_our_own_sentences_have_sound_targets():
    own = own_sentences(seed=0)
    assert own.targets.shape == (len(own), len(LABELS))
    assert own.targets.min() >= 0
    assert own.targets.max() <= 1
    assert (own.targets.sum(axis=1) > 0).all()
    assert own.texts == own_sentences(seed=0).texts


def test_masks_never_reach_training():
    import random

    draw = random.Random(0)
    varied = [vary("[NAME] and [NAME] met [RELIGION] people", [], draw) for _ in range(50)]
    assert not any("[NAME]" in text or "[RELIGION]" in text for text in varied)
    assert len({" ".join(words(text)) for text in varied}) > 3


def test_no_test_text_is_trained_on():
    from training.words.data import read_goemotions

    parts = read_goemotions(shared("words"))
    trained = {" ".join(text.lower().split()) for text in parts["train"].texts}
    held = {" ".join(t.lower().split()) for s in ("dev", "test") for t in parts[s].texts}
    assert not trained & held
    assert len(trained) == len(parts["train"])
    assert len(parts["test"]) == 5427


def test_behavior_sentences_name_known_emotions():
    from mien.emotions.emotion import Emotion

    known = {emotion.value for emotion in Emotion}
    for claim in (*behavior.NEGATION, *behavior.EMOJI):
        assert {*claim.any_of, *claim.none_of} <= known
        assert claim.any_of or claim.none_of


def test_identity_pairs_differ_in_one_place_only():
    for _, one, two in behavior.identity_pairs():
        assert one != two
        assert len(one.split()) == len(two.split())


def test_f1_of_perfect_and_of_no_answers():
    targets = np.eye(4, dtype=np.float32)
    assert macro_f1(targets, targets > 0) == micro_f1(targets, targets > 0) == 1
    assert f1_per_label(targets, np.zeros((4, 4), bool)).tolist() == [0, 0, 0, 0]


@pytest.fixture(scope="module")
def easy():
    draw = np.random.default_rng(0)
    targets = (draw.random((2000, 28)) < np.linspace(0.004, 0.3, 28)).astype(np.float32)
    shares = np.clip(0.25 * targets + 0.4 * draw.random(targets.shape), 0, 1).astype(np.float32)
    return shares, targets


def test_thresholds_pull_rare_labels_to_the_shared_one(easy):
    shares, targets = easy
    thresholds, _ = choose_thresholds(shares, targets)
    assert ((thresholds > 0) & (thresholds < 1)).all()
    assert macro_f1(targets, shares >= thresholds) > macro_f1(targets, shares >= 0.5)


def test_the_fast_model_learns_what_words_say():
    from mien.decoders.words.ngrams import NGrams

    texts = ["so happy", "very sad", "happy day", "sad day", "a day"] * 20
    targets = np.array([[1, 0], [0, 1], [1, 0], [0, 1], [0, 0]] * 20, np.float32)
    grams = fast.choose_grams(texts, 100)
    x = fast.matrix(NGrams(grams), texts, len(grams))
    said = fast.fit(x, targets)(x) > 0
    assert (said == (targets > 0)).all()


@given(st.lists(st.floats(-3, 3, width=32), min_size=8, max_size=8))
def test_rounding_to_bytes_is_off_by_half_a_step_at_most(row):
    table = np.array([row], np.float32)
    values, scales = quantize_rows(table)
    assert np.abs(values * scales - table).max() <= 0.5001 * scales.max() + 1e-9
