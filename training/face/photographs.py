"""Measures detectors with their verifier on photographs with boxes; they teach nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import Frame
from mien.decoders.face.detect import Box, Found, overlap
from mien.timeline.card import Figure
from training.cards import bootstrap

MATCH = 0.35
"""Overlap from which a find is a hit: cascades draw squares, the boxes are upright."""


@dataclass(frozen=True, slots=True)
class Photograph:
    """A photograph with its faces.

    Attributes:
        frame: RGB.
        faces: Boxes that must be found.
        ignore: Boxes that count neither way.
    """

    frame: Frame
    faces: tuple[Box, ...]
    ignore: tuple[Box, ...]


def load_photographs(folder: Path) -> list[Photograph]:
    """All photographs that `boxes.json` names."""
    from PIL import Image

    photographs = []
    for row in json.loads((folder / "boxes.json").read_text(encoding="utf-8")):
        with Image.open(folder / row["file"]) as picture:
            frame = np.asarray(picture.convert("RGB"))
        photographs.append(
            Photograph(
                frame,
                tuple(_box(values) for values in row["faces"]),
                tuple(_box(values) for values in row["ignore"]),
            )
        )
    return photographs


def _box(values: Sequence[float]) -> Box:
    x, y, width, height = (float(value) for value in values)
    return x, y, width, height


def detector_figures(
    photographs: list[Photograph], find: Callable[[Frame], list[Found]], name: str
) -> list[Figure]:
    """Recall over faces and false alarms a photograph."""
    counts = np.array([_count(photo, find(photo.frame)) for photo in photographs])
    n = int(counts[:, 1].sum())
    of = f"{len(photographs)} photographs with {n} faces of at least 16 px, {name}"
    rows = np.arange(len(photographs))

    def recall(r: NDArray[np.int64]) -> float:
        return float(counts[r, 0].sum() / max(1, counts[r, 1].sum()))

    def alarms(r: NDArray[np.int64]) -> float:
        return float(counts[r, 2].mean())

    note = "boxes were drawn with YuNet's help, which favors it"
    return [
        Figure(
            name=measure,
            of=of,
            value=statistic(rows),
            low=interval[0],
            high=interval[1],
            n=count,
            clusters="photographs",
            group="detector",
            note=note,
        )
        for measure, statistic, count in (
            ("face recall", recall, n),
            ("false alarms a photograph", alarms, len(photographs)),
        )
        for interval in [bootstrap(statistic, rows)]
    ]


def _count(photo: Photograph, found: list[Found]) -> tuple[int, int, int]:
    """Faces found, faces there, false alarms; each find matches one face at most."""
    left = list(photo.faces)
    hits = alarms = 0
    for face in sorted(found, key=lambda face: -face.score):
        best = max(left, key=lambda box: overlap(box, face.box), default=None)
        if best is not None and overlap(best, face.box) >= MATCH:
            left.remove(best)
            hits += 1
        elif all(overlap(box, face.box) < 0.2 for box in (*photo.ignore, *photo.faces)):
            alarms += 1
    return hits, len(photo.faces), alarms
