"""One training run of the speaker net."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray

from mien.decoders.voice.embedding import evened
from mien.decoders.voice.features import BANDS, FRAME_HZ, Floats
from training.speakers.net import Margin, Net
from training.speakers.store import SPEEDS, Frames, frames


@dataclass(frozen=True)
class Recipe:
    """Everything that a run may vary.

    Attributes:
        steps: Batches.
        batch: Stretches a batch.
        rate: Highest learning rate.
        shortest: Seconds of the shortest stretch; those of a batch are equally long.
        longest: Of the longest.
        average: Share of the old in the running mean of the weights, which is what is kept.
    """

    steps: int = 2400
    batch: int = 64
    rate: float = 3e-3
    shortest: float = 0.9
    longest: float = 2.4
    average: float = 0.998


class Voices:
    """Speakers, real and sped, with the clips of each by what they express."""

    def __init__(self, data: Path, store: Path, corpora: Sequence[str]) -> None:
        self._frames: list[Frames] = []
        self._clips: dict[tuple[str, float], dict[str, list[tuple[int, int]]]] = {}
        for corpus in corpora:
            for factor in SPEEDS:
                part = frames(data, store, corpus, factor)
                for index, clip in enumerate(part.clips):
                    ways = self._clips.setdefault((clip.speaker, factor), {})
                    ways.setdefault(clip.label or "", []).append((len(self._frames), index))
                self._frames.append(part)

    def without(self, speakers: Collection[str]) -> list[tuple[str, float]]:
        """All speakers at all speeds but these."""
        return [key for key in self._clips if key[0] not in speakers]

    def stretch(self, key: tuple[str, float], n: int, rng: Generator) -> Floats:
        """`n` frames of a speaker in one way of speaking, clips joined where one is too short."""
        ways = list(self._clips[key].values())
        clips = ways[int(rng.integers(len(ways)))]
        found: list[NDArray[np.float16]] = []
        while sum(map(len, found)) < n:
            part, index = clips[int(rng.integers(len(clips)))]
            found.append(self._frames[part].of(index))
        joined = np.concatenate(found)
        start = int(rng.integers(0, len(joined) - n + 1))
        return joined[start : start + n].astype(np.float32)


def colored(mel: Floats, rng: Generator) -> Floats:
    """Frames as another microphone, room or line would give them."""
    band = np.linspace(0, 1, BANDS, dtype=np.float32)
    curve = sum(rng.normal(0, 0.45) * np.cos(np.pi * k * band) for k in (1, 2, 3, 4))
    mel = mel + np.float32(curve)
    if rng.random() < 0.6:
        loudest = np.percentile(np.log(np.exp(mel).mean(axis=1)), 90)
        slope = rng.normal(-1, 1.5) * (band - 0.5)
        level = loudest - rng.uniform(1.0, 7.0) + slope
        hiss = level + np.log(rng.gamma(2.0, 0.5, mel.shape) + 1e-3)
        mel = np.logaddexp(mel, hiss)
    if rng.random() < 0.2:
        low, high = int(rng.integers(4, 9)), int(rng.integers(42, 48))
        floor = mel.max() - rng.uniform(9, 12)
        mel[:, :low] = floor
        mel[:, high:] = floor
    return mel.astype(np.float32)


def kept(folder: Path) -> Net | None:
    """The net that an earlier call of `train` left there, if any."""
    if not (folder / "net.pt").is_file():
        return None
    net = Net()
    net.load_state_dict(torch.load(folder / "net.pt", weights_only=True))
    return net.eval()


def train(
    voices: Voices, held_out: Collection[str], recipe: Recipe, seed: int, folder: Path
) -> Net:
    """Train a net on all speakers but those held out, and keep it in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    rng = np.random.default_rng([seed, 7])
    net, averaged = Net(), Net()
    averaged.load_state_dict(net.state_dict())
    keys = voices.without(held_out)
    loss_of = Margin(len(keys))
    optimizer = torch.optim.AdamW(
        [*net.parameters(), *loss_of.parameters()], lr=recipe.rate, weight_decay=0.02
    )
    curve, began, total = [], time.monotonic(), 0.0
    for step in range(recipe.steps):
        rate = recipe.rate * min(1.0, (step + 1) / 100) * _falling(step / recipe.steps)
        for group in optimizer.param_groups:
            group["lr"] = rate
        mel, speakers = _batch(voices, keys, recipe, rng)
        loss = loss_of(net(mel), speakers)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimizer.step()
        _follow(averaged, net, min(recipe.average, (1 + step) / (10 + step)))
        total += float(loss.detach())
        if (step + 1) % 100 == 0:
            curve.append({"step": step + 1, "loss": total / 100})
            seconds = time.monotonic() - began
            print(json.dumps({**curve[-1], "seconds": round(seconds)}), flush=True)
            total = 0.0
    torch.save(averaged.state_dict(), folder / "net.pt")
    (folder / "curve.json").write_text(json.dumps(curve))
    return averaged.eval()


def _batch(
    voices: Voices, keys: Sequence[tuple[str, float]], recipe: Recipe, rng: Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    n = int(rng.uniform(recipe.shortest, recipe.longest) * FRAME_HZ)
    chosen = rng.choice(len(keys), recipe.batch, replace=len(keys) < recipe.batch)
    rows = [evened(colored(voices.stretch(keys[i], n, rng), rng)) for i in chosen]
    return torch.from_numpy(np.stack(rows)), torch.from_numpy(chosen)


def _falling(done: float) -> float:
    return 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done))


@torch.no_grad()
def _follow(averaged: Net, net: Net, share: float) -> None:
    for mean, new in zip(averaged.state_dict().values(), net.state_dict().values(), strict=True):
        if mean.dtype.is_floating_point:
            mean.lerp_(new, 1 - share)
        else:
            mean.copy_(new)
