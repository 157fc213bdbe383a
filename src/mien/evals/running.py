"""A task run on models through Inspect, and what it came to beside what was planned."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mien.core.config import Config, load_config
from mien.core.errors import ConfigError, EvalError, MissingExtra, ModelServiceError
from mien.core.progress import Report, ignore
from mien.evals.bench import Bench, Setup
from mien.evals.budget import Meter, check_budget, expected_costs
from mien.evals.info import TaskInfo
from mien.evals.inspecting import caching
from mien.evals.logs import read_log
from mien.evals.models import check_models, kinds_of_error, model_of
from mien.evals.planning import UNDER_TEST, Load, Plan, make_plan
from mien.evals.prices import Prices, load_prices
from mien.evals.ran import Ran
from mien.evals.result import Fault

if TYPE_CHECKING:
    from inspect_ai import Task
    from inspect_ai.log import EvalLog
    from inspect_ai.model import Model

    from mien.evals.resuming import Earlier

ASKS_AGAIN = 3
"""Tries after a failed one of each request."""


class Watch(Protocol):
    """Shows how far a run is, in requests of about so many."""

    def __call__(self, title: str, total: int) -> AbstractContextManager[Report]:
        """Show it while the context lasts."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How models are asked.

    Attributes:
        roles: Who judges and who plays the user, by role.
        logs: Folder for Inspect's logs. A run that was cut off there goes on where it stopped.
        fresh: Ask everything anew, whatever is there.
        epochs: Answers to each item.
        max_connections: Requests to a model at once; None for Inspect's own rule.
        budget: Dollars for all models and roles together; None for no end.
        prices: Of models.
        cache: Keep every answer, and ask no model the same about the same item twice, in any run.
        retries: Tries after a failed one of each request.
        watch: Shows progress.
        config: Settings.
    """

    roles: Mapping[str, str] = field(default_factory=dict)
    logs: Path = Path("logs")
    fresh: bool = False
    epochs: int = 1
    max_connections: int | None = None
    budget: float | None = None
    prices: Prices = field(default_factory=load_prices)
    cache: bool = False
    retries: int = ASKS_AGAIN
    watch: Watch = lambda title, total: nullcontext(ignore)
    config: Config = field(default_factory=load_config)


def run(bench: Bench, models: Sequence[str], setup: Setup, manner: Manner) -> Iterator[Ran]:
    """Run a task on one model after another.

    Yields:
        What came of each model, as soon as it is there.

    Raises:
        ConfigError: If a role has no model, or an option or model makes no sense.
        NetworkRefused: If Mien is offline and a model is not on this machine.
        ModelServiceError: If a model answered nothing at all.
        MissingExtra: If inspect-ai is not installed.
    """
    manner = replace(manner, roles=cast_roles(bench.info, manner.roles))
    check_models([*models, *manner.roles.values()], manner.config)
    meter = Meter(manner.budget)
    plans = [plan_of(bench, model, setup, manner) for model in models]
    for plan in plans:
        check_budget(manner.budget, plan)
    _check_inspect()
    for model, plan in zip(models, plans, strict=True):
        yield _run(bench, model, setup, manner, plan, meter)


def plan_of(bench: Bench, model: str, setup: Setup, manner: Manner) -> Plan:
    """What a run of one model will come to."""
    return make_plan(
        bench,
        {**spread_roles(bench.info, manner.roles), UNDER_TEST: model},
        setup,
        manner.prices,
        Load(epochs=manner.epochs, connections=manner.max_connections),
    )


def spread_roles(info: TaskInfo, roles: Mapping[str, str]) -> dict[str, str]:
    """Roles with `judge` in place of each of `judge_1`, `judge_2`, ... that nobody else plays."""
    numbered = {role: role.rpartition("_")[0] for role in info.roles}
    spread = {role: roles[one] for role, one in numbered.items() if one in roles}
    rest = {role: who for role, who in roles.items() if role not in numbered.values()}
    return spread | rest


def cast_roles(info: TaskInfo, given: Mapping[str, str]) -> dict[str, str]:
    """Who plays each role of a task, exactly those that it has.

    Raises:
        ConfigError: If one is missing or unknown; no judge is ever chosen silently.
    """
    roles = spread_roles(info, given)
    missing = [role for role in info.roles if role not in roles]
    if missing:
        needed = " ".join(f"--role {role}=PROVIDER/MODEL" for role in missing)
        raise ConfigError(f"{info.name} needs {', '.join(missing)}: name who it is with {needed}")
    if unknown := [role for role in roles if role not in info.roles]:
        known = ", ".join(info.roles) or "none"
        raise ConfigError(f"{info.name} has no role {unknown[0]!r}: its roles are {known}")
    return {role: roles[role] for role in info.roles}


def _check_inspect() -> None:
    try:
        import inspect_ai  # noqa: F401  # 1.4 s, and not part of the base
    except ImportError as error:
        raise MissingExtra("running a task", "evals") from error


def _run(bench: Bench, model: str, setup: Setup, manner: Manner, plan: Plan, meter: Meter) -> Ran:
    from mien.evals._registry import as_task
    from mien.evals.resuming import drop, earlier

    task = as_task(bench, setup)
    manner.logs.mkdir(parents=True, exist_ok=True)
    before = None
    if not manner.fresh:
        before = earlier(manner.logs, task, model, manner.roles, manner.epochs)
    if before is not None and before.is_whole:
        return replace(_ran(bench, before.log.path, plan, manner), kept=len(before.finished))
    began = time.monotonic()
    calls = sum(part.calls for part in plan.parts)
    with manner.watch(f"{bench.info.name}, {model}", calls) as meter.watch, caching(manner.cache):
        log = _eval(task, model, manner, plan, meter, before)
    if log.status == "cancelled":
        raise KeyboardInterrupt
    path = _path(log, model)
    gone = before.log.path if before is not None and drop(before, path) else None
    ran = replace(
        _ran(bench, path, plan, manner),
        seconds=time.monotonic() - began,
        kept=len(before.finished) if before else 0,
        replaced=gone,
    )
    _refuse_silence(ran, log)
    return ran


def _ran(bench: Bench, path: Path, plan: Plan, manner: Manner) -> Ran:
    result = read_log(path, manner.prices)
    scored = bench.score(result.items, result.planned)
    return Ran(log=path, result=result, scored=scored, plan=plan)


def _eval(
    task: Task,
    model: str,
    manner: Manner,
    plan: Plan,
    meter: Meter,
    before: Earlier | None,
) -> EvalLog:
    import inspect_ai

    from mien.evals.metering import Metered
    from mien.evals.resuming import continued

    costs = expected_costs(plan)

    def made(name: str, role: str) -> Model:
        price = manner.prices.find(name)
        return Metered(model_of(name), role, meter, price, costs.get(role, 0.0))

    (log,) = inspect_ai.eval(
        task if before is None else continued(before, task),
        model=made(model, UNDER_TEST),
        model_roles={role: made(name, role) for role, name in manner.roles.items()},
        log_dir=str(manner.logs),
        log_format="eval",
        display="none",
        epochs=manner.epochs,
        # One failed sample is counted and asked again next time; the others go on.
        fail_on_error=False,
        log_realtime=False,
        # An answer that was paid for is on the disk before the next is asked for.
        log_buffer=1,
        log_model_api=False,
        max_connections=manner.max_connections,
        max_retries=manner.retries,
    )
    return log


def _path(log: EvalLog, model: str) -> Path:
    if not log.location:
        raise EvalError(f"Inspect wrote no log for {model}")
    return Path(log.location.removeprefix("file://"))


def _refuse_silence(ran: Ran, log: EvalLog) -> None:
    """Raise if nothing was answered at all, which is no score of any model."""
    items = ran.result.items
    if log.status == "error" or (items and all(one.fault is Fault.FAILED for one in items)):
        raise ModelServiceError(
            f"{ran.result.model} answered none of {ran.result.planned:,} samples "
            f"({kinds_of_error(ran.log)}): check names, keys and addresses; the log is {ran.log}"
        )
