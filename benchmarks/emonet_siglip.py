"""SigLIP 2's picture tower in int8 and half against transformers' class in float32: time and error.

    python -m benchmarks.emonet_siglip [--faces groups_fairface.parquet]

Weights are random, of the published shapes; in each layer six channels lie thirty times further
out than the others, as a few do in trained towers. Both sides run in this process on the same
threads, in turns; the best of several turns counts. Needs torch, 3.1 GB of disk and 3 GB of memory.
"""

from __future__ import annotations

import argparse
import io
import resource
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from mien.assets import AssetFile
from mien.core.config import Config
from mien.decoders.emonet.siglip import Tower, convert_tower
from mien.decoders.emonet.siglip.graph import Precision
from tests.fakes.emonet import face_head
from tests.fakes.siglip import FULL, Shape, tensors, write_siglip

THREADS = 2
TURNS = 3
PICTURES = (1, 4, 8)
HEADS = 44
FORMS: tuple[Precision, ...] = ("int8", "float16")
"""Of a CPU, with `precision` at int8 and at half."""


class SpeedRow(NamedTuple):
    """One number of pictures at once.

    Attributes:
        form: `int8` or `float16`.
        n: Pictures.
        seconds: Of ours a picture, with resizing.
        reference: Of transformers' a picture, with its processor.
    """

    form: str
    n: int
    seconds: float
    reference: float


class ErrorRow(NamedTuple):
    """How far a form is from transformers' float32.

    Attributes:
        form: `int8` or `float16`.
        n: Pictures.
        angle: One less the cosine, the median over pictures.
        largest: The same, the largest.
        score: Deviation of the error of a score by the score's own over pictures: the median of
            random heads of the shape of Face Small.
        worst: The same, the worst head.
    """

    form: str
    n: int
    angle: float
    largest: float
    score: float
    worst: float


class CostRow(NamedTuple):
    """What converting and opening cost.

    Attributes:
        convert_s: Seconds to convert to int8.
        convert_peak_mb: Peak memory of the process up to then.
        disk_mb: What is kept.
        open_s: Seconds to open it.
    """

    convert_s: float
    convert_peak_mb: float
    disk_mb: float
    open_s: float


def make(folder: Path, shape: Shape = FULL, outliers: int = 6) -> Path:
    """A random tower as published, in a folder."""
    return write_siglip(folder, tensors(shape, seed=1, outliers=outliers), shape)


def cost_row(published: Path, folder: Path) -> CostRow:
    """Convert a published tower to int8 and open it."""
    start = time.perf_counter()
    kept = _convert(published, folder, "int8")
    converted = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    start = time.perf_counter()
    Tower.open(folder, Config(device="cpu"))
    opened = time.perf_counter() - start
    return CostRow(converted, peak, sum(path.stat().st_size for path in kept) / 1e6, opened)


def speed_rows(
    published: Path,
    folder: Path,
    form: Precision = "int8",
    pictures: Sequence[int] = PICTURES,
    threads: int = THREADS,
) -> list[SpeedRow]:
    """Seconds a picture of both sides, in turns.

    Args:
        published: The folder of the published files.
        folder: Of what was converted from them.
        form: Of ours.
        pictures: Numbers at once.
        threads: Of both sides.
    """
    ours = Tower.open(folder, Config(threads=threads, device="cpu"), precision=form)
    theirs = reference(published, threads)
    rows = []
    for n in pictures:
        crops = noise(n)
        both = _in_turns([lambda c=crops: ours.embed(c), lambda c=crops: theirs(c)])
        rows.append(SpeedRow(form, n, *(seconds / n for seconds in both)))
    return rows


def error_row(
    published: Path,
    folder: Path,
    crops: Sequence[Any],
    form: Precision = "int8",
    threads: int = THREADS,
) -> ErrorRow:
    """How far vectors, and scores of random heads, are from transformers'."""
    ours = Tower.open(folder, Config(threads=threads, device="cpu"), precision=form).embed(crops)
    theirs = reference(published, threads)
    exact = np.concatenate([theirs(crops[i : i + 4]) for i in range(0, len(crops), 4)])
    angles = 1 - (ours * exact).sum(axis=1)
    got, true = scores(ours), scores(exact)
    errors = np.sqrt(((got - true) ** 2).mean(axis=0)) / true.std(axis=0)
    return ErrorRow(
        form,
        len(crops),
        float(np.median(angles)),
        float(angles.max()),
        float(np.median(errors)),
        float(errors.max()),
    )


def reference(folder: Path, threads: int) -> Callable[[Sequence[Any]], Any]:
    """The class of transformers in float32 with its own attention (SDPA), and its processor."""
    import torch
    from safetensors import safe_open
    from transformers import SiglipVisionConfig, SiglipVisionModel
    from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil

    torch.set_num_threads(threads)
    processor = SiglipImageProcessorPil.from_pretrained(folder)
    net = SiglipVisionModel(SiglipVisionConfig.from_pretrained(folder)).eval()
    stem = "vision_model."
    with safe_open(folder / "model.safetensors", "pt") as file:
        names = [name for name in file.keys() if name.startswith(stem)]  # noqa: SIM118
        net.load_state_dict({name.removeprefix(stem): file.get_tensor(name) for name in names})

    def embed(crops: Sequence[Any]) -> Any:
        pixels = torch.tensor(np.stack(processor(images=list(crops))["pixel_values"]))
        with torch.inference_mode():
            return torch.nn.functional.normalize(net(pixel_values=pixels).pooler_output).numpy()

    return embed


def scores(embeddings: Any) -> Any:
    """What random heads of the shape of Face Small say, shape (n, heads)."""
    rng = np.random.default_rng(3)
    columns = []
    for _ in range(HEADS):
        parts = list(face_head("small", width=embeddings.shape[1], rng=rng).values())
        hidden = embeddings
        for weight, bias in zip(parts[::2], parts[1::2], strict=True):
            hidden = np.asarray(hidden) @ np.asarray(weight).T + np.asarray(bias)
            hidden = hidden if len(bias) == 1 else np.maximum(hidden, 0)
        columns.append(hidden[:, 0])
    return np.stack(columns, axis=1)


def noise(n: int) -> list[Any]:
    """Crops whose content does not matter."""
    return [np.random.default_rng(i).integers(0, 256, (256, 224, 3), np.uint8) for i in range(n)]


def photographs(table: Path, n: int, seed: int = 5) -> list[Any]:
    """Faces from a Parquet file with a column `image`, drawn by chance."""
    import pyarrow.parquet
    from PIL import Image

    images = pyarrow.parquet.read_table(table, columns=["image"])["image"]
    chosen = np.random.default_rng(seed).choice(len(images), n, replace=False)
    return [
        np.asarray(Image.open(io.BytesIO(images[int(i)].as_py())).convert("RGB")) for i in chosen
    ]


def _convert(published: Path, folder: Path, form: Precision) -> list[Path]:
    folder.mkdir(exist_ok=True)
    kept = []
    for name in ("config.json", "preprocessor_config.json", "model.safetensors"):
        file = AssetFile(name=name, bytes=1)
        kept += convert_tower(file, published / name, folder, precisions=[form])
    return [folder / name for name in kept]


def _in_turns(works: Sequence[Callable[[], object]]) -> list[float]:
    for work in works:
        work()
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(TURNS):
        for work, found in zip(works, seconds, strict=True):
            start = time.perf_counter()
            work()
            found.append(time.perf_counter() - start)
    return [min(found) for found in seconds]


def main() -> None:
    """Print everything that is measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--faces", type=Path, help="a Parquet file with a column `image`")
    parser.add_argument("--n", type=int, default=24, help="how many of them")
    asked = parser.parse_args()
    with TemporaryDirectory() as scratch:
        published, folder = Path(scratch) / "published", Path(scratch) / "kept"
        make(published)
        print(cost_row(published, folder))
        crops = photographs(asked.faces, asked.n) if asked.faces else noise(asked.n)
        _convert(published, folder, "float16")
        for form in FORMS:
            for row in speed_rows(published, folder, form):
                print(row, f"{row.reference / row.seconds:.2f} x")
            print(error_row(published, folder, crops, form))


if __name__ == "__main__":
    main()
