"""Speech activity on the hand-labelled files, beside Silero, under noise, rooms and levels."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.core.arrays import RATE_HZ, Samples
from mien.decoders.voice.features import log_mel
from mien.decoders.voice.speech import BLOCK, STEP_FRAMES, SpeechNet, SpeechTracker
from training.voice import augment
from training.voice.corpora import decode

Judge = Callable[[Samples], NDArray[np.float32]]
"""Sound to speech probabilities at points 10 ms apart."""

_POINT = 160
CONDITIONS = ("clean", "noise10", "noise5", "noise0", "white5", "room", "telephone", "softer30")


def labelled(activity: Path) -> dict[str, tuple[Samples, NDArray[np.bool_]]]:
    """Each file's sound and whether someone speaks, at points 10 ms apart."""
    with (activity / "speech_segments.csv").open(newline="") as table:
        rows = list(csv.DictReader(table))
    found = {}
    with zipfile.ZipFile(activity / "speech.zip") as archive:
        for name in sorted({row["file"] for row in rows}):
            samples = decode(archive.read(name))
            truth = np.zeros(len(samples) // _POINT, dtype=bool)
            for row in rows:
                if row["file"] == name and row["speech"] == "1":
                    truth[round(float(row["start"]) * 100) : round(float(row["end"]) * 100)] = True
            found[name] = (samples, truth)
    return found


def noises(activity: Path, ending: str = ".opus") -> dict[str, Samples]:
    """The recorded noises, or with `.flac` the rooms."""
    with zipfile.ZipFile(activity / "noise.zip") as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(ending))
        return {name: decode(archive.read(name)) for name in names}


def changed(condition: str, samples: Samples, number: int, activity: Path) -> Samples:
    """A labelled file under one of `CONDITIONS`; file `number` takes the next noise in turn."""
    rng = np.random.default_rng([number, 2])
    if condition == "telephone":
        return augment.telephone(samples)
    if condition == "softer30":
        return augment.gain(samples, -30)
    if condition == "room":
        rooms = list(noises(activity, ".flac").values())
        return augment.reverberate(samples, rooms[number % len(rooms)])
    if condition == "clean":
        return samples
    ratio = float(condition.lstrip("noisewht"))
    if condition.startswith("white"):
        background = rng.standard_normal(len(samples)).astype(np.float32)
    else:
        found = list(noises(activity).values())
        noise = found[number % len(found)]
        background = np.tile(noise, len(samples) // len(noise) + 1)[: len(samples)]
    return augment.add_noise(samples, background, ratio)


def judge_with(net: SpeechNet) -> Judge:
    """Our net, as the decoder runs it: in blocks, with state carried along."""

    def judge(samples: Samples) -> NDArray[np.float32]:
        tracker = SpeechTracker(net)
        block, count = BLOCK * _POINT, -(-len(samples) // (BLOCK * _POINT)) + 1
        padded = np.zeros(count * block + 240, dtype=np.float32)
        padded[: len(samples)] = samples
        told = []
        for i in range(count):
            part = padded[i * block : (i + 1) * block + 240]
            audible = tracker.is_audible(part)
            told.append(tracker.push(log_mel(part)) if audible else tracker.skip())
        steps = np.concatenate(told)
        # Step i stands for 20 ms from 0.02 i on.
        points = np.repeat(steps, STEP_FRAMES)
        return points[: len(samples) // _POINT]

    return judge


def judge_with_teacher(teacher: object) -> Judge:
    """Silero's sequence model, one call a file, as it is used by its authors."""

    def judge(samples: Samples) -> NDArray[np.float32]:
        told = teacher.probabilities(samples, level=False)
        n = len(samples) // _POINT
        return told[np.minimum(np.arange(n) * _POINT // 512, len(told) - 1)]

    return judge


class Scores:
    """Points of all files under one condition."""

    def __init__(self, told: list[NDArray[np.float32]], truth: list[NDArray[np.bool_]]) -> None:
        self.files = np.repeat(np.arange(len(told)), [len(t) for t in told])
        self.told, self.truth = np.concatenate(told), np.concatenate(truth)

    def rates(
        self, threshold: float, rows: NDArray[np.int64] | None = None
    ) -> tuple[float, float, float]:
        """Miss, false alarm, and cost = 0.75 miss + 0.25 false alarm."""
        told = self.told if rows is None else self.told[rows]
        truth = self.truth if rows is None else self.truth[rows]
        miss = float((told[truth] < threshold).mean())
        alarm = float((told[~truth] >= threshold).mean())
        return miss, alarm, 0.75 * miss + 0.25 * alarm

    @property
    def area(self) -> float:
        """Area under the receiver operating characteristic."""
        from sklearn.metrics import roc_auc_score

        return float(roc_auc_score(self.truth, self.told))


def score(judge: Judge, activity: Path, condition: str) -> Scores:
    """Judge all labelled files under one condition."""
    told, truth = [], []
    for number, (samples, wanted) in enumerate(labelled(activity).values()):
        said = judge(changed(condition, samples, number, activity))
        n = min(len(said), len(wanted))
        told.append(said[:n])
        truth.append(wanted[:n])
    return Scores(told, truth)


def flagged(judge: Judge, activity: Path, threshold: float) -> Mapping[str, float]:
    """Share of each recorded noise that is taken for speech."""
    found = noises(activity)
    return {name: float((judge(sound) >= threshold).mean()) for name, sound in found.items()}


def speed_ms(judge: Judge, seconds: float = 60.0) -> float:
    """CPU milliseconds a second of sound, features included, best of five."""
    import time

    rng = np.random.default_rng(0)
    sound = rng.standard_normal(int(seconds * RATE_HZ)).astype(np.float32) * np.float32(0.05)
    best = np.inf
    for _ in range(5):
        started = time.process_time()
        judge(sound)
        best = min(best, time.process_time() - started)
    return 1000 * best / seconds
