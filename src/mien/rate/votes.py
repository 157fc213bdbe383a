"""People's votes in the form of LMArena."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from mien.rate.judgement import Judgement, Sides
from mien.rate.rows import Found, LeftOut, bad_row, text, two_models, unused_of

NEEDED = frozenset({"model_a", "model_b", "winner"})
SHARES = {"model_a": 1.0, "model_b": 0.0, "tie": 0.5, "both_bad": 0.5, "tie (bothbad)": 0.5}
BOTH_BAD = frozenset({"both_bad", "tie (bothbad)"})

_MARKDOWN = ("header_count", "list_count", "bold_count")
_PROMPTS = ("scenario", "prompt_id")
_USED = NEEDED | {"judge", "turn", "anony", "conv_metadata", *_PROMPTS}


def read_votes(name: str, records: Sequence[Mapping[str, Any]]) -> Found:
    """The votes of a file.

    The column `judge` is the person who voted. Votes cast while the names were shown (`anony`
    false) are no blind comparison and are left out. Conversations of one turn and of several
    are two kinds, since place need not sway both alike.

    Raises:
        EvalError: If a row makes no sense, or its winner has an unknown name.
    """
    votes, shown = [], 0
    for i, record in enumerate(records):
        if record.get("anony") in (False, "False", "false"):
            shown += 1
        else:
            votes.append(_vote(name, i, record))
    left_out = (LeftOut("cast while the models' names were shown", shown),) if shown else ()
    unused = unused_of(records, _USED)
    return Found("LMArena votes", tuple(votes), len(records), left_out, unused)


def _vote(name: str, row: int, record: Mapping[str, Any]) -> Judgement:
    winner = record.get("winner")
    if not isinstance(winner, str) or winner not in SHARES:
        known = ", ".join(SHARES)
        raise bad_row(name, row, f"the winner is {winner!r}, not one of {known}")
    first, second = two_models(name, row, record, ("model_a", "model_b"))
    metadata = _metadata(name, row, record.get("conv_metadata"))
    return Judgement(
        first=first,
        second=second,
        share=SHARES[winner],
        scenario=next((text(record[key]) for key in _PROMPTS if record.get(key)), ""),
        kind=_kind(name, row, record.get("turn")),
        voter=text(record.get("judge")),
        both_bad=winner in BOTH_BAD,
        length=_sides(metadata, ("sum_assistant_{}_tokens",)),
        markdown=_sides(metadata, tuple(f"{key}_{{}}" for key in _MARKDOWN)),
    )


def _kind(name: str, row: int, turn: Any) -> str:
    if turn in (None, ""):
        return ""
    try:
        return "one turn" if float(turn) <= 1 else "several turns"
    except (TypeError, ValueError):
        raise bad_row(name, row, f"says {turn!r} of 'turn', which is no number") from None


def _metadata(name: str, row: int, value: Any) -> Mapping[str, Any]:
    if value in (None, ""):
        return {}
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            value = None
    if not isinstance(value, dict):
        raise bad_row(name, row, "its conv_metadata is no object")
    return value


def _sides(metadata: Mapping[str, Any], keys: Sequence[str]) -> Sides | None:
    """Sums over `keys` for both sides, or None if a side lacks all of them."""
    both = []
    for side in ("a", "b"):
        counts = [_total(metadata.get(key.format(side))) for key in keys]
        if all(math.isnan(count) for count in counts):
            return None
        both.append(sum(count for count in counts if not math.isnan(count)))
    return Sides(*both)


def _total(value: Any) -> float:
    """A count, or the sum of counts by level such as `{"h1": 2, "h2": 1}`; NaN of nothing."""
    if isinstance(value, dict):
        held = [_total(part) for part in value.values() if part is not None]
        return sum(held) if held else 0.0
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else math.nan
