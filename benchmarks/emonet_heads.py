"""EmoNet's voice heads at their true size, beside torch as LAION's code runs them.

Weights are random: they take as long as trained ones. Each function here is the work of a child
process, so that its memory is its own; see `benchmarks.measure`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Work
from mien.core.config import Config
from mien.decoders.emonet.heads.basis import NAME, Basis, fit
from mien.decoders.emonet.heads.quantize import Bits
from mien.decoders.emonet.heads.tails import Layer
from mien.decoders.emonet.heads.voice import VoiceHeads
from mien.decoders.emonet.heads.voice_file import kept_name, quantize, read_head, write_head
from mien.decoders.emonet.suites import suites

Floats = NDArray[np.float32]

FRAMES, WIDTH = 1500, 768
COLUMNS = FRAMES * WIDTH
HIDDEN = (64, 64, 32, 16)
FACTORS = 48
HEADS = suites()["emonet-voice-small"].heads
PART = 8
"""Heads of the reference that are timed: all 55 in float32 would take 16.2 GB."""
FORMS: dict[str, Bits] = {"int8": 8, "small": 4}
FRESH = 64
"""Clips on which errors are measured; none of them shaped the basis."""


# --- what is measured ------------------------------------------------------------------------


def beside(folder: str, n: int, threads: int, runs: int, batched: bool = False) -> Work:
    """All heads of a folder over a batch, in turns with torch.

    Torch has clip by clip and head by head, or each head over the whole batch.
    """
    heads, clips = opened(folder, threads), white(n, seed=n)
    theirs = reference(threads)
    pair = [partial(heads.score, clips), partial(theirs, clips, batched=batched)]
    return Work([lambda: [call() for call in pair], *pair * runs], n)


def alone(folder: str, n: int, threads: int) -> Work:
    """All heads of a folder over a batch with nothing else in memory."""
    heads, clips = opened(folder, threads), white(n, seed=n)
    return Work([partial(heads.score, clips)] * 3, n)


def begin(folder: str, threads: int) -> Work:
    """Opening all heads and one clip through them, in a process that did nothing yet."""
    clip = white(1, seed=1)
    return Work([lambda: opened(folder, threads).score(clip)], 1)


def opened(folder: str, threads: int) -> VoiceHeads:
    """The converted heads of a folder, with the basis in it."""
    where = Path(folder)
    files = [read_head(where / kept_name(head.file)) for head in HEADS]
    return VoiceHeads(HEADS, files, Basis.open(where / NAME), Config(threads=threads))


def reference(threads: int) -> Callable[..., list[Any]]:
    """Torch over clips (n, frames, width) with 55 heads, eight real ones in turn.

    Those eight take 2.4 GB: nothing of one is left in a cache when its turn comes again.
    """
    import torch

    torch.set_num_threads(threads)
    some = [_net() for _ in range(PART)]
    nets = [some[i % PART] for i in range(len(HEADS))]

    def run(clips: Floats, *, batched: bool = False) -> list[Any]:
        flat = torch.from_numpy(clips).flatten(1)
        with torch.inference_mode():
            if batched:
                return [net(flat) for net in nets]
            return [net(clip[None]).item() for clip in flat for net in nets]

    return run


def convert(folder: str, small: bool) -> Work:
    """One head from its published file to the converted one."""
    from mien.assets import AssetFile
    from mien.decoders.emonet.heads.voice import convert_head

    where = Path(folder)
    file = AssetFile(name=HEADS[0].file, bytes=1)
    basis = Basis.open(where / NAME)
    made = partial(convert_head, file, where / "head.pth", where, small=small, basis=basis)
    return Work([made], 1)


def errors(kind: str, alike: float | None, embeddings: str | None, heads: int) -> Work:
    """The error of scores by their own deviation over fresh clips, in both forms, told as JSON.

    Args:
        kind: Of the weights: `uniform`, as torch begins, or `Gaussian`.
        alike: None for white clips; else the noise over what clips have in common.
        embeddings: A folder with the basis of an encoder and `fresh.npy`, what it made of
            recordings, in place of made-up clips.
        heads: How many, one after the other.
    """

    def measured() -> dict[str, list[float]]:
        with TemporaryDirectory() as folder:
            where = Path(folder)
            basis, clips = _seen(Path(embeddings)) if embeddings else _made(alike, where)
            found = [_errors(_layers(kind, seed), basis, clips, where) for seed in range(heads)]
        return {form: [one[form] for one in found] for form in FORMS}

    return Work([measured], heads, json.dumps)


def _errors(layers: Sequence[Layer], basis: Basis, clips: Floats, folder: Path) -> dict[str, float]:
    exact = _forward(layers, clips.reshape(len(clips), -1))
    found = {}
    for form, bits in FORMS.items():
        off = _rounded(layers, basis, bits, folder).score(clips)[:, 0] - exact
        found[form] = float(np.sqrt(np.mean(off**2)) / exact.std())
    return found


# --- what it is measured on ------------------------------------------------------------------


def make_set(folder: str, small: bool, distinct: int = 2) -> Work:
    """All 55 converted heads in a folder, a few made and the rest copied, and one published."""

    def made() -> None:
        from tests.fakes.emonet import save_checkpoint

        where = Path(folder)
        where.mkdir(parents=True, exist_ok=True)
        if not (where / NAME).is_file():
            common = _Common(0.3)
            fit(lambda windows: common.clips(len(windows)), where / NAME)
        basis = Basis.open(where / NAME)
        for i, head in enumerate(HEADS):
            path = where / kept_name(head.file)
            if i >= distinct:
                shutil.copyfile(where / kept_name(HEADS[i % distinct].file), path)
                continue
            layers = _layers("uniform", seed=i)
            first = quantize(layers[0], basis, 4 if small else 8, path)
            write_head(path, first, layers[1:])
        save_checkpoint(where / "head.pth", _published(layers))

    return Work([made], 1)


def _published(layers: Sequence[Layer]) -> dict[str, Floats]:
    names = ["proj", "mlp.2", "mlp.5", "mlp.8", "mlp.11"]
    parts = zip(names, layers, strict=True)
    return {f"{name}.{key}": v for name, layer in parts for key, v in layer._asdict().items()}


def _layers(kind: str, seed: int) -> tuple[Layer, ...]:
    """A head's layers as torch begins with them; the first one Gaussian if asked for."""
    rng = np.random.default_rng([seed, 55])
    sizes = (COLUMNS, *HIDDEN, 1)
    found = []
    for inputs, outputs in pairwise(sizes):
        bound = np.float32(inputs**-0.5)
        weight = rng.random((outputs, inputs), np.float32) * (2 * bound) - bound
        if kind == "Gaussian" and inputs == COLUMNS:
            weight = rng.standard_normal((outputs, inputs), np.float32) * (bound / np.sqrt(3))
        bias = rng.uniform(-bound, bound, outputs).astype(np.float32)
        found.append(Layer(weight.astype(np.float32, copy=False), bias))
    return tuple(found)


def _forward(layers: Sequence[Layer], clips: Floats) -> Floats:
    values = clips
    for i, layer in enumerate(layers):
        values = np.maximum(values, 0) if i else values
        values = values @ layer.weight.T + layer.bias
    return values[:, 0]


def _rounded(layers: Sequence[Layer], basis: Basis, bits: Bits, folder: Path) -> VoiceHeads:
    path = folder / "rounded.safetensors"
    write_head(path, quantize(layers[0], basis, bits, path), tuple(layers[1:]))
    return VoiceHeads(HEADS[:1], [read_head(path)], basis, Config(threads=2))


def _net() -> Any:
    """A head as published, in torch, with torch's first weights."""
    from torch.nn import Linear, ReLU, Sequential

    sizes = (COLUMNS, *HIDDEN, 1)
    parts: list[Any] = [Linear(COLUMNS, HIDDEN[0])]
    for inputs, outputs in pairwise(sizes[1:]):
        parts += [ReLU(), Linear(inputs, outputs)]
    return Sequential(*parts).eval()


class _Common:
    """Clips with a mean and few factors in common, over noise."""

    def __init__(self, noise: float) -> None:
        rng = np.random.default_rng(48)
        self._noise = np.float32(noise)
        self._mean = rng.standard_normal(COLUMNS, np.float32)
        self._factors = rng.standard_normal((FACTORS, COLUMNS), np.float32)
        self._factors /= np.float32(FACTORS**0.5)
        self._rng = np.random.default_rng(49)

    def clips(self, n: int) -> Floats:
        """New clips, float32 (n, frames, width)."""
        found = self._rng.standard_normal((n, COLUMNS), np.float32) * self._noise
        found += self._rng.standard_normal((n, FACTORS), np.float32) @ self._factors + self._mean
        return found.reshape(n, FRAMES, WIDTH)


def _made(alike: float | None, folder: Path) -> tuple[Basis, Floats]:
    draw = partial(white, seed=None) if alike is None else _Common(alike).clips
    fit(lambda windows: draw(len(windows)), folder / NAME)
    return Basis.open(folder / NAME), draw(FRESH)


def _seen(folder: Path) -> tuple[Basis, Floats]:
    return Basis.open(folder / NAME), np.load(folder / "fresh.npy").astype(np.float32)


def white(n: int, seed: int | None) -> Floats:
    """Clips without anything in common, float32 (n, frames, width)."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, COLUMNS), np.float32).reshape(n, FRAMES, WIDTH)
