"""What Inspect finds of Mien: every task and its scorer as `mien/NAME`, characters as models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspect_ai import Task, task
from inspect_ai.model import modelapi
from inspect_ai.scorer import Scorer, scorer

from mien.evals.bench import Bench, Setup
from mien.evals.catalogue import NAMES, find
from mien.evals.characters import PROVIDER
from mien.evals.inspecting import published_score

if TYPE_CHECKING:
    from mien.evals.characters.provider import Scripted


def _registered(name: str, of_name: Callable[[str], Bench]) -> Callable[..., Task]:
    @task(name=name)
    def of_catalogue(data: str | None = None, limit: int | None = None, **args: Any) -> Task:
        folder = Path(data).expanduser() if data else None
        return of_name(name).task(Setup(data=folder, limit=limit, args=args))

    of_catalogue.__doc__ = f"The task {name} of Mien's catalogue; -T takes what --set takes."
    return of_catalogue


TASKS = {name: _registered(name, find) for name in NAMES}
"""What Inspect calls for each task, by its name."""


def _scorer(name: str) -> Callable[..., Scorer]:
    @scorer(name=name, metrics=[published_score(name)])
    def of_catalogue(data: str | None = None, **args: Any) -> Scorer:
        folder = Path(data).expanduser() if data else None
        (held,) = find(name).task(Setup(data=folder, args=args)).scorer or []
        return held

    of_catalogue.__doc__ = f"The scorer of {name}, for `inspect score`; -S takes what --set takes."
    return of_catalogue


SCORERS = {name: _scorer(name) for name in NAMES}
"""What `inspect score --scorer mien/NAME` calls for each task."""


def as_task(bench: Bench, setup: Setup) -> Task:
    """A task of ours under the name and with the arguments that `inspect eval` would give it."""
    made = _registered(bench.info.name, lambda _: bench)
    data = str(setup.data) if setup.data else None
    return made(data=data, limit=setup.limit, **setup.args)


@modelapi(name=PROVIDER)
def characters() -> type[Scripted]:
    """The scripted characters, `mien/empathic` and its kin."""
    from mien.evals.characters.provider import Scripted

    return Scripted
