"""EmoNet's face heads, stacked, against the published way: face by face, head by head.

    python -m benchmarks.emonet_face

Weights are random, of the published shapes, by torch's own initialisation. Both sides run in this
process on the same threads, in turns; the best of several turns counts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from mien.assets import AssetFile
from mien.core.config import Config
from mien.decoders.emonet.checkpoint import read_checkpoint
from mien.decoders.emonet.heads.face import FaceHeads, convert_head
from mien.decoders.emonet.install import Installed
from mien.decoders.emonet.suites import suites
from tests.fakes.emonet import write_face_set

THREADS = 2
TURNS = 3
FACES = (1, 8, 32, 128)
FACTORS = 48
"""Directions in which made embeddings that have much in common differ."""


class HeadsRow(NamedTuple):
    """One size, one form of the weights, one number of faces.

    Attributes:
        size: `small` or `large`.
        form: `float32` or `int8`.
        n: Faces.
        seconds: Of ours.
        face_by_face: Seconds of torch, one face and one head at a time, as LAION's code runs.
        head_by_head: Seconds of torch, one head at a time over all faces.
        error_white: Largest over heads of the deviation of the error of a score by the score's
            own, on white embeddings; 0 for the form that is kept exactly.
        error_alike: The same on embeddings that have most in common, as faces have.
    """

    size: str
    form: str
    n: int
    seconds: float
    face_by_face: float
    head_by_head: float
    error_white: float
    error_alike: float


def face_heads_table(
    sizes: Sequence[str] = ("small", "large"),
    faces: Sequence[int] = FACES,
    threads: int = THREADS,
) -> list[HeadsRow]:
    """Time and error of both sizes and both forms; needs torch, 700 MB of disk and 2 GB of memory.

    Args:
        sizes: Of the sets.
        faces: Numbers of faces in a batch.
        threads: Of both sides.
    """
    import torch

    torch.set_num_threads(threads)
    rows: list[HeadsRow] = []
    for size in sizes:
        with TemporaryDirectory() as folder, torch.no_grad():
            rows += _of_size(size, Path(folder), faces, threads)
    return rows


def _of_size(size: str, folder: Path, faces: Sequence[int], threads: int) -> list[HeadsRow]:
    paths = write_face_set(folder / "published", size)
    nets = [_network(path) for path in paths]
    theirs = {n: _reference(nets, _embeddings(n)) for n in faces}
    rows = []
    for form in ("float32", "int8"):
        with _opened(size, form, paths, folder / form, threads) as heads:
            errors = [_error(heads, nets, _embeddings(512, common)) for common in (0.0, 1.0)]
            for n in faces:
                given = _embeddings(n)
                seconds = _best(lambda given=given: heads.score(given))
                rows.append(HeadsRow(size, form, n, seconds, *theirs[n], *errors))
    return rows


@contextmanager
def _opened(
    size: str, form: str, paths: Sequence[Path], folder: Path, threads: int
) -> Iterator[FaceHeads]:
    folder.mkdir()
    for path in paths:
        file = AssetFile(name=path.name, bytes=path.stat().st_size)
        convert_head(file, path, folder, exact=form == "float32")
    known = {head.file: head for head in suites()[f"emonet-face-{size}"].heads}
    here = Installed(folder, tuple(known[path.name] for path in paths))
    yield FaceHeads.open(here, Config(threads=threads))


def _network(path: Path) -> Any:
    """The published architecture, with the weights of a file."""
    import torch

    tensors = read_checkpoint(path)
    weights = [tensor for key, tensor in tensors.items() if key.endswith("weight")]
    parts: list[Any] = []
    for outputs, inputs in (weight.shape for weight in weights):
        parts += [torch.nn.Linear(inputs, outputs), torch.nn.ReLU(), torch.nn.Dropout(0.1)]
    net = torch.nn.Module()
    net.layers = torch.nn.Sequential(*parts[:-2])
    net.load_state_dict({key: torch.tensor(value) for key, value in tensors.items()})
    return net.eval().layers


def _reference(nets: Sequence[Any], embeddings: Any) -> tuple[float, float]:
    import torch

    faces = torch.tensor(embeddings)
    turns = 1 if len(faces) > 32 else TURNS
    return (
        _best(lambda: [[net(face[None]).item() for net in nets] for face in faces], turns),
        _best(lambda: [net(faces) for net in nets]),
    )


def _embeddings(n: int, common: float = 0.0) -> Any:
    """L2-normalised rows; with `common`, a mean and few directions account for most of them."""
    rng = np.random.default_rng(n)
    rows = rng.normal(size=(n, 1152))
    if common:
        factors = rng.normal(size=(FACTORS, 1152)) / FACTORS**0.5
        rows = rng.normal(size=1152) + 0.5 * rng.normal(size=(n, FACTORS)) @ factors + 0.3 * rows
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def _error(heads: FaceHeads, nets: Sequence[Any], embeddings: Any) -> float:
    import torch

    exact = torch.cat([net(torch.tensor(embeddings)) for net in nets], dim=1).numpy()
    error = heads.score(embeddings) - exact
    return float((error.std(axis=0) / exact.std(axis=0)).max())


def _best(work: Callable[[], object], turns: int = TURNS) -> float:
    work()
    seconds = []
    for _ in range(turns):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    """Print the table."""
    print("| heads | form | faces | ours, ms | x face by face | x head by head | error | alike |")
    print("| --- " * 8 + "|")
    for row in face_heads_table():
        print(
            f"| {row.size} | {row.form} | {row.n} | {row.seconds * 1e3:.1f} "
            f"| {row.face_by_face / row.seconds:.1f} | {row.head_by_head / row.seconds:.1f} "
            f"| {row.error_white:.4f} | {row.error_alike:.4f} |"
        )


if __name__ == "__main__":
    main()
