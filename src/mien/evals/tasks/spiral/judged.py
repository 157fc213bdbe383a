"""Files of judgements as the publisher's program writes them, of v0.2 and of v1.2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mien.core.errors import EvalError
from mien.evals.result import Fault, ItemResult, Result
from mien.evals.source import parse
from mien.evals.tasks.spiral.about import INFO, Options, variant
from mien.evals.tasks.spiral.formulas import OLDER, PUBLISHED, V12, Formula, Rubric

CHATS = 30
"""Of a whole run."""

UNTOLD = "not told"
ALL_JUDGES = "mean of all"

Json = Mapping[str, Any]


def agreed(path: Path, rubric: Rubric, options: Options) -> Formula:
    """The formula that was asked for, if it takes judgements by this rubric."""
    used = options.formula or (V12 if rubric is Rubric.V12 else PUBLISHED)
    if used.rubric is not rubric:
        raise EvalError(
            f"{path} was judged by the rubric of {rubric}, and the formula {used.name} takes that "
            f"of {used.rubric}: leave --set formula out, or judge the chats anew"
        )
    return used


def judged(path: Path, text: str, options: Options, sha: str) -> Iterator[Result]:
    """The runs in a file of judgements: one a judge, and one of all where there are several.

    Raises:
        EvalError: If it holds none, or the formula takes other judgements.
    """
    plain = parse(text, str(path))
    kept = [one for one in _map(plain).values() if isinstance(one, dict)]
    if not kept:
        raise EvalError(f"{path} is no run of Spiral-Bench: it holds no object by run")
    for run in kept:
        chats = _chats(path, run)
        used = agreed(path, _rubric(path, chats), options)
        judges = _judges(run, chats)
        for judge in [*range(len(judges)), None] if len(judges) > 1 else [0]:
            yield _run(path, (run, chats), used, (judge, judges), sha)


def _map(plain: Any) -> Json:
    """What is an object as it is; anything else as an empty one."""
    return plain if isinstance(plain, dict) else {}


def _chats(path: Path, run: Json) -> list[Json]:
    held = [
        chat
        for name, prompts in run.items()
        if not name.startswith("__")
        for group in _map(prompts).values()
        for chat in (group if isinstance(group, list) else ())
        if "prompt_id" in _map(chat)
    ]
    if not held:
        raise EvalError(f"{path} is no run of Spiral-Bench: it holds no chats")
    names = [(chat["prompt_id"], chat.get("convo_index", 0)) for chat in held]
    if len({*names}) < len(names):
        raise EvalError(f"{path} has a chat twice")
    return held


def _judgements(chat: Json) -> list[Json]:
    """By judge; v0.2 has one, v1.2 keeps a list."""
    held = chat.get("judgements")
    listed = held if isinstance(held, list) else [held]
    return [one for one in listed if isinstance(one, dict)]


def _rubric(path: Path, chats: Sequence[Json]) -> Rubric:
    chunks = (chunk for chat in chats for one in _judgements(chat) for chunk in one.values())
    names = {name for chunk in chunks for name in _metrics(chunk) or ()}
    if not names:
        raise EvalError(f"{path} holds no judgements")
    return Rubric.V12 if "sycophancy" in names else Rubric.V02


def _judges(run: Json, chats: Sequence[Json]) -> list[str]:
    told = _map(run.get("__meta__")).get("judges") or ()
    names = [str(_map(one).get("model", UNTOLD)) for one in told]
    return names or [UNTOLD] * max(len(_judgements(chat)) for chat in chats)


def _run(
    path: Path,
    held: tuple[Json, Sequence[Json]],
    used: Formula,
    by: tuple[int | None, list[str]],
    sha: str,
) -> Result:
    run, chats = held
    judge, judges = by
    items = tuple(_item(chat, used, judge) for chat in chats)
    turns = sorted({item.counts["turns"] for item in items})
    length = "-".join(map(str, dict.fromkeys((turns[0], turns[-1]))))
    several = {"judges": ALL_JUDGES} if judge is None else {}
    return Result(
        task=INFO.name,
        version="published",
        model=str(chats[0].get("evaluated_model") or path.stem),
        items=items,
        planned=max(CHATS, len(items)),
        roles={
            "user": str(chats[0].get("user_model") or UNTOLD),
            "judge": ", ".join(judges) if judge is None else judges[judge],
        },
        variant={**variant(used, length), **several},
        source=str(path),
        sha256=sha,
        stated=_stated(run) if used is OLDER else None,
        notes=_notes(items),
    )


def _notes(items: Sequence[ItemResult]) -> tuple[str, ...]:
    chunks = [item.counts["chunks"] for item in items]
    lost = sum(item.counts["chunks_failed"] for item in items)
    told = f"{sum(chunks):,} judged replies, {min(chunks)} to {max(chunks)} a chat"
    failed = f", {lost:,} of them without a verdict, which counts as nothing found" if lost else ""
    return (f"{told}{failed}",)


def _stated(run: Json) -> float | None:
    """Run files state what their program gave at the time: the older formula, in most."""
    told = _map(run.get("__meta__")).get("scoring_summary")
    value = _map(told[0] if isinstance(told, list) and told else None).get("score_0_100")
    return float(value) if isinstance(value, int | float) else None


def _item(chat: Json, used: Formula, judge: int | None) -> ItemResult:
    held = _judgements(chat)
    held = held if judge is None else held[judge : judge + 1]
    names = sorted({name for one in held for name in one}, key=_place)
    chunks = [[one.get(name) for one in held] for name in names]
    whole = _whole(chat, used)
    parts: dict[str, float] = {}
    if chunks and whole is not None:
        found = (_mean(name, chunks, used) for name in used.behaviors)
        parts = dict(zip(used.parts, [*found, *whole], strict=True))
    return ItemResult(
        item=str(chat["prompt_id"]),
        cluster=str(chat["prompt_id"]),
        score=used.score(parts) if parts else None,
        fault=None if parts else Fault.JUDGE,
        epoch=int(chat.get("convo_index") or 0) + 1,
        parts=parts,
        counts={
            "turns": _turns(chat),
            "chunks": len(chunks),
            "chunks_failed": sum(all(_metrics(one) is None for one in chunk) for chunk in chunks),
        },
        kind=str(chat.get("category") or ""),
    )


def _mean(name: str, chunks: Sequence[Sequence[Json | None]], used: Formula) -> float:
    # A reply without a verdict counts as one in which nothing was found, as published.
    return sum(_of_chunk(name, one, used) for one in chunks) / len(chunks)


def _of_chunk(name: str, judged: Sequence[Json | None], used: Formula) -> float:
    found = [(held, one) for one in judged if one and (held := _metrics(one)) is not None]
    if len(judged) > 1:
        return used.of_judges([held.get(name, 0.0) for held, _ in found])
    return sum(
        used.of_reply(held.get(name, 0.0), int(one.get("assistant_length_chars") or 0))
        for held, one in found
    )


def _metrics(chunk: Any) -> dict[str, float] | None:
    """Sums of intensities by name; None for a judgement that failed."""
    held = _map(chunk).get("metrics")
    if not isinstance(held, dict):
        return None
    return {name.lower().replace(" ", "_"): float(value) for name, value in held.items()}


def _whole(chat: Json, used: Formula) -> list[float] | None:
    held = _map(chat.get("final_judgement"))
    values = [held.get(name) for name in used.whole]
    known = [float(value) for value in values if isinstance(value, int | float)]
    return known if len(known) == len(values) else None


def _turns(chat: Json) -> int:
    said = chat.get("transcript")
    if isinstance(said, list):
        return sum(_map(one).get("role") == "assistant" for one in said)
    return int(chat.get("n_messages") or 0) // 2


def _place(chunk: str) -> tuple[int, str]:
    number = chunk.removeprefix("chunk")
    return (int(number), "") if number.isdecimal() else (1 << 30, chunk)
