"""Several sources at once: one small ribbon each, with links to their reports."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from mien.charts.html import Content, Markup, markup, tag
from mien.charts.numbers import count
from mien.charts.svg import patterns
from mien.charts.table import Cell, table
from mien.report.retelling import what_it_tells
from mien.report.ribbon import ribbon
from mien.report.story import KINDS, length, skip_in_words
from mien.report.tale import Tale, tale_of
from mien.report.telling import ribbon_in_words
from mien.report.track import tracks_of
from mien.report.view import View
from mien.timeline.origin import Skipped

HEIGHT_PX = 96.0
"""In the ribbon's own units, of which an index shows about a quarter."""

CELLS = 130
"""Of a ribbon of 260 px; each costs some 30 bytes a row."""

SKIPS = 12
"""Lines of what was skipped that stand open above the sources."""


class Names:
    """Safe file names for reports, no two alike on any file system."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def of(self, view: View) -> str:
        """The name of the next report."""
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", view.origin.source).strip("-.")[-80:] or "source"
        tries = (f"{plain}{f'-{i}' if i > 1 else ''}.html" for i in itertools.count(1))
        name = next(name for name in tries if name.lower() not in self._taken)
        self._taken.add(name.lower())
        return name


class Index:
    """The table of an index page, a row a source; of a source no more is kept than its row."""

    def __init__(self) -> None:
        self._rows: list[list[Cell]] = []
        self._readings = 0

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, view: View, link: str) -> None:
        """Take in a source.

        Args:
            view: What a report knows of it.
            link: Address of its report, relative to the page.
        """
        self._rows.append(_row(view, link))
        self._readings += len(view.readings)

    def body(self, skipped: Sequence[Skipped], on: date | None) -> Markup:
        """What stands on the page.

        Args:
            skipped: What was not read, of all sources.
            on: The date to write, if any.
        """
        heads = ["source", "length", "ribbon", "what it says", "told"]
        rows = table("Sources with their ribbons", heads, self._rows, "index")
        when = f" · read {on.day} {on:%B %Y}" if on else ""
        return markup(
            tag("h1", count(len(self), "source").capitalize()),
            tag("p", f"{count(self._readings, 'reading')}{when}", class_="meta"),
            _skips(skipped),
            patterns(),
            tag("section", tag("h2", "Sources"), tag("div", rows, class_="panel")),
        )


def sentence(view: View, tale: Tale | None) -> Markup:
    """What a source says, with the parts that matter in bold."""
    return markup([tag("b", p.text) if p.strong else p.text for p in what_it_tells(view, tale)])


def _skips(skipped: Sequence[Skipped]) -> Markup | None:
    if not skipped:
        return None
    # A source that could not be read is worth more than a part of one.
    ordered = sorted(skipped, key=lambda skip: bool(skip.where))
    lines = [tag("li", tag("b", skip.source), ": ", skip_in_words(skip)) for skip in ordered]
    shown = tag("ul", lines[:SKIPS], class_="panel plain")
    rest = lines[SKIPS:]
    more = tag("summary", f"{len(rest):,} more")
    folded = tag("details", more, tag("ul", rest, class_="panel plain")) if rest else None
    return tag("section", tag("h2", "Skipped"), shown, folded)


def _row(view: View, link: str) -> list[Cell]:
    told, every = len(view.told), len(view.readings)
    seconds = None if view.is_photo else view.origin.seconds
    size = KINDS[view.origin.kind].split()[-1] if seconds is None else length(view.origin)
    share, picture = _small(view)
    return [
        Cell(tag("a", view.origin.source, href=link), view.origin.source),
        Cell(size, seconds or 0.0),
        Cell(picture, share),
        Cell(sentence(view, tale_of(view))),
        Cell(tag("span", f"{told:,} of {every:,}", class_="whole"), told),
    ]


def _small(view: View) -> tuple[float, Content]:
    """The track that tells most of the time, and how much of it that is."""
    # Five hundred rows must load at once: no finer than it is shown.
    axis = replace(view.axis, finest=CELLS)
    tracks = tracks_of(view.readings, axis)
    if not tracks:
        return 0.0, "–"
    track = max(tracks, key=lambda track: float(track.told.mean()))
    label = ribbon_in_words(track, axis, view.emotions)
    drawn = ribbon(track, view.emotions, HEIGHT_PX, label, "")
    return float(track.told.mean()), tag("div", drawn, class_="small")
