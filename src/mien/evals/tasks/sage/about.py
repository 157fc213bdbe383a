"""What the task is, and what may be set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mien.core.errors import ConfigError
from mien.evals.info import TaskInfo

ROUNDS = 10
_MOST_ROUNDS = 50

INFO = TaskInfo(
    name="sage",
    title="SAGE, support for a simulated person with feelings",
    version="1",
    measures=(
        "How one language model, playing a hundred people in need, says it would feel after up to "
        "ten rounds: models have been trained to please it, and its simulator is part of the score"
    ),
    main_score="emotion",
    scale="0 to 100, higher is better; every talk begins at 40",
    citation=(
        "Zhang, B., Ma, R., Jiang, Q., et al. (2025). Sentient Agent as a Judge: Evaluating "
        "Higher-Order Social Cognition in Large Language Models. arXiv:2505.02847"
    ),
    licence="MIT",
    asset="sage",
    roles=("user",),
    cluster="person",
    languages=("zh",),
    turns=ROUNDS,
    contamination=(
        "Profiles and talks are public since May 2025. Swapping the simulator moves scores by 9 "
        "to 28 points and hardly agrees on single talks (correlation .22 to .53), so scores by "
        "different simulators never share a table"
    ),
)


def rounds_of(args: Mapping[str, Any]) -> int:
    """How many replies the model may give.

    Raises:
        ConfigError: If something else is set, or the number makes no sense.
    """
    for name in args:
        if name != "rounds":
            raise ConfigError(f"sage knows no {name!r}: it takes rounds")
    value = args.get("rounds", ROUNDS)
    number = int(str(value)) if str(value).isdigit() else 0
    if not 1 <= number <= _MOST_ROUNDS:
        raise ConfigError(f"rounds={value} makes no sense: give 1 to {_MOST_ROUNDS}")
    return number
