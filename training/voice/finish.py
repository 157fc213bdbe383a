"""The last stage: figures, constants, weights and card."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mien.timeline.card import Figure
from training.cards import write_card
from training.voice import figures
from training.voice.calibration import adapted
from training.voice.card import (
    Constants,
    confidence_unheard,
    fit_constants,
    make_card,
    qualities,
    trained_on,
)
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
    given = gather(out, folds, seeds, clips, "clean.adapted").together
    quality = {
        c: np.concatenate([qualities(load_copy(store, name, c)) for name in taught])
        for c in CONDITIONS
    }
    constants = fit_constants(plain, quality)
    shipped = [f"{fold}-s{seeds[i % len(seeds)]}" for i, fold in enumerate(folds)]
    pairs = [load_pair(out / name, choice.recipe) for name in shipped]
    export(pairs, weights / f"{choice.name}.onnx", constants.metadata())
    serve = np.concatenate([reference_clips(read_clips(data / name)) for name in taught])
    given = adapted(plain["clean"].together, given, serve, constants.neutral)
    found = figures.main_figures(plain["clean"], taught)
    found += _left_out(out, clips, taught, seeds, constants, quality["clean"])
    found += _never_taught(data, store, taught, pairs, constants)
    noisy = {name: said for name, said in plain.items() if name != "clean"}
    found += figures.robustness_figures(noisy, taught)
    found += figures.reference_figures(plain["clean"], given, serve, taught)
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
        config={
            "seeds": list(seeds),
            "shipped": {n: json.loads((out / n / "recipe.json").read_text()) for n in shipped},
        },
    )


def _left_out(
    out: Path,
    clips: Sequence[Clip],
    taught: Sequence[str],
    seeds: Sequence[int],
    constants: Constants,
    quality: NDArray[np.float64],
) -> list[Figure]:
    """Each corpus by nets that heard all others; as many seeds as were trained."""
    found: list[Figure] = []
    for corpus in taught:
        name = f"without-{corpus}"
        there = [seed for seed in seeds if (out / f"{name}-s{seed}" / "told.npz").is_file()]
        if there:
            said = {
                kind: gather(out, [name], there, clips, kind).together
                for kind in ("clean.plain", "clean.adapted", "telephone.plain", "noise10.plain")
            }
            plain, given = said["clean.plain"], said["clean.adapted"]
            found += _unheard(plain, given, corpus, constants, quality)
            for kind, where in (("telephone", "telephone band"), ("noise10", "noise at 10 dB")):
                found += figures.left_out_figures(said[f"{kind}.plain"], corpus, where)
    return found


def _never_taught(
    data: Path,
    store: Path,
    taught: Sequence[str],
    pairs: Sequence[Pair],
    constants: Constants,
) -> list[Figure]:
    """Corpora that never teach, by the nets that ship."""
    found: list[Figure] = []
    for corpus in (*TAUGHT, *JUDGED):
        if corpus in taught or not (store / corpus / "clean.npz").is_file():
            continue
        clips = read_clips(data / corpus)
        everyone = np.ones(len(clips), dtype=bool)
        plain, given = (
            Said(clips, everyone, told.labels[None], told.high[None], told.affect[None])
            for told in predict(pairs, store, corpus, clips, everyone)
        )
        quality = qualities(load_copy(store, corpus, "clean"))
        found += _unheard(plain, given, corpus, constants, quality)
    return found


def _unheard(
    plain: Said, given: Said, corpus: str, constants: Constants, quality: NDArray[np.float64]
) -> list[Figure]:
    """A corpus without and with references; where clips serve as such, none is tested."""
    own = [clip.corpus == corpus for clip in plain.clips]
    serve = np.zeros(len(own), dtype=bool)
    serve[own] = reference_clips([c for c, is_own in zip(plain.clips, own, strict=True) if is_own])
    found = figures.left_out_figures(plain, corpus, "never heard")
    rows = figures.of_corpus(plain.clips, corpus, plain.there)
    if len(rows):
        found += confidence_unheard(plain, rows, corpus, constants, quality)
    if serve.any():
        told = adapted(plain, given, serve, constants.neutral)
        both = (("same clips, no reference", plain), ("two neutral clips", told))
        people = {c.speaker for c, is_one in zip(plain.clips, serve, strict=True) if is_one}
        known = np.array([c.speaker in people for c in plain.clips])
        for where, said in both:
            tested = replace(said, there=said.there & known & ~serve)
            found += figures.left_out_figures(tested, corpus, where)
    return found
