"""One log made by Inspect: gone on with, asked through the meter, read back."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from mien.core.config import Config, load_config
from mien.core.errors import EvalError, ModelServiceError
from mien.core.progress import Report, ignore
from mien.evals.bench import Bench
from mien.evals.inspecting import ORIGIN, caching
from mien.evals.logs import read_log
from mien.evals.models import kinds_of_error, model_of
from mien.evals.prices import Prices, load_prices
from mien.evals.result import Fault
from mien.evals.running.budget import Meter, expected_costs
from mien.evals.running.planning import UNDER_TEST, Plan
from mien.evals.running.ran import Ran

if TYPE_CHECKING:
    from inspect_ai import Task
    from inspect_ai.log import EvalLog
    from inspect_ai.model import Model

    from mien.evals.running.resuming import Earlier

_MOST_WRITES = 1001

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A task on a model, from which one log comes.

    Attributes:
        bench: The task, which scores what comes of it.
        model: Under test.
        task: As Inspect runs it.
        plan: What it will come to.
        stand_ins: Models for roles that are not asked, such as the one under test while a judge
            alone is asked again.
        origin: What else is written into the log of where its answers are from.
    """

    bench: Bench
    model: str
    task: Task
    plan: Plan
    stand_ins: Mapping[str, Callable[[], Model]] = field(default_factory=dict)
    origin: Mapping[str, str] = field(default_factory=dict)


def carry_out(job: Job, manner: Manner, meter: Meter) -> Ran:
    """Ask whatever no earlier log of the same job holds, and read what came of it.

    Raises:
        ConfigError: If Inspect cannot make a model.
        ModelServiceError: If nothing at all was answered.
    """
    manner.logs.mkdir(parents=True, exist_ok=True)
    before = None if manner.fresh else _before(job, manner)
    if before is not None and before.is_whole:
        return replace(_ran(job, before.log.path, manner), kept=len(before.finished))
    began = time.monotonic()
    calls = sum(part.calls for part in job.plan.parts)
    title = f"{job.bench.info.name}, {job.model}"
    with manner.watch(title, calls) as meter.watch, caching(manner.cache):
        log = _eval(job, manner, meter, before)
    ran = replace(_ran(job, _path(log), manner), seconds=time.monotonic() - began)
    _refuse_silence(ran, log)
    return ran if before is None else _followed(before, ran)


def _before(job: Job, manner: Manner) -> Earlier | None:
    from mien.evals.running.resuming import Wanted, earlier

    wanted = Wanted(
        task=job.task,
        model=job.model,
        roles=manner.roles,
        epochs=manner.epochs,
        origin=job.origin,
    )
    return earlier(manner.logs, wanted)


def _followed(before: Earlier, ran: Ran) -> Ran:
    from mien.evals.running.resuming import drop

    gone = before.log.path if drop(before, ran.log) else None
    return replace(ran, kept=len(before.finished), replaced=gone)


def _ran(job: Job, path: Path, manner: Manner) -> Ran:
    result = read_log(path, manner.prices)
    scored = job.bench.score(result.items, result.planned)
    return Ran(log=path, result=result, scored=scored, plan=job.plan)


def _eval(job: Job, manner: Manner, meter: Meter, before: Earlier | None) -> EvalLog:
    import inspect_ai

    from mien.evals.running.resuming import continued

    models = _models(job, manner, meter)
    logs = inspect_ai.eval(
        job.task if before is None else continued(before, job.task),
        model=models.pop(UNDER_TEST),
        model_roles={**models},
        metadata={ORIGIN: dict(job.origin)} if job.origin else None,
        log_dir=str(manner.logs),
        log_format="eval",
        display="none",
        epochs=manner.epochs,
        # One failed sample is counted and asked again next time; the others go on.
        fail_on_error=False,
        log_realtime=False,
        log_buffer=_buffer(len(job.task.dataset) * manner.epochs),
        log_model_api=False,
        max_connections=manner.max_connections,
        max_retries=manner.retries,
    )
    # Interrupted early, Inspect gives no log back; interrupted late, a cancelled one.
    if not logs or logs[0].status == "cancelled":
        raise KeyboardInterrupt
    return logs[0]


def _buffer(samples: int) -> int:
    """Finished samples that may be lost with the process: none, but in runs of thousands a few.

    Inspect writes its list of all samples anew each time, which would take the square of them.
    """
    return 1 + samples // _MOST_WRITES


def _models(job: Job, manner: Manner, meter: Meter) -> dict[str, Model]:
    from mien.evals.running.metering import Metered

    costs = expected_costs(job.plan)
    found = {}
    for role, name in {UNDER_TEST: job.model, **manner.roles}.items():
        if role in job.stand_ins:
            found[role] = job.stand_ins[role]()
            continue
        price = manner.prices.find(name)
        found[role] = Metered(model_of(name), role, meter, price, costs.get(role, 0.0))
    return found


def _path(log: EvalLog) -> Path:
    if not log.location:
        raise EvalError(f"Inspect wrote no log for {log.eval.model}")
    return Path(log.location.removeprefix("file://"))


def _refuse_silence(ran: Ran, log: EvalLog) -> None:
    """Raise if nothing was answered at all, which is no score of any model."""
    items = ran.result.items
    if log.status == "error" or (items and all(one.fault is Fault.FAILED for one in items)):
        raise ModelServiceError(
            f"{ran.result.model} answered none of {ran.result.planned:,} samples "
            f"({kinds_of_error(ran.log)}): check names, keys and addresses; the log is {ran.log}"
        )
