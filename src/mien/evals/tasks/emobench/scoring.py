"""From picks to the score of a run: accuracy over items and orders, orders told apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mien.evals.bench import Scored
from mien.evals.estimate import NAN, Estimate, mean
from mien.evals.result import Fault, ItemResult
from mien.evals.tasks.emobench.about import INFO
from mien.evals.tasks.emobench.reading import NONE, vote

QUESTIONS = {1: ("choice",), 2: ("emotion", "cause")}
"""Names of an item's questions, by how many there are."""

UNREAD, AGREED = "unread", "agreed"
"""Of several answers: how many lack an option, and the share that picks the commonest."""


def marked(
    name: str,
    answers: Sequence[Sequence[int]],
    right: Sequence[int],
    *,
    kind: str = "",
    fault: Fault | None = None,
) -> ItemResult:
    """An item in one order: right if each question is, by the commonest of its answers.

    An answer without an option is wrong, as published, and is counted as a fault beside. One that
    our own limit of tokens cut has no score, since nobody knows what it would have picked.

    Args:
        name: The item's number and its order.
        answers: What each answer picks, one option a question.
        right: The right option of each question.
        kind: The publisher's category.
        fault: Why answers have no option, where they have none.

    Raises:
        EvalError: If there is no score and no fault.
    """
    picked = [vote([answer[i] for answer in answers]) for i in range(len(right))]
    hits = {
        question: float(pick == key)
        for question, pick, key in zip(QUESTIONS[len(right)], picked, right, strict=True)
    }
    is_read = NONE not in picked
    fault = None if is_read else fault or Fault.UNPARSEABLE
    unread = sum(NONE in answer for answer in answers)
    agreed = sum(tuple(answer) == tuple(picked) for answer in answers) / len(answers)
    return ItemResult(
        item=name,
        cluster=name.rpartition("-")[0],
        score=None if fault in _NEVER_SEEN else min(hits.values()),
        fault=fault,
        parts=(hits if len(hits) > 1 else {}) | ({AGREED: agreed} if len(answers) > 1 else {}),
        counts={UNREAD: unread} if unread else {},
        kind=kind,
    )


_NEVER_SEEN = (Fault.TRUNCATED, Fault.FAILED, Fault.BUDGET)


def score(items: Sequence[ItemResult], planned: int) -> Scored:
    """Accuracy in percent: of all, of each order, of single questions, and how much was read.

    Orders of one item are no independent evidence: items are the clusters.
    """
    held = [item for item in items if item.score is not None]
    if not held:
        return Scored(Estimate(NAN), {}, f"none of {planned} answers could be scored")
    orders = sorted({_order(item) for item in held})
    by_order = {
        f"order {order}": _share([item for item in held if _order(item) == order], _hit)
        for order in orders
    }
    names = dict.fromkeys(name for item in held for name in item.parts)
    single = {name: _part([item for item in held if name in item.parts], name) for name in names}
    parts = {
        **(by_order if len(orders) > 1 else {}),
        **single,
        "readable": _share(held, lambda item: float(item.fault is None)),
    }
    return Scored(_share(held, _hit), parts)


def _share(items: Sequence[ItemResult], value: Callable[[ItemResult], float]) -> Estimate:
    # Percents before the mean: 31.875 stays itself, and is rounded as its publisher rounds it.
    percents = [INFO.factor * value(item) for item in items]
    return mean(percents, [item.cluster for item in items])


def _part(items: Sequence[ItemResult], name: str) -> Estimate:
    return _share(items, lambda item: item.parts[name])


def _hit(item: ItemResult) -> float:
    return item.score or 0.0


def _order(item: ItemResult) -> str:
    return item.item.rpartition("-")[2]
