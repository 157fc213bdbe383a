"""One training run of the voice net: a seed, the clips that teach, a folder."""

from __future__ import annotations

import json
import math
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.voice.bank import Bank, Batch, Draw
from training.voice.losses import smoothed, spread_loss
from training.voice.net import Outputs, Shape, VoiceNet


@dataclass(frozen=True)
class Recipe:
    """Everything that a run may vary.

    Attributes:
        epochs: How many.
        clips: Crops an epoch.
        batch: Crops a step.
        rate: Highest learning rate.
        decay: Weight decay.
        average: Decay of the running average of weights, a step.
        arousal: Weight of the high-or-low loss.
        affect: Weight of the valence and arousal loss.
        open_set: Weight of the loss over all labels, known to the corpus or not.
        adversary: Weight of a head that guesses the corpus, with its gradient reversed.
    """

    epochs: int = 22
    clips: int = 5000
    batch: int = 64
    rate: float = 3e-3
    decay: float = 0.02
    average: float = 0.99
    smoothing: float = 0.05
    arousal: float = 0.5
    affect: float = 0.25
    open_set: float = 0.15
    adversary: float = 0.0
    warp: float = 0.05
    draw: Draw = field(default_factory=Draw)
    shape: Shape = field(default_factory=Shape)


class _Reverse(torch.autograd.Function):
    """Identity forward, the negated gradient backward (Ganin and Lempitsky 2015)."""

    @staticmethod
    def forward(context, values):
        return values.view_as(values)

    @staticmethod
    def backward(context, gradient):
        return -gradient


def train(
    bank: Bank, teach: NDArray[np.bool_], recipe: Recipe, seed: int, folder: Path
) -> VoiceNet:
    """Train a net, or take up or load what an earlier call has left in `folder`.

    Args:
        bank: Where crops come from.
        teach: Which clips may teach, shape (clips,).
        recipe: How.
        seed: Of weights and draws.
        folder: Gets `net.pt`, `curve.json` and, while unfinished, `state.pt`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    run = _Run(bank, teach, recipe, seed)
    if (folder / "net.pt").is_file():
        run.averaged.load_state_dict(torch.load(folder / "net.pt", weights_only=True))
        return run.averaged.eval()
    state = folder / "state.pt"
    if state.is_file():
        run.restore(torch.load(state, weights_only=False))
    while run.epoch < recipe.epochs:
        run.one_epoch()
        torch.save(run.snapshot(), state)
        (folder / "curve.json").write_text(json.dumps(run.curve, indent=1))
        print(folder.name, json.dumps(run.curve[-1]), flush=True)
    (folder / "recipe.json").write_text(json.dumps({"seed": seed, **asdict(recipe)}, indent=1))
    torch.save(run.averaged.state_dict(), folder / "net.pt")
    state.unlink()
    return run.averaged.eval()


class _Run:
    """The state of a run between epochs."""

    def __init__(self, bank: Bank, teach: NDArray[np.bool_], recipe: Recipe, seed: int) -> None:
        torch.manual_seed(seed)
        self.rng = np.random.default_rng([seed, 7])
        self.bank, self.recipe = bank, recipe
        self.odds = bank.odds(teach, recipe.draw)
        self.neutrals = bank.neutrals(teach)
        self.net = VoiceNet(recipe.shape)
        self.net.scale.copy_(torch.from_numpy(self._scale()))
        self.net.to(memory_format=torch.channels_last)
        self.averaged = VoiceNet(recipe.shape)
        self.averaged.load_state_dict(self.net.state_dict())
        self.accuser = torch.nn.Sequential(
            torch.nn.Linear(recipe.shape.embedding, 64),
            torch.nn.ReLU(),
            torch.nn.Linear(64, len(bank.corpora)),
        )
        self.steps = recipe.clips // recipe.batch
        own = [*self.net.parameters(), *self.accuser.parameters()]
        self.optimizer = torch.optim.AdamW(own, lr=recipe.rate, weight_decay=recipe.decay)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, _cosine(recipe.epochs * self.steps)
        )
        self.epoch, self.step, self.curve = 0, 0, []

    def _scale(self) -> NDArray[np.float32]:
        """Usual size of a statistic's distance from the neutral reference."""
        chosen = self._draw(400)
        batch = self.bank.batch(chosen, self.neutrals, self.recipe.draw, self.rng)
        return (batch.relative.std(axis=0) + 0.05).astype(np.float32)

    def _draw(self, n: int) -> NDArray[np.int64]:
        return self.rng.choice(len(self.odds), n, p=self.odds)

    def one_epoch(self) -> None:
        self.net.train()
        started, total, right, seen = time.process_time(), 0.0, 0, 0
        for _ in range(self.steps):
            chosen = self._draw(self.recipe.batch)
            batch = self.bank.batch(chosen, self.neutrals, self.recipe.draw, self.rng)
            loss, hits = self._learn(batch)
            total, right, seen = total + loss, right + hits, seen + len(chosen)
        self.epoch += 1
        row = {"epoch": self.epoch, "loss": total / self.steps, "right": right / seen}
        self.curve.append({**row, "cpu_s": round(time.process_time() - started, 1)})

    def _learn(self, batch: Batch) -> tuple[float, int]:
        mel = _warped(torch.from_numpy(batch.mel), self.recipe.warp, self.rng)
        if self.rng.random() < 0.5:
            _blank(mel, self.rng)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            heard = self.net.listen(mel, torch.from_numpy(batch.pitch)).float()
        relative = torch.from_numpy(batch.relative)
        known = torch.ones(len(mel), 1)
        # Both with and without the reference: the listening, which costs, is shared.
        outputs = self.net.judge(
            torch.cat([heard, heard]),
            torch.cat([relative, torch.zeros_like(relative)]),
            torch.cat([known, torch.zeros_like(known)]),
        )
        loss = self._loss(outputs, batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.optimizer.step()
        self.schedule.step()
        self.step += 1
        self._average()
        hits = int((outputs.labels[len(mel) :].argmax(1).numpy() == batch.label).sum())
        return loss.item(), hits

    def _loss(self, outputs: Outputs, batch: Batch) -> Tensor:
        recipe = self.recipe
        label = torch.from_numpy(np.tile(batch.label, 2))
        allowed = torch.from_numpy(np.tile(batch.allowed, (2, 1)))
        named = label >= 0
        masked = outputs.labels.masked_fill(~allowed, -30.0)[named]
        loss = smoothed(masked, label[named], allowed[named], recipe.smoothing)
        everything = torch.ones_like(allowed)[named]
        loss = loss + recipe.open_set * smoothed(
            outputs.labels[named], label[named], everything, 0.1
        )
        high = torch.from_numpy(np.tile(batch.arousal, 2))
        told = ~torch.isnan(high)
        soft = high[told] * 0.96 + 0.02
        loss = loss + recipe.arousal * functional.binary_cross_entropy_with_logits(
            outputs.high[told], soft
        )
        loss = loss + recipe.affect * spread_loss(outputs.affect, np.tile(batch.affect, (2, 1)))
        if recipe.adversary:
            domain = torch.from_numpy(np.tile(batch.domain, 2))
            ramp = 2 / (1 + math.exp(-6 * self.epoch / recipe.epochs)) - 1
            guess = self.accuser(_Reverse.apply(outputs.embedding))
            loss = loss + recipe.adversary * ramp * functional.cross_entropy(guess, domain)
        return loss

    def _average(self) -> None:
        keep = min(self.recipe.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            own = self.net.state_dict()
            for name, value in self.averaged.state_dict().items():
                if value.dtype.is_floating_point:
                    value.lerp_(own[name], 1 - keep)
                else:
                    value.copy_(own[name])

    def snapshot(self) -> dict[str, object]:
        return {
            "net": self.net.state_dict(),
            "averaged": self.averaged.state_dict(),
            "accuser": self.accuser.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "rng": self.rng.bit_generator.state,
            "torch": torch.get_rng_state(),
            "at": (self.epoch, self.step, self.curve),
        }

    def restore(self, saved: dict) -> None:
        for name in ("net", "averaged", "accuser", "optimizer", "schedule"):
            getattr(self, name).load_state_dict(saved[name])
        self.rng.bit_generator.state = saved["rng"]
        torch.set_rng_state(saved["torch"])
        self.epoch, self.step, self.curve = saved["at"]


def _cosine(total: int):
    warm = min(200, total // 4)

    def factor(step: int) -> float:
        if step < warm:
            return (step + 1) / warm
        return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm) / max(1, total - warm))))

    return factor


def _warped(mel: Tensor, most: float, rng: np.random.Generator) -> Tensor:
    """Frames whose frequency axis is stretched by up to `most`, each crop by its own factor."""
    bands = mel.shape[2]
    factor = rng.uniform(1 - most, 1 + most, (len(mel), 1, 1))
    at = np.clip(np.arange(bands) * factor, 0, bands - 1)
    # Linear interpolation as a product: row by row, weights of the two nearest bands.
    weights = np.maximum(0, 1 - np.abs(np.arange(bands)[:, None] - at)).astype(np.float32)
    return torch.bmm(mel, torch.from_numpy(weights))


def _blank(mel: Tensor, rng: np.random.Generator) -> None:
    """Hide stretches of time and frequency, in place (SpecAugment, Park et al. 2019)."""
    frames, bands = mel.shape[1:]
    for row in mel:
        fill = row.mean()
        start, width = int(rng.integers(0, frames)), int(rng.integers(0, frames // 5))
        row[start : start + width] = fill
        for _ in range(2):
            band, height = int(rng.integers(0, bands)), int(rng.integers(0, 8))
            row[:, band : band + height] = fill
