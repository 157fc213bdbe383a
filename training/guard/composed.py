"""Sentences put together from clauses and frames, and typed carelessly: more of the same kinds."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import replace

from mien.guard.signals import Signal
from training.guard.data import FOLDER, Row
from training.guard.train import Example

_CHAT = {
    "en": {"you": "u", "are": "r", "to": "2", "because": "bc", "tonight": "2nite", "please": "pls",
           "with": "w", "without": "w/o", "people": "ppl", "tomorrow": "tmrw", "my": "my",
           "don't": "dont", "I'm": "im", "can't": "cant", "about": "abt", "and": "n"},
    "de": {"nicht": "nich", "ist": "is", "ein": "n", "eine": "ne", "habe": "hab", "und": "u",
           "jetzt": "jz", "vielleicht": "vllt", "nichts": "nix", "gerade": "grad"},
    "es": {"que": "q", "porque": "xq", "también": "tb", "por": "x", "de": "d", "estoy": "toy",
           "para": "pa", "quiero": "kiero", "te": "t", "me": "m"},
}  # fmt: skip
_ACCENTS = str.maketrans("áéíóúñäöüÁÉÍÓÚÑÄÖÜ¿¡", "aeiounaouAEIOUNAOU  ")


def composed(seed: int, each: int = 6) -> Iterator[Row]:
    """Rows about crisis: each clause in some frames of both kinds, in three languages.

    Args:
        seed: Of the choice of frames.
        each: Frames of each kind for a clause.
    """
    rng = random.Random(seed)
    told = tomllib.loads((FOLDER / "composed.toml").read_text(encoding="utf-8"))
    for language, part in told.items():
        for number, (now, other, past) in enumerate(part["clauses"]):
            for kind in ("near", "true"):
                for frame in rng.sample(part[kind], each):
                    said = frame.replace("{I}", now).replace("{he}", other).replace("{was}", past)
                    yield Row(
                        id=f"composed-{language}-{number}",
                        language=language,
                        side="user",
                        signal=Signal.CRISIS.value,
                        kind="composed",
                        before=(),
                        text=said[0].upper() + said[1:],
                        is_true=kind == "true",
                    )


def carelessly(example: Example, rng: random.Random) -> Example:
    """The example as it might be typed in a hurry: chat spelling, slips, no accents or capitals."""
    text = example.text
    if rng.random() < 0.5:
        text = text.lower()
    if rng.random() < 0.5:
        text = text.translate(_ACCENTS)
    if rng.random() < 0.4:
        text = (
            text.replace("'", "").replace(",", "").replace(".", "" if rng.random() < 0.5 else ".")
        )
    table = _CHAT[example.language]
    words = [
        table[word] if word in table and rng.random() < 0.5 else _slip(word, rng)
        for word in text.split(" ")
    ]
    return replace(example, text=" ".join(words) or example.text, pair="")


def together(example: Example, others: Sequence[str], rng: random.Random) -> Example:
    """The example after or before a sentence that is about something else."""
    other = rng.choice(others).strip()
    if other and other[-1].isalnum():
        other += "."
    parts = [other, example.text] if rng.random() < 0.6 else [example.text, other]
    return replace(example, text=" ".join(parts), pair="")


def _slip(word: str, rng: random.Random) -> str:
    """A word with two letters swapped, one doubled or one left out, now and then."""
    if len(word) < 5 or rng.random() > 0.06:
        return word
    i = rng.randrange(1, len(word) - 2)
    return rng.choice(
        (
            word[:i] + word[i + 1] + word[i] + word[i + 2 :],
            word[:i] + word[i] + word[i:],
            word[:i] + word[i + 1 :],
        )
    )
