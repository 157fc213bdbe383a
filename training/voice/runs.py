"""The runs behind a card: folds, whose nets also ship, and left-out corpora."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from training.voice.bank import Bank
from training.voice.corpora import Clip, speaker_folds
from training.voice.net import VoiceNet
from training.voice.predict import Pair, Told, predict
from training.voice.store import TESTED
from training.voice.summary import SummaryNet, train_summary
from training.voice.train import Recipe, train

CONDITIONS = ("clean", *TESTED)


@dataclass(frozen=True)
class Plan:
    """One net to train and the clips to test it on.

    Attributes:
        name: Folder of the run, without the seed.
        seed: Of weights and draws.
        teach: Which clips teach, shape (clips,).
        test: Which clips test.
        conditions: What the tested clips sound like.
    """

    name: str
    seed: int
    teach: NDArray[np.bool_]
    test: NDArray[np.bool_]
    conditions: tuple[str, ...] = CONDITIONS

    @property
    def folder(self) -> str:
        """Where its files are, below the output folder."""
        return f"{self.name}-s{self.seed}"


def fold_plans(clips: Sequence[Clip], seed: int, n: int = 3) -> list[Plan]:
    """One net a fold, tested on speakers that it never heard."""
    fold = speaker_folds(clips, n)
    return [Plan(f"fold{i}", seed, fold != i, fold == i) for i in range(n)]


def left_out_plans(clips: Sequence[Clip], seed: int) -> list[Plan]:
    """One net a corpus, tested on all of a corpus that it never heard."""
    corpora = np.array([clip.corpus for clip in clips])
    return [
        Plan(
            f"without-{name}",
            seed,
            corpora != name,
            corpora == name,
            ("clean", "telephone", "noise10"),
        )
        for name in dict.fromkeys(corpora)
    ]


def carry_out(plan: Plan, clips: Sequence[Clip], recipe: Recipe, store: Path, out: Path) -> Pair:
    """Train the planned nets and keep what they say of the tested clips; resumes."""
    bank, folder = Bank(store, clips), out / plan.folder
    voice = train(bank, plan.teach, recipe, plan.seed, folder)
    pair = Pair(voice, train_summary(bank, plan.teach, plan.seed, folder))
    told = folder / "told.npz"
    if not told.is_file():
        np.savez(told, **tell([pair], clips, plan.test, plan.conditions, store))
    return pair


def tell(
    pairs: Sequence[Pair],
    clips: Sequence[Clip],
    test: NDArray[np.bool_],
    conditions: Sequence[str],
    store: Path,
) -> dict[str, NDArray[np.float32]]:
    """Outputs by condition, each for the tested clips in order.

    Returns:
        `CONDITION.plain.labels`, `CONDITION.adapted.high` and so on, and `rows`.
    """
    found: dict[str, NDArray[np.float32]] = {"rows": np.flatnonzero(test)}
    corpora = np.array([clip.corpus for clip in clips])
    for condition in conditions:
        parts: list[tuple[Told, Told]] = []
        for corpus in dict.fromkeys(corpora):
            inside = corpora == corpus
            own = [clip for clip in clips if clip.corpus == corpus]
            parts.append(predict(pairs, store, corpus, own, test[inside], condition))
        for way, kind in enumerate(("plain", "adapted")):
            for field in ("labels", "high", "affect"):
                columns = [getattr(part[way], field) for part in parts]
                found[f"{condition}.{kind}.{field}"] = np.concatenate(columns)
    return found


def load_pair(folder: Path, recipe: Recipe) -> Pair:
    """The nets of a finished run."""
    voice, summary = VoiceNet(recipe.shape), SummaryNet()
    voice.load_state_dict(torch.load(folder / "net.pt", weights_only=True))
    summary.load_state_dict(torch.load(folder / "summary.pt", weights_only=True))
    return Pair(voice.eval(), summary.eval())
