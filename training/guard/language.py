"""Teaching the check of languages: English, German, Spanish or another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from mien.guard.local.language import BUCKETS, CLASSES, OTHER, grams, language_words
from mien.guard.local.lexicon import LANGUAGES
from training.guard.data import rows

CODES = {"eng": "en", "en": "en", "deu": "de", "de": "de", "esp": "es", "es": "es"}
MOST_OF_OTHERS = 700
"""Texts of each other language."""


def texts(data: Path) -> list[tuple[str, str]]:
    """Texts with their language: BRIGHTER, XED, GoEmotions (CC BY 4.0), our own."""
    import pandas

    found: list[tuple[str, str]] = []
    for name in ("brighter", "xed"):
        table = pandas.read_parquet(data / f"{name}.parquet")
        for code, part in table.groupby("lang"):
            taught = CODES.get(str(code), OTHER)
            most = 6_000 if taught != OTHER else MOST_OF_OTHERS
            found += [(text, taught) for text in part["text"].astype(str)[:most]]
    comments = pandas.read_parquet(data / "goemotions.parquet", columns=["text"])["text"]
    found += [(text, "en") for text in comments.astype(str)[:6_000]]
    found += [(row.text, row.language) for row in rows() if row.language in LANGUAGES]
    return found


def teach(
    pairs: Sequence[tuple[str, str]], seed: int, epochs: int = 6
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights, one row a bucket and one column a class, and the bias.

    Short stretches of each text are learned too, for chats are short.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    table = nn.EmbeddingBag(BUCKETS, len(CLASSES), mode="sum")
    nn.init.zeros_(table.weight)
    bias = nn.Parameter(torch.zeros(len(CLASSES)))
    optimizer = torch.optim.Adam([*table.parameters(), bias], lr=0.02)
    read = [(language_words(text), CLASSES.index(language)) for text, language in pairs]
    read = [(words, label) for words, label in read if words]
    for _ in range(epochs):
        order = rng.permutation(len(read))
        for start in range(0, len(order), 128):
            part = [read[i] for i in order[start : start + 128]]
            bags = [_stretch(words, rng) for words, _ in part]
            offsets = np.cumsum([0, *(len(bag) for bag in bags[:-1])])
            flat = torch.tensor([row for bag in bags for row in bag])
            logits = table(flat, torch.from_numpy(offsets)) + bias
            goal = torch.tensor([label for _, label in part])
            loss = nn.functional.cross_entropy(logits, goal) + 2e-5 * table.weight.square().sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return table.weight.detach().numpy().copy(), bias.detach().numpy().copy()


def _stretch(words: list[str], rng: np.random.Generator) -> list[int]:
    if rng.random() < 0.5 and len(words) > 3:
        size = int(rng.integers(2, min(len(words), 12)))
        start = int(rng.integers(0, len(words) - size + 1))
        words = words[start : start + size]
    return [row for word in words for row in grams(word)]
