"""The training loop: counted in steps, seeded, and able to go on after a kill."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as fun
from numpy.typing import NDArray
from torch import Tensor, nn

from training.face.augment import FULL, GENTLE, augment, mix
from training.face.data import Pictures
from training.face.net import INNER, MIDDLE, SIDE, ExpressionNet, normalise, scaling_matrix


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides the outcome besides the data.

    Attributes:
        seed: Of weights, order and augmentation.
        steps: Batches in all; the rate falls by a cosine over them.
        batch: Pictures a step.
        rate: Highest learning rate.
        warm: Part of the steps in which the rate rises.
        decay: Weight decay, not on norms and biases.
        averaging: Factor of the moving average of weights, a step.
        mixup: Chance that a batch is mixed.
        cutmix: Chance that rectangles are swapped instead.
        pure: Last part of the steps, without mixing and with gentle augmentation.
        auxiliary: Weight of FER2013's own labels.
        teach_from: Part of the steps after which the net's own averaged shares join the target.
        teach: Weight of those shares.
        rare: Class share below which rows are repeated by the square root of the gap.
    """

    seed: int = 0
    steps: int = 18_000
    batch: int = 128
    rate: float = 0.1
    warm: float = 0.04
    decay: float = 5e-4
    averaging: float = 0.9985
    mixup: float = 0.18
    cutmix: float = 0.10
    pure: float = 0.25
    auxiliary: float = 0.15
    teach_from: float = 0.5
    teach: float = 0.35
    rare: float = 0.1


def learning_rate(step: int, recipe: Recipe) -> float:
    """Up in a straight line, down by a cosine to a thousandth."""
    progress = step / recipe.steps
    if progress < recipe.warm:
        return recipe.rate * (step + 1) / (recipe.warm * recipe.steps + 1)
    part = min(1.0, (progress - recipe.warm) / (1 - recipe.warm))
    return recipe.rate * (0.001 + 0.999 * 0.5 * (1 + math.cos(math.pi * part)))


def repeats(shares: NDArray[np.float32], rare: float) -> NDArray[np.float64]:
    """How often each row is drawn an epoch: more where its emotions are rare, shape (n,)."""
    frequency = shares.mean(axis=0)
    factor = np.maximum(1.0, np.sqrt(rare / frequency))
    return np.asarray(shares @ factor, dtype=np.float64)


def epoch_order(wanted: NDArray[np.float64], seed: int, epoch: int) -> NDArray[np.int64]:
    """Rows of one epoch in random order; parts of a repeat are drawn by chance."""
    rng = np.random.default_rng((seed, epoch))
    times = np.floor(wanted).astype(np.int64)
    times += rng.random(len(wanted)) < (wanted - times)
    order = np.repeat(np.arange(len(wanted)), times)
    rng.shuffle(order)
    return order


def to_inner(images: NDArray[np.uint8]) -> Tensor:
    """Crops as the net sees them without augmentation: n x 1 x 40 x 40, normalised."""
    matrix = torch.from_numpy(scaling_matrix(SIDE, MIDDLE, INNER))
    crops = torch.from_numpy(np.ascontiguousarray(images)).float()[:, None] / 255
    return normalise(matrix @ crops @ matrix.t())


@torch.no_grad()
def logits_of(net: nn.Module, images: NDArray[np.uint8], mirror: bool = True) -> Tensor:
    """Logits of vote shares, shape (n, 8); with `mirror`, the mean of both log shares."""
    net.eval()
    parts = []
    for start in range(0, len(images), 512):
        inner = to_inner(images[start : start + 512]).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = net(inner)[0].float()
            if mirror:
                flipped = net(inner.flip(3))[0].float()
        if mirror:
            out = (out.log_softmax(1) + flipped.log_softmax(1)) / 2
        parts.append(out)
    return torch.cat(parts)


class Run:
    """One training run with its files: checkpoint, learning curve, recipe.

    A run may be taken up with another number of steps; `plans` keeps from which step on
    which number held.

    Args:
        teaching: Rows to learn from.
        validating: Rows to watch; no choice is made on them while the run goes on.
        recipe: How.
        out: Folder of the run's files.
    """

    def __init__(self, teaching: Pictures, validating: Pictures, recipe: Recipe, out: Path) -> None:
        self.recipe, self.out, self.validating = recipe, out, validating
        self.images = teaching.images
        self.shares = torch.from_numpy(teaching.shares)
        self.weights = torch.from_numpy(teaching.weights)
        self.other = _one_hot(teaching.fer2013, 7)
        self.taught: Tensor | None = None
        self.wanted = repeats(teaching.shares, recipe.rare)
        torch.manual_seed(recipe.seed)
        self.net = ExpressionNet().to(memory_format=torch.channels_last)
        self.average = ExpressionNet().to(memory_format=torch.channels_last)
        self.average.load_state_dict(self.net.state_dict())
        self.optimizer = torch.optim.SGD(
            _groups(self.net, recipe.decay), lr=recipe.rate, momentum=0.9, nesterov=True
        )
        self.step = self.epoch = 0
        self.seconds = 0.0
        self.curve: list[dict[str, float]] = []
        self.plans = [[0, recipe.steps]]

    @property
    def checkpoint(self) -> Path:
        """Where the state of the run lies."""
        return self.out / "checkpoint.pt"

    def resume(self) -> bool:
        """Take up a checkpoint if there is one; its recipe may differ in the number of steps."""
        if not self.checkpoint.is_file():
            return False
        state = torch.load(self.checkpoint, weights_only=True)
        self.net.load_state_dict(state["net"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.epoch, self.seconds = state["step"], state["epoch"], state["seconds"]
        self.curve, self.taught, self.plans = state["curve"], state["taught"], state["plans"]
        if self.plans[-1][1] != self.recipe.steps:
            self.plans.append([self.step, self.recipe.steps])
        return True

    def save(self) -> None:
        """Write the checkpoint so that a kill at any moment leaves a whole one."""
        self.out.mkdir(parents=True, exist_ok=True)
        state = {
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "epoch": self.epoch,
            "seconds": self.seconds,
            "curve": self.curve,
            "taught": self.taught,
            "plans": self.plans,
        }
        fresh = self.checkpoint.with_suffix(".new")
        torch.save(state, fresh)
        fresh.replace(self.checkpoint)
        log = {"recipe": asdict(self.recipe), "curve": self.curve}
        (self.out / "curve.json").write_text(json.dumps(log, indent=1))

    def train(self, *, is_compiled: bool = True) -> ExpressionNet:
        """Run to the last step and give the averaged net.

        Args:
            is_compiled: Compile the net first: 44 s once, a third less time a step; needs g++.
        """
        forward = torch.compile(self.net, dynamic=False) if is_compiled else self.net
        while self.step < self.recipe.steps:
            begun = time.monotonic()
            self._maybe_teach()
            loss = self._run_epoch(forward)
            self.epoch += 1
            self.seconds += time.monotonic() - begun
            self._watch(loss)
            self.save()
        return self.average

    def _run_epoch(self, forward: Any) -> float:
        self.net.train()
        total, n = 0.0, 0
        for rows in self._batches():
            total += self._learn(forward, rows)
            n += 1
            self.step += 1
            if self.step >= self.recipe.steps:
                break
        return total / max(n, 1)

    def _batches(self) -> Iterator[NDArray[np.int64]]:
        order = epoch_order(self.wanted, self.recipe.seed, self.epoch)
        size = self.recipe.batch
        for start in range(0, len(order) - size + 1, size):
            yield order[start : start + size]

    def _learn(self, forward: Any, rows: NDArray[np.int64]) -> float:
        recipe = self.recipe
        # Each step has a seed of its own, so that a run that was cut goes on as if it had not been.
        generator = torch.Generator().manual_seed(recipe.seed * 1_000_003 + self.step)
        torch.manual_seed(recipe.seed * 1_000_003 + self.step)  # of dropout
        is_pure = self.step >= (1 - recipe.pure) * recipe.steps
        crops = torch.from_numpy(self.images[rows]).float()[:, None] / 255
        pictures = normalise(augment(crops, GENTLE if is_pure else FULL, generator))
        chances = (0.0, 0.0) if is_pure else (recipe.mixup, recipe.cutmix)
        pictures, targets = mix(pictures, self._targets(rows), chances, generator)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.step, recipe)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            shares, other = forward(pictures.contiguous(memory_format=torch.channels_last))
        loss = -(targets[:, :8] * shares.float().log_softmax(1)).sum(1).mean()
        aside = -(targets[:, 8:] * other.float().log_softmax(1)).sum(1).mean()
        self.optimizer.zero_grad(set_to_none=True)
        (loss + recipe.auxiliary * aside).backward()
        self.optimizer.step()
        self._average()
        return float(loss.detach())

    def _targets(self, rows: NDArray[np.int64]) -> Tensor:
        shares = self.shares[rows]
        if self.taught is not None:
            shares = (1 - self.recipe.teach) * shares + self.recipe.teach * self.taught[rows]
        return torch.cat([shares * self.weights[rows, None], self.other[rows]], 1)

    def _maybe_teach(self) -> None:
        """From the middle on, half of what a few raters left open is filled in by the net."""
        if self.taught is None and self.step >= self.recipe.teach_from * self.recipe.steps:
            logits = logits_of(self.average, self.images)
            self.taught = (logits / 0.85).softmax(1)

    @torch.no_grad()
    def _average(self) -> None:
        # A young average must not remember the random start.
        factor = min(self.recipe.averaging, (1 + self.step) / (10 + self.step))
        for mean, value in zip(_tensors(self.average), _tensors(self.net), strict=True):
            if mean.is_floating_point():
                mean.lerp_(value, 1 - factor)

    def _watch(self, loss: float) -> None:
        logits = logits_of(self.average, self.validating.images)
        majority = torch.from_numpy(self.validating.majority)
        hit = (logits.argmax(1) == majority).float()
        recalls = [float(hit[majority == label].mean()) for label in range(8)]
        shares = torch.from_numpy(self.validating.shares)
        row = {
            "epoch": self.epoch,
            "step": self.step,
            "minutes": round(self.seconds / 60, 2),
            "loss": round(loss, 4),
            "valid_accuracy": round(float(hit.mean()), 4),
            "valid_uar": round(float(np.mean(recalls)), 4),
            "valid_loss": round(float(-(shares * logits.log_softmax(1)).sum(1).mean()), 4),
            "valid_nll": round(float(fun.cross_entropy(logits, majority)), 4),
        }
        self.curve.append(row)
        print(json.dumps(row), flush=True)


def _one_hot(labels: NDArray[np.int64], n: int) -> Tensor:
    """One-hot rows; all 0 where the label is -1, so that they teach nothing."""
    hot = fun.one_hot(torch.from_numpy(np.maximum(labels, 0)), n).float()
    return hot * torch.from_numpy(labels >= 0)[:, None]


def _groups(net: nn.Module, decay: float) -> list[dict[str, Any]]:
    kernels = [p for p in net.parameters() if p.ndim > 1]
    rest = [p for p in net.parameters() if p.ndim <= 1]
    return [{"params": kernels, "weight_decay": decay}, {"params": rest, "weight_decay": 0.0}]


def _tensors(net: nn.Module) -> list[Tensor]:
    return list(net.state_dict().values())
