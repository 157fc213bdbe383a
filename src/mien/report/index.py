"""Several sources at once: one small ribbon each, with links to their reports."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import date

from mien.charts.html import Markup, markup, tag
from mien.charts.numbers import count
from mien.charts.svg import patterns
from mien.charts.table import Cell, table
from mien.report.ribbon import ribbon
from mien.report.story import KINDS, length, skip_in_words, what_it_says
from mien.report.telling import ribbon_in_words
from mien.report.track import Track
from mien.report.view import View
from mien.timeline.origin import Skipped

HEIGHT_PX = 96.0
"""In the ribbon's own units, of which an index shows about a quarter."""


def report_names(views: Sequence[View]) -> list[str]:
    """A safe file name for each report, in order, no two alike on any file system."""
    taken: set[str] = set()
    names = []
    for view in views:
        plain = re.sub(r"[^A-Za-z0-9._-]+", "-", view.origin.source).strip("-.")[-80:] or "source"
        tries = (f"{plain}{f'-{i}' if i > 1 else ''}.html" for i in itertools.count(1))
        name = next(name for name in tries if name.lower() not in taken)
        taken.add(name.lower())
        names.append(name)
    return names


def index_body(
    views: Sequence[View], links: Sequence[str], skipped: Sequence[Skipped], on: date | None
) -> Markup:
    """What stands on the index page.

    Args:
        views: The sources.
        links: Address of the report of each, relative to the page.
        skipped: What was not read, of all sources.
        on: The date to write, if any.
    """
    rows = [_row(view, link) for view, link in zip(views, links, strict=True)]
    heads = ["source", "length", "ribbon", "what it says", "told"]
    when = f" · read {on.day} {on:%B %Y}" if on else ""
    return markup(
        tag("h1", count(len(views), "source").capitalize()),
        tag("p", f"{count(sum(len(v.readings) for v in views), 'reading')}{when}", class_="meta"),
        _skips(skipped),
        patterns(),
        tag(
            "section",
            tag("h2", "Sources"),
            tag("div", table("Sources with their ribbons", heads, rows, "index"), class_="panel"),
        ),
    )


def sentence(view: View) -> Markup:
    """What a source says, with the parts that matter in bold."""
    return markup([tag("b", p.text) if p.strong else p.text for p in what_it_says(view)])


def _skips(skipped: Sequence[Skipped]) -> Markup | None:
    if not skipped:
        return None
    lines = [tag("li", tag("b", skip.source), ": ", skip_in_words(skip)) for skip in skipped]
    return tag("section", tag("h2", "Skipped"), tag("ul", lines, class_="panel plain"))


def _row(view: View, link: str) -> list[Cell]:
    told, every = len(view.told), len(view.readings)
    seconds = None if view.is_photo else view.origin.seconds
    size = KINDS[view.origin.kind].split()[-1] if seconds is None else length(view.origin)
    track = _telling(view)
    return [
        Cell(tag("a", view.origin.source, href=link), view.origin.source),
        Cell(size, seconds or 0.0),
        Cell(_small(view, track) if track else "–", float(track.told.mean()) if track else 0.0),
        Cell(sentence(view)),
        Cell(tag("span", f"{told:,} of {every:,}", class_="whole"), told),
    ]


def _telling(view: View) -> Track | None:
    """The track that tells most of the time."""
    return max(view.tracks, key=lambda t: float(t.told.mean()), default=None)


def _small(view: View, track: Track) -> Markup:
    label = ribbon_in_words(track, view.axis, view.emotions)
    return tag("div", ribbon(track, view.emotions, HEIGHT_PX, label, ""), class_="small")
