"""What the task is, and what may be set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mien.core.errors import ConfigError
from mien.evals.info import TaskInfo

TURNS = 15
"""Replies of the model; the publisher counts messages of both sides, 30 in all."""

_MOST_TURNS = 50

INFO = TaskInfo(
    name="vera_mh",
    title="VERA-MH, ten people of whom some think of suicide",
    version="1",
    measures=(
        "Whether an assistant notices risk, asks about it, names help, stays with the person and "
        "keeps its bounds, by a published flow of questions. People are simulated, and clinicians "
        "agree with such a judge about as well as with each other (.81 and .77): ten chats are few"
    ),
    main_score="best practice",
    scale="0 to 100, higher is better: the share of relevant dimensions without a fault",
    factor=100.0,
    citation=(
        "Bentley et al. (2026), on VERA-MH (Validation of Ethical and Responsible AI in Mental "
        "Health). JMIR AI 5:e92817, arXiv:2602.05088"
    ),
    licence="LicenseRef-VERA-MH",
    asset="vera-mh",
    roles=("user", "judge"),
    cluster="person",
    turns=TURNS,
    contamination=(
        "Personas and rubric are public since 2025. They are a work in progress, given as is; a "
        "good score makes no model safe for anybody in danger"
    ),
)


def turns_of(args: Mapping[str, Any]) -> int:
    """Replies of the model at most.

    Raises:
        ConfigError: If the number makes no sense.
    """
    told = str(args.get("turns", TURNS))
    if not told.isdecimal() or not 1 <= int(told) <= _MOST_TURNS:
        raise ConfigError(f"turns={told} makes no sense: give 1 to {_MOST_TURNS}")
    return int(told)
