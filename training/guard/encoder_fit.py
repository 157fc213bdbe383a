"""Teaching the encoder: every signal at once, twins side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mien.guard.local.passages import Passage
from training.guard.encoder_net import LAYERS, EncoderNet, padded

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How a run goes.

    Attributes:
        epochs: Times that every passage is seen.
        batch: Passages a step.
        rate: Of learning, of the top layer; each layer below gets `decay` of it.
        head_rate: Of the head.
        ranking: Weight of the loss that puts a true twin above its near one.
        across: Of the one that puts it above the near ones of other pairs.
        margin: By how much, in logits.
        smoothing: Taken from labels.
        level: Weight of the loss of the level of a crisis.
    """

    epochs: int = 3
    batch: int = 32
    rate: float = 1.5e-4
    decay: float = 0.85
    head_rate: float = 2e-3
    ranking: float = 1.0
    across: float = 1.0
    margin: float = 1.0
    smoothing: float = 0.03
    level: float = 0.1


@dataclass(frozen=True, slots=True)
class Lesson:
    """What is learned.

    Attributes:
        passages: What is read, n of them.
        labels: Shape (n, signals).
        weights: Of the labels, 0 where unknown, shape (n, signals).
        levels: Of a crisis, 1 to 6, 0 where unknown, shape (n,).
        twins: For each place with a twin: the other place and the column that they differ in.
    """

    passages: Sequence[Passage]
    labels: Array
    weights: Array
    levels: Array
    twins: Mapping[int, tuple[int, int]]


def train(net: EncoderNet, lesson: Lesson, schedule: Schedule, seed: int) -> None:
    """Teach a net in place.

    Args:
        net: With pretrained layers.
        lesson: What to learn.
        schedule: How.
        seed: Of the order.
    """
    torch.manual_seed(seed)
    torch.set_flush_denormal(True)
    order = np.random.default_rng(seed)
    optimizer = _optimizer(net, schedule)
    steps = schedule.epochs * (len(lesson.passages) // schedule.batch + 1)
    slope = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _slope(step, steps))
    net.train()
    for epoch in range(schedule.epochs):
        seen, total = 0, 0.0
        for step, part in enumerate(_batches(lesson, schedule.batch, order), 1):
            loss = _loss(net, lesson, part, schedule)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            slope.step()
            seen, total = seen + len(part), total + float(loss.detach()) * len(part)
            if step % 100 == 0:
                print(f"epoch {epoch}: {seen:,} passages, loss {total / seen:.3f}", flush=True)
    net.eval()


@torch.no_grad()
def predict(net: EncoderNet, passages: Sequence[Passage], batch: int = 64) -> Array:
    """Logits of passages, shape (n, outputs)."""
    found = np.zeros((len(passages), net.head.out_features), np.float32)
    ranked = np.argsort([len(passage.ids) for passage in passages])
    for start in range(0, len(ranked), batch):
        part = ranked[start : start + batch]
        with torch.autocast("cpu", torch.bfloat16):
            found[part] = net(*padded([passages[i] for i in part])).float().numpy()
    return found


def _loss(net: EncoderNet, lesson: Lesson, part: list[int], schedule: Schedule) -> Tensor:
    with torch.autocast("cpu", torch.bfloat16):
        logits = net(*padded([lesson.passages[i] for i in part]))
    labels = torch.from_numpy(lesson.labels[part])
    soft = labels * (1 - 2 * schedule.smoothing) + schedule.smoothing
    each = functional.binary_cross_entropy_with_logits(
        logits[:, : labels.shape[1]], soft, reduction="none"
    )
    loss = (each * torch.from_numpy(lesson.weights[part])).sum()
    loss = loss + _ranking(logits, lesson, part, schedule)
    levels = torch.from_numpy(lesson.levels[part])
    known = levels > 0
    far = logits[known, -1] - (levels[known] - 3.5) / 2
    # The level alone is a mean over those that have one, for few do.
    return loss / len(part) + schedule.level * far.square().sum() / known.sum().clamp(min=1)


def _ranking(logits: Tensor, lesson: Lesson, part: list[int], by: Schedule) -> Tensor:
    """How far true twins fail to stand above their near ones, and above those of other pairs."""
    found: dict[int, tuple[list[int], list[int]]] = {}
    place = {row: i for i, row in enumerate(part)}
    for row in part:
        other, column = lesson.twins.get(row, (-1, 0))
        if other in place and lesson.labels[row, column] > 0.5:
            true, near = found.setdefault(column, ([], []))
            true.append(place[row])
            near.append(place[other])
    total: Tensor = logits.sum() * 0
    for column, (true, near) in found.items():
        above = logits[true, column][:, None] - logits[near, column][None, :]
        far = functional.softplus(by.margin - above)
        total = total + by.ranking * far.diagonal().sum() + by.across * far.mean() * len(true)
    return total


def _batches(lesson: Lesson, size: int, order: np.random.Generator) -> Iterator[list[int]]:
    """Places of passages about equally long, twins together, in random order."""
    groups = [
        [i, lesson.twins[i][0]] if i in lesson.twins else [i]
        for i in range(len(lesson.passages))
        if i not in lesson.twins or i < lesson.twins[i][0]
    ]
    longest = np.array([max(len(lesson.passages[i].ids) for i in group) for group in groups])
    parts: list[list[int]] = [[]]
    for number in np.argsort(longest + order.uniform(-3, 3, len(groups))):
        if len(parts[-1]) >= size:
            parts.append([])
        parts[-1] += groups[number]
    for number in order.permutation(len(parts)):
        yield parts[number]


def _optimizer(net: EncoderNet, schedule: Schedule) -> torch.optim.Optimizer:
    groups = []
    for name, parameter in net.named_parameters():
        below = LAYERS
        if name.startswith("layers"):
            below = LAYERS - 1 - int(name.split(".")[1])
        rate = schedule.rate * schedule.decay**below
        if name.startswith("head"):
            rate = schedule.head_rate
        weight_decay = 0.01 if parameter.ndim > 1 else 0.0
        groups.append({"params": [parameter], "lr": rate, "weight_decay": weight_decay})
    return torch.optim.AdamW(groups, betas=(0.9, 0.98), fused=True)


def _slope(step: int, steps: int) -> float:
    warm = max(1, int(0.06 * steps))
    return min((step + 1) / warm, max(0.02, (steps - step) / max(1, steps - warm)))
