"""The figures of the speech card: our net beside Silero, condition by condition."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.decoders.voice.speech import SpeechNet
from mien.timeline.card import Figure
from training.cards import bootstrap
from training.speech.evaluate import (
    CONDITIONS,
    Judge,
    Scores,
    flagged,
    judge_with,
    judge_with_teacher,
    score,
    speed_ms,
)
from training.speech.teacher import Teacher

HEARD = {
    "clean": "clean",
    "noise10": "noise 10 dB",
    "noise5": "noise 5 dB",
    "noise0": "noise 0 dB",
    "white5": "white noise 5 dB",
    "room": "recorded rooms",
    "telephone": "telephone band",
    "softer30": "30 dB softer",
}
THRESHOLD = 0.5
_MEASURES = ("miss", "false alarm", "detection cost")


def measure(name: str, net: SpeechNet, teacher: Teacher, activity: Path) -> list[Figure]:
    """All figures of the card of `name`, by the hand-labelled files."""
    judges = {name: judge_with(net), "Silero": judge_with_teacher(teacher)}
    found: list[Figure] = []
    for condition in CONDITIONS:
        scores = {who: score(judge, activity, condition) for who, judge in judges.items()}
        for who, told in scores.items():
            found += _figures(told, who, HEARD[condition])
    for who, judge in judges.items():
        found += _noise_figures(judge, who, activity)
    return [*found, *_speed(judges)]


def _figures(scores: Scores, who: str, of: str) -> list[Figure]:
    n = len(scores.truth)
    shared = {
        "of": of,
        "n": n,
        "clusters": "15 files",
        "group": "" if of == "clean" else "robustness",
    }
    found = [Figure(name=f"area under ROC, {who}", value=scores.area, **shared)]
    for i, name in enumerate(_MEASURES):

        def statistic(rows: NDArray[np.int64], i: int = i) -> float:
            return scores.rates(THRESHOLD, rows)[i]

        low, high = bootstrap(statistic, scores.files, draws=300)
        value = scores.rates(THRESHOLD)[i]
        found.append(Figure(name=f"{name}, {who}", value=value, low=low, high=high, **shared))
    return found


def _noise_figures(judge: Judge, who: str, activity: Path) -> list[Figure]:
    return [
        Figure(name=f"share flagged, {who}", of=name, value=share, n=1, group="pure noise")
        for name, share in flagged(judge, activity, THRESHOLD).items()
    ]


def _speed(judges: dict[str, Judge]) -> list[Figure]:
    note = "CPU milliseconds, one thread, features included"
    return [
        Figure(
            name=f"ms a second of sound, {who}",
            of="noise",
            value=speed_ms(judge),
            n=1,
            group="speed",
            note=note,
        )
        for who, judge in judges.items()
    ]
