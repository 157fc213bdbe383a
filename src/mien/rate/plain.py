"""Mien's own plain form of judgements: one row each, CSV or JSON lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mien.rate.judgement import Judgement, Margins, Sides
from mien.rate.rows import Found, LeftOut, bad_row, number, text, two_models, unused_of

NEEDED = frozenset({"first", "second"})
OUTCOMES = frozenset({"outcome", "winner"})
SHARES = {"first": 1.0, "second": 0.0, "tie": 0.5, "both_bad": 0.5}
BOTH_BAD = "both_bad"

ABILITY = "ability:"
"""Columns of a table whose name begins so hold the margin of one ability."""

_USED = (
    NEEDED
    | OUTCOMES
    | {"judge", "voter", "scenario", "kind", "iteration", "group", "good", "error", "abilities"}
    | {f"{side}_{what}" for side in ("first", "second") for what in ("length", "markdown")}
)


def read_plain(name: str, records: Sequence[Mapping[str, Any]]) -> Found:
    """The judgements of a file with the columns `first`, `second` and `outcome` or `winner`.

    Raises:
        EvalError: If a row makes no sense; names its number.
    """
    held, failed = [], 0
    for i, record in enumerate(records):
        if record.get("error"):
            failed += 1
        else:
            held.append(_judgement(name, i, record))
    left_out = (LeftOut("where the judge's answer could not be read", failed),) if failed else ()
    unused = [u for u in unused_of(records, _USED) if not u.startswith(ABILITY)]
    return Found("plain judgements", tuple(held), len(records), left_out, tuple(unused))


def _judgement(name: str, row: int, record: Mapping[str, Any]) -> Judgement:
    first, second = two_models(name, row, record, ("first", "second"))
    key = "outcome" if text(record.get("outcome")) else "winner"
    good = text(record.get("good"))
    return Judgement(
        first=first,
        second=second,
        share=_share(name, row, record, key, (first, second)),
        scenario=text(record.get("scenario")),
        kind=text(record.get("kind")),
        judge=text(record.get("judge")),
        voter=text(record.get("voter")),
        iteration=text(record.get("iteration")),
        group=text(record.get("group")),
        good=_share(name, row, record, "good", (first, second)) if good else None,
        both_bad=record.get(key) == BOTH_BAD,
        abilities=_abilities(name, row, record),
        length=_sides(name, row, record, "length"),
        markdown=_sides(name, row, record, "markdown"),
    )


def _share(
    name: str, row: int, record: Mapping[str, Any], key: str, models: tuple[str, str]
) -> float:
    """A share 0-1 as it is, or of a word or a model's name."""
    value = text(record.get(key))
    if not value:
        raise bad_row(name, row, "has neither 'outcome' nor 'winner'")
    words = SHARES | {models[0]: 1.0, models[1]: 0.0}
    if value in words:
        return words[value]
    try:
        share = float(value)
    except ValueError:
        known = ", ".join([*SHARES, *models])
        reason = f"the {key} is {value!r}, not a number from 0 to 1 nor one of {known}"
        raise bad_row(name, row, reason) from None
    if not 0.0 <= share <= 1.0:
        raise bad_row(name, row, f"the {key} is {value}, not between 0 and 1")
    return share


def _abilities(name: str, row: int, record: Mapping[str, Any]) -> Margins:
    held = record.get("abilities") or {}
    if not isinstance(held, dict):
        raise bad_row(name, row, "its abilities are no object of names and margins")
    flat = {key: value for key, value in record.items() if key.startswith(ABILITY)}
    margins = {**held, **{key.removeprefix(ABILITY): value for key, value in flat.items()}}
    found = []
    for ability, value in sorted(margins.items()):
        if value in (None, ""):
            continue
        margin = number(name, row, margins, ability)
        if not -1.0 <= margin <= 1.0:
            raise bad_row(name, row, f"the margin of {ability} is {value}, not between -1 and 1")
        found.append((ability, margin))
    return tuple(found)


def _sides(name: str, row: int, record: Mapping[str, Any], what: str) -> Sides | None:
    keys = [f"{side}_{what}" for side in ("first", "second")]
    if any(text(record.get(key)) == "" for key in keys):
        return None
    first, second = (number(name, row, record, key) for key in keys)
    if min(first, second) < 0:
        raise bad_row(name, row, f"its {what} is below 0")
    return Sides(first, second)
