"""What every task gives: its items, its score, its published runs, and a task for Inspect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypeVar

from mien.core.config import Config, load_config
from mien.evals.estimate import Estimate
from mien.evals.info import TaskInfo
from mien.evals.result import ItemResult, Result

if TYPE_CHECKING:
    from inspect_ai import Task

Item = TypeVar("Item")


class Scored(NamedTuple):
    """What the items of a run come to.

    Attributes:
        main: The figure that ranks models, on the scale of `TaskInfo.scale`; NaN where the
            task's own rule gives no score.
        parts: Figures beside it, by name.
        why_none: Why there is no score, if there is none.
        items: The items with the scores that count, where only the whole run tells which do, such
            as those of the better of two passes; None where the items have them already.
    """

    main: Estimate
    parts: Mapping[str, Estimate]
    why_none: str = ""
    items: tuple[ItemResult, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """How a task is to be run.

    Attributes:
        data: A folder with the published files; None for those that were pulled.
        limit: Items at most; None for all.
        args: What only this task knows, such as `turns`; each task refuses what it does not.
        config: Settings; by default those of `mien.toml` and the environment.
    """

    data: Path | None = None
    limit: int | None = None
    args: Mapping[str, Any] = field(default_factory=dict)
    config: Config = field(default_factory=load_config)

    def cut(self, items: Sequence[Item]) -> tuple[Sequence[Item], dict[str, str]]:
        """The items of a run, and what a limit adds to `Result.variant`.

        Scores of different items never share a table.

        >>> Setup(limit=2).cut("abc")
        ('ab', {'items': 'first 2 of 3'})
        """
        if self.limit is None or self.limit >= len(items):
            return items, {}
        return items[: self.limit], {"items": f"first {self.limit} of {len(items)}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """Requests that a run will send to one role.

    Attributes:
        role: `model` for the one under test.
        calls: How many.
        read: Tokens they will read in all, about.
        written: Tokens they will write in all, about.
    """

    role: str
    calls: int
    read: int
    written: int


class Bench(Protocol):
    """One task; a module of `mien.evals.tasks` holds it as `BENCH`.

    Scoring, stored runs and baselines need no more than the base of Mien; only `task` imports
    Inspect.
    """

    @property
    def info(self) -> TaskInfo:
        """What it is."""
        ...

    def score(self, items: Sequence[ItemResult], planned: int) -> Scored:
        """The figures of a run from its items, by the published rules."""
        ...

    def stored(self, path: Path, setup: Setup) -> Sequence[Result]:
        """The runs in a file of the task's publisher, one a model and variant.

        Raises:
            EvalError: If the file is none of this task; says what it is, if it can be told.
        """
        ...

    def baselines(self, setup: Setup) -> Sequence[Result]:
        """What answers without any reading come to: constant, random, longest option."""
        ...

    def plan(self, setup: Setup) -> Sequence[Calls]:
        """What a run would send, by role, before anything is sent."""
        ...

    def task(self, setup: Setup) -> Task:
        """The task for Inspect, whose scorer writes an `ItemResult` a sample (`logs.record`)."""
        ...
