"""One training run of the speech net on stored mixtures."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from mien.decoders.voice.speech import STEPS_AHEAD, Leveler, silence
from training.speech.net import REACH, STRIDE, SpeechNet, smoothed


@dataclass(frozen=True)
class Recipe:
    """Everything that a run may vary.

    Attributes:
        epochs: Passes over all shards.
        batch: Mixtures a step.
        rate: Highest learning rate.
        teacher: Share of Silero's judgement in the label; the rest is the energy rule.
    """

    epochs: int = 8
    batch: int = 32
    rate: float = 4e-3
    teacher: float = 0.6
    average: float = 0.99


def load_shard(path: Path, teacher: float) -> tuple[NDArray[np.float16], NDArray[np.float32]]:
    """Leveled frames with the lead that the stream starts with, and labels of their steps."""
    with np.load(path) as shard:
        mel, told, loud = shard["mel"], shard["teacher"], shard["energy"]
    lead = silence(REACH - STRIDE)
    rows = [np.concatenate([lead, Leveler()(row.astype(np.float32))]) for row in mel]
    labels = teacher * told.astype(np.float32) + (1 - teacher) * loud
    return np.stack(rows).astype(np.float16), labels.astype(np.float32)


def train(shards: Sequence[Path], recipe: Recipe, seed: int, folder: Path) -> SpeechNet:
    """Train a net, or take up or load what an earlier call left in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    rng = np.random.default_rng([seed, 5])
    net, averaged = SpeechNet(), SpeechNet()
    averaged.load_state_dict(net.state_dict())
    if (folder / "net.pt").is_file():
        averaged.load_state_dict(torch.load(folder / "net.pt", weights_only=True))
        return averaged.eval()
    parts = [load_shard(path, recipe.teacher) for path in shards]
    frames = np.concatenate([part[0] for part in parts])
    labels = np.concatenate([part[1] for part in parts])
    steps = len(frames) // recipe.batch
    optimizer = torch.optim.AdamW(net.parameters(), lr=recipe.rate, weight_decay=0.01)
    total = steps * recipe.epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda i: min(1.0, (i + 1) / 100) * 0.5 * (1 + math.cos(math.pi * i / total))
    )
    state, curve, first = folder / "state.pt", [], 0
    if state.is_file():
        saved = torch.load(state, weights_only=False)
        for part, name in (
            (net, "net"),
            (averaged, "averaged"),
            (optimizer, "optimizer"),
            (schedule, "schedule"),
        ):
            part.load_state_dict(saved[name])
        rng.bit_generator.state = saved["rng"]
        curve, first = saved["curve"], len(saved["curve"])
    for epoch in range(first, recipe.epochs):
        started, losses = time.process_time(), []
        for chosen in rng.permutation(len(frames))[: steps * recipe.batch].reshape(steps, -1):
            loss = _loss(net, _augmented(frames[chosen], rng), labels[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            losses.append(float(loss))
            with torch.no_grad():
                for own, mean in zip(net.parameters(), averaged.parameters(), strict=True):
                    mean.lerp_(own, 1 - recipe.average)
        curve.append(
            {
                "epoch": epoch + 1,
                "loss": float(np.mean(losses)),
                "cpu_s": round(time.process_time() - started, 1),
            }
        )
        print(folder.name, json.dumps(curve[-1]), flush=True)
        (folder / "curve.json").write_text(json.dumps(curve, indent=1))
        saved = {
            "net": net.state_dict(),
            "averaged": averaged.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
            "rng": rng.bit_generator.state,
            "curve": curve,
        }
        torch.save(saved, state)
    (folder / "recipe.json").write_text(json.dumps({"seed": seed, **asdict(recipe)}, indent=1))
    torch.save(averaged.state_dict(), folder / "net.pt")
    state.unlink()
    return averaged.eval()


def _loss(net: SpeechNet, frames: NDArray[np.float32], labels: NDArray[np.float32]):
    told, _ = net.logits(torch.from_numpy(frames))
    told = smoothed(told)[:, STEPS_AHEAD:]
    wanted = torch.from_numpy(labels[:, : told.shape[1]])
    return functional.binary_cross_entropy_with_logits(told, wanted)


def _augmented(frames: NDArray[np.float16], rng: np.random.Generator) -> NDArray[np.float32]:
    """Another microphone color and level each time a mixture comes round."""
    bands = frames.shape[2]
    knots = rng.normal(0, 0.5, (len(frames), 5))
    at = np.linspace(0, 4, bands)
    color = np.stack([np.interp(at, np.arange(5), row) for row in knots])
    moved: NDArray[np.float32] = frames.astype(np.float32) + color[:, None].astype(np.float32)
    return moved
