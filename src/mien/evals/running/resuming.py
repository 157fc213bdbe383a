"""Earlier logs of the same run: what is finished there is not asked again."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mien.core.errors import EvalError
from mien.evals.inspecting import HEADER, ORIGIN
from mien.evals.logs import Log, open_header, open_log, planned
from mien.evals.spending import role_models

if TYPE_CHECKING:
    from inspect_ai import Task
    from inspect_ai._eval.task import PreviousTask

_LOG = logging.getLogger("mien.evals")


@dataclass(frozen=True, slots=True)
class Earlier:
    """A log of the same task, model, roles, items and variant.

    Attributes:
        log: It.
        finished: Samples with an answer that stands.
    """

    log: Log
    finished: frozenset[tuple[str, int]]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left to ask."""
        return len(self.finished) >= planned(self.log)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What two logs must share for the answers of one to be those of the other.

    Attributes:
        task: With its items and all that its header tells.
        model: Under test.
        roles: Who plays them.
        epochs: Answers to each item.
        origin: Where the answers are from, if this run does not ask for them.
    """

    task: Task
    model: str
    roles: Mapping[str, str]
    epochs: int
    origin: Mapping[str, str]


def earlier(folder: Path, wanted: Wanted) -> Earlier | None:
    """The log of the same run that got furthest; None if there is none."""
    found = []
    for path in sorted(folder.glob("*.eval")) if folder.is_dir() else []:
        try:
            if not _is_same(open_header(path), wanted):
                continue
            log = open_log(path)
        except EvalError as error:
            _LOG.debug("not resumed from: %s", error)
            continue
        found.append(Earlier(log, _finished(log)))
    return max(found, key=lambda one: len(one.finished), default=None)


def _finished(log: Log) -> frozenset[tuple[str, int]]:
    stand = (one for one in log.samples if not one.error and one.limit != "cost")
    return frozenset((str(one.id), one.epoch) for one in stand)


def _is_same(log: Log, wanted: Wanted) -> bool:
    spec = log.header.eval
    played = {role: names[0] for role, names in role_models(log.header).items()}
    ids = [str(one) for one in spec.dataset.sample_ids or []]
    return (
        log.told == (wanted.task.metadata or {}).get(HEADER)
        and (spec.metadata or {}).get(ORIGIN, {}) == dict(wanted.origin)
        and spec.model == wanted.model
        and played == dict(wanted.roles)
        and (spec.config.epochs or 1) == wanted.epochs
        and ids == [str(one.id) for one in wanted.task.dataset]
    )


def continued(before: Earlier, task: Task) -> PreviousTask:
    """The task as Inspect goes on with it: finished samples are copied from the earlier log."""
    from inspect_ai._eval.task import PreviousTask
    from inspect_ai.log import EvalLogInfo

    path = before.log.path
    info = EvalLogInfo(
        name=str(path.resolve()),
        type="file",
        size=path.stat().st_size,
        mtime=path.stat().st_mtime,
        task=before.log.header.eval.task,
        task_id=before.log.header.eval.task_id,
        suffix=None,
    )
    return PreviousTask(
        id=before.log.header.eval.task_id,
        task=task,
        task_args=dict(before.log.header.eval.task_args),
        model=None,
        model_roles=None,
        sandbox=None,
        log=before.log.header,
        log_info=info,
    )


def drop(before: Earlier, after: Path) -> bool:
    """Delete an earlier log whose finished samples are all in a later one.

    Returns:
        Whether they are, and it is gone.
    """
    if after == before.log.path or not before.finished <= _finished(open_log(after)):
        return False
    before.log.path.unlink()
    return True
