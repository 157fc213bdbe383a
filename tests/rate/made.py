"""Judgements for tests: drawn from known strengths and biases, or by hypothesis."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np
from hypothesis import strategies as st

from mien.rate import Judgement, Sides

STRENGTHS = {"ant": 1.2, "bee": 0.5, "cat": 0.1, "dog": -0.6, "eel": -1.2}


def drawn(
    strengths: Mapping[str, float] = STRENGTHS,
    *,
    scenarios: int = 40,
    position: Mapping[str, float] | None = None,
    judges: Sequence[str] = ("",),
    favor: Mapping[tuple[str, str], float] | None = None,
    length: float = 0.0,
    good: Mapping[str, float] | None = None,
    seed: int = 0,
) -> list[Judgement]:
    """Every ordered pair on every scenario, decided by chance with the given strengths.

    Args:
        strengths: In logits.
        scenarios: How many.
        position: Advantage of the first in logits, by kind; scenarios take turns.
        judges: They take turns too.
        favor: Of a judge for a model, in logits.
        length: What a difference in length of its whole spread is worth, in logits.
        good: Strengths by what is good for the person.
        seed: Of the draws.
    """
    random = np.random.default_rng(seed)
    position, favor = position or {"talk": 0.0}, favor or {}
    kinds, found = sorted(position), []
    for i in range(scenarios):
        kind, judge = kinds[i % len(kinds)], judges[i % len(judges)]
        for first, second in permutations(strengths, 2):
            sides = Sides(*random.uniform(500, 1500, size=2).round())
            logit = strengths[first] - strengths[second] + position[kind]
            logit += favor.get((judge, first), 0.0) - favor.get((judge, second), 0.0)
            logit += length * (sides.first - sides.second) / sum(sides)
            other = None
            if good is not None:
                other = float(_happens(random, good[first] - good[second]))
            found.append(
                Judgement(
                    first,
                    second,
                    float(_happens(random, logit)),
                    scenario=f"s{i}",
                    kind=kind,
                    judge=judge,
                    good=other,
                    length=sides,
                )
            )
    return found


def _happens(random: np.random.Generator, logit: float) -> bool:
    return bool(random.random() < 1 / (1 + np.exp(-logit)))


@st.composite
def judgements(draw, models=("ant", "bee", "cat", "dog")):
    """A few judgements of every kind over a few models, ties, margins and gaps among them."""
    share = st.sampled_from([0.0, 0.1, 0.35, 0.5, 0.6, 0.85, 1.0])
    one = st.builds(
        lambda pair, share, scenario, kind, judge, sizes: Judgement(
            *pair, share, scenario=scenario, kind=kind, judge=judge, length=sizes
        ),
        st.sampled_from(list(permutations(models, 2))),
        share,
        st.sampled_from([f"s{i}" for i in range(7)]),
        st.sampled_from(["talk", "essay"]),
        st.sampled_from(["judge-1", "judge-2"]),
        st.none() | st.builds(Sides, st.integers(1, 900), st.integers(1, 900)),
    )
    # A ring of ties ahead of them, so that there is always a common scale.
    ring = [
        Judgement(a, b, 0.5, scenario=f"s{i}", kind="talk", judge="judge-1")
        for i, (a, b) in enumerate(zip(models, (*models[1:], models[0]), strict=True))
    ]
    return ring + draw(st.lists(one, min_size=1, max_size=40))


def log_of(records: Sequence[Mapping[str, object]], **ladder: float) -> str:
    """An EQ-Bench 3 log with these comparisons and published ratings."""
    models = {name: {"elo": value, "elo_norm": value} for name, value in ladder.items()}
    return json.dumps({"__metadata__": {"global_pairwise_comparisons": list(records)}, **models})


def record(
    test: str, other: str, pluses: int, *, scenario: str = "1", test_first: bool = True
) -> dict[str, object]:
    """One comparison as EQ-Bench 3 logs it: `pluses` above 0 for the model under test."""
    ours, theirs = ("A0493", "A0488") if test_first else ("A0488", "A0493")
    criteria = ("demonstrated_empathy", "pragmatic_ei", "overall_eq")
    each = [pluses // 3 + (i < pluses % 3) for i in range(3)] if pluses > 0 else []
    lost = [-pluses // 3 + (i < -pluses % 3) for i in range(3)] if pluses < 0 else []
    said = [f"{ours}{'+' * n}" for n in each] or [f"{theirs}{'+' * n}" for n in lost]
    return {
        "scenario_id": scenario,
        "pair": {"test_model": test, "neighbor_model": other, "iteration_index": "1"},
        "order": "A0493:test / A0488:other" if test_first else "A0493:other / A0488:test",
        "judge_response": dict(zip(criteria, said, strict=False)),
        "plus_for_test": max(pluses, 0),
        "plus_for_other": max(-pluses, 0),
        "test_model_avg_response_length": 900.0,
        "neighbor_model_avg_response_length": None,
    }
