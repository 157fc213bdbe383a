"""What an encoder's embeddings have in common: their mean and the main ways they differ.

Most of an embedding is the same for all clips: where a frame stands says more than what is
spoken. What rounding does to this part can be put right for good: exactly for the mean, by a
small product for the main directions. For the rest it helps to know which channels go together.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import Samples
from mien.core.config import Config
from mien.core.errors import BadWeights
from mien.core.progress import Report, bar, ignore
from mien.decoders.emonet.heads.calibration_speech import windows
from mien.decoders.emonet.heads.mapped import read_mapped, write_mapped
from mien.decoders.emonet.heads.quantize import Cut, Floats, Matrix, empty, fill

NAME = "basis.safetensors"
"""In the encoder's folder: it is the encoder's, and all sets over it share it."""

WINDOWS = 144
DIRECTIONS = 48
"""A third as many as windows: further ones are mostly what only those windows have."""

AT_ONCE = 4
"""Windows the encoder sees together."""

_BLOCK = 8
"""Pieces whose embeddings are in memory together: 14 MB of 144 windows."""

Halves = NDArray[np.float16]

Embed = Callable[[Sequence[Samples]], Floats]
"""Windows to embeddings, float32 (n, frames, width)."""


@dataclass(frozen=True, slots=True)
class Basis:
    """Mean and main directions of flattened embeddings.

    Attributes:
        mean: Float32 (columns,).
        directions: A row each, in 8 bits.
        covariance: Of the channels, in what mean and directions leave; float32 (width, width).
        key: Changes with the directions; heads that were fitted to them name it.
        path: Where it lies.
    """

    mean: Floats
    directions: Matrix
    covariance: Floats
    key: str
    path: Path

    @classmethod
    def open(cls, path: Path) -> Basis:
        """The basis that `fit` wrote.

        Raises:
            MissingWeights: If there is none.
            BadWeights: If it is damaged.
        """
        stored = read_mapped(path)
        try:
            arrays = stored.arrays
            mean, covariance = arrays["mean"], arrays["covariance"]
            directions = Matrix(8, Cut.of(len(mean)), arrays["codes"], arrays["scales"])
            key = stored.notes["key"]
        except (KeyError, TypeError) as error:
            raise BadWeights(f"{path} is no basis of an encoder ({error}): delete it") from error
        width = len(covariance)
        if not directions.is_whole or covariance.shape != (width, width) or len(mean) % width:
            raise BadWeights(f"{path} does not fit itself: delete it")
        return cls(mean, directions, covariance, key, path)


def basis_of(folder: Path, config: Config) -> Basis:
    """The basis of the encoder in a folder, fitted now if it never was.

    That takes the encoder's time for 144 windows, some minutes on a CPU.

    Args:
        folder: The encoder's.
        config: Its `threads` and `device` are used.

    Raises:
        MissingWeights: If the encoder is not there.
        BadWeights: If it is damaged.
        MissingExtra: If `mien[emonet]` is not installed.
    """
    path = folder / NAME
    if not path.is_file():
        from mien.decoders.emonet.whisper import Encoder

        encoder = Encoder.open(folder, config)

        def embed(heard: Sequence[Samples]) -> Floats:
            return encoder.embed([window[: encoder.longest] for window in heard])

        with bar("learning what embeddings have in common", WINDOWS, sys.stderr) as report:
            fit(embed, path, report=report)
    return Basis.open(path)


def fit(
    embed: Embed,
    path: Path,
    n: int = WINDOWS,
    directions: int = DIRECTIONS,
    report: Report = ignore,
) -> None:
    """Look at an encoder at work and write the basis of what it gives.

    The embeddings lie on the disk meanwhile, 330 MB of the published encoder; what is in memory
    stays below 100 MB besides the encoder.

    Args:
        embed: The encoder.
        path: Of the file to write.
        n: How many windows to show it.
        directions: How many to keep, less than `n`.
        report: Takes how many windows are done.
    """
    with TemporaryDirectory(dir=path.parent) as folder:
        seen, width = _embed_all(embed, Path(folder) / "embeddings.npy", n, report)
        mean = _mean(seen)
        cut = Cut.of(len(mean))
        mixing = _mixing(seen, mean, cut)[:directions]
        matrix = empty(8, len(mixing), cut.columns)
        for block in cut.blocks(_BLOCK):
            fill(matrix, block, mixing @ _centred(seen, mean, cut.span(block)))
        covariance = _covariance(seen, mean, mixing, width)
    key = hashlib.blake2b(matrix.codes.tobytes(), digest_size=8).hexdigest()
    arrays = {"mean": mean, "codes": matrix.codes, "scales": matrix.scales}
    arrays["covariance"] = covariance
    write_mapped(path, arrays, {"format": "mien.basis/1", "key": key})


def _embed_all(embed: Embed, path: Path, n: int, report: Report) -> tuple[Halves, int]:
    """The flattened embeddings of all windows, mapped to the disk, (n, columns); channels."""
    seen: Halves | None = None
    done = width = 0
    for some in _some(windows(n)):
        embedded = embed(some)
        flat, width = embedded.reshape(len(some), -1), embedded.shape[2]
        if seen is None:
            shape = (n, flat.shape[1])
            seen = np.lib.format.open_memmap(path, mode="w+", dtype=np.float16, shape=shape)
        seen[done : done + len(some)] = flat
        done += len(some)
        report(float(done))
    if seen is None:
        raise ValueError("a basis needs windows to look at")
    return seen, width


def _some(all_windows: Iterator[Samples]) -> Iterator[list[Samples]]:
    while some := list(islice(all_windows, AT_ONCE)):
        yield some


def _mean(seen: Halves) -> Floats:
    total = np.zeros(seen.shape[1], np.float64)
    for row in seen:
        total += row
    return (total / len(seen)).astype(np.float32)


def _mixing(seen: Halves, mean: Floats, cut: Cut) -> Floats:
    """How windows mix to directions of length 1, the one with most variance first: (k, n).

    By the eigenvectors of the windows' products with each other (Sirovich 1987), as there are
    ten thousand times more columns than windows.
    """
    products = np.zeros((len(seen), len(seen)), np.float64)
    for block in cut.blocks(_BLOCK):
        part = _centred(seen, mean, cut.span(block))
        products += part @ part.T
    variances, vectors = np.linalg.eigh(products)
    # Centred windows span a dimension less than there are; none may be divided by nothing.
    kept = [i for i in range(len(seen))[::-1] if variances[i] > 1e-6 * variances[-1]]
    mixing: Floats = (vectors[:, kept] / np.sqrt(variances[kept])).T.astype(np.float32)
    return mixing


def _covariance(seen: Halves, mean: Floats, mixing: Floats, width: int) -> Floats:
    """Of the channels, over every frame of all windows, in what the directions leave."""
    # Rows of the mixing are eigenvectors over the roots of their variances; these are orthonormal.
    along = mixing / np.linalg.norm(mixing, axis=1, keepdims=True)
    products = np.zeros((width, width), np.float64)
    size = width * max(1, _BLOCK * Cut.of(len(mean)).width // width)
    for first in range(0, len(mean), size):
        part = _centred(seen, mean, slice(first, first + size))
        rest = (part - along.T @ (along @ part)).reshape(-1, width)
        products += rest.T @ rest
    covariance: Floats = (products / (len(seen) * (len(mean) // width))).astype(np.float32)
    return covariance


def _centred(seen: Halves, mean: Floats, columns: slice) -> Floats:
    centred: Floats = seen[:, columns].astype(np.float32) - mean[columns]
    return centred
