"""How often detectors are right, by the cards beside their weights."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from mien.core.errors import BadWeights
from mien.core.wilson import Share
from mien.guard.signals import Signal

RECALL = "recall"
FALSE_ALARMS = "false alarms on ordinary"
"""How the figures of a card begin that tell sensitivity and false alarms; each is of a set and,
after a colon, of one signal."""


class Accuracy(NamedTuple):
    """How often a detector is right, measured on texts that it was not made with.

    Attributes:
        sensitivity: Share of what is there that it finds.
        false_alarms: Share of ordinary texts in which it raises what is not there.
        unit: What the shares are of.
    """

    sensitivity: Share
    false_alarms: Share
    unit: Literal["turn", "chat"]


def of_cards(folder: Path) -> Mapping[str, Accuracy]:
    """What the cards in a folder say, by signal; empty if none says both of any.

    Of several figures of the same kind the first counts: a card puts the telling ones first.

    Raises:
        BadWeights: If a card is damaged.
    """
    figures = [figure for path in sorted(folder.glob("*.card.json")) for figure in _figures(path)]
    found = {name: dict[str, Share]() for name in (RECALL, FALSE_ALARMS)}
    for figure in figures:
        kind = next((name for name in found if figure["name"].startswith(name)), None)
        signal = str(figure["of"]).rpartition(": ")[2]
        if kind is not None and signal in list(Signal) and figure["low"] is not None:
            share = Share(figure["value"], figure["low"], figure["high"])
            found[kind].setdefault(signal, share)
    hits, false = found[RECALL], found[FALSE_ALARMS]
    return {
        signal.value: Accuracy(hits[signal], false[signal], "turn")
        for signal in Signal
        if signal in hits and signal in false
    }


def _figures(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))["figures"]
        for figure in told:
            yield {key: figure[key] for key in ("name", "of", "value", "low", "high")}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadWeights(f"cannot read the card {path}: {error}: reinstall Mien", path) from error
