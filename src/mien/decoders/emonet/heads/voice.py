"""The heads of a voice set: converted one by one, run over a batch of clips together."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mien.assets import AssetFile, Shelf, find
from mien.core.config import Config, load_config
from mien.core.errors import BadWeights, MissingWeights
from mien.decoders.emonet.checkpoint import read_checkpoint
from mien.decoders.emonet.heads.basis import NAME, Basis, basis_of
from mien.decoders.emonet.heads.quantize import Floats
from mien.decoders.emonet.heads.stack import choose
from mien.decoders.emonet.heads.tails import Layer, Tails, layers
from mien.decoders.emonet.heads.voice_file import (
    VoiceFile,
    kept_name,
    quantize,
    read_head,
    write_head,
)
from mien.decoders.emonet.suites import Head, suites

if TYPE_CHECKING:
    from mien.decoders.emonet.install import Installed

ENCODER = "bude-whisper"

AT_ONCE = 16
"""Clips in one pass over the weights: 37 MB of rounded activations."""


def convert_head(
    file: AssetFile,
    fetched: Path,
    folder: Path,
    *,
    small: bool = False,
    basis: Basis | None = None,
) -> Sequence[str]:
    """Keep a published head in 8 bits, or in 4.

    The weights are read a few pieces at a time; what is in memory stays below 250 MB, besides
    pages of the fetched file that the system takes back when it likes.

    Args:
        file: Which of the set's files it is.
        fetched: Where it lies.
        folder: Below the shelf of assets on which the encoder lies too.
        small: 37 MB a head in place of 74, less exactly.
        basis: Of the encoder; by default that on the shelf, fitted at the first head.

    Returns:
        The name of the file written into the folder.

    Raises:
        BadWeights: If it is damaged, no head, or of another encoder.
        MissingWeights: If the encoder is not here: what rounding does to the part that all its
            embeddings share is put right for good, and that part is seen at work.
        MissingExtra: If `mien[emonet]` is not installed.
    """
    found = layers(read_checkpoint(fetched), fetched)
    name = kept_name(file.name)
    if _is_pooled(file.name):
        _check_finite(found, fetched)
        write_head(folder / name, None, found)
        return [name]
    _check_finite(found[1:], fetched)
    basis = basis or basis_of(_encoder_beside(folder), _all_cores(load_config()))
    first = quantize(found[0], basis, 4 if small else 8, fetched)
    write_head(folder / name, first, found[1:])
    return [name]


class VoiceHeads:
    """Heads of one set over one encoder; all first layers are read once for a batch.

    Args:
        heads: Which.
        files: What is kept of each.
        basis: Of the encoder; None if all heads are pooled.
        config: Its `threads` and `device` are used.

    Raises:
        BadWeights: If heads do not belong together, or to the basis.
    """

    def __init__(
        self,
        heads: tuple[Head, ...],
        files: Sequence[VoiceFile],
        basis: Basis | None,
        config: Config,
    ) -> None:
        self.heads = heads
        self._framed = _Framed(files, basis, config) if any(f.first for f in files) else None
        self._pooled = _Pooled(files) if not all(f.first for f in files) else None
        self._is_framed = np.array([file.first is not None for file in files])

    @classmethod
    def open(cls, installed: Installed, config: Config) -> VoiceHeads:
        """The heads that are on this machine; their weights stay mapped from the disk.

        Args:
            installed: What is here of a voice set.
            config: Its `threads`, `device` and `home` are used.

        Raises:
            MissingWeights: If a file is missing, or the encoder.
            BadWeights: If one is damaged, or they do not belong together.
            MissingExtra: If `mien[emonet]` is not installed.
        """
        from mien.decoders.emonet.install import encoder_folder

        files = [read_head(installed.folder / kept_name(head.file)) for head in installed.heads]
        basis = None
        if any(file.first for file in files):
            basis = Basis.open(encoder_folder(ENCODER, config) / NAME)
        return cls(installed.heads, files, basis, config)

    def score(self, embeddings: Floats) -> Floats:
        """What each head says of each clip, float32 (n, heads); unbounded, mostly about 0.

        A clip's scores depend on no other clip, and a head's on no other head.

        Args:
            embeddings: Float32 (n, frames, width), as the encoder gives them.

        Raises:
            BadWeights: If the heads read embeddings of another shape.
        """
        scores = np.empty((len(embeddings), len(self.heads)), np.float32)
        for first in range(0, len(embeddings), AT_ONCE):
            some = slice(first, first + AT_ONCE)
            if self._framed is not None:
                scores[some, self._is_framed] = self._framed.score(embeddings[some])
            if self._pooled is not None:
                scores[some, ~self._is_framed] = self._pooled.score(embeddings[some])
        return scores


class _Framed:
    """Heads that read every frame."""

    def __init__(self, files: Sequence[VoiceFile], basis: Basis | None, config: Config) -> None:
        self._files = [file for file in files if file.first is not None]
        firsts = [file.first for file in files if file.first is not None]
        if basis is None:
            raise BadWeights(f"{self._files[0].path} needs the basis of its encoder")
        _check_forms(self._files)
        for file, first in zip(self._files, firsts, strict=True):
            known = (basis.key, basis.directions.rows, basis.directions.cut)
            if (first.basis, first.correction.shape[1], first.matrix.cut) != known:
                raise BadWeights(f"{file.path} was converted for another copy of its encoder than "
                                 f"{basis.path}: remove its set and pull it again")  # fmt: skip
        self._columns = firsts[0].matrix.cut.columns
        self._biases = np.stack([first.bias for first in firsts])
        self._corrections = np.stack([first.correction.T for first in firsts])
        self._tails = Tails.stack([file.layers for file in self._files])
        self._engine = choose(config)
        self._held = [self._engine.hold(first.matrix) for first in firsts]
        self._directions = self._engine.hold(basis.directions)

    def score(self, embeddings: Floats) -> Floats:
        """Scores (n, heads) of embeddings (n, frames, width)."""
        flat = embeddings.reshape(len(embeddings), -1)
        if flat.shape[1] != self._columns:
            raise BadWeights(
                f"{self._files[0].path} reads {self._columns:,} numbers a clip, "
                f"the encoder gives {flat.shape[1]:,}"
            )
        along, *products = self._engine.multiply(flat, [self._directions, *self._held])
        hidden = np.stack(products, axis=1) + self._biases
        hidden += (along @ self._corrections).transpose(1, 0, 2)
        return self._tails(hidden)


class _Pooled:
    """Heads that read four numbers of each channel."""

    def __init__(self, files: Sequence[VoiceFile]) -> None:
        self._files = [file for file in files if file.first is None]
        _check_forms(self._files)
        self._first = [file.layers[0] for file in self._files]
        self._tails = Tails.stack([file.layers[1:] for file in self._files])

    def score(self, embeddings: Floats) -> Floats:
        """Scores (n, heads) of embeddings (n, frames, width)."""
        pooled = pool(embeddings)
        if pooled.shape[1] != self._first[0].weight.shape[1]:
            raise BadWeights(
                f"{self._files[0].path} reads {self._first[0].weight.shape[1]:,} numbers a clip, "
                f"the encoder's pooled frames are {pooled.shape[1]:,}"
            )
        hidden = [pooled @ layer.weight.T + layer.bias for layer in self._first]
        return self._tails(np.stack(hidden, axis=1))


def pool(embeddings: Floats) -> Floats:
    """Mean, minimum, maximum and deviation (of n - 1) over time: (n, 4 width).

    Args:
        embeddings: Float32 (n, frames, width).
    """
    parts = (
        embeddings.mean(axis=1),
        embeddings.min(axis=1),
        embeddings.max(axis=1),
        embeddings.std(axis=1, ddof=1),
    )
    return np.concatenate(parts, axis=1)


def _is_pooled(published: str) -> bool:
    return any(
        head.pooled for suite in suites().values() for head in suite.heads if head.file == published
    )


def _check_finite(found: Sequence[Layer], path: Path) -> None:
    if not all(np.isfinite(part).all() for layer in found for part in layer):
        raise BadWeights(f"{path} holds weights that are no numbers: pull it again")


def _check_forms(files: Sequence[VoiceFile]) -> None:
    for file in files:
        if file.form != files[0].form:
            raise BadWeights(f"{file.path} has other layers than {files[0].path.name}: "
                             "pull the set again")  # fmt: skip


def _all_cores(config: Config) -> Config:
    """A conversion is waited for, where a decoder works in the background."""
    return replace(config, threads=max(config.threads, os.cpu_count() or 1))


def _encoder_beside(folder: Path) -> Path:
    """The encoder on the shelf on which a set's folder lies."""
    for place in (folder, *folder.parents):
        if place.name in suites():
            found = Shelf(place.parent).installed(find(suites()[place.name].encoder))
            if found is not None:
                return found
    raise MissingWeights(f"heads are fitted to their encoder, which is not here: "
                         f"run `mien models pull {ENCODER}` first")  # fmt: skip
