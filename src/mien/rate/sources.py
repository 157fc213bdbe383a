"""Files of judgements: which form they have, and whether they may share a table."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mien.charts.numbers import listed
from mien.core.errors import EvalError
from mien.rate import eq_bench, plain, votes
from mien.rate.judgement import Judgement
from mien.rate.ladders import Ladder, log_ladder
from mien.rate.opening import opened
from mien.rate.rows import Found, LeftOut, bad_row
from mien.rate.table import SourceInfo

_STRANGERS = {
    "raw_results": "a run of EQ-Bench 2, which scores one model by itself",
    "samples": "a log of Inspect, which scores one model by itself",
    "readings": "a timeline of Mien",
    "pooled_elo": "a published ladder: give it as --ladder",
    "evaluated_model": "a transcript of EQ-Bench 4, whose margins name no opponent",
    "persona_model": "a transcript of EQ-Bench 4, whose margins name no opponent",
    "emo_point": "a result of SAGE, which scores one model by itself",
    "elo_norm": "a published ladder: give it as --ladder",
    "__meta__": "a run of Spiral-Bench, which scores one model by itself",
}
"""What a file may be instead, by one of its keys."""


@dataclass(frozen=True, slots=True)
class Logged:
    """A file that somebody else has read, such as a log of Inspect.

    Attributes:
        path: Where it is.
        rows: Its judgements in Mien's plain form.
    """

    path: Path
    rows: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Gathered:
    """All files together.

    Attributes:
        judgements: In the order of the files and their rows.
        sources: What each file was.
        left_out: Rows that hold no judgement, by reason.
        ladder: Published with the judgements, if a file holds one.
    """

    judgements: tuple[Judgement, ...]
    sources: tuple[SourceInfo, ...]
    left_out: tuple[LeftOut, ...]
    ladder: Ladder | None


def gather(
    paths: Sequence[str | Path | Logged], *, judge: str = "", mix_judges: bool = False
) -> Gathered:
    """The judgements of all files.

    Args:
        paths: EQ-Bench 3 logs, votes, or plain judgements, each as JSON, JSON lines, CSV or
            Parquet, gzip or not.
        judge: Who judged, where a row does not say.
        mix_judges: Whether files by different judges may share a table.

    Raises:
        EvalError: If a file cannot be rated; names file and row, and what to do.
    """
    infos: dict[str, SourceInfo] = {}
    founds: list[tuple[str, Found]] = []
    for given in paths:
        path = given.path if isinstance(given, Logged) else Path(given)
        found, sha256 = _logged(given) if isinstance(given, Logged) else read_source(path)
        if sha256 in infos:
            raise EvalError(f"{path} is the same file as {infos[sha256].name}: give it once")
        info = SourceInfo(
            str(path), found.form, sha256, found.read, len(found.judgements), found.unused
        )
        infos[sha256] = info
        founds.append((str(path), _judged_by(found, judge)))
    _require_one_bench(founds, mix_judges)
    ladders = [log_ladder(name, found.ladder) for name, found in founds if found.ladder]
    return Gathered(
        tuple(j for _, found in founds for j in found.judgements),
        tuple(sorted(infos.values(), key=lambda info: info.name)),
        _summed(entry for _, found in founds for entry in found.left_out),
        ladders[0] if len(ladders) == 1 else None,
    )


def read_source(path: Path) -> tuple[Found, str]:
    """The judgements of one file, and the sha256 of its bytes.

    Raises:
        EvalError: If it is in no form that holds judgements.
    """
    held, name = opened(path), str(path)
    if held.rows is not None:
        return _from_rows(name, held.rows), held.sha256
    start = held.text.lstrip()[:1]
    if start not in ("{", "["):
        return _from_rows(str(path), _csv_rows(name, held.text)), held.sha256
    whole = _json(name, held.text)
    if eq_bench.is_log(whole):
        return eq_bench.read_log(name, whole), held.sha256
    if isinstance(whole, list) and all(isinstance(row, dict) for row in whole):
        return _from_rows(name, whole), held.sha256
    raise _stranger(name, whole.keys() if isinstance(whole, dict) else ())


def _logged(log: Logged) -> tuple[Found, str]:
    found = plain.read_plain(str(log.path), log.rows)
    return replace(found, form="log of pairs"), hashlib.sha256(log.path.read_bytes()).hexdigest()


def _from_rows(name: str, rows: Sequence[Mapping[str, Any]]) -> Found:
    if not rows:
        raise EvalError(f"{name} holds no judgements")
    keys = frozenset(key for row in rows for key in row)
    if keys >= votes.NEEDED:
        return votes.read_votes(name, rows)
    if keys >= plain.NEEDED and keys & plain.OUTCOMES:
        return plain.read_plain(name, rows)
    raise _stranger(name, sorted(keys))


def _stranger(name: str, keys: Any) -> EvalError:
    what = next((told for key, told in _STRANGERS.items() if key in keys), None)
    if what:
        return EvalError(f"{name} holds no pairwise judgements: it is {what}")
    found = ", ".join(list(keys)[:8]) or "nothing by name"
    return EvalError(
        f"{name} holds no pairwise judgements that Mien knows: it needs first, second and outcome "
        f"or winner; or model_a, model_b and winner; or EQ-Bench 3's log; it has {found}"
    )


def _json(name: str, text: str) -> Any:
    """One JSON value, or a list of those that stand one a line."""
    try:
        whole = _loads(text, name)
    except (ValueError, RecursionError) as error:
        lines = text.splitlines()
        if len(lines) > 1 and _is_object(lines[0], name):
            return [_line(name, i, line) for i, line in enumerate(lines) if line.strip()]
        raise EvalError(
            f"{name} is no whole JSON ({error}): was the download or the run interrupted?"
        ) from error
    # A file of one line is a list of one row.
    one_row = isinstance(whole, dict) and {"first", "second"} <= set(whole)
    return [whole] if one_row else whole


def _line(name: str, row: int, line: str) -> Any:
    try:
        return _loads(line, name)
    except (ValueError, RecursionError) as error:
        reason = f"no whole JSON ({error}): was the run interrupted? delete the row or run it anew"
        raise bad_row(name, row, reason) from error


def _is_object(line: str, name: str) -> bool:
    try:
        return isinstance(_loads(line, name), dict)
    except (ValueError, RecursionError):
        return False


def _loads(text: str, name: str) -> Any:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        held = dict(pairs)
        if len(held) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise EvalError(f"{name} has {twice!r} twice in one object: which of them counts?")
        return held

    return json.loads(text, object_pairs_hook=once)


def _csv_rows(name: str, text: str) -> list[dict[str, str]]:
    table = csv.reader(io.StringIO(text), strict=True)
    # Votes carry whole conversations, which are longer than the module's usual limit.
    usual = csv.field_size_limit(len(text))
    try:
        head, *rows = [row for row in table if row]
    except csv.Error as error:
        raise EvalError(f"{name}, line {table.line_num}: {error}: is the file cut off?") from error
    finally:
        csv.field_size_limit(usual)
    head = [column.strip() for column in head]
    if len(set(head)) < len(head):
        twice = next(column for column in head if head.count(column) > 1)
        raise EvalError(f"{name} has the column {twice!r} twice")
    for i, row in enumerate(rows):
        if len(row) != len(head):
            reason = f"has {len(row)} cells under {len(head)} columns: is the file cut off?"
            raise bad_row(name, i, reason)
    return [dict(zip(head, row, strict=True)) for row in rows]


def _judged_by(found: Found, judge: str) -> Found:
    if not judge:
        return found
    named = tuple(j if j.judge or j.voter else replace(j, judge=judge) for j in found.judgements)
    return replace(found, judgements=named)


def _require_one_bench(founds: Sequence[tuple[str, Found]], mix_judges: bool) -> None:
    """Check that files have one kind of judge.

    Raises:
        EvalError: If some rows name their judge and others none, or files have other judges.
    """
    by_file = {name: {j.judge for j in found.judgements} for name, found in founds}
    every = set().union(*by_file.values())
    if "" in every and len(every) > 1:
        unnamed = sum(not j.judge for _, found in founds for j in found.judgements)
        named = listed(sorted(every - {""}))
        raise EvalError(
            f"mixed judges: {unnamed:,} judgements name no judge, the others {named}: say who "
            "judged the unnamed with --judge, or rate them apart"
        )
    if len({frozenset(judges) for judges in by_file.values()}) > 1 and not mix_judges:
        told = "; ".join(f"{name} by {listed(sorted(js))}" for name, js in by_file.items())
        raise EvalError(
            f"mixed judges: {told}: another judge has another scale, so rate them apart, or say "
            "--mix-judges to fit what each favors"
        )


def _summed(entries: Any) -> tuple[LeftOut, ...]:
    counts: dict[str, int] = {}
    for entry in entries:
        counts[entry.reason] = counts.get(entry.reason, 0) + entry.n
    return tuple(LeftOut(reason, n) for reason, n in sorted(counts.items()))
