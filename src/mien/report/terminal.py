"""A reading in a terminal: a sentence, a ribbon of block characters a person, a table."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mien.charts.numbers import plus_minus, portion
from mien.charts.svg import time_ticks
from mien.core.redact import printable
from mien.emotions.emotion import Emotion
from mien.report import palette
from mien.report.lanes import tracks_drawn
from mien.report.ribbon import LEAST_SHARE
from mien.report.story import (
    cannot_tell,
    skip_in_words,
    skips_in_words,
    what_it_is,
    what_it_says,
    what_would_help,
)
from mien.report.strongest import leading, strongest
from mien.report.track import Axis, Grid, Run, Track, runs
from mien.report.view import View, unread, views_of, who
from mien.timeline.reading import Reading
from mien.timeline.timeline import Timeline

WIDTH = 80
LABEL = 12
ROWS = 8
TELLING = 0.2
"""Share from which a peak gets a label."""

BLOCKS, PLAIN = "▁▂▃▄▅▆▇█", ".:-=+*#@"
UNSURE, PLAIN_UNSURE = "░", "?"
ASCII = str.maketrans("·’“”±…−–×", '-\'""~.--x')


def render_terminal(
    timeline: Timeline, *, color: bool = False, plain: bool = False, width: int = WIDTH
) -> str:
    """Every source of a timeline as text for a terminal, one after the other.

    Args:
        timeline: What to show.
        color: Whether it goes to a terminal; what that can show is found out, and `NO_COLOR`
            is heeded.
        plain: Whether only ASCII may be written.
        width: Columns, at most 80 are used.
    """
    held = io.StringIO()
    width = min(WIDTH, width)
    console = Console(
        file=held, width=width, force_terminal=color, legacy_windows=False, highlight=False
    )
    views = views_of(timeline)
    for i, view in enumerate(views):
        if i:
            console.print()
        for part in _parts(view, width, plain=plain):
            console.print(part)
    if len(views) != 1:
        console.print()
        for skip in unread(timeline):
            console.print(safe(f"Skipped: {skip.source}: {skip_in_words(skip)}", "dim"))
    text = held.getvalue().rstrip()
    return text.translate(ASCII).encode("ascii", "replace").decode() if plain else text


def _parts(view: View, width: int, *, plain: bool) -> Iterator[Text | Table]:
    yield safe(view.origin.source, "bold")
    yield safe(what_it_is(view, None), "dim")
    yield Text()
    yield _sentence(view)
    help_line = what_would_help(view)
    if help_line:
        yield safe(help_line)
    yield Text()
    if view.tracks and not view.is_photo:
        yield from ribbons(view, width, plain=plain)
    rows = strongest(view)
    if rows:
        yield _table(view, rows, plain=plain)
    yield from _foot(view)


def _sentence(view: View) -> Text:
    pieces = (safe(piece.text, "bold" if piece.strong else "") for piece in what_it_says(view))
    return Text.assemble(*pieces)


def ribbons(view: View, width: int, *, plain: bool) -> Iterator[Text]:
    """An axis, a ribbon a person and channel with labels over its peaks, and what they mean."""
    columns = width - LABEL
    yield Text(" " * LABEL + axis_line(view.axis, columns), style="dim")
    for track in tracks_drawn(view):
        name, detail = track.person, track.label
        if name is None:
            name, detail = track.title, "unknown"
        yield safe(fitted(name, LABEL), "bold") + _peaks(track, view, columns)
        bar = _bar(track, columns, plain=plain)
        yield safe(fitted(f"  {detail}", LABEL), "dim") + bar
    mark = PLAIN_UNSURE if plain else UNSURE
    legend = f"height: all but Neutral   {mark} cannot tell   blank: nothing to go by"
    yield Text(" " * LABEL + legend, style="dim")
    yield Text()


def axis_line(axis: Axis, columns: int) -> str:
    """Times, or the first and the last turn, above `columns` columns."""
    if axis.by_turn:
        return f"turn 1{f'turn {int(axis.length)}':>{columns - 6}}"
    row = [" "] * columns
    for at, text in time_ticks(axis.start, axis.end, most=6):
        if at < 0:
            continue  # a minute that began before the sound did
        place = min(int((at - axis.start) / axis.length * columns), columns - len(text))
        row[place : place + len(text)] = text
    return "".join(row)


def _cells(track: Track, columns: int) -> list[Run]:
    """The cells of a track behind each column; a column shows at least one."""
    edges = np.linspace(0, len(track.told), columns + 1)
    return [Run(int(a), max(int(a) + 1, int(b))) for a, b in pairwise(edges)]


def _bar(track: Track, columns: int, *, plain: bool) -> Text:
    """One character a column: how much is not Neutral, in the color of what is strongest."""
    bar, blocks = Text(), PLAIN if plain else BLOCKS
    parts = track.parts
    for run in _cells(track, columns):
        inside = slice(run.first, run.last)
        if track.told[inside].any():
            mean = parts[inside][track.told[inside]].mean(axis=0)
            moved = 1 - mean[Emotion.NEUTRAL.position]
            bar.append(blocks[min(7, int(moved * 8))], style=palette.color(_strongest(mean)))
        elif track.seen[inside].any():
            bar.append(PLAIN_UNSURE if plain else UNSURE, style="dim")
        else:
            bar.append(" ")
    return bar


def _strongest(parts: Grid) -> Emotion:
    """The emotion other than Neutral with the largest part."""
    return palette.ORDER[int(np.argmax([parts[e.position] for e in palette.ORDER]))]


def _peaks(track: Track, view: View, columns: int) -> Text:
    """Names with shares over their peaks, strongest first, none touching another."""
    row = [" "] * columns
    for share, cell, emotion in sorted(_hills(track, view), reverse=True):
        label = f"{palette.name(emotion)} {portion(share)}"
        middle = int((cell + 0.5) / len(track.told) * columns)
        start = int(np.clip(middle - len(label) // 2, 0, columns - len(label)))
        around = row[max(0, start - 1) : start + len(label) + 1]
        if all(char == " " for char in around):
            row[start : start + len(label)] = label
    return Text("".join(row))


def _hills(track: Track, view: View) -> Iterator[tuple[float, int, Emotion]]:
    """The highest share of each stretch in which an emotion is worth telling."""
    for emotion in view.emotions:
        column = np.nan_to_num(track.shares[:, emotion.position])
        for run in runs(column > max(TELLING, LEAST_SHARE)):
            cell = run.first + int(column[run.first : run.last].argmax())
            yield float(column[cell]), cell, emotion


def _table(view: View, rows: Sequence[Reading], *, plain: bool) -> Table:
    kept = sorted(rows, key=lambda reading: -reading.strength)[:ROWS]
    table = Table(box=None, padding=(0, 3, 0, 0), header_style="dim")
    if not view.is_photo:
        table.add_column("turn" if view.axis.by_turn else "at")
    for head in ("who", "from", "share", "interval", "sure"):
        table.add_column(head, no_wrap=True, overflow="ellipsis")
    for reading in rows:
        if reading in kept:
            table.add_row(*_cells_of(view, reading, plain=plain))
    return table


def _cells_of(view: View, reading: Reading, *, plain: bool) -> list[Text]:
    top = leading(reading)
    start, _ = view.axis.place(reading) or (0.0, 0.0)
    at = str(int(start) + 1) if view.axis.by_turn else view.axis.says(start)
    share = Text.assemble(
        ("" if plain else "■ ", palette.color(top.emotion)),
        f"{palette.name(top.emotion)} {portion(top.share)}",
    )
    cells = [
        safe(who(reading.person, reading.channel)),
        safe(view.label(reading)),
        share,
        Text(plus_minus(top.share, reading.scores_sd[top.emotion])),
        Text(portion(reading.confidence)),
    ]
    return cells if view.is_photo else [Text(at), *cells]


def _foot(view: View) -> Iterator[Text]:
    yield Text()
    unsure = cannot_tell(view.readings)
    lines = [unsure[:1].upper() + unsure[1:]] if unsure else []
    lines += [
        f"{card.decoder}: covers {card.coverage}; {card.calibration.split(';')[0]}"
        for card in view.cards
    ]
    lines += [f"Skipped: {line}" for line in skips_in_words(view)]
    lines.append("Shares estimate how many people would name an emotion, never what someone feels.")
    for line in lines:
        yield safe(line, "dim")


def safe(text: str, style: str = "") -> Text:
    """What came from outside, without anything that a terminal would act on."""
    return Text(printable(text), style=style)


def fitted(text: str, width: int) -> str:
    """The text cut or filled to `width` columns."""
    return f"{text if len(text) < width else text[: width - 2] + '…':<{width}}"
