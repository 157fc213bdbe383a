"""The card of a run: the test set is read here, once, after every choice."""

from __future__ import annotations

import datetime
import io
import json
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from mien.core.config import Config
from mien.decoders.face.align import crop_face
from mien.decoders.face.decoder import NAME, load_parts
from mien.decoders.face.detect import Found, without_doubles
from mien.decoders.face.finding import Finder
from mien.decoders.face.readout import Readout
from mien.emotions.maps import label_map
from mien.timeline.card import Card, Figure, Training
from mien.timeline.reading import Channel
from training.cards import file_sha256
from training.face import figures, text
from training.face.constants import Seen
from training.face.data import FILE_NAME, Pictures, published_test, teaching, validating
from training.face.fit import Recipe
from training.face.folders import Folders, run_file
from training.face.photographs import detector_figures, load_photographs


def measure(
    folders: Folders,
    pictures: Pictures,
    readout: Readout,
    shift: dict[str, float],
    seen: Sequence[Seen],
    recipe: Recipe,
) -> Card:
    """Everything the card says.

    Args:
        folders: Where the model files are.
        pictures: All rows.
        readout: The constants, as shipped.
        shift: The chosen prior shift and what it gave on validation.
        seen: Validation pictures under every harm.
        recipe: Of the run.
    """
    test, valid = published_test(pictures), validating(pictures)
    log_shares = run_file(folders.weights, test.images)
    is_clean = test.use == "test"
    published, clean = "FER+ test, as published", "FER+ test, copies removed"
    rows = [
        *figures.main_figures(log_shares, test, readout, published),
        *figures.main_figures(log_shares[is_clean], test.take(is_clean), readout, clean),
        *figures.labels(log_shares, test, readout, published),
        *figures.withheld(log_shares, test, readout, published),
        *figures.leak_check(log_shares, test, pictures.group[pictures.split == "train"], published),
        *_file_figures(folders, test, published),
        *figures.robustness(seen, valid, readout, "FER+ validation"),
        *_group_figures(folders, readout),
        *_detector_figures(folders),
    ]
    return Card(
        decoder=NAME,
        channel=Channel.FACE,
        title=text.TITLE,
        covers=label_map("ferplus").covers,
        dimensions=("valence", "arousal", "dominance"),
        licence=text.LICENCE,
        commercial=False,
        calibration=text.calibration(readout, shift),
        data=_data(folders, pictures),
        figures=tuple(_rounded(row) for row in rows),
        limits=text.LIMITS,
        seed=recipe.seed,
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        command=f"python -m training.face --seed {recipe.seed} --steps {recipe.steps}",
    )


def _file_figures(folders: Folders, test: Pictures, of: str) -> list[Figure]:
    """What eight bits and the second mirror image change."""
    rows = []
    for name, file in (
        ("accuracy, integers, both mirror images (shipped)", folders.weights),
        ("accuracy, float, both mirror images", folders.out / "float.onnx"),
        ("accuracy, integers, one pass", folders.out / "single.onnx"),
        ("accuracy, float, one pass", folders.out / "single-float.onnx"),
    ):
        is_right = run_file(file, test.images).argmax(1) == test.majority
        row = figures.share_right(name, of, is_right, test.group)
        rows.append(replace(row, group="files", note=f"{file.stat().st_size / 1e6:.2f} MB"))
    return rows


def _group_figures(folders: Folders, readout: Readout) -> list[Figure]:
    """Gaps of readings between groups on FairFace's adults, cropped by YuNet's boxes."""
    import pyarrow.parquet as pq
    from PIL import Image

    path = folders.data / "groups_fairface.parquet"
    if not path.is_file():
        return []
    rows = [row for row in pq.read_table(path).to_pylist() if row["yunet_box"] is not None]
    crops = []
    for row in rows:
        x, y, width, height = (float(value) for value in row["yunet_box"])
        with Image.open(io.BytesIO(row["image"])) as picture:
            frame = np.asarray(picture.convert("RGB"))
        crops.append(crop_face(frame, Found((x, y, width, height), 1.0)))
    log_shares = run_file(folders.weights, np.stack(crops)).astype(np.float32)
    shares = np.stack([readout.shares(row) for row in log_shares])
    ages = ["60+" if row["age"][:2] in ("60", "70", "mo") else row["age"] for row in rows]
    groups = {
        "gender": np.array([row["gender"] for row in rows]),
        "age": np.array(ages),
        "group": np.array([row["race"] for row in rows]),
    }
    return figures.group_gaps(shares, groups, "FairFace, adults")


def _detector_figures(folders: Folders) -> list[Figure]:
    """Recall and false alarms of what a user gets, and of the bare detectors."""
    if not (folders.data / "photos" / "boxes.json").is_file():
        return []
    photographs = load_photographs(folders.data / "photos")
    rows: list[Figure] = []
    for kind, yunet in (("haar", None), ("yunet", folders.yunet)):
        if yunet is not None and not yunet.is_file():
            continue
        finder = load_parts(Config(detector=kind), folders.out, yunet).finder
        rows += detector_figures(photographs, lambda f, p=finder: _bare(p, f), f"{kind} alone")
        rows += detector_figures(
            photographs,
            lambda f, p=finder: [face.seen.found for face in p.tracker().still(f)],
            f"{kind} with the verifier",
        )
    return rows


def _bare(finder: Finder, frame: np.ndarray) -> list[Found]:
    """What the detector alone finds, in YuNet's geometry."""
    found = [finder.examine(frame, face).found for face in finder.detector.find(frame, 640)]
    return without_doubles(found)


def _data(folders: Folders, pictures: Pictures) -> tuple[Training, ...]:
    """What taught and tested the decoder."""
    sha256 = file_sha256(folders.data / FILE_NAME)
    counts = {
        "training": len(teaching(pictures)),
        "validation: every choice": len(validating(pictures)),
        "test: read after every choice": len(published_test(pictures)),
    }
    sets = [
        Training(
            name="FER2013 pictures with FER+ votes",
            use=use,
            licence="votes MIT; pictures without a licence (2013 challenge, third parties)",
            n=n,
            source="Goodfellow et al. 2013; Barsoum et al. 2016 (microsoft/FERPlus ae2128a)",
            sha256=sha256,
        )
        for use, n in counts.items()
    ]
    sets.append(
        Training(
            name="scikit-learn's two sample photographs",
            use="what is no face",
            licence="CC BY",
            n=2,
            source="sklearn.datasets.load_sample_images",
        )
    )
    probes = (
        ("groups_fairface.parquet", "FairFace, adults", "group gaps only", "CC BY 4.0",
         "Karkkainen and Joo 2021", 559),
        ("photos/boxes.json", "photographs with boxes", "detector only", "mixed, not shipped",
         "US government, PASCAL VOC, web", 30),
    )  # fmt: skip
    for file, name, use, licence, source, n in probes:
        if (folders.data / file).is_file():
            sha256 = file_sha256(folders.data / file)
            sets.append(
                Training(name=name, use=use, licence=licence, n=n, source=source, sha256=sha256)
            )
    return tuple(sets)


def _rounded(figure: Figure) -> Figure:
    """Four digits are more than any interval here allows."""
    plain = json.loads(json.dumps([figure.value, figure.low, figure.high, figure.chance]))
    value, low, high, chance = (None if v is None else round(float(v), 4) for v in plain)
    return replace(figure, value=value or 0.0, low=low, high=high, chance=chance)
