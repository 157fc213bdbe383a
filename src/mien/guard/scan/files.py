"""A scan into a file; the name's ending decides the form."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from mien.core.errors import ConfigError
from mien.guard.risk import Track
from mien.guard.scan.chance import BASE_RATE
from mien.guard.scan.result import PER, Rate, Scan
from mien.guard.scan.watching import VERSION
from mien.guard.signals import Signal
from mien.timeline import Skipped, replacing

FORMS = (".html", ".parquet", ".json")

TOP = 50
"""Conversations that a page holds in full."""

_ROWS = 4096
"""Turns of a row group of Parquet."""

_OF_CHAT = ("rank", "chat", "source", "title")
_OF_TURN = (
    *("turn", "role", "speaker", "at", "text", "risk", "risk_sd", "trend", "level"),
    *("action", "step", "because", "held_back", "reasons", "raised"),
    *("instruction", "notice", "skipped"),
)
COLUMNS = (*_OF_CHAT, *_OF_TURN)
"""Of the table; a column a track and a column a signal follow."""


def check_form(path: Path) -> None:
    """Refuse a name before the work.

    Raises:
        ConfigError: If its ending is none of `FORMS`.
    """
    if path.suffix.lower() not in FORMS:
        raise ConfigError(f"cannot tell the form of {path.name!r}: end it in {', '.join(FORMS)}")


def write_scan(
    scan: Scan,
    path: str | Path,
    *,
    top: int = TOP,
    base_rate: float = BASE_RATE,
    on: date | None = None,
) -> None:
    """Write a scan; nothing is left half-written, and memory holds a conversation at a time.

    Args:
        scan: What to write.
        path: `.html` for people, `.parquet` with a row a turn, `.json` with everything.
        top: Conversations that a page holds in full.
        base_rate: Share of conversations that are expected to go badly wrong.
        on: The date to write into a page; today if None.

    Raises:
        ConfigError: If the ending is none of these, or the file cannot be written.
    """
    path = Path(path)
    check_form(path)
    form = path.suffix.lower()
    with replacing(path) as part:
        if form == ".parquet":
            _write_parquet(scan, part)
        elif form == ".json":
            with part.open("w", encoding="utf-8", newline="\n") as file:
                _write_json(scan, file, base_rate)
        else:
            from mien.guard.scan.page import render_page

            page = render_page(scan, top=top, base_rate=base_rate, on=on or date.today())
            part.write_text(page, encoding="utf-8", errors="replace", newline="\n")


def _write_json(scan: Scan, file: IO[str], base_rate: float) -> None:
    """One object, written piece by piece: thousands of chats are never held at once."""
    head = json.dumps({"schema": VERSION, **scan.about.to_dict(), **_summary(scan, base_rate)})
    file.write(head[:-1] + ', "conversations": [')
    for number, (glance, rows) in enumerate(scan.chats()):
        file.write(",\n" if number else "\n")
        held = {**glance.to_dict(), "checks": list(rows)}
        file.write(json.dumps(held, ensure_ascii=False, allow_nan=False))
    file.write("\n]}\n")


def _summary(scan: Scan, base_rate: float) -> dict[str, Any]:
    tally = scan.tally
    return {
        "chats": tally.chats,
        "turns": tally.turns,
        "unjudged": tally.unjudged,
        "left_out": tally.left_out,
        "alarms": tally.alarms,
        "base_rate": base_rate,
        "signals": [_plain_rate(rate) for rate in tally.signals()],
        "actions": [_plain_rate(rate) for rate in tally.actions()],
        "failed": [_plain_skip(skip) for skip in scan.failed],
        "skipped": [_plain_skip(skip) for skip in scan.skipped],
    }


def _plain_rate(rate: Rate) -> dict[str, Any]:
    value, low, high = (round(PER * share, 3) for share in rate.share)
    per = {"per_1000_chats": value, "low": low, "high": high}
    return {"name": rate.name, "chats": rate.chats, "turns": rate.turns, **per}


def _plain_skip(skip: Skipped) -> dict[str, Any]:
    return {"source": skip.source, "reason": skip.reason, "count": skip.count}


def _write_parquet(scan: Scan, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    about = {"mien.scan": json.dumps({"schema": VERSION, **scan.about.to_dict()})}
    schema = _schema(pa).with_metadata(about)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for rows in _batches(scan):
            writer.write_table(pa.Table.from_pylist(rows, schema))


def _schema(pa: Any) -> Any:
    """Columns of the table: `docs/reference/checks.md`."""
    text, share = pa.string(), pa.float32()
    reason = pa.struct({"signal": text, "turn": pa.int32(), "quote": text, "p": share}.items())
    raised = pa.struct(
        {"signal": text, "p": share, "from_char": pa.int32(), "to_char": pa.int32()}.items()
    )
    plain = {
        pa.int32(): ("rank", "chat", "turn"),
        pa.int8(): ("level",),
        pa.float32(): ("risk", "risk_sd"),
        pa.timestamp("us", "UTC"): ("at",),
        pa.string(): (
            *("source", "title", "role", "speaker", "text", "trend", "action", "step"),
            *("instruction", "notice", "skipped"),
        ),
        pa.list_(text): ("because", "held_back"),
        pa.list_(reason): ("reasons",),
        pa.list_(raised): ("raised",),
    }
    kinds = {name: kind for kind, names in plain.items() for name in names}
    columns = {name: kinds[name] for name in COLUMNS}
    columns |= {f"risk_{track.value}": share for track in Track}
    columns |= {f"p_{signal.value}": share for signal in Signal}
    return pa.schema(list(columns.items()))


def _batches(scan: Scan) -> Iterator[Sequence[Mapping[str, Any]]]:
    held: list[Mapping[str, Any]] = []
    for rank, (glance, rows) in enumerate(scan.chats(), start=1):
        chat = (rank, glance.number, glance.name, glance.title)
        lead = dict(zip(_OF_CHAT, chat, strict=True))
        for row in rows:
            held.append({**lead, **_flat(row)})
            if len(held) == _ROWS:
                yield held
                held = []
    yield held


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in _OF_TURN},
        "at": datetime.fromisoformat(row["at"]) if row["at"] else None,
        **{f"risk_{track}": risk for track, risk in row["tracks"].items()},
        **{f"p_{signal}": p for signal, p in row["signals"].items()},
    }
