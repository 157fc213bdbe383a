"""What a score of fewer items is worth."""

from __future__ import annotations

import math
from dataclasses import replace

from mien.evals.bench import Bench, Setup
from mien.evals.running.planning import UNDER_TEST


def warning(bench: Bench, setup: Setup) -> str:
    """How much less a limited run tells than the whole task; empty if it is the whole task."""
    if setup.limit is None:
        return ""
    asked, whole = _asks(bench, setup), _asks(bench, replace(setup, limit=None))
    if not 0 < asked < whole:
        return ""
    wider = math.sqrt(whole / asked)
    return (
        f"--limit {setup.limit}: about {100 * asked / whole:.0f} % of the task, so the interval is "
        f"about {wider:.1f} times as wide, and the score is none of the whole task"
    )


def _asks(bench: Bench, setup: Setup) -> int:
    return sum(one.calls for one in bench.plan(setup) if one.role == UNDER_TEST) or sum(
        one.calls for one in bench.plan(setup)
    )
