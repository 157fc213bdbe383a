"""A scan into a file; the name's ending decides the form."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import IO, Any

from mien.core.errors import ConfigError
from mien.guard.scan.chance import BASE_RATE
from mien.guard.scan.result import PER, Rate, Scan
from mien.guard.scan.watching import VERSION
from mien.timeline import Skipped, replacing

FORMS = (".html", ".parquet", ".json")

TOP = 50
"""Conversations that a page holds in full."""


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
            from mien.guard.scan.parquet import write_parquet

            write_parquet(scan, part)
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
