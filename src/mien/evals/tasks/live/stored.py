"""EQ-Bench 4's transcripts as they are published: the margins that talks won."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mien.core.errors import EvalError
from mien.evals.result import Fault, ItemResult, Result

_TRANSCRIPT = frozenset({"scenario_id", "evaluated_model", "turns"})
_SIDES = ("assistant", "user")


def transcripts(path: Path) -> tuple[dict[str, Any], ...]:
    """Every transcript in a file, or in the JSON files of a folder and those below it.

    Raises:
        EvalError: If there is none, or one is damaged.
    """
    files = sorted(path.rglob("*.json")) if path.is_dir() else [path]
    found = tuple(one for file in files for one in _of_file(file))
    if not found:
        raise EvalError(
            f"{path} holds no transcript of EQ-Bench 4, which is JSON with "
            f"{', '.join(sorted(_TRANSCRIPT))}"
        )
    return found


def published_results(path: Path) -> tuple[Result, ...]:
    """What each model's transcripts say of it, one result a model and simulated user.

    The published figures are margins from comparisons with other models, -5 to 5, not this
    bench's 0 to 10: `Result.variant` says so, and no table mixes them.

    Raises:
        EvalError: As `transcripts`.
    """
    held: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in transcripts(path):
        key = str(one["evaluated_model"]), str(one.get("persona_model") or "unknown")
        held.setdefault(key, []).append(one)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
    return tuple(
        Result(
            task="live",
            version="published",
            model=model,
            items=tuple(map(_item, several)),
            planned=len(several),
            roles={"user": user},
            variant={"figures": "published margins, -5 to 5"},
            source=str(path),
            sha256=sha256,
            notes=("Which judge gave which margin is not in the published transcripts.",),
        )
        for (model, user), several in sorted(held.items())
    )


def _of_file(path: Path) -> Iterator[dict[str, Any]]:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise EvalError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise EvalError(f"{path} is no JSON: {error}") from error
    if isinstance(plain, dict) and isinstance(plain.get("transcript"), dict):
        plain = plain["transcript"]
    for one in plain if isinstance(plain, list) else [plain]:
        if isinstance(one, dict) and one.keys() >= _TRANSCRIPT:
            _require_turns(path, one)
            yield one


def _require_turns(path: Path, one: Mapping[str, Any]) -> None:
    turns = one["turns"]
    whole = isinstance(turns, list) and all(
        isinstance(turn, dict)
        and turn.get("role") in _SIDES
        and isinstance(turn.get("content"), str)
        for turn in turns
    )
    if not whole:
        raise EvalError(f"{path}: the turns of {one['scenario_id']!r} are damaged")


def _item(one: Mapping[str, Any]) -> ItemResult:
    margin = one.get("ability_score")
    scored = isinstance(margin, int | float) and not isinstance(margin, bool)
    return ItemResult(
        item=str(one["scenario_id"]),
        cluster=str(one["scenario_id"]),
        score=float(margin) if scored and margin is not None else None,
        fault=None if scored else Fault.JUDGE,
        parts={
            **_numbers(one.get("abilities")),
            **{f"trait_{name}": value for name, value in _numbers(one.get("dims")).items()},
        },
        counts={"turns": _answers(one["turns"])},
        kind=str(one.get("category") or ""),
    )


def _numbers(held: object) -> dict[str, float]:
    if not isinstance(held, dict):
        return {}
    return {
        name: float(value)
        for name, value in held.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _answers(turns: Sequence[Mapping[str, Any]]) -> int:
    return sum(turn["role"] == "assistant" for turn in turns)
