"""The card beside the weights: what they were taught, how well they do, where they fail."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from mien.timeline.card import Figure, Training

LIMITS = (
    "Near misses are hard for models this small: figures on them stand below, and a raised signal "
    "is evidence to be added up, never a verdict",
    "English, German and Spanish alone; a turn in another language has no signals",
    "The sentences were written for this project by few writers, not by people in need; rates in "
    "real talk will differ",
    "What a crisis is told by hints alone (a goodbye, a gift, a question) is often missed",
    "The level of a crisis is an estimate, within about one and a half levels; it is told only "
    "where a crisis is raised",
    "A message of more than 200,000 characters is read at both ends",
    "Irony is not detected",
)


@dataclass(frozen=True, slots=True)
class Card:
    """What a weight file is worth.

    Attributes:
        name: Of the file.
        date: ISO, of the run.
        seed: Of the run.
        figures: Measured numbers.
        data: What taught and tested it.
        about: What it is and how it was made, in Markdown.
        limits: Where it fails.
    """

    name: str
    date: str
    seed: int
    figures: tuple[Figure, ...]
    data: tuple[Training, ...]
    about: str
    limits: tuple[str, ...] = LIMITS


def write(card: Card, folder: Path) -> None:
    """Write the card for programs (.card.json) and for people (.card.md)."""
    plain = json.dumps(asdict(card), indent=1, ensure_ascii=False) + "\n"
    (folder / f"{card.name}.card.json").write_text(plain, encoding="utf-8")
    (folder / f"{card.name}.card.md").write_text(_markdown(card), encoding="utf-8")


def _markdown(card: Card) -> str:
    lines = [
        f"# {card.name}",
        "",
        f"{card.about} Seed {card.seed}, {card.date}; not edited.",
        "",
        "A signal is a guess at what careful readers would say of a text, never a diagnosis.",
        "",
    ]
    for group in dict.fromkeys(figure.group for figure in card.figures):
        lines += [f"## {(group or 'ranking').capitalize()}", ""]
        lines += ["| measure | of | value | 95 % interval | n |", "| --- " * 5 + "|"]
        lines += [_row(figure) for figure in card.figures if figure.group == group] + [""]
    lines += ["## Known limits", "", *(f"- {limit}" for limit in card.limits), ""]
    lines += ["## Data", "", "| set | use | n | licence | source | sha256 |", "| --- " * 6 + "|"]
    lines += [
        f"| {d.name} | {d.use} | {d.n:,} | {d.licence} | {d.source} | {d.sha256[:16]} |"
        for d in card.data
    ]
    return "\n".join(lines) + "\n"


def _row(figure: Figure) -> str:
    low, high = figure.low, figure.high
    interval = "–" if low is None or high is None else f"[{low:.3f}, {high:.3f}]"
    return f"| {figure.name} | {figure.of} | {figure.value:.3f} | {interval} | {figure.n:,} |"
