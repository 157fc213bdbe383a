"""The one border to Inspect's records: items into its scores and back, runs into its headers."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from mien.core.errors import EvalError
from mien.evals.info import TaskInfo
from mien.evals.result import Fault, ItemResult

if TYPE_CHECKING:
    from inspect_ai.model import CachePolicy
    from inspect_ai.scorer import Metric, Score
    from inspect_ai.solver import TaskState

HEADER = "mien"
"""The key of a run's metadata under which everything of ours lies."""

LEFT_OUT = "mien:left_out"
"""The key of a run's metadata that says how many talks were not compared, by reason."""

ORIGIN = "mien_rejudged"
"""The key of a run's metadata with the log whose answers it judges again."""

_CACHING: ContextVar[bool] = ContextVar("mien_caching", default=False)

_REASONS = {
    Fault.UNPARSEABLE: "invalid_response_format",
    Fault.EMPTY: "no_response",
    Fault.REFUSED: "refusal",
    Fault.JUDGE: "grader_failed",
}


def as_score(item: ItemResult, *, answer: str = "", explanation: str = "") -> Score:
    """An item as Inspect keeps it; one without a score is unscored, never zero.

    What is in the metadata is short key by key, since Inspect's summaries of samples leave out
    values beyond a thousand characters, and tables are built from those alone.
    """
    from inspect_ai.scorer import Score

    held = {
        "item": item.item,
        "cluster": item.cluster,
        "fault": item.fault.value if item.fault else None,
        "judge": item.judge,
        "kind": item.kind,
        "parts": {name: round(value, 6) for name, value in item.parts.items()},
        "counts": dict(item.counts),
    }
    if item.score is None:
        reason = _REASONS.get(item.fault, str(item.fault)) if item.fault else None
        return Score.unscored(reason=reason, answer=answer, explanation=explanation, metadata=held)
    return Score(value=item.score, answer=answer, explanation=explanation, metadata=held)


def as_item(score: Score, epoch: int) -> ItemResult:
    """What `as_score` was given.

    Raises:
        EvalError: If the score is none of ours, or its metadata was cut.
    """
    held = score.metadata or {}
    parts, counts = held.get("parts"), held.get("counts")
    if "item" not in held or not isinstance(parts, dict) or not isinstance(counts, dict):
        raise EvalError("a score in the log was not written by a task of Mien")
    # Inspect's own mark of an unscored sample is NaN.
    value = None if math.isnan(score.as_float()) else score.as_float()
    return ItemResult(
        item=str(held["item"]),
        cluster=str(held.get("cluster", held["item"])),
        score=value,
        fault=Fault(held["fault"]) if held.get("fault") else None,
        epoch=epoch,
        parts={str(key): float(number) for key, number in parts.items()},
        counts={str(key): int(number) for key, number in counts.items()},
        judge=str(held.get("judge") or ""),
        kind=str(held.get("kind") or ""),
    )


def header(
    info: TaskInfo,
    *,
    planned: int,
    variant: Mapping[str, str],
    prompts: Mapping[str, str],
    data: Mapping[str, str],
) -> dict[str, Any]:
    """A task's metadata: all that a table must know of a run besides its samples.

    Args:
        info: Of the task.
        planned: Items times epochs that it holds, after any limit.
        variant: As in `Result`.
        prompts: sha256 of each prompt and rubric, by name.
        data: sha256 of each file of items, by name.
    """
    return {
        HEADER: {
            "task": info.name,
            "version": info.version,
            "planned": planned,
            "variant": dict(variant),
            "prompts": dict(prompts),
            "data": dict(data),
            "licence": info.licence,
            "citation": info.citation,
        }
    }


def published_score(name: str) -> Metric:
    """The score of a whole run by its task's own rule, for Inspect's table and viewer."""
    from inspect_ai.scorer import SampleScore, metric

    from mien.evals.catalogue import find

    @metric(name="published_score")
    def of_run() -> Metric:
        def measure(scores: list[SampleScore]) -> float:
            items = [as_item(one.score, 1) for one in scores]
            return find(name).score(items, len(items)).main.value

        # Inspect resolves these by name in this module, which imports it inside functions alone.
        measure.__annotations__ = {"scores": list[SampleScore], "return": float}
        return measure

    return of_run()


@contextmanager
def caching(wanted: bool) -> Iterator[None]:
    """A run inside which `cache_policy` keeps answers, or keeps none."""
    token = _CACHING.set(wanted)
    try:
        yield
    finally:
        _CACHING.reset(token)


def cache_policy(state: TaskState, **also: str) -> CachePolicy | bool:
    """How a solver or scorer has Inspect keep an answer: for ever, or not at all.

    Inspect's own policy forgets after a week, and two items with the same words would share one
    answer: the key holds the item, and the epoch as Inspect has it.

    Args:
        state: Of the sample.
        also: What else tells an answer from others to the same words, such as its number.
    """
    from inspect_ai.model import CachePolicy

    if not _CACHING.get():
        return False
    return CachePolicy(expiry=None, scopes={"item": str(state.sample_id), **also})
