"""SigLIP 2's picture tower: faces in, one vector each out."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import Frame
from mien.core.config import Config
from mien.core.errors import MissingWeights
from mien.decoders.emonet.siglip.convert import form_path
from mien.decoders.emonet.siglip.geometry import Geometry, read_geometry
from mien.decoders.emonet.siglip.graph import Precision
from mien.decoders.session import CUDA, open_session, providers

if TYPE_CHECKING:
    import onnxruntime

__all__ = ["Tower", "chosen_form", "prepare"]

Floats: TypeAlias = NDArray[np.float32]

GPU_BATCH = 32
"""Pictures at once on a GPU; a CPU takes them one by one, a thread each."""


class Tower:
    """The tower, ready to run; holds no state of any picture and may be used by many threads.

    On a CPU each picture runs on one thread, and as many at once as there are threads: a tenth
    faster than all threads on one picture. It also makes a vector independent of what else is
    asked for: with another number of threads sums round otherwise, int8 magnifies that, and
    vectors differ by 1e-3. Weights stay mapped from the disk, but for half floats: a CPU
    widens those, and the process takes 2.4 GB in place of .74.

    Args:
        geometry: How pictures must come.
        session: The net, on one thread or a GPU.
        threads: Batches at once.
        batch: Pictures the session takes at once.
    """

    def __init__(
        self,
        geometry: Geometry,
        session: onnxruntime.InferenceSession,
        threads: int,
        batch: int = 1,
    ) -> None:
        self._geometry = geometry
        self._session = session
        self._threads, self._batch = threads, batch

    @classmethod
    def open(cls, folder: Path, config: Config, *, precision: Precision | None = None) -> Tower:
        """The tower that was converted into a folder.

        Args:
            folder: Of the asset `siglip2`.
            config: `threads`, `device` and `precision` count.
            precision: Which form, whatever is set; by default float16 on a GPU, and on a CPU
                what is set.

        Raises:
            MissingWeights: If that form is not there.
            BadWeights: If a file is damaged.
            ConfigError: If the device is not there.
        """
        geometry = read_geometry(folder)
        precision, device = chosen_form(folder, config, precision)
        path = form_path(folder, precision)
        # A CPU widens half floats in memory of its own: nothing stays mapped that could be kept so.
        is_widened = precision == "float16" and device == "cpu"
        session = open_session(path, device=device, prepack=is_widened)
        if device == "cuda":
            return cls(geometry, session, 1, GPU_BATCH)
        return cls(geometry, session, config.threads)

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        return self._geometry.width

    def embed(self, crops: Sequence[Frame]) -> Floats:
        """One vector a crop, shape (n, width), of length 1.

        Args:
            crops: RGB bytes of whole faces, each of any size (height, width, 3).

        Raises:
            ValueError: If one is no such picture.
        """
        firsts = range(0, len(crops), self._batch)
        if not firsts:
            return np.zeros((0, self.width), np.float32)
        with ThreadPoolExecutor(min(self._threads, len(firsts))) as pool:
            rows = list(pool.map(self._run, (crops[i : i + self._batch] for i in firsts)))
        vectors = np.concatenate(rows)
        found: Floats = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return found

    def _run(self, crops: Sequence[Frame]) -> Floats:
        pixels = prepare(crops, self._geometry)
        found: Floats = self._session.run(None, {"pixels": pixels})[0]
        return found


def prepare(crops: Sequence[Frame], geometry: Geometry) -> NDArray[np.uint8]:
    """Crops as the tower takes them, shape (n, px, px, 3), without keeping their proportions.

    Resized by PIL, on bytes, as the published processor does; rescaling and normalising are
    folded into the tower's first layer.

    Raises:
        ValueError: If one is no RGB picture of bytes.
    """
    from PIL import Image

    found = np.empty((len(crops), geometry.image_px, geometry.image_px, 3), np.uint8)
    for row, crop in zip(found, crops, strict=True):
        if crop.dtype != np.uint8 or crop.ndim != 3 or crop.shape[2] != 3 or not crop.size:
            raise ValueError(f"a crop must be RGB bytes, not {crop.dtype} of shape {crop.shape}")
        picture = Image.fromarray(np.ascontiguousarray(crop))
        size = (geometry.image_px, geometry.image_px)
        row[:] = np.asarray(picture.resize(size, Image.Resampling(geometry.resample)))
    return found


def chosen_form(
    folder: Path, config: Config, asked: Precision | None = None
) -> tuple[Precision, str]:
    """Which of the forms in a folder to run, and on what: `cpu` or `cuda`.

    Raises:
        MissingWeights: If none of those that would do is there.
        ConfigError: If the device is not there.
    """
    has_gpu = providers(config.device)[0] == CUDA
    here = [form for form in ("float16", "float32", "int8") if form_path(folder, form).is_file()]
    wanted: tuple[Precision, ...] = ("int8", "float32")
    if asked is not None:
        wanted = (asked,)
    elif config.device == "cuda" or config.precision == "half":
        wanted = ("float16", "float32")
    elif has_gpu:
        wanted = ("float16", "float32", "int8")
    for form in wanted:
        if form in here:
            return form, "cuda" if has_gpu and form != "int8" else "cpu"
    way = "run `mien models pull siglip2`"
    if here and wanted[0] == "float16":
        way = (
            "run `mien models remove siglip2`, then `mien models pull siglip2` "
            "with MIEN_PRECISION=half"
        )
    raise MissingWeights(f"no SigLIP 2 tower in {' or '.join(wanted)} at {folder}: {way}")
