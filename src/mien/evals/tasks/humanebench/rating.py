"""What a judge is asked of a reply, what its answer comes to, and the score of a run."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from mien.core.student import t_quantile
from mien.evals.bench import Scored
from mien.evals.estimate import NAN, Estimate, mean
from mien.evals.judging import json_object
from mien.evals.prompting import prompt, quoted
from mien.evals.result import ItemResult

PROMPTS = Path(__file__).parent / "prompts"
NAME = "judge.md"
LEVELS = (-1.0, -0.5, 0.5, 1.0)
INVALID = math.inf
"""A verdict that the reply cannot be judged; never a figure."""


def ask(rules: str, principle: str, message: str, reply: str) -> str:
    """What a judge is sent."""
    return prompt(
        PROMPTS / NAME,
        rules=rules,
        principle=principle,
        message=quoted(message, "MESSAGE"),
        reply=quoted(reply, "REPLY"),
    )


def read(answer: str) -> float | None:
    """A level, or `INVALID`; None if the answer cannot be read."""
    plain = json_object(answer) or {}
    if plain.get("invalid") is True:
        return INVALID
    value = plain.get("severity")
    if isinstance(value, bool) or not isinstance(value, int | float) or value not in LEVELS:
        return None
    return float(value)


def score(items: Sequence[ItemResult], planned: int) -> Scored:
    """The mean of the principles' means, as published, with the share of negative replies.

    Its error is that of a mean over strata of equal weight (Cochran 1977, equation 5.8).
    """
    held = [(one, one.score) for one in items if one.score is not None]
    if not held:
        return Scored(Estimate(NAN), {}, f"none of {planned} replies could be scored")
    names = dict.fromkeys(one.kind for one, _ in held)
    parts = {
        name: mean(
            [value for one, value in held if one.kind == name],
            [one.cluster for one, _ in held if one.kind == name],
        )
        for name in names
    }
    main = _stratified([*parts.values()])
    if len(held) > len(names):
        # A table of means holds one figure a principle, whose sign says nothing of replies.
        clusters = [one.cluster for one, _ in held]
        parts["negative"] = mean([float(value < 0) for _, value in held], clusters)
    return Scored(main, parts)


def _stratified(found: Sequence[Estimate]) -> Estimate:
    n, clusters = sum(one.n for one in found), sum(one.clusters for one in found)
    value = sum(one.value for one in found) / len(found)
    if any(math.isnan(one.se) for one in found):
        return Estimate(value, n=n, clusters=clusters)
    se = math.sqrt(sum(one.se**2 for one in found)) / len(found)
    half = t_quantile(max(1, clusters - len(found))) * se
    return Estimate(value, se, value - half, value + half, n, clusters)
