"""Learning from labeled messages, twins side by side; the same for both sides."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from mien.guard.local.features import Token, context, tokens
from mien.guard.local.network import LONGEST
from training.guard.net import Flat, Net, Shape, flat, pack

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Example:
    """A message and what is known of it.

    Attributes:
        text: The message.
        language: `en`, `de` or `es`.
        labels: 1 or 0 of each signal that is known, by its column.
        before: Earlier messages, {"role", "text"}, oldest first.
        pair: Of twins; others have one each or none.
        weight: How much it counts.
        weights: Of single columns, where they differ.
        level: Of a crisis, 1 to 6; 0 is unknown.
    """

    text: str
    language: str
    labels: dict[int, float]
    before: tuple[dict[str, str], ...] = ()
    pair: str = ""
    weight: float = 1.0
    weights: dict[int, float] = field(default_factory=dict)
    level: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """How to learn.

    Attributes:
        shape: Of the net.
        epochs: Times that every example is seen.
        batch: Examples a step.
        rate: Of learning, at its highest.
        decay: Of weights.
        ranking: Weight of the loss that puts a true twin above its near one.
        margin: By how much, in logits.
        centering: Weight of the loss that keeps the middle of twins, which is their topic, at 0.
        smoothing: Taken from labels.
    """

    shape: Shape = field(default_factory=Shape)
    epochs: int = 14
    batch: int = 64
    rate: float = 3e-3
    decay: float = 1e-2
    ranking: float = 0.5
    margin: float = 1.0
    centering: float = 0.0
    smoothing: float = 0.03


def read(example: Example) -> Flat:
    """The words of an example, with the end of what is before it."""
    lead: list[Token] = [
        token
        for said in example.before[-2:]
        for token in context(said["text"], example.language, is_user=said["role"] == "user")
    ]
    return flat([*lead, *tokens(example.text, example.language)[:LONGEST]])


def train(
    examples: Sequence[Example],
    outputs: int,
    plan: Plan,
    seed: int,
    messages: Sequence[Flat] | None = None,
) -> Net:
    """A net that has learned.

    Args:
        examples: What to learn from.
        outputs: Signals; one more output learns the level of a crisis.
        plan: How.
        seed: Of the beginning and the order.
        messages: The examples as arrays, if they are read already.
    """
    torch.manual_seed(seed)
    # Tiny gradients of rare words would otherwise slow every step several times over.
    torch.set_flush_denormal(True)
    rng = np.random.default_rng(seed)
    read_already = messages or [read(example) for example in examples]
    labels, weights, levels = targets(examples, outputs)
    net = Net(outputs + 1, plan.shape)
    optimizer = torch.optim.AdamW(net.parameters(), lr=plan.rate, weight_decay=plan.decay)
    batches = math.ceil(len(examples) / plan.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, plan.rate, total_steps=plan.epochs * (batches + 1), pct_start=0.15
    )
    twins = _twins(examples)
    net.train()
    for _ in range(plan.epochs):
        for part in _batches(examples, twins, plan.batch, rng):
            logits = net(pack([read_already[i] for i in part]))
            at = torch.from_numpy(part)
            loss = _loss(logits[:, :outputs], labels[at], weights[at], plan.smoothing)
            loss = loss + _twin_loss(logits, labels[at], part, twins, plan)
            loss = loss + 0.1 * _level_loss(logits[:, -1], levels[at])
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    net.eval()
    return net


@torch.no_grad()
def predict(net: Net, messages: Sequence[Flat], batch: int = 256) -> Array:
    """Logits of messages, shape (messages, outputs)."""
    parts = [
        net(pack(messages[start : start + batch])).numpy()
        for start in range(0, len(messages), batch)
    ]
    return np.concatenate(parts)


def targets(examples: Sequence[Example], outputs: int) -> tuple[Tensor, Tensor, Tensor]:
    """Labels and weights, shape (n, outputs), and levels, shape (n,)."""
    labels = np.zeros((len(examples), outputs), np.float32)
    weights = np.zeros((len(examples), outputs), np.float32)
    for row, example in enumerate(examples):
        for column, value in example.labels.items():
            labels[row, column] = value
            weights[row, column] = example.weights.get(column, example.weight)
    levels = np.array([example.level for example in examples], np.float32)
    return torch.from_numpy(labels), torch.from_numpy(weights), torch.from_numpy(levels)


def _loss(logits: Tensor, labels: Tensor, weights: Tensor, smoothing: float) -> Tensor:
    soft = labels * (1 - 2 * smoothing) + smoothing
    each = functional.binary_cross_entropy_with_logits(logits, soft, reduction="none")
    return (each * weights).sum() / len(labels)


def _twin_loss(
    logits: Tensor,
    labels: Tensor,
    part: NDArray[np.int64],
    twins: dict[int, tuple[int, int]],
    plan: Plan,
) -> Tensor:
    """How far true twins fail to stand above their near ones, and both stray to one side."""
    place = {int(row): i for i, row in enumerate(part)}
    found = [
        (place[row], place[twins[row][0]], twins[row][1])
        for row in place
        if row in twins and twins[row][0] in place and labels[place[row], twins[row][1]] > 0.5
    ]
    if not found:
        return logits.sum() * 0
    true, near, column = (torch.tensor(values) for values in zip(*found, strict=True))
    high, low = logits[true, column], logits[near, column]
    ranking = functional.softplus(plan.margin - (high - low)).sum()
    centering = (0.5 * (high + low)).square().sum()
    return (plan.ranking * ranking + plan.centering * centering) / len(part)


def _level_loss(logit: Tensor, levels: Tensor) -> Tensor:
    known = levels > 0
    if not known.any():
        return logit.sum() * 0
    return ((logit[known] - (levels[known] - 3.5) / 2) ** 2).mean()


def _twins(examples: Sequence[Example]) -> dict[int, tuple[int, int]]:
    """For each row with a twin: the other row and the column that they differ in."""
    by_pair: dict[str, list[int]] = {}
    for row, example in enumerate(examples):
        if example.pair:
            by_pair.setdefault(example.pair, []).append(row)
    found: dict[int, tuple[int, int]] = {}
    for rows in by_pair.values():
        if len(rows) != 2:
            continue
        first, second = (examples[row].labels for row in rows)
        columns = [c for c in first if c in second and first[c] != second[c]]
        if columns:
            found[rows[0]] = (rows[1], columns[0])
            found[rows[1]] = (rows[0], columns[0])
    return found


def _batches(
    examples: Sequence[Example],
    twins: dict[int, tuple[int, int]],
    size: int,
    rng: np.random.Generator,
) -> Iterator[NDArray[np.int64]]:
    """Rows in random order, twins together."""
    groups = [
        [row, twins[row][0]] if row in twins else [row]
        for row in range(len(examples))
        if row not in twins or row < twins[row][0]
    ]
    batch: list[int] = []
    for index in rng.permutation(len(groups)):
        batch += groups[index]
        if len(batch) >= size:
            yield np.array(batch)
            batch = []
    if len(batch) > 1:
        yield np.array(batch)
