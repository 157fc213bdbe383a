"""Every picture in words, for those who don't see it and for search."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mien.charts.numbers import decimal, listed, plus_minus, portion
from mien.emotions.emotion import Emotion
from mien.report import palette
from mien.report.curves import Curve
from mien.report.fused import is_fused
from mien.report.ribbon import LEAST_SHARE
from mien.report.story import REASONS
from mien.report.track import Axis, Track, peak_cell, runs

MOST_GAPS = 4


def ribbon_in_words(track: Track, axis: Axis, emotions: Sequence[Emotion]) -> str:
    """What a ribbon shows: what prevails, the peaks in order of time, and the gaps."""
    if not track.told.any():
        return f"Cannot tell anywhere: {_reasons(track)}."
    mean = track.parts[track.told].mean(axis=0)
    order = [i for i in np.argsort(-mean) if mean[i] > 0.15][:2]
    mostly = listed([f"{list(Emotion)[i].value} {portion(mean[i])}" for i in order])
    peaks = [(cell, e) for e in emotions if (cell := _peak(track, e)) is not None]
    told = [_peak_in_words(track, axis, cell, emotion) for cell, emotion in sorted(peaks)]
    sentences = [f"On average {mostly}" if mostly else "Nothing prevails"]
    if told:
        sentences.append(f"Peaks: {', '.join(told)}")
    return f"{'. '.join([*sentences, *_gaps(track, axis)])}."


def curves_in_words(curves: Sequence[Curve], axis: Axis) -> str:
    """Where each curve starts, ends and is lowest and highest."""
    return " ".join(_curve(curve, axis) for curve in curves)


def _curve(curve: Curve, axis: Axis) -> str:
    known = np.flatnonzero(np.isfinite(curve.values))
    low = known[int(np.argmin(curve.values[known]))]
    high = known[int(np.argmax(curve.values[known]))]
    ends = [
        f"{word} {_affect(float(curve.values[cell]), float(curve.sds[cell]))} "
        f"at {axis.says(float(curve.track.edges[cell]))}"
        for word, cell in (("lowest", low), ("highest", high))
    ]
    source = curve.track.label if is_fused(curve.track) else f"the {curve.track.channel.value}"
    return f"{curve.dimension.capitalize()} from {source}: {listed(ends)}."


def _affect(value: float, sd: float) -> str:
    return f"{decimal(value)} {plus_minus(value, sd, low=-1.0)}".removesuffix(" –")


def _peak(track: Track, emotion: Emotion) -> int | None:
    cell = peak_cell(track, emotion)
    if cell is None or track.shares[cell, emotion.position] <= LEAST_SHARE:
        return None
    return cell


def _peak_in_words(track: Track, axis: Axis, cell: int, emotion: Emotion) -> str:
    share = float(track.shares[cell, emotion.position])
    sd = float(track.sds[cell, emotion.position])
    at = axis.says(float(track.edges[cell]))
    shown = f"{portion(share)} {plus_minus(share, sd)}".removesuffix(" –")
    return f"{palette.name(emotion).lower()} {shown} at {at}"


def _gaps(track: Track, axis: Axis) -> list[str]:
    gaps = sorted(runs(~track.told), key=lambda run: run.first - run.last)
    if not gaps:
        return []
    share = 1 - float(track.told.mean())
    longest = sorted(gaps[:MOST_GAPS])
    spans = [
        f"{axis.says(float(track.edges[run.first]))} to "
        f"{axis.says(float(track.edges[run.last]) - (1 if axis.by_turn else 0))}"
        for run in longest
    ]
    return [f"Hatched {share:.0%} of the way, longest {listed(spans)}"]


def _reasons(track: Track) -> str:
    found = dict.fromkeys(REASONS[r.reason] for r in track.readings if r.reason is not None)
    return listed(list(found)) or "no reason given"
