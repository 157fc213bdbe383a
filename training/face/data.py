"""FER2013's pictures with the votes of FER+, as arrays."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LABELS = (
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
)
"""The eight emotions of FER+, in the order of its file."""

VOTE_COLUMNS = tuple(f"v_{name}" for name in (*LABELS, "unknown", "nf"))
FILE_NAME = "fer2013_ferplus.parquet"


@dataclass(frozen=True, slots=True)
class Pictures:
    """Crops with what ten taggers said about each.

    Attributes:
        images: Grey crops, shape (n, 48, 48), uint8.
        votes: Votes for the eight emotions, unknown and not-a-face, shape (n, 10).
        majority: Index of the label that FER+'s rule gives, -1 where it gives none.
        fer2013: FER2013's own label, 0 to 6, -1 where it is not known.
        split: `train`, `valid` or `test`, as published.
        use: `train`, `valid`, `test`, or why a row is left out (copies of other rows).
        group: Which rows show one photograph, shape (n,).
    """

    images: NDArray[np.uint8]
    votes: NDArray[np.int64]
    majority: NDArray[np.int64]
    fer2013: NDArray[np.int64]
    split: NDArray[np.str_]
    use: NDArray[np.str_]
    group: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.images)

    def take(self, rows: NDArray[np.bool_]) -> Pictures:
        """The rows of a mask."""
        return Pictures(
            self.images[rows],
            self.votes[rows],
            self.majority[rows],
            self.fer2013[rows],
            self.split[rows],
            self.use[rows],
            self.group[rows],
        )

    @property
    def outlier_free(self) -> NDArray[np.int64]:
        """Votes with single ones set to 0, as FER+'s own code does it, shape (n, 10)."""
        return np.where(self.votes == 1, 0, self.votes)

    @property
    def shares(self) -> NDArray[np.float32]:
        """Share of the outlier-free emotion votes each emotion has, shape (n, 8); 0 without any."""
        votes = self.outlier_free[:, :8]
        total = np.maximum(votes.sum(axis=1, keepdims=True), 1)
        return (votes / total).astype(np.float32)

    @property
    def weights(self) -> NDArray[np.float32]:
        """Share of emotions among the outlier-free votes, shape (n,): how far a row can teach."""
        votes = self.outlier_free
        return (votes[:, :8].sum(axis=1) / np.maximum(votes.sum(axis=1), 1)).astype(np.float32)


def load_pictures(folder: Path) -> Pictures:
    """All rows that have a picture.

    Args:
        folder: Holds `fer2013_ferplus.parquet`.
    """
    import pyarrow.parquet as pq
    from PIL import Image

    table = pq.read_table(folder / FILE_NAME)
    blobs = table["image"].to_pylist()
    at = table["image_row"].to_pylist()
    kept = np.array([i for i, row in enumerate(at) if row is not None])
    decoded: dict[int, NDArray[np.uint8]] = {}
    for row in sorted({at[i] for i in kept}):
        with Image.open(io.BytesIO(blobs[row])) as picture:
            decoded[row] = np.asarray(picture.convert("L"))
    return Pictures(
        images=np.stack([decoded[at[i]] for i in kept]),
        votes=np.stack([table[name].to_numpy() for name in VOTE_COLUMNS], axis=1)[kept].astype(
            np.int64
        ),
        majority=table["majority"].to_numpy()[kept].astype(np.int64),
        fer2013=table["fer2013"].to_numpy()[kept].astype(np.int64),
        split=np.array(table["split"].to_pylist())[kept],
        use=np.array(table["use"].to_pylist())[kept],
        group=table["group"].to_numpy()[kept].astype(np.int64),
    )


def teaching(pictures: Pictures) -> Pictures:
    """Rows to learn from: no relative in validation or test, at least one emotion vote left."""
    return pictures.take((pictures.use == "train") & (pictures.weights > 0))


def validating(pictures: Pictures) -> Pictures:
    """Clean validation rows with a majority: every choice is made on them."""
    return pictures.take((pictures.use == "valid") & (pictures.majority >= 0))


def published_test(pictures: Pictures) -> Pictures:
    """The test rows that papers report on (n = 3,153), copies of training pictures included."""
    return pictures.take((pictures.split == "test") & (pictures.majority >= 0))
