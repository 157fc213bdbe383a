"""EQ-Bench 3's log of pairwise judgements."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from mien.core.errors import EvalError
from mien.rate.judgement import Judgement, Margins, Sides
from mien.rate.rows import Found, LeftOut, bad_row, number, required, text, two_models

METADATA, COMPARISONS = "__metadata__", "global_pairwise_comparisons"

MOST_PLUSES = 30.0
"""A lead of this many pluses over all criteria counts as the clearest win, as published."""

MOST_OF_ONE = 5.0
"""Pluses that one criterion can get."""

_FIRST, _SECOND = "A0493", "A0488"
_VERDICT = re.compile(rf"({_FIRST}|{_SECOND})\s*(\+{{1,5}})")


def is_log(plain: Any) -> bool:
    """Whether a JSON value has the shape of such a log."""
    return (
        isinstance(plain, dict)
        and isinstance(plain.get(METADATA), dict)
        and (COMPARISONS in plain[METADATA])
    )


def read_log(name: str, plain: Mapping[str, Any]) -> Found:
    """The judgements of a log, and the ratings that were published with it.

    Raises:
        EvalError: If a record makes no sense; names its number.
    """
    records = plain[METADATA][COMPARISONS]
    if not isinstance(records, list):
        raise EvalError(f"{name}: {COMPARISONS!r} is no list of records")
    failed, found = [], []
    for i, record in enumerate(records):
        if not isinstance(record, dict):
            raise bad_row(name, i, "not an object")
        if record.get("error"):
            failed.append(str(record["error"]))
        else:
            found.append(_judgement(name, i, record))
    left_out = (
        (LeftOut("where the judge's answer could not be read", len(failed)),) if failed else ()
    )
    ladder = {
        model: float(entry["elo_norm"])
        for model, entry in plain.items()
        if model != METADATA
        and isinstance(entry, dict)
        and isinstance(entry.get("elo_norm"), int | float)
    }
    return Found("EQ-Bench 3 log", tuple(found), len(records), left_out, ladder=ladder)


def _judgement(name: str, row: int, record: Mapping[str, Any]) -> Judgement:
    pair = record.get("pair")
    if not isinstance(pair, dict):
        raise bad_row(name, row, "has no 'pair'")
    test, other = two_models(name, row, pair, ("test_model", "neighbor_model"))
    scenario = required(name, row, record, "scenario_id")
    test_first = _is_test_first(name, row, record)
    lead = number(name, row, record, "plus_for_test") - number(name, row, record, "plus_for_other")
    lead = lead if test_first else -lead
    abilities = _abilities(name, row, record)
    if abilities and round(sum(margin for _, margin in abilities) * MOST_OF_ONE) != lead:
        raise bad_row(name, row, "its pluses are not those of its criteria: was it edited?")
    lengths = [
        record.get(f"{side}_avg_response_length") for side in ("test_model", "neighbor_model")
    ]
    return Judgement(
        first=test if test_first else other,
        second=other if test_first else test,
        share=0.5 + max(-1.0, min(1.0, lead / MOST_PLUSES)) / 2.0,
        scenario=scenario,
        kind="analysis" if scenario.isdigit() and int(scenario) >= 400 else "role-play",
        judge=text(record.get("judge_model")),
        iteration=text(pair.get("iteration_index")),
        abilities=abilities,
        length=_lengths(lengths if test_first else lengths[::-1]),
    )


def _is_test_first(name: str, row: int, record: Mapping[str, Any]) -> bool:
    order = required(name, row, record, "order")
    if order.startswith(f"{_FIRST}:test"):
        return True
    if order.startswith(f"{_FIRST}:other"):
        return False
    raise bad_row(name, row, f"says {order!r} of the order, not '{_FIRST}:test' or ':other'")


def _abilities(name: str, row: int, record: Mapping[str, Any]) -> Margins:
    response = record.get("judge_response")
    if not isinstance(response, dict):
        return ()
    margins = []
    for criterion, said in response.items():
        if criterion == "chain_of_thought_reasoning":
            continue
        verdict = _VERDICT.fullmatch(str(said).strip())
        if verdict is None:
            raise bad_row(name, row, f"says {said!r} of {criterion}, not such as '{_FIRST}++'")
        pluses = len(verdict[2]) / MOST_OF_ONE
        margins.append((criterion, pluses if verdict[1] == _FIRST else -pluses))
    return tuple(sorted(margins))


def _lengths(found: Sequence[Any]) -> Sides | None:
    first, second = (value if isinstance(value, int | float) else 0.0 for value in found)
    return Sides(float(first), float(second)) if first > 0 and second > 0 else None
