"""The encoder in torch: the layers of MiniLM over a vocabulary of three languages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from mien.decoders.words.tokens import WordPiece
from mien.guard.local.lexicon import plain_words
from mien.guard.local.passages import SPECIAL, Passage
from training.guard.data import FOLDER
from training.words.net import WIDTH, Layer, blocked
from training.words.vocabulary import Weights

LAYERS = 6
POSITIONS = 160
SIZE = 16_500
"""Pieces: as many as keep the file below 18 MB."""

LEAST = 3
"""Times that a German or Spanish word without a gloss must be met to be a piece of its own."""

_NEAREST = {"[user]": "person", "[assistant]": "computer"}
_BEHIND = ("[who]", "[loud]")
"""Marks that `WordPiece` knows of another vocabulary; never met here."""


class EncoderNet(nn.Module):
    """Numbers of pieces to logits of all signals and the level of a crisis.

    Args:
        pieces: Size of the vocabulary.
        outputs: Of the head.
    """

    def __init__(self, pieces: int, outputs: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.words = nn.Embedding(pieces, WIDTH)
        self.places = nn.Embedding(POSITIONS, WIDTH)
        self.owners = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(LAYERS))
        self.head = nn.Linear(WIDTH, outputs)
        self.dropout = dropout

    def forward(self, ids: Tensor, own: Tensor) -> Tensor:
        """Logits, shape (n, outputs), of ids (n, length) padded with 0; `own` as in `Passage`."""
        x = self.words(ids) + self.places.weight[: ids.shape[1]] + self.owners(own)
        x = functional.dropout(self.norm(x), self.dropout, self.training)
        mask = blocked(ids != 0)
        for layer in self.layers:
            x = layer(x, mask)
        share = own.float()[..., None]
        mean = (x.float() * share).sum(1) / share.sum(1)
        with torch.autocast("cpu", enabled=False):
            logits: Tensor = self.head(functional.dropout(mean, self.dropout, self.training))
        return logits


def padded(passages: Sequence[Passage]) -> tuple[Tensor, Tensor]:
    """Numbers and owners of passages, each (n, longest)."""
    longest = max(len(passage.ids) for passage in passages)
    return (
        torch.tensor([(*p.ids, *(0,) * (longest - len(p.ids))) for p in passages]),
        torch.tensor([(*p.own, *(0,) * (longest - len(p.own))) for p in passages]),
    )


def vocabulary(base: Sequence[str], texts: Iterable[tuple[str, str]], size: int) -> list[str]:
    """The pieces met most often; words of German and Spanish are pieces of their own.

    Args:
        base: The pretrained encoder's pieces.
        texts: With their languages.
        size: Pieces to keep.
    """
    seen: dict[str, Counter[str]] = defaultdict(Counter)
    for text, language in texts:
        seen[language].update(plain_words(text, language))
    cutter = WordPiece([*base, *_BEHIND])
    counts: Counter[str] = Counter()
    for language, found in seen.items():
        glossed = glosses().get(language, {})
        for word, n in found.items():
            is_whole = language != "en" and word.isalpha() and (n >= LEAST or word in glossed)
            if is_whole:
                counts[f"{language}:{word}"] += n
            else:
                for number in cutter.encode([word])[1:-1]:
                    counts[base[number]] += n
    single = [chr(code) for code in range(33, 127) if not chr(code).isupper()]
    known = set(base)
    kept = dict.fromkeys([*SPECIAL, *(p for c in single for p in (c, f"##{c}") if p in known)])
    for piece, _ in counts.most_common():
        if len(kept) == size:
            break
        kept.setdefault(piece)
    return list(kept)


def embeddings(
    table: NDArray[np.float32], base: Sequence[str], kept: Sequence[str]
) -> NDArray[np.float32]:
    """Rows of the kept pieces; a word of another language begins as the mean of its gloss."""
    row = {piece: number for number, piece in enumerate(base)}
    cutter = WordPiece([*base, *_BEHIND])
    found = np.zeros((len(kept), table.shape[1]), np.float32)
    for place, piece in enumerate(kept):
        if (known := row.get(_NEAREST.get(piece, piece))) is not None:
            found[place] = table[known]
        else:
            language, word = piece.split(":", 1)
            said = glosses()[language].get(word, word)
            found[place] = table[cutter.encode(said.split())[1:-1]].mean(axis=0)
    return found


@cache
def glosses() -> Mapping[str, Mapping[str, str]]:
    """English words for German and Spanish ones, by language."""
    found: dict[str, dict[str, str]] = {"de": {}, "es": {}}
    for line in (FOLDER / "glossary.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            language, word, gloss = line.split("|")
            found[language][word] = gloss
    return found


def from_pretrained(
    tensors: Weights, rows: NDArray[np.float32], outputs: int, seed: int
) -> EncoderNet:
    """A net with the layers of the pretrained encoder, other pieces and a new head."""
    torch.manual_seed(seed)
    net = EncoderNet(len(rows), outputs)
    owners = tensors["embeddings.token_type_embeddings.weight"]
    state: dict[str, NDArray[np.float32]] = {
        "words.weight": rows,
        "places.weight": tensors["embeddings.position_embeddings.weight"][:POSITIONS],
        # The message is what the pretrained encoder always read; the second kind was never used.
        "owners.weight": np.stack([owners[1], owners[0]]),
        "norm.weight": tensors["embeddings.LayerNorm.weight"],
        "norm.bias": tensors["embeddings.LayerNorm.bias"],
        "head.weight": np.zeros((outputs, WIDTH), np.float32),
        "head.bias": np.full(outputs, -1.0, np.float32),
    }
    for number in range(LAYERS):
        state.update(_layer(tensors, number))
    net.load_state_dict({name: torch.tensor(np.array(value)) for name, value in state.items()})
    return net


def _layer(tensors: Weights, number: int) -> dict[str, NDArray[np.float32]]:
    theirs, ours = f"encoder.layer.{number}.", f"layers.{number}."
    names = {
        "out": "attention.output.dense", "norm1": "attention.output.LayerNorm",
        "up": "intermediate.dense", "down": "output.dense", "norm2": "output.LayerNorm",
    }  # fmt: skip
    found = {}
    for part in ("weight", "bias"):
        found[f"{ours}qkv.{part}"] = np.concatenate(
            [tensors[f"{theirs}attention.self.{x}.{part}"] for x in ("query", "key", "value")]
        )
        for name, their_name in names.items():
            found[f"{ours}{name}.{part}"] = tensors[f"{theirs}{their_name}.{part}"]
    return found
