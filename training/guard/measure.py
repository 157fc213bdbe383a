"""Figures of the local detectors on pairs: false alarms on near misses beside recall of twins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.guard.observation import Observer
from mien.guard.signals import Signal
from mien.timeline import Turn
from mien.timeline.card import Figure
from training.cards import wilson
from training.guard.data import Row

FEWEST = 5
"""Rows from which a group has a figure of its own."""


class Judged(NamedTuple):
    """A row and what the detectors said.

    Attributes:
        row: The text with its label.
        chance: Of the row's signal; 0 where it was not judged.
        is_raised: Whether it is at or above the threshold.
    """

    row: Row
    chance: float
    is_raised: bool


SHARES = (0.05, 0.1, 0.2, 0.3)
"""Of near misses, for the trade-off."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A way to group rows, such as by language."""

    name: str
    of: Callable[[Row], str]


CUTS = (
    Cut("all signals", lambda row: "all"),
    Cut("signal", lambda row: row.signal),
    Cut("signal and language", lambda row: f"{row.signal}, {row.language}"),
    Cut("kind", lambda row: row.kind),
    Cut("level of crisis", lambda row: f"level {row.level}" if row.level else ""),
)


def observe_rows(observer: Observer, rows: Iterable[Row]) -> list[Judged]:
    """What an observer says of every row."""
    judged = []
    for row in rows:
        said = [*row.before, {"role": row.side, "text": row.text}]
        turns = [Turn(index=i, role=m["role"], text=m["text"]) for i, m in enumerate(said)]
        seen = observer.observe(turns)
        signal = Signal(row.signal)
        judged.append(Judged(row, seen.signals.get(signal, 0.0), signal in seen.raised))
    return judged


def figures(judged: Sequence[Judged], of: str) -> list[Figure]:
    """False alarms, recall and ranking, each with n and a 95 % interval by Wilson.

    Args:
        judged: Rows with their judgements.
        of: What they are, such as `open half, held out by pair`.
    """
    found = []
    for cut in CUTS:
        for name in dict.fromkeys(cut.of(one.row) for one in judged):
            part = [one for one in judged if cut.of(one.row) == name]
            near = [one.is_raised for one in part if not one.row.is_true]
            true = [one.is_raised for one in part if one.row.is_true]
            if name and len(near) >= FEWEST:
                found.append(_share("false alarms on near misses", f"{of}: {name}", near, cut.name))
            if name and len(true) >= FEWEST:
                found.append(_share("recall", f"{of}: {name}", true, cut.name))
    return [*found, *rankings(judged, of), *_trade_offs(judged, of)]


def _trade_offs(judged: Sequence[Judged], of: str) -> list[Figure]:
    """What would be found if some near misses more or fewer might be raised."""
    found = []
    for signal in ("all signals", *dict.fromkeys(one.row.signal for one in judged)):
        part = [one for one in judged if signal in ("all signals", one.row.signal)]
        true = [one.chance for one in part if one.row.is_true]
        near = sorted((one.chance for one in part if not one.row.is_true), reverse=True)
        if min(len(true), len(near)) < FEWEST:
            continue
        for share in SHARES:
            floor = near[min(int(share * len(near)), len(near) - 1)]
            name = f"found if {share:.0%} of near misses are raised"
            hits = [chance > floor for chance in true]
            found.append(_share(name, f"{of}: {signal}", hits, "trade-off"))
    return found


def rankings(judged: Sequence[Judged], of: str) -> list[Figure]:
    """AUC of each signal over all its rows, and the share of pairs in the right order."""
    found = []
    for signal in dict.fromkeys(one.row.signal for one in judged):
        part = [one for one in judged if one.row.signal == signal]
        true = np.array([one.chance for one in part if one.row.is_true])
        near = np.array([one.chance for one in part if not one.row.is_true])
        if min(len(true), len(near)) < FEWEST:
            continue
        name = f"{of}: {signal}"
        found.append(Figure(name="AUC", of=name, value=auc(true, near), n=len(part), chance=0.5))
        by_pair: dict[str, dict[bool, float]] = {}
        for one in part:
            by_pair.setdefault(one.row.id, {})[one.row.is_true] = one.chance
        right = [pair[True] > pair[False] for pair in by_pair.values() if len(pair) == 2]
        found.append(_share("twins in the right order", name, right, "ranking"))
    return found


def auc(true: NDArray[np.float64], near: NDArray[np.float64]) -> float:
    """The chance that a true one is above a near one; ties count half."""
    above = (true[:, None] > near[None]).mean()
    return float(above + 0.5 * (true[:, None] == near[None]).mean())


def _share(name: str, of: str, hits: Sequence[bool], group: str) -> Figure:
    low, high = wilson(sum(hits), len(hits))
    share = sum(hits) / len(hits)
    return Figure(name=name, of=of, value=share, low=low, high=high, n=len(hits), group=group)
