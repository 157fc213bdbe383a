"""What models really said to the same items, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mien.evals.boards.board import Board
from mien.evals.boards.comparing import item_means
from mien.evals.boards.gathering import LOGS

if TYPE_CHECKING:
    from inspect_ai.log import EvalSample

MOST_ITEMS = 6
MOST_CHARACTERS = 6000
"""Of one talk; a page should not weigh more than a photograph."""


@dataclass(frozen=True, slots=True)
class Said:
    """One model on one item.

    Attributes:
        model: Its name in the table.
        score: Of the item; None if it has none.
        turns: Who said what, in order, from the first reply on.
        is_cut: Whether there was more.
    """

    model: str
    score: float | None
    turns: tuple[tuple[str, str], ...]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Talk:
    """One item with what each model said.

    Attributes:
        item: Its id.
        asked: What came before the first reply.
        said: By each model that has a log.
    """

    item: str
    asked: str
    said: tuple[Said, ...]


def sample_talks(board: Board, most: int = MOST_ITEMS) -> tuple[Talk, ...]:
    """The items on which models differ most, each with every model's words.

    Published files hold no talks, or other fields each; only logs are read.

    Args:
        board: Whose runs.
        most: How many items.
    """
    logs = {row.model: Path(row.run.source) for row in board.rows if _is_log(Path(row.run.source))}
    if not logs:
        return ()
    scores = {row.model: item_means(row.run.items) for row in board.rows}
    return tuple(_talk(item, logs, scores) for item in _telling(scores, most))


def _is_log(path: Path) -> bool:
    return path.suffix in LOGS and path.is_file()


def _telling(scores: Mapping[str, Mapping[str, float]], most: int) -> list[str]:
    """Items by how far apart models are on them; where there is one model, its extremes."""
    items = list(dict.fromkeys(item for held in scores.values() for item in held))
    spread = {
        item: _spread([held[item] for held in scores.values() if item in held]) for item in items
    }
    return sorted(items, key=lambda item: -spread[item])[:most]


def _spread(values: Sequence[float]) -> float:
    return float(np.ptp(values)) if len(values) > 1 else abs(values[0])


def _talk(item: str, logs: Mapping[str, Path], scores: Mapping[str, Mapping[str, float]]) -> Talk:
    from mien.evals.logs import read_sample

    asked, said = "", []
    for model, path in logs.items():
        sample = read_sample(path, item)
        if sample is None:
            continue
        before, turns = _turns(sample)
        asked = asked or before
        kept, is_cut = _cut(turns)
        said.append(Said(model, scores[model].get(item), kept, is_cut))
    return Talk(item, asked[:MOST_CHARACTERS], tuple(said))


def _turns(sample: EvalSample) -> tuple[str, list[tuple[str, str]]]:
    told: list[tuple[str, str]] = [(one.role, one.text) for one in sample.messages]
    first = next((i for i, (role, _) in enumerate(told) if role == "assistant"), len(told))
    asked = "\n\n".join(text for _, text in told[:first])
    return asked, told[first:]


def _cut(turns: Sequence[tuple[str, str]]) -> tuple[tuple[tuple[str, str], ...], bool]:
    left = MOST_CHARACTERS
    kept: list[tuple[str, str]] = []
    for role, text in turns:
        if left <= 0:
            return tuple(kept), True
        kept.append((role, text[:left]))
        left -= len(text)
    return tuple(kept), left < 0
