"""What the card reports, each figure with its interval."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mien.decoders.calibrate import expected_calibration_error, softmax
from mien.decoders.face.readout import Readout
from mien.timeline.card import Figure
from training.cards import bootstrap
from training.face.constants import Seen
from training.face.data import LABELS, Pictures

Array = NDArray[np.float64]
NEGATIVE = [LABELS.index(name) for name in ("sadness", "anger", "disgust", "fear", "contempt")]


def uar(is_right: NDArray[np.bool_], majority: NDArray[np.int64]) -> float:
    """Unweighted mean of the recalls of the labels that occur."""
    return float(np.mean([is_right[majority == label].mean() for label in np.unique(majority)]))


def main_figures(log_shares: Array, pictures: Pictures, readout: Readout, of: str) -> list[Figure]:
    """Accuracy, UAR, calibration and the error of shares on one set."""
    told = softmax(log_shares, readout.confidence_temperature)
    shares = softmax(log_shares, readout.share_temperature)
    majority, target = pictures.majority, pictures.shares
    is_right = told.argmax(1) == majority
    confidence = told.max(1).astype(np.float64)
    shifted = log_shares - np.array(readout.shift)
    is_right_shifted = shifted.argmax(1) == majority
    confidence_shifted = softmax(shifted, readout.shift_temperature).max(1).astype(np.float64)
    shift_note = "class prior partly taken out, as chosen on validation"
    return [
        _figure("accuracy", of, lambda r: is_right[r].mean(), pictures, chance=_most(majority)),
        _figure("UAR", of, lambda r: uar(is_right[r], majority[r]), pictures, chance=1 / 8),
        _figure(
            "ECE",
            of,
            lambda r: expected_calibration_error(confidence[r], is_right[r]),
            pictures,
            note="of the confidence, 15 bins of equal mass",
        ),
        _figure(
            "ECE, equal widths",
            of,
            lambda r: _gap_by_width(confidence[r], is_right[r]),
            pictures,
            note="of the confidence, 15 bins of equal width, as papers on FER+ have it",
        ),
        _figure(
            "accuracy, balanced",
            of,
            lambda r: is_right_shifted[r].mean(),
            pictures,
            note=shift_note,
        ),
        _figure(
            "UAR, balanced",
            of,
            lambda r: uar(is_right_shifted[r], majority[r]),
            pictures,
            chance=1 / 8,
            note=shift_note,
        ),
        _figure(
            "ECE, balanced",
            of,
            lambda r: expected_calibration_error(confidence_shifted[r], is_right_shifted[r]),
            pictures,
            note=shift_note,
        ),
        _figure(
            "KL of shares",
            of,
            lambda r: _divergence(target[r], shares[r]),
            pictures,
            note="nats, against the votes without single ones",
        ),
        _figure(
            "mean absolute error of shares",
            of,
            lambda r: float(np.abs(target[r] - shares[r]).mean()),
            pictures,
        ),
    ]


def labels(log_shares: Array, pictures: Pictures, readout: Readout, of: str) -> list[Figure]:
    """Recall and precision of each label, plain and balanced."""
    figures = []
    shifted = log_shares - np.array(readout.shift)
    for kind, scores in (("", log_shares), (", balanced", shifted)):
        told, majority = scores.argmax(1), pictures.majority
        for label, name in enumerate(LABELS):
            for measure, of_them, hit in (
                ("recall", majority == label, told == label),
                ("precision", told == label, majority == label),
            ):
                rows = np.nonzero(of_them)[0]
                if len(rows):
                    row = share_right(
                        f"{measure}, {name}{kind}", of, hit[rows], pictures.group[rows]
                    )
                    figures.append(replace(row, group="labels"))
    return figures


def share_right(name: str, of: str, hit: NDArray[np.bool_], groups: NDArray[np.int64]) -> Figure:
    """A part of rows, with the interval over photographs."""
    low, high = bootstrap(lambda r: float(hit[r].mean()), groups)
    return Figure(
        name=name,
        of=of,
        value=float(hit.mean()),
        low=low,
        high=high,
        n=len(hit),
        clusters="photographs",
    )


def leak_check(
    log_shares: Array, pictures: Pictures, teaching_groups: NDArray[np.int64], of: str
) -> list[Figure]:
    """Accuracy on test rows with and without a relative in the published training split."""
    is_right = log_shares.argmax(1) == pictures.majority
    has_relative = np.isin(pictures.group, teaching_groups)
    figures = []
    for name, rows in (
        ("accuracy, relative in the published training split", np.nonzero(has_relative)[0]),
        ("accuracy, no relative there", np.nonzero(~has_relative)[0]),
    ):
        row = share_right(name, of, is_right[rows], pictures.group[rows])
        figures.append(replace(row, group="leak check", note="relatives were not trained on"))
    return figures


def withheld(log_shares: Array, pictures: Pictures, readout: Readout, of: str) -> list[Figure]:
    """How right the decoder is on the faces it is surest of."""
    confidence = softmax(log_shares, readout.confidence_temperature).max(1)
    is_right = log_shares.argmax(1) == pictures.majority
    figures = []
    for part in (0.9, 0.8):
        rows = np.argsort(-confidence, kind="stable")[: round(part * len(confidence))]
        row = share_right(f"accuracy, surest {part:.0%}", of, is_right[rows], pictures.group[rows])
        figures.append(replace(row, group="confidence"))
    return figures


def robustness(seen: Sequence[Seen], pictures: Pictures, readout: Readout, of: str) -> list[Figure]:
    """Accuracy, mean confidence and ECE under every harm."""
    figures = []
    for harmed in seen:
        is_right = harmed.log_shares.argmax(1) == pictures.majority
        confidence = np.array(
            [
                readout.confidence(row, quality)
                for row, quality in zip(
                    harmed.log_shares.astype(np.float32), harmed.qualities, strict=True
                )
            ]
        )
        quality = np.array([q.overall for q in harmed.qualities])
        is_told = (quality >= readout.least_quality) & (confidence >= readout.least_confidence)
        row = share_right(f"accuracy, {harmed.harm.name}", of, is_right, pictures.group)
        gap = expected_calibration_error(confidence, is_right)
        right_when_told = f"{is_right[is_told].mean():.3f}" if is_told.any() else "-"
        note = (
            f"mean confidence {confidence.mean():.3f}, ECE {gap:.3f}, mean quality "
            f"{quality.mean():.2f}, told {is_told.mean():.3f} of the faces, {right_when_told} of "
            "those right"
        )
        figures.append(replace(row, group="robustness", note=note))
    return figures


def group_gaps(shares: Array, groups: dict[str, NDArray[np.str_]], of: str) -> list[Figure]:
    """Mean share of the five negative labels, and of happiness, by group."""
    figures = []
    for kind, members in groups.items():
        for group in np.unique(members):
            rows = np.nonzero(members == group)[0]
            for name, values in (
                ("negative share", shares[rows][:, NEGATIVE].sum(1)),
                ("happiness share", shares[rows][:, LABELS.index("happiness")]),
            ):
                low, high = bootstrap(lambda r, v=values: float(v[r].mean()), rows)
                figures.append(
                    Figure(
                        name=f"{name}, {kind} {group}",
                        of=of,
                        value=float(values.mean()),
                        low=low,
                        high=high,
                        n=len(rows),
                        clusters="photographs",
                        group="groups",
                        note="a gap of readings, not proof of error: expressions may differ",
                    )
                )
    return figures


def _figure(
    name: str,
    of: str,
    statistic: Callable[[NDArray[np.int64]], float],
    pictures: Pictures,
    *,
    chance: float | None = None,
    note: str = "",
) -> Figure:
    low, high = bootstrap(lambda r: float(statistic(r)), pictures.group)
    return Figure(
        name=name,
        of=of,
        value=float(statistic(np.arange(len(pictures)))),
        low=low,
        high=high,
        n=len(pictures),
        clusters=f"{len(np.unique(pictures.group))} photographs",
        chance=chance,
        note=note,
    )


def _gap_by_width(confidence: Array, is_right: NDArray[np.bool_], bins: int = 15) -> float:
    """Mean gap between confidence and accuracy over bins of equal width (Guo et al. 2017)."""
    which = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    gaps = np.bincount(which, confidence - is_right, minlength=bins)
    return float(np.abs(gaps).sum() / len(confidence))


def _most(majority: NDArray[np.int64]) -> float:
    return float(np.bincount(majority).max() / len(majority))


def _divergence(target: NDArray[np.float32], told: NDArray[np.float32]) -> float:
    ratio = np.log(np.maximum(target, 1e-12)) - np.log(np.maximum(told, 1e-12))
    return float((target * ratio).sum(1).mean())
