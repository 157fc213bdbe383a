"""`python -m benchmarks.read`: how fast Mien reads, beside others, as one table.

For Linux and macOS; only Linux can keep a process to one core.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from benchmarks.groups import GROUPS, Setting
from benchmarks.machine import READERS, about
from benchmarks.measure import ROOT, pin
from benchmarks.table import Figure, Row, Table, Unit


def main(arguments: list[str] | None = None) -> None:
    """Measure what is asked for and print the table."""
    asked = _parser().parse_args(arguments)
    if asked.merge:
        tables = [load(path) for path in asked.merge]
        print(join(tables).markdown())
        return
    unknown = sorted(set(asked.only) - set(GROUPS))
    if unknown:
        raise SystemExit(f"nothing is called {', '.join(unknown)}: choose from {', '.join(GROUPS)}")
    pinned = "not pinned to a core" if asked.unpinned else pin(asked.core)
    lines = about(f"{pinned}, one thread in every library", READERS)
    if asked.quick:
        lines.append("quick: short inputs, two runs; these figures are not to be quoted")
    setting = Setting(asked.cache, asked.quick, asked.texts, _with_yunet(asked.cache, asked.yunet))
    rows: list[Row] = []
    for group in asked.only or GROUPS:
        print(f"measuring {group} ...", file=sys.stderr, flush=True)
        rows += GROUPS[group](setting)
    table = Table(rows, lines)
    if asked.json:
        save(table, asked.json)
    print(table.text())


def save(table: Table, path: Path) -> None:
    """Write a table that `--merge` reads again."""
    plain = {"about": list(table.about), "rows": [asdict(row) for row in table.rows]}
    path.write_text(json.dumps(plain, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def load(path: Path) -> Table:
    """A table that `save` wrote."""
    plain = json.loads(path.read_text(encoding="utf-8"))
    return Table([_row(row) for row in plain["rows"]], plain["about"])


def join(tables: list[Table]) -> Table:
    """Tables of several runs as one; a group measured twice is taken from the later run."""
    groups = {row.group: table for table in tables for row in table.rows}
    rows = [row for group in GROUPS for row in _of(groups.get(group), group)]
    used = [table for table in tables if any(table is kept for kept in groups.values())]
    return Table(rows, list(dict.fromkeys(line for table in used for line in table.about)))


def _of(table: Table | None, group: str) -> list[Row]:
    return [row for row in table.rows if row.group == group] if table is not None else []


def _row(plain: dict[str, object]) -> Row:
    row = dict(plain)
    for name in ("ours", "clock", "theirs"):
        value = row[name]
        row[name] = Figure(tuple(value["values"])) if isinstance(value, dict) else None
    return Row(**{**row, "unit": Unit(str(row["unit"]))})  # type: ignore[arg-type]


def _with_yunet(cache: Path, weights: Path | None) -> dict[str, str]:
    """Variables under which YuNet is installed: a home of our own, unless it is there anyway."""
    if weights is None:
        return {}
    environ = {"MIEN_HOME": str((cache / "home").resolve())}
    command = [sys.executable, "-m", "mien", "models", "import", "yunet", str(weights.resolve())]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environ}, check=True, stdout=sys.stderr)
    return environ


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.read", description=__doc__)
    names = ",".join(GROUPS)
    parser.add_argument("--only", type=_names, default=[], help=f"some of {names}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the table here as well")
    parser.add_argument("--quick", action="store_true", help="short inputs: does it all work?")
    parser.add_argument("--core", type=int, help="the core to use; by default the last one")
    parser.add_argument("--unpinned", action="store_true", help="leave the core to the system")
    parser.add_argument("--cache", type=Path, default=ROOT / "out" / "benchmarks", help="inputs")
    parser.add_argument("--texts", type=Path, help="messages, one a line, instead of made-up ones")
    parser.add_argument("--yunet", type=Path, help="YuNet's weights, if they are not pulled yet")
    parser.add_argument(
        "--merge", type=Path, nargs="+", metavar="FILE", help="print kept tables as one, and stop"
    )
    return parser


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


if __name__ == "__main__":
    main()
