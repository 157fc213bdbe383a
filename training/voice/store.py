"""Features of every clip in several conditions, computed once and kept on disk."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mien.core.arrays import Samples
from mien.decoders.voice.features import GAIN_SHIFTED, log_mel, pitch, statistics
from training.voice import augment
from training.voice.corpora import Clip, Recordings, decode, read_clips

Voices = Sequence[Samples]
Condition = Callable[[Samples, Generator, Voices], Samples]


def _clean(samples: Samples, rng: Generator, voices: Voices) -> Samples:
    return samples


def _faster(samples: Samples, rng: Generator, voices: Voices) -> Samples:
    return augment.tilt(augment.speed(samples, rng.uniform(0.93, 1.07)), rng)


def _telephone(samples: Samples, rng: Generator, voices: Voices) -> Samples:
    sound = augment.speed(samples, rng.uniform(0.95, 1.05))
    if rng.random() < 0.5:
        sound = _noisy(sound, rng, voices, 5, 25)
    return augment.telephone(sound, rng.uniform(200, 400), rng.uniform(3000, 3800))


def _noisy(
    samples: Samples, rng: Generator, voices: Voices, low_db: float = 0, high_db: float = 20
) -> Samples:
    background = augment.noise(len(samples), rng, voices)
    return augment.add_noise(samples, background, rng.uniform(low_db, high_db))


def _roomy(samples: Samples, rng: Generator, voices: Voices) -> Samples:
    wet = augment.reverberate(samples, augment.room(rng))
    return _noisy(wet, rng, voices, 8, 30)


def _mixed(samples: Samples, rng: Generator, voices: Voices) -> Samples:
    sound = augment.speed(augment.tilt(samples, rng), rng.uniform(0.94, 1.06))
    if rng.random() < 0.4:
        sound = augment.reverberate(sound, augment.room(rng))
    if rng.random() < 0.7:
        sound = _noisy(sound, rng, voices, 3, 30)
    if rng.random() < 0.3:
        sound = augment.telephone(sound, rng.uniform(200, 400), rng.uniform(3000, 3800))
    return sound


TRAINING: dict[str, Condition] = {
    "clean": _clean,
    "faster": _faster,
    "telephone1": _telephone,
    "telephone2": _telephone,
    "noisy1": _noisy,
    "noisy2": _noisy,
    "noisy3": _noisy,
    "roomy1": _roomy,
    "roomy2": _roomy,
    "mixed": _mixed,
}
"""Copies that teach; all noise is synthetic or made of CC0 voices."""

TESTED = ("telephone", "noise20", "noise10", "white10", "room")
"""Conditions that only test: recorded noises and rooms that never teach."""


def heard(name: str, samples: Samples, rng: Generator, activity: Path) -> Samples:
    """A clip under one of the `TESTED` conditions."""
    if name == "telephone":
        return augment.telephone(samples)
    if name == "white10":
        return augment.add_noise(samples, rng.standard_normal(len(samples)).astype(np.float32), 10)
    if name == "room":
        return augment.reverberate(samples, _pick(activity, ".flac", rng, len(samples)))
    background = _pick(activity, ".opus", rng, len(samples))
    return augment.add_noise(samples, background, float(name.removeprefix("noise")))


def _pick(activity: Path, ending: str, rng: Generator, n: int) -> Samples:
    import zipfile

    with zipfile.ZipFile(activity / "noise.zip") as archive:
        names = sorted(name for name in archive.namelist() if name.endswith(ending))
        sound = decode(archive.read(names[int(rng.integers(len(names)))]))
    if ending == ".flac":
        return sound
    looped = np.tile(sound, n // len(sound) + 2)
    start = int(rng.integers(0, len(sound)))
    return looped[start : start + n]


@dataclass(frozen=True)
class Copy:
    """Features of a corpus' clips in one condition.

    Attributes:
        mel: All frames after each other, shape (frames, 64) float16.
        pitch: Likewise, shape (pitches, 2) float16.
        starts: First frame of each clip and the end, shape (clips + 1,); pitches likewise.
        statistics: Of each clip as a whole, shape (clips, N_STATISTICS), gain taken out.
    """

    mel: NDArray[np.float16]
    pitch: NDArray[np.float16]
    starts: NDArray[np.int64]
    pitch_starts: NDArray[np.int64]
    statistics: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.starts) - 1

    def clip(self, index: int) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
        """Frames and pitches of one clip."""
        return (
            self.mel[self.starts[index] : self.starts[index + 1]],
            self.pitch[self.pitch_starts[index] : self.pitch_starts[index + 1]],
        )


def load_copy(store: Path, corpus: str, condition: str) -> Copy:
    """A copy that `make_copy` has written; frames stay on disk until used."""
    folder = store / corpus
    tables = np.load(folder / f"{condition}.npz")
    return Copy(
        np.load(folder / f"{condition}.mel.npy", mmap_mode="r"),
        np.load(folder / f"{condition}.pitch.npy", mmap_mode="r"),
        tables["starts"],
        tables["pitch_starts"],
        tables["statistics"],
    )


def make_copy(data: Path, store: Path, corpus: str, condition: str, seed: int = 0) -> None:
    """Compute and keep one copy of a corpus; does nothing if it is there."""
    done = store / corpus / f"{condition}.npz"
    if done.is_file():
        return
    clips = read_clips(data / corpus)
    record = Recordings(data / corpus)
    voices = _crowd(data) if condition in TRAINING else []
    kind = [*TRAINING, *TESTED].index(condition)
    rows = [
        _features(record(clip), condition, np.random.default_rng([seed, kind, i]), voices, data)
        for i, clip in enumerate(clips)
    ]
    done.parent.mkdir(parents=True, exist_ok=True)
    mels, pitches, tables = zip(*rows, strict=True)
    np.save(done.with_suffix(".mel.npy"), np.concatenate(mels).astype(np.float16))
    np.save(done.with_suffix(".pitch.npy"), np.concatenate(pitches).astype(np.float16))
    starts = np.cumsum([0, *(len(m) for m in mels)])
    pitch_starts = np.cumsum([0, *(len(p) for p in pitches)])
    part = done.with_suffix(".part.npz")
    np.savez(part, starts=starts, pitch_starts=pitch_starts, statistics=np.stack(tables))
    part.rename(done)


def _crowd(data: Path) -> list[Samples]:
    """Voices for babble: every ninth clip of emodb, which is CC0."""
    clips = read_clips(data / "emodb")[::9]
    record = Recordings(data / "emodb")
    return [record(clip) for clip in clips]


def _features(
    samples: Samples, condition: str, rng: Generator, voices: Voices, data: Path
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    if condition in TRAINING:
        sound = TRAINING[condition](samples, rng, voices)
        decibel = 0.0 if condition == "clean" else float(rng.uniform(-15, 10))
    else:
        sound, decibel = heard(condition, samples, rng, data / "activity"), 0.0
    # Clipping comes from gain as it does in life: only what exceeds full scale.
    sound = np.clip(augment.gain(sound, decibel), -1, 1)
    mel, pitches = log_mel(sound), pitch(sound)
    shift = np.float32(decibel / 10 * np.log(10))
    return mel, pitches, statistics(mel, pitches) - shift * GAIN_SHIFTED


def _job(data: Path, store: Path, task: tuple[str, str]) -> tuple[str, str]:
    make_copy(data, store, *task)
    return task


def build(data: Path, store: Path, tasks: Sequence[tuple[str, str]], processes: int = 2) -> None:
    """Make all copies named by (corpus, condition), several at a time."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    store.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(processes) as pool:
        for task in pool.map(partial(_job, data, store), tasks):
            print(json.dumps({"copy": task}), flush=True)


def clips_of(data: Path, corpora: Sequence[str]) -> list[Clip]:
    """The clips of several corpora, in the order of their copies."""
    return [clip for corpus in corpora for clip in read_clips(data / corpus)]
