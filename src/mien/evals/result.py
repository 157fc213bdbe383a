"""What one model did on one task, wherever it was stored."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mien.core.errors import EvalError


class Fault(StrEnum):
    """What went wrong with an item; most leave it without a score."""

    UNPARSEABLE = "unparseable"
    EMPTY = "empty"
    TRUNCATED = "truncated"
    REFUSED = "refused"
    PLACEHOLDER = "placeholder"
    """The answer repeats the template, or gives the same value everywhere."""
    JUDGE = "judge"
    """The judge gave no verdict that can be read, after all retries."""
    SIMULATOR = "simulator"
    """The simulated user fell out of its role, so that the talk tells nothing of the model."""
    BUDGET = "budget"
    """The money for the run was spent."""
    FAILED = "failed"
    """Its provider gave no answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """One item, answered once.

    Attributes:
        item: Its id within the task.
        cluster: What it shares its luck with, such as a scenario; the item itself if nothing.
        score: On the task's scale for items; None if it could not be scored, never 0 for that.
        fault: What went wrong, if anything.
        epoch: Which of several answers to the item, from 1.
        parts: Figures beside the score: passes, criteria, abilities, by name.
        counts: Events: retries, a simulator's errors, words, by name.
        judge: Who judged this one.
        kind: Of item, where tables tell kinds apart.
    """

    item: str
    cluster: str
    score: float | None
    fault: Fault | None = None
    epoch: int = 1
    parts: Mapping[str, float] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    judge: str = ""
    kind: str = ""

    def __post_init__(self) -> None:
        if self.score is not None and not math.isfinite(self.score):
            raise EvalError(f"item {self.item!r} has the score {self.score}: give None for none")
        if self.score is None and self.fault is None:
            raise EvalError(f"item {self.item!r} has no score and no reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens and money of one role.

    Attributes:
        calls: Requests that were answered, those from a cache included; 0 where the log of a run
            by `inspect eval` does not say.
        read: Tokens read, cached ones included.
        written: Tokens written, reasoning included.
        usd: What they cost; None if the model has no price, which is not the same as 0.
    """

    calls: int = 0
    read: int = 0
    written: int = 0
    usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One run of one model on one task.

    Attributes:
        task: Its name.
        version: Of the task when it was run; `published` for files of its publisher.
        model: Under test.
        items: In the order of the task.
        planned: How many items times epochs the run set out to ask; those that are missing in
            `items` were never answered.
        roles: Who judged and who played the user, by role.
        variant: Whatever else changes what the score means, by name: turns, option orders, the
            hash of own personas. Runs that differ here never share a table.
        source: The file it was read from.
        sha256: Of that file; of the hashes of all, if there are several.
        beside: Further files that it was read from.
        prompts: sha256 of each prompt and rubric, by name.
        data: sha256 of each file of items, by name.
        usage: By role; `model` for the one under test.
        packages: Versions, by name.
        created: ISO 8601, UTC; empty if unknown.
        stated: The score that the file itself states, if it does.
        is_scripted: Whether the model, a judge or the user was one of Mien's scripted
            characters, whose scores say nothing of any model.
        notes: Whatever else a reader must know, in sentences.
    """

    task: str
    version: str
    model: str
    items: tuple[ItemResult, ...]
    planned: int
    roles: Mapping[str, str] = field(default_factory=dict)
    variant: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    sha256: str = ""
    beside: tuple[str, ...] = ()
    prompts: Mapping[str, str] = field(default_factory=dict)
    data: Mapping[str, str] = field(default_factory=dict)
    usage: Mapping[str, Usage] = field(default_factory=dict)
    packages: Mapping[str, str] = field(default_factory=dict)
    created: str = ""
    stated: float | None = None
    is_scripted: bool = False
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Of the score: the task, and whoever and whatever else it depends on.

        >>> run = Result(task="sage", version="1", model="m", items=(), planned=0,
        ...              roles={"user": "deepseek-v3"}, variant={"rounds": "10"})
        >>> run.name
        'sage (user deepseek-v3, rounds 10)'
        """
        told = [f"{key} {value}" for key, value in [*self.roles.items(), *self.variant.items()]]
        return f"{self.task} ({', '.join(told)})" if told else self.task
