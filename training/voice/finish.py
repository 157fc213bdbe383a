"""The last stage: figures, constants, weights and card."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

import numpy as np

from mien.timeline.card import Figure
from training.cards import write_card
from training.voice import figures
from training.voice.card import fit_constants, make_card, qualities, trained_on
from training.voice.corpora import JUDGED, TAUGHT, Clip, read_clips, read_corpora
from training.voice.export import export
from training.voice.gather import Said, gather
from training.voice.predict import Pair, predict, reference_clips
from training.voice.runs import CONDITIONS, fold_plans, load_pair
from training.voice.store import load_copy
from training.voice.train import Recipe


class Chosen(Protocol):
    """What `finish` must know of a decoder."""

    name: str
    taught: tuple[str, ...]
    recipe: Recipe
    licence: str


def finish(
    data: Path,
    out: Path,
    choice: Chosen,
    taught: Sequence[str],
    seeds: Sequence[int],
    weights: Path,
) -> None:
    """Write `NAME.onnx` and its card into `weights`.

    Args:
        data: Folder of the corpora.
        out: Folder of the finished runs and of the store.
        choice: Which decoder.
        taught: Corpora that taught it.
        seeds: Whose nets are averaged.
        weights: Where the files go.
    """
    store = out / "store"
    clips = read_corpora(data, taught)
    folds = [plan.name for plan in fold_plans(clips, seeds[0])]
    plain = {c: gather(out, folds, seeds, clips, f"{c}.plain") for c in CONDITIONS}
    adapted = gather(out, folds, seeds, clips, "clean.adapted")
    quality = {
        c: np.concatenate([qualities(load_copy(store, name, c)) for name in taught])
        for c in CONDITIONS
    }
    constants = fit_constants(plain, quality)
    shipped = [f"{fold}-s{seeds[i % len(seeds)]}" for i, fold in enumerate(folds)]
    pairs = [load_pair(out / name, choice.recipe) for name in shipped]
    export(pairs, weights / f"{choice.name}.onnx", constants.metadata())
    serve = np.concatenate([reference_clips(read_clips(data / name)) for name in taught])
    found = figures.main_figures(plain["clean"], taught)
    found += _left_out(out, clips, taught, seeds)
    found += _never_taught(data, store, taught, pairs)
    noisy = {name: said for name, said in plain.items() if name != "clean"}
    found += figures.robustness_figures(noisy, taught)
    found += figures.reference_figures(plain["clean"], adapted, serve, taught)
    found += figures.group_figures(plain["clean"], taught)
    found += figures.open_figures(plain["clean"], taught)
    judged = [name for name in JUDGED if (data / name).is_dir()]
    card = make_card(
        choice.name,
        choice.licence,
        constants,
        found,
        trained_on(data, taught, judged),
    )
    write_card(
        card,
        weights,
        confidence=constants.sure.confidence,
        is_right=constants.sure.is_right,
        curve=json.loads((out / shipped[0] / "curve.json").read_text()),
        config={"seeds": list(seeds), "shipped": shipped, **asdict(choice.recipe)},
    )


def _left_out(
    out: Path, clips: Sequence[Clip], taught: Sequence[str], seeds: Sequence[int]
) -> list[Figure]:
    """Each corpus by nets that heard all others; as many seeds as were trained."""
    found = []
    for corpus in taught:
        name = f"without-{corpus}"
        there = [seed for seed in seeds if (out / f"{name}-s{seed}" / "told.npz").is_file()]
        ways = (("clean.plain", "never heard"), ("clean.adapted", "with two neutral clips"))
        more = (("telephone.plain", "telephone band"), ("noise10.plain", "recorded noise at 10 dB"))
        for kind, where in (*ways, *more) if there else ():
            said = gather(out, [name], there, clips, kind)
            found += figures.left_out_figures(said, corpus, where)
    return found


def _never_taught(
    data: Path, store: Path, taught: Sequence[str], pairs: Sequence[Pair]
) -> list[Figure]:
    """Corpora that never teach, by the nets that ship."""
    found = []
    for corpus in (*TAUGHT, *JUDGED):
        if corpus in taught or not (store / corpus / "clean.npz").is_file():
            continue
        clips = read_clips(data / corpus)
        everyone = np.ones(len(clips), dtype=bool)
        told = predict(pairs, store, corpus, clips, everyone)
        ways = ("never heard", "with two neutral clips")
        for part, where in zip(told, ways, strict=True):
            if where == ways[1] and not reference_clips(clips).any():
                continue
            said = Said(clips, everyone, part.labels[None], part.high[None], part.affect[None])
            found += figures.left_out_figures(said, corpus, where)
    return found
