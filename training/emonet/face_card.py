"""Fit what LAION's published face scores can teach, and write both face cards.

    python -m training.emonet.face_card --data DIR

`DIR` holds `ferd.jsonl`, `emotions40.json` and `emonet_face_hq_results.json`. No weights are
needed: the scores are those that LAION published for 152 photographs.
"""

from __future__ import annotations

import argparse
import datetime
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.decoders.calibrate import MonotoneMap, expected_calibration_error, fit_monotone, softmax
from mien.decoders.emonet.face_readout import DATA, DIMENSIONS, SCALE
from mien.decoders.emonet.suites import Suite, constants, suites
from mien.decoders.face.decoder import NAME, WEIGHTS
from mien.decoders.face.readout import Readout
from mien.decoders.session import metadata, open_session
from mien.emotions import EMONET_40, Emotion
from mien.timeline import Card, Channel, Figure, Training
from training.cards import file_sha256, wilson, write_card

OUT = DATA.parents[1] / "cards"
COMMAND = "python -m training.emonet.face_card"
FACES = "152 faces of FERD in eight classes"
HQ = "EmoNet-Face HQ, 2,500 synthetic pictures, four raters each"
RECOMPUTED = "by Mien from scores that LAION published; LAION does not say of which set they are"
PUBLISHED = "published with arXiv 2610.08162, not measured by Mien"
LENIENT = "LAION's accuracy: any head of the class above 1.5/40"
SHUFFLES = 2000
FOLDS = 5
KNOTS = 8
LEAST = 0.25
"""Twice what guessing among eight classes gives: below it nothing is told."""

LIMITS = (
    "Not yet checked on published weights: `mien models check` compares them with LAION's own "
    "values.",
    "Shares are provisional: the part of the published scale of 7 that lies above a neutral face. "
    "No human shares taught them; `mien models calibrate` fits them to a user's own ratings.",
    "The confidence was fitted on 152 faces of one set, where the top emotion's class is the label "
    "in three faces of ten; it is good to about a tenth.",
    "With fewer than all forty heads the confidence was not fitted: the top of a few is lower than "
    "the top of all.",
    "The confidence does not know how good a picture is: read `quality` beside it.",
    "Both sets are read with the neutral means recovered from LAION's scores of these 152 faces; "
    "LAION does not say whether they belong to Small or to Large.",
    "Among the 152 faces the top emotion is Embarrassment for 43 and Astonishment for 41, whatever "
    "the label.",
    "The heads were taught on synthetic pictures of whole faces from the front, graded by "
    "models; people graded the tests.",
    "People hardly agree on such grades either: a quadratic kappa of .20 over the forty emotions, "
    "below 0 for interest, contemplation and concentration.",
    "Five heads (Sourness, Triumph, Intoxication, Relief, Longing) never rose above .5 of 7 on "
    "those faces: without a calibration their shares say little.",
    "There is no neutral head: a neutral face is one that tells nothing.",
    "Valence, arousal and dominance are LAION's own heads, of which nobody has published how well "
    "they agree with people; no spread is known.",
    "Unless use is commercial, faces are found with face-v1's verifier, which is licensed for "
    "non-commercial use; with `commercial` set they are found by YuNet alone.",
    "It identifies nobody: no face is compared with a stored one.",
)


class Golden(NamedTuple):
    """LAION's scores of 152 photographs.

    Attributes:
        raw: Of the forty, shape (152, 40).
        dimensions: Of the other heads, by name, each of shape (152,).
        labels: The class of each photograph.
        classes: The class of each of the forty heads by LAION's map.
        mended: The same with Fear and Astonishment, which LAION has the wrong way round, swapped.
    """

    raw: NDArray[np.float64]
    dimensions: dict[str, NDArray[np.float64]]
    labels: NDArray[np.str_]
    classes: NDArray[np.str_]
    mended: NDArray[np.str_]


def main() -> None:
    """Write the constants and both cards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/laion"))
    folder = parser.parse_args().data
    DATA.write_text(render(read_golden(folder)), encoding="utf-8")
    for card in cards(folder):
        write_card(card, OUT)


def cards(folder: Path) -> list[Card]:
    """Of both sets, with the figures that the files of a folder give."""
    golden = read_golden(folder)
    hq = json.loads((folder / "emonet_face_hq_results.json").read_text(encoding="utf-8"))
    return [
        _card(suite, golden, hq, folder)
        for suite in suites().values()
        if suite.channel is Channel.FACE
    ]


def read_golden(folder: Path) -> Golden:
    """The published scores with labels and maps."""
    told = json.loads((folder / "emotions40.json").read_text(encoding="utf-8"))
    lines = (folder / "ferd.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    by_emotion = {Emotion.parse(e["name"]): e for e in told["emotions"]}
    ordered = [by_emotion[emotion] for emotion in EMONET_40]
    classes = [entry["ferd8"] for entry in ordered]
    mended = [
        {Emotion.FEAR: "fear", Emotion.SURPRISE: "surprise"}.get(emotion, kind)
        for emotion, kind in zip(EMONET_40, classes, strict=True)
    ]
    return Golden(
        raw=np.stack([_column(rows, e["face_file"].removesuffix(".pth")) for e in ordered], axis=1),
        dimensions={n: _column(rows, f"model_{n}_best") for n in constants()["face"]["dimensions"]},
        labels=np.array([_label(row["image_path"]) for row in rows]),
        classes=np.array(classes),
        mended=np.array(mended),
    )


def _column(rows: Sequence[dict[str, Any]], key: str) -> NDArray[np.float64]:
    return np.array([row["results"][key]["raw"] for row in rows], dtype=np.float64)


def _label(path: str) -> str:
    label = Path(path).stem.rsplit("_", 1)[-1].lower()
    return "surprise" if label == "surprised" else label


def above_neutral(golden: Golden) -> NDArray[np.float64]:
    """Raw scores without the neutral means, shape (152, 40)."""
    neutral = constants()["face"]["neutral"]
    means = np.array([neutral[emotion.value] for emotion in EMONET_40])
    found: NDArray[np.float64] = golden.raw - means
    return found


def top_shares(golden: Golden) -> NDArray[np.float64]:
    """The largest provisional share of each face, shape (152,)."""
    found: NDArray[np.float64] = np.clip(above_neutral(golden) / SCALE, 0.0, 1.0).max(axis=1)
    return found


def is_right(golden: Golden, classes: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Whether the class of the top emotion is the label."""
    found: NDArray[np.bool_] = classes[above_neutral(golden).argmax(axis=1)] == golden.labels
    return found


def render(golden: Golden) -> str:
    """The file of constants."""
    fitted = fit_monotone(top_shares(golden), is_right(golden, golden.mended).astype(float), KNOTS)
    finding = Readout.from_metadata(metadata(open_session(WEIGHTS / f"{NAME}.onnx")))
    lines = [
        f"# Constants of the face readings, written by `{COMMAND}`.",
        "",
        "# How far from a neutral face counts as 1: for valence the published end of its scale,",
        "# for the others the furthest of 152 published faces.",
        "[reach]",
        *(f"{name} = {_reach(name, golden):.6f}" for name in DIMENSIONS),
        "",
        "# From the top share to the chance that its emotion's class is the label (n = 152).",
        "[chance]",
        f"share = {_listed(fitted.x)}",
        f"right = {_listed(fitted.y)}",
        f"least = {LEAST}",
        "",
        "# Of face-v1, which finds the faces.",
        "[finding]",
        f"least_quality = {finding.least_quality!r}",
        f"sharpness = {_listed(finding.sharpness)}",
        f"box = {_listed(finding.box)}",
    ]
    return "\n".join(lines) + "\n"


def _reach(name: str, golden: Golden) -> float:
    if name == "valence":
        return 3.0
    neutral = constants()["face"]["dimensions"][name]
    return float(np.abs(golden.dimensions[name] - neutral).max())


def _listed(values: Sequence[float]) -> str:
    return "[" + ", ".join(f"{value:.6f}" for value in values) + "]"


def _card(suite: Suite, golden: Golden, hq: dict[str, Any], folder: Path) -> Card:
    size = suite.name.rsplit("-", 1)[-1]
    return Card(
        decoder=suite.decoder,
        channel=Channel.FACE,
        title=f"LAION's Empathic-Insight-Face {size.capitalize()}: forty emotions in faces",
        covers=EMONET_40,
        dimensions=DIMENSIONS,
        licence="CC-BY-4.0",
        commercial=True,
        calibration="uncalibrated as shares (part of the scale above a neutral face); confidence: "
        "fitted on 152 published faces to the class of the top emotion",
        data=_data(folder),
        figures=(*_golden_figures(golden), *_hq_figures(size, hq)),
        limits=LIMITS,
        date=datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        command=COMMAND,
    )


def _data(folder: Path) -> tuple[Training, ...]:
    return (
        Training(
            name="EmoNet-Face Big",
            use="taught LAION's heads: synthetic pictures with generated labels",
            licence="CC-BY-4.0",
            n=203_201,
            source="Schuhmann et al. 2025, arXiv 2505.20033",
        ),
        Training(
            name="EmoNet-Face HQ",
            use="test by others; published results",
            licence="CC-BY-4.0",
            n=2_500,
            source="arXiv 2610.08162, saveli/emonet-readout 599c0559",
            sha256=file_sha256(folder / "emonet_face_hq_results.json"),
        ),
        Training(
            name="FERD, LAION's scores of 152 photographs",
            use="neutral means, confidence; figures by the same faces, held out in five parts",
            licence="CC-BY-4.0",
            n=152,
            source="LAION-AI/emonet-face f4d4dabc, eval/results/ferd.jsonl",
            sha256=file_sha256(folder / "ferd.jsonl"),
        ),
    )


def _golden_figures(golden: Golden) -> tuple[Figure, ...]:
    return (
        # The first three stand open in a report: the plain rule before the flattering one.
        _argmax(golden, golden.classes, "accuracy of the top emotion's class"),
        _lenient(golden, golden.classes, LENIENT),
        _argmax(
            golden,
            golden.mended,
            "accuracy of the top emotion's class; Fear and Astonishment swapped back",
        ),
        _lenient(golden, golden.mended, f"{LENIENT}; the two swapped back"),
        *_confidence_figures(golden),
    )


def _lenient(golden: Golden, classes: NDArray[np.str_], name: str) -> Figure:
    passes = softmax(above_neutral(golden).astype(np.float32)) > 1.5 / len(EMONET_40)
    kinds = np.unique(golden.labels)
    passed = np.stack([passes[:, classes == kind].any(axis=1) for kind in kinds], axis=1)
    places = np.searchsorted(kinds, golden.labels)
    rng, faces = np.random.default_rng(0), np.arange(len(places))
    chance = np.mean([passed[faces, rng.permutation(places)].mean() for _ in range(SHUFFLES)])
    note = f"labels shuffled give that chance, since 3.5 classes pass a face; {RECOMPUTED}"
    return _share(name, passed[faces, places], float(chance), note)


def _argmax(golden: Golden, classes: NDArray[np.str_], name: str) -> Figure:
    return _share(name, is_right(golden, classes), 1 / 8, RECOMPUTED)


def _share(name: str, hits: NDArray[np.bool_], chance: float | None, note: str) -> Figure:
    low, high = wilson(int(hits.sum()), len(hits))
    return Figure(
        name=name,
        of=FACES,
        value=round(float(hits.mean()), 4),
        low=round(low, 4),
        high=round(high, 4),
        n=len(hits),
        chance=None if chance is None else round(chance, 4),
        note=note,
    )


def _confidence_figures(golden: Golden) -> tuple[Figure, ...]:
    """What the confidence is worth on faces that it was not fitted on."""
    right = is_right(golden, golden.mended)
    held_out = _held_out(top_shares(golden), right)
    told = held_out >= LEAST
    error = expected_calibration_error(held_out, right, bins=KNOTS)
    return (
        Figure(
            name="ECE of the confidence",
            of=FACES,
            value=round(error, 4),
            n=len(right),
            note=f"{FOLDS} parts, each with a map fitted on the others; {KNOTS} bins",
        ),
        _share("told", told, None, f"confidence of at least {LEAST}, held out likewise"),
        _share("accuracy of what is told", right[told], 1 / 8, "held out likewise"),
    )


def _held_out(shares: NDArray[np.float64], right: NDArray[np.bool_]) -> NDArray[np.float64]:
    parts = np.random.default_rng(0).permutation(len(right)) % FOLDS
    found = np.empty(len(right))
    for part in range(FOLDS):
        rest = parts != part
        fitted: MonotoneMap = fit_monotone(shares[rest], right[rest].astype(float), KNOTS)
        found[~rest] = fitted(shares[~rest].astype(np.float32))
    return found


def _hq_figures(size: str, hq: dict[str, Any]) -> tuple[Figure, ...]:
    names = {"all_40": "all 40 emotions", "reliable_5": "the five that raters agree on"}
    note = f"after quantile calibration to the raters' own distribution; {PUBLISHED}"
    rows = [(f"quadratic kappa, {names[key]}", *hq[f"eif_{size}"][key], note) for key in names]
    rows += [
        (
            f"quadratic kappa among raters, {names[key]}",
            hq["human_anchor"][key],
            None,
            None,
            PUBLISHED,
        )
        for key in names
    ]
    return tuple(
        Figure(
            name=name,
            of=HQ,
            value=value,
            low=low,
            high=high,
            n=2_500,
            clusters="pictures",
            chance=0.0,
            group="published",
            note=text,
        )
        for name, value, low, high, text in rows
    )


if __name__ == "__main__":
    main()
