"""Answers of an earlier run judged by others; the model under test is not asked."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mien.core.errors import ConfigError, EvalError
from mien.evals.bench import Bench, Setup
from mien.evals.catalogue import find
from mien.evals.inspecting import HEADER
from mien.evals.logs import Log, open_log, sha256
from mien.evals.models import check_models
from mien.evals.running.budget import Meter, check_budget
from mien.evals.running.casting import cast_roles, spread_roles
from mien.evals.running.jobs import Job, Manner, carry_out
from mien.evals.running.planning import UNDER_TEST, Load, Plan, make_plan
from mien.evals.running.ran import Ran
from mien.evals.running.start import check_inspect
from mien.evals.spending import role_models

if TYPE_CHECKING:
    from inspect_ai import Task
    from inspect_ai.solver import Solver

TALKERS = ("user",)
"""Roles that took part in what was said, and cannot be played again afterwards."""

_TO_JUDGES = re.compile("judge|rubric|pair")
"""In the names of prompts that nobody but a judge is told."""


def rejudge(path: Path, setup: Setup, manner: Manner) -> Ran:
    """Score an existing log's answers by other judges, into a log of its own.

    Args:
        path: A log of one of our tasks.
        setup: Where the published items are; arguments and limits are those of the log.
        manner: Names every judge of the task; its folder takes the new log.

    Raises:
        ConfigError: If the task has no judge, or not all of them are named.
        EvalError: If the log is none of ours, or its items are not those that lie here.
        NetworkRefused: If Mien is offline and a judge is not on this machine.
    """
    check_inspect()
    log = open_log(path)
    bench = find(str(log.told["task"]))
    roles = _roles(bench, log, manner.roles)
    check_models([roles[role] for role in judges_of(bench)], manner.config)
    manner = replace(manner, roles=roles, epochs=log.header.eval.config.epochs or 1)
    setup = _setup(log, setup)
    plan = _plan(bench, roles, setup, manner)
    check_budget(manner.budget, plan)
    return carry_out(_job(bench, log, setup, plan, roles), manner, Meter(manner.budget))


def judges_of(bench: Bench) -> tuple[str, ...]:
    """Roles of a task that judge what was said."""
    return tuple(role for role in bench.info.roles if role not in TALKERS)


def _roles(bench: Bench, log: Log, given: Mapping[str, str]) -> dict[str, str]:
    name, judges = bench.info.name, judges_of(bench)
    if not judges:
        raise ConfigError(f"{name} has no judge: its score follows from the answers alone")
    told = spread_roles(bench.info, given)
    if talkers := [role for role in told if role in TALKERS]:
        raise ConfigError(f"{talkers[0]} took part in the talks of {log.path}: name judges only")
    played = {role: names[0] for role, names in role_models(log.header).items() if role in TALKERS}
    return cast_roles(bench.info, {**played, **told})


def _setup(log: Log, setup: Setup) -> Setup:
    """How the log's own run was set up, with items from where they are now."""
    args = dict(log.header.eval.task_args)
    data, limit = args.pop("data", None), args.pop("limit", None)
    folder = setup.data or (Path(data) if data and Path(data).is_dir() else None)
    return replace(setup, data=folder, limit=limit, args=args)


def _plan(bench: Bench, roles: Mapping[str, str], setup: Setup, manner: Manner) -> Plan:
    load = Load(epochs=manner.epochs, connections=manner.max_connections, roles=judges_of(bench))
    return make_plan(bench, roles, setup, manner.prices, load)


def _job(bench: Bench, log: Log, setup: Setup, plan: Plan, roles: Mapping[str, str]) -> Job:
    from mien.evals.running.replaying import recorded

    names = {UNDER_TEST: log.header.eval.model, **roles}
    silent = (UNDER_TEST, *(role for role in TALKERS if role in roles))
    return Job(
        bench=bench,
        model=log.header.eval.model,
        task=_task(bench, log, setup),
        plan=plan,
        stand_ins={role: recorded(names[role]) for role in silent},
        origin={"log": log.path.name, "sha256": sha256(log.path)},
    )


def _task(bench: Bench, log: Log, setup: Setup) -> Task:
    from inspect_ai import task_with

    from mien.evals._registry import as_task
    from mien.evals.running.replaying import replay

    task = as_task(bench, setup)
    _require_same(log, task)
    here = {str(one.id) for one in task.dataset}
    there = {str(one) for one in log.header.eval.dataset.sample_ids or []}
    if other := sorted(here ^ there):
        raise EvalError(
            f"{log.path} holds other items than lie here, such as {other[0]!r}: they have changed "
            "since, or lie in another folder (--data DIR)"
        )
    solver: Solver = replay(log.path)
    return task_with(task, solver=solver)


def _require_same(log: Log, task: Task) -> None:
    """Raise if the answers are to other prompts or items than the new log would say.

    What only judges are told may have changed: it is told anew.
    """
    now, then = (task.metadata or {})[HEADER], log.told
    if then.get("version") != now["version"]:
        raise EvalError(
            f"{log.path} is of version {then.get('version')!r} of its task, which is now "
            f"{now['version']!r}: run it anew, or judge it with the Mien that ran it"
        )
    for what in ("data", "prompts"):
        old, new = then.get(what) or {}, now[what]
        names = [name for name in {**old, **new} if not _TO_JUDGES.search(name)]
        if other := [name for name in names if old.get(name) != new.get(name)]:
            raise EvalError(
                f"the answers in {log.path} are to another {other[0]!r} than lies here: it has "
                "changed since, or lies in another folder (--data DIR)"
            )
