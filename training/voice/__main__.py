"""`python -m training.voice`: from corpora to a voice decoder's weights with its card.

    python -m training.voice --data ../shared/data --out runs/voice --seed 0
    python -m training.voice --which open --out runs/voice-open
    python -m training.voice --corpora ~/corpora --licence CC-BY-SA-4.0 --commercial

Every step is kept below `--out` and is taken up again where an earlier call was stopped:
`store` computes features of all clips in all conditions, `folds` trains three nets a seed, each
on two thirds of the speakers, `left-out` one net for each corpus without it, `card` measures
and writes weights and card. What ships is the mean of one net of each fold, so that all
speakers have taught it; its figures are those of the mean over seeds on the speakers that a
fold left out. `--corpora` names a folder of further corpora, one sub-folder each with a
`clips.csv` in the columns that the shared ones have (file, corpus, speaker, sex, emotion,
intensity, licence at least) and the sound files beside it or in a `clips.zip`.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch

from training.voice import store as copies
from training.voice.bank import Draw
from training.voice.corpora import JUDGED, OPEN, TAUGHT, Clip, extra_corpora, read_corpora
from training.voice.finish import finish
from training.voice.runs import Plan, carry_out, fold_plans, left_out_plans
from training.voice.train import Recipe

STAGES = ("store", "folds", "left-out", "card")
VOICE = Recipe(epochs=20, clips=4480)
OPEN_VOICE = replace(VOICE, epochs=16, clips=960, batch=32)
LEFT_OUT_EPOCHS = 14
CLEAN = (0.75, 0.55, 0.55)
"""Share of clean crops by seed: more is better on clean speech, less on telephones and in
noise, and nets that differ make a better mean."""


@dataclass(frozen=True)
class Choice:
    """One of the two decoders.

    Attributes:
        name: Of the decoder.
        taught: Corpora that teach it.
        recipe: How it is trained.
        licence: What its weights then carry.
    """

    name: str
    taught: tuple[str, ...]
    recipe: Recipe
    licence: str


CHOICES = {
    "voice": Choice("voice-v1", TAUGHT, VOICE, "CC-BY-NC-SA-4.0"),
    "open": Choice("voice-open-v1", OPEN, OPEN_VOICE, "CC0-1.0"),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the stages that were asked for."""
    options = _options(arguments)
    torch.set_num_threads(options.threads)
    choice = CHOICES[options.which]
    added = extra_corpora(options.corpora)
    data = _joined(options.data / "voice", added, options.out / "corpora")
    taught = (*choice.taught, *added)
    if options.licence:
        choice = replace(choice, licence=options.licence)
    clips = read_corpora(data, taught)
    kept = options.out / "store"
    stages = STAGES if options.stage == "all" else (options.stage,)
    if "store" in stages:
        _store(data, kept, taught, options.threads)
    if "folds" in stages:
        plans = [plan for seed in _seeds(options) for plan in fold_plans(clips, seed)]
        _train(plans, clips, choice, options.out)
    if "left-out" in stages and len(taught) > 1:
        second = _seeds(options)[min(1, options.seeds - 1)]
        shorter = replace(choice, recipe=replace(choice.recipe, epochs=LEFT_OUT_EPOCHS))
        _train(left_out_plans(clips, second), clips, shorter, options.out)
    if "card" in stages:
        seeds = _seeds(options)
        finish(data, options.out, choice, taught, seeds, options.weights)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    default = Path(os.environ.get("MIEN_DATA", "../shared/data"))
    parser = argparse.ArgumentParser(prog="python -m training.voice", description=__doc__)
    parser.add_argument("--data", type=Path, default=default, help="folder with voice/")
    parser.add_argument("--out", type=Path, default=Path("runs/voice"))
    parser.add_argument("--which", choices=tuple(CHOICES), default="voice")
    parser.add_argument("--stage", choices=("all", *STAGES), default="all")
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--seeds", type=int, default=3, help="how often to train each fold")
    parser.add_argument("--corpora", type=Path, help="folder of further corpora")
    parser.add_argument("--licence", help="of the weights, if further corpora change it")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--weights", type=Path, help="where weights and card go; default: --out")
    options = parser.parse_args(arguments)
    options.weights = options.weights or options.out
    return options


def _seeds(options: argparse.Namespace) -> list[int]:
    return list(range(options.seed, options.seed + options.seeds))


def _joined(data: Path, added: dict[str, Path], folder: Path) -> Path:
    """One folder that holds all corpora, by links."""
    folder.mkdir(parents=True, exist_ok=True)
    here = {path.name: path for path in data.iterdir() if path.is_dir()}
    for name, path in {**here, **added}.items():
        if not (folder / name).exists():
            (folder / name).symlink_to(path.resolve())
    return folder


def _store(data: Path, kept: Path, taught: Sequence[str], threads: int) -> None:
    names = (*copies.TRAINING, *copies.TESTED)
    tasks = [(corpus, name) for name in names for corpus in taught]
    judged = [corpus for corpus in (*TAUGHT, *JUDGED) if corpus not in taught]
    tasks += [(corpus, "clean") for corpus in judged if (data / corpus).is_dir()]
    copies.build(data, kept, tasks, threads)


def _train(plans: Sequence[Plan], clips: Sequence[Clip], choice: Choice, out: Path) -> None:
    for plan in plans:
        recipe = replace(choice.recipe, draw=Draw(clean=CLEAN[plan.seed % len(CLEAN)]))
        carry_out(plan, clips, recipe, out / "store", out)


if __name__ == "__main__":
    main()
