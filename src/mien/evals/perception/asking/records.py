"""What came of asking about an item, as Inspect's logs keep it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.core.errors import SourceError
from mien.evals.perception.asking.answers import Outcome, Told
from mien.evals.perception.asking.prompts import Way, prompt
from mien.evals.perception.asking.showing import digest, shown
from mien.evals.perception.items import Item

if TYPE_CHECKING:
    from inspect_ai.log import EvalSample

_LOG = logging.getLogger("mien.evals")

TASK = "mien_perception"
"""Name of the task in Inspect's logs."""

RECORD = "mien"
"""Where a sample's store holds what is kept."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of one item.

    Attributes:
        told: What is known now.
        tokens_read: By the model.
        tokens_written: By the model.
        reason: Why its file could not be read.
    """

    told: Told
    tokens_read: int = 0
    tokens_written: int = 0
    reason: str = ""


def record(model: str, way: Way, item: Item, content: bytes, told: Told) -> dict[str, Any]:
    """What is kept of an item that was asked about: who was asked what, of which content."""
    what = prompt(way, item.channel)
    return {
        "told": told.to_json(),
        "model": model,
        "way": way.value,
        "prompt": what.title,
        "prompt_sha256": what.sha256,
        "shown": digest(content),
    }


def unreadable(reason: str) -> dict[str, Any]:
    """What is kept of an item whose file could not be read."""
    return {"told": Told(Outcome.UNREADABLE).to_json(), "reason": reason}


def kept(folder: Path, model: str, items: Sequence[Item], way: Way) -> dict[str, Answered]:
    """What earlier runs have asked in the same words about the same content."""
    wanted = {item.id: item for item in items}
    found: dict[str, Answered] = {}
    # Not listed by Inspect, which gives addresses, and misreads those of folders with # or %.
    for log in sorted(folder.rglob("*.eval"), reverse=True):
        try:
            for sample in _samples(log, model):
                item = wanted.get(str(sample.id))
                if item is not None and _is_same(sample, item, model, way):
                    found[item.id] = answered(sample)
        except Exception as error:  # noqa: BLE001 - damage shows itself as anything
            # Such as one that was being written when the power went. Only the kind: what a reader
            # says of a sample may quote it.
            _LOG.warning(
                "%s cannot be read (%s): what only it holds is asked again",
                log,
                type(error).__name__,
            )
    return found


def _samples(log: Path, model: str) -> Iterator[EvalSample]:
    from inspect_ai.log import read_eval_log, read_eval_log_samples

    about = read_eval_log(str(log), header_only=True).eval
    if (about.task, about.model) == (TASK, model):
        yield from read_eval_log_samples(str(log), all_samples_required=False)


def _is_same(sample: EvalSample, item: Item, model: str, way: Way) -> bool:
    told = sample.store.get(RECORD) or {}
    asked = (model, way.value, prompt(way, item.channel).sha256)
    if (told.get("model"), told.get("way"), told.get("prompt_sha256")) != asked:
        return False
    try:
        return bool(told.get("shown") == digest(shown(item)))
    except SourceError:
        return False


def answered(sample: EvalSample) -> Answered:
    """What a sample of a log tells, with its price."""
    told = sample.store[RECORD]
    used = sample.model_usage.values()
    return Answered(
        Told.from_json(told["told"]),
        # Tokens read from a provider's cache count too: they are paid for, if less.
        sum(u.total_tokens - u.output_tokens for u in used),
        sum(u.output_tokens for u in used),
        str(told.get("reason", "")),
    )
