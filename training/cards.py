"""Figures with intervals, and the cards that training runs write beside their weights."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mien.timeline.card import Card, Figure


def bootstrap(
    statistic: Callable[[NDArray[np.int64]], float],
    clusters: Sequence[object] | NDArray[np.generic],
    draws: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """The 95 % percentile interval of a statistic when whole clusters are drawn anew.

    Args:
        statistic: Takes row numbers, with repeats, and gives the number.
        clusters: The cluster (speaker, source, text) of each row.
        draws: How often to draw.
        seed: Of the draws.
    """
    rng = np.random.default_rng(seed)
    _, member = np.unique(np.asarray([str(c) for c in clusters]), return_inverse=True)
    order = np.argsort(member, kind="stable")
    rows = np.split(order, np.cumsum(np.bincount(member))[:-1])
    values = [
        statistic(np.concatenate([rows[i] for i in rng.integers(0, len(rows), len(rows))]))
        for _ in range(draws)
    ]
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)


def wilson(hits: int, n: int) -> tuple[float, float]:
    """The 95 % interval of a share by Wilson's score (1927), which holds for small n."""
    z = 1.96
    share = hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def file_sha256(path: Path) -> str:
    """The hash of a data file, for the card."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def write_card(
    card: Card,
    folder: Path,
    *,
    confidence: NDArray[np.float64] | None = None,
    is_right: NDArray[np.bool_] | None = None,
    curve: Sequence[dict[str, float]] = (),
    config: dict[str, object] | None = None,
) -> None:
    """Write a card for programs (.card.json) and for people (.card.md) beside the weights.

    Args:
        card: What to write.
        folder: Where the weights are.
        confidence: Calibrated confidence of each held-out item, for the calibration plot.
        is_right: Whether its top emotion was the raters' majority.
        curve: One row an epoch, for `.run.json`.
        config: The run's settings, for the same file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    plain = json.dumps(card.to_dict(), indent=1, ensure_ascii=False) + "\n"
    (folder / f"{card.decoder}.card.json").write_text(plain, encoding="utf-8")
    picture = f"{card.decoder}.calibration.svg"
    if confidence is not None and is_right is not None:
        drawn = _calibration_svg(confidence, is_right, card.decoder)
        (folder / picture).write_text(drawn, encoding="utf-8")
    told = _markdown(card, picture if (folder / picture).exists() else "")
    (folder / f"{card.decoder}.card.md").write_text(told, encoding="utf-8")
    if curve or config:
        run = {"config": config or {}, "curve": list(curve)}
        text = json.dumps(run, indent=1, ensure_ascii=False) + "\n"
        (folder / f"{card.decoder}.run.json").write_text(text, encoding="utf-8")


def _markdown(card: Card, picture: str) -> str:
    lines = [
        f"# {card.decoder}",
        "",
        f"{card.title}. Written by `{card.command}` (seed {card.seed}, {card.date}); not edited.",
        "",
        f"- **Covers** {card.coverage}: {', '.join(e.label for e in card.covers)}"
        + (f"; dimensions: {', '.join(card.dimensions)}" if card.dimensions else ""),
        f"- **Licence** of the weights: {card.licence}"
        + ("" if card.commercial else " (no commercial use)"),
        f"- **Calibration**: {card.calibration}",
        "",
        "A reading is an estimate of what people would say they see or hear, never a fact about "
        "a mind.",
        "",
    ]
    for group in dict.fromkeys(figure.group for figure in card.figures):
        rows = [figure for figure in card.figures if figure.group == group]
        lines += [f"## {group.capitalize() or 'Figures'}", "", *_table(rows), ""]
    if picture:
        lines += ["## Calibration", "", f"![Confidence against accuracy]({picture})", ""]
    if card.limits:
        lines += ["## Known limits", "", *(f"- {limit}" for limit in card.limits), ""]
    lines += ["## Data", "", "| set | use | n | licence | source | sha256 |"]
    lines += ["| --- | --- | --- | --- | --- | --- |"]
    lines += [
        f"| {d.name} | {d.use} | {d.n:,} | {d.licence} | {d.source} | {d.sha256[:16]} |"
        for d in card.data
    ]
    return "\n".join(lines) + "\n"


def _table(figures: Sequence[Figure]) -> list[str]:
    head = ["| measure | of | value | 95 % interval | n | chance | note |", "| --- " * 7 + "|"]
    return head + [
        f"| {f.name} | {f.of} | {f.value:.3f} | {_interval(f)} | {f.n:,}"
        f"{f' ({f.clusters})' if f.clusters else ''} | "
        f"{'' if f.chance is None else f'{f.chance:.3f}'} | {f.note} |"
        for f in figures
    ]


def _interval(figure: Figure) -> str:
    if figure.low is None or figure.high is None:
        return "–"
    return f"[{figure.low:.3f}, {figure.high:.3f}]"


def _calibration_svg(
    confidence: NDArray[np.float64], is_right: NDArray[np.bool_], name: str, bins: int = 15
) -> str:
    order = np.argsort(confidence, kind="stable")
    dots = []
    for part in np.array_split(order, bins):
        if not len(part):
            continue
        x, y = float(confidence[part].mean()), float(is_right[part].mean())
        half = 1.96 * float(np.sqrt(max(y * (1 - y), 1e-9) / len(part)))
        px, py = 40 + 240 * x, 260 - 240 * y
        dots.append(
            f'<line x1="{px:.1f}" x2="{px:.1f}" y1="{260 - 240 * min(1, y + half):.1f}" '
            f'y2="{260 - 240 * max(0, y - half):.1f}" stroke="#9aa3ad"/>'
            f'<circle cx="{px:.1f}" cy="{py:.1f}" r="4" fill="#5c54a1"/>'
        )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 300" width="300" '
        f'role="img" aria-label="Calibration of {name}">'
        '<rect width="300" height="300" fill="#fff"/>'
        '<path d="M40 20V260H280" fill="none" stroke="#667"/>'
        '<path d="M40 260L280 20" stroke="#dcdee1" stroke-dasharray="4 4"/>'
        + "".join(dots)
        + '<text x="160" y="290" font-size="12" text-anchor="middle" '
        'font-family="sans-serif">confidence</text>'
        '<text x="14" y="140" font-size="12" text-anchor="middle" font-family="sans-serif" '
        'transform="rotate(-90 14 140)">share right</text></svg>\n'
    )
