"""The card beside a model of moments: what taught it, how well it does, where it fails."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from mien.timeline.card import Figure, Training

WEIGHTS = Path(__file__).parents[2] / "src/mien/moments/weights"
"""Where models of moments and their cards lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a model is worth.

    Attributes:
        name: With version.
        title: One line for people.
        licence: SPDX identifier of the weights.
        command: What made it.
        seed: Of the run.
        figures: Measured numbers, with what chance and simple rules give.
        data: What taught and tested it.
        limits: Where it fails, one sentence each.
        date: ISO, of the run; today.
    """

    name: str
    title: str
    command: str
    seed: int
    figures: tuple[Figure, ...]
    data: tuple[Training, ...]
    limits: tuple[str, ...]
    licence: str = "CC-BY-4.0"
    date: str = ""


def write(card: Card, folder: Path = WEIGHTS) -> None:
    """Write the card for programs (.card.json) and for people (.card.md)."""
    plain = asdict(card) | {"date": card.date or f"{datetime.now(UTC):%Y-%m-%d}"}
    text = json.dumps(plain, indent=1, ensure_ascii=False) + "\n"
    (folder / f"{card.name}.card.json").write_text(text, encoding="utf-8")
    (folder / f"{card.name}.card.md").write_text(_markdown(plain, card), encoding="utf-8")


def _markdown(plain: dict[str, object], card: Card) -> str:
    lines = [
        f"# {card.name}",
        "",
        f"{card.title} Written by `{card.command}` (seed {card.seed}, {plain['date']}); not "
        f"edited. Licence: {card.licence}.",
        "",
    ]
    for group in dict.fromkeys(figure.group for figure in card.figures):
        lines += [f"## {(group or 'figures').capitalize()}", ""]
        lines += ["| measure | of | value | 95 % interval | n | note |", "| --- " * 6 + "|"]
        lines += [_row(figure) for figure in card.figures if figure.group == group] + [""]
    lines += ["## Known limits", "", *(f"- {limit}" for limit in card.limits), ""]
    lines += ["## Data", "", "| set | use | n | licence | source |", "| --- " * 5 + "|"]
    lines += [f"| {d.name} | {d.use} | {d.n:,} | {d.licence} | {d.source} |" for d in card.data]
    return "\n".join(lines) + "\n"


def _row(figure: Figure) -> str:
    low, high = figure.low, figure.high
    interval = "–" if low is None or high is None else f"[{low:.3f}, {high:.3f}]"
    by = f" ({figure.clusters})" if figure.clusters else ""
    return (
        f"| {figure.name} | {figure.of} | {figure.value:.3f} | {interval} | {figure.n:,}{by} "
        f"| {figure.note} |"
    )
