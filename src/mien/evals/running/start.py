"""A task run on models through Inspect, and what it came to beside what was planned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from mien.core.errors import MissingExtra
from mien.evals.bench import Bench, Setup
from mien.evals.models import check_models
from mien.evals.running.budget import Meter, check_budget
from mien.evals.running.casting import cast_roles, spread_roles
from mien.evals.running.jobs import Job, Manner, carry_out
from mien.evals.running.planning import UNDER_TEST, Load, Plan, make_plan
from mien.evals.running.ran import Ran

__all__ = ["Manner", "check_inspect", "plan_of", "run"]


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
    check_inspect()
    for model, plan in zip(models, plans, strict=True):
        yield carry_out(_job(bench, model, setup, plan), manner, meter)


def _job(bench: Bench, model: str, setup: Setup, plan: Plan) -> Job:
    from mien.evals._registry import as_task

    return Job(bench=bench, model=model, task=as_task(bench, setup), plan=plan)


def plan_of(bench: Bench, model: str, setup: Setup, manner: Manner) -> Plan:
    """What a run of one model will come to."""
    return make_plan(
        bench,
        {**spread_roles(bench.info, manner.roles), UNDER_TEST: model},
        setup,
        manner.prices,
        Load(epochs=manner.epochs, connections=manner.max_connections),
    )


def check_inspect() -> None:
    """Return if models can be asked at all.

    Raises:
        MissingExtra: If inspect-ai is not installed.
    """
    try:
        import inspect_ai  # noqa: F401  # 1.4 s, and not part of the base
    except ImportError as error:
        raise MissingExtra("running a task", "evals") from error
