"""All tasks by name, each loaded when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from mien.core.errors import EvalError
from mien.evals.bench import Bench

_HOMES = {
    "eq_bench": "eq_bench.v2",
    "eq_bench_v1": "eq_bench.v1",
    "eq_bench_de": "eq_bench.german",
    "eq_bench_lm_eval": "eq_bench.lm_eval",
    "eq_bench_v3": "eq_bench_v3",
    "eq_bench_v3_pairs": "eq_bench_v3.pairs",
    "live": "live",
    "live_pairs": "live.pairs",
    "emobench": "emobench",
    "sage": "sage",
    "spiral": "spiral",
    "psychosis_bench": "psychosis_bench",
    "sycophancy": "sycophancy",
    "dependency": "dependency",
    "humanebench": "humanebench",
    "vera_mh": "vera_mh",
}

NAMES = tuple(_HOMES)
"""Of all tasks, in the order of tables."""


def find(name: str) -> Bench:
    """The task of that name, with or without `mien/` before it.

    Raises:
        EvalError: If there is none.
    """
    home = _HOMES.get(name.removeprefix("mien/"))
    if home is None:
        raise EvalError(f"no task is called {name!r}: choose from {', '.join(NAMES)}")
    return cast("Bench", import_module(f"mien.evals.tasks.{home}").BENCH)


def all_benches() -> tuple[Bench, ...]:
    """Every task."""
    return tuple(map(find, NAMES))
