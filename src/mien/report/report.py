"""One self-contained HTML page for a reading and its story."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

from mien.charts.html import Content, Markup, asset, data_block, page, tag
from mien.charts.numbers import listed
from mien.charts.table import sort_script
from mien.core.errors import ConfigError
from mien.emotions.emotion import Emotion
from mien.moments import Moment
from mien.report import palette
from mien.report.chat import chat
from mien.report.faces import photo
from mien.report.foot import foot
from mien.report.happened import happened
from mien.report.index import Index, Names, sentence
from mien.report.lanes import over_time
from mien.report.payload import payload
from mien.report.story import what_it_is, what_would_help
from mien.report.strongest import strongest_table
from mien.report.tale import Tale, tale_of
from mien.report.view import View, views_of
from mien.timeline.card import Card
from mien.timeline.files import replacing
from mien.timeline.origin import Skipped
from mien.timeline.timeline import Timeline

MEANING = (
    "Shares are the part of people who would name an emotion here, as estimated, not what "
    "someone feels."
)
BY_ORDER = "so go by order and change, not by size."
HATCHED = " Hatched: nothing to go by, or too unsure to say."


def render(timeline: Timeline, moments: Iterable[Moment] = (), *, on: date | None = None) -> str:
    """The report of one source as HTML that opens offline and needs no script.

    Args:
        timeline: Readings of one source; the same timeline gives the same text.
        moments: Of that source, as `mien.situate` gives them; without any, readings alone are told.
        on: The date to write into the page, if any.

    Raises:
        ConfigError: If the timeline holds no source, or several: see `write_report`.
    """
    views = views_of(timeline, moments)
    if len(views) != 1:
        raise ConfigError(f"a report shows one source, not {len(views)}: use write_report")
    return render_view(views[0], on)


def write_report(
    path: str | Path,
    timeline: Timeline,
    moments: Iterable[Moment] = (),
    *,
    on: date | None = None,
) -> None:
    """Write the report of a timeline; what was there is replaced in one step or not at all.

    Several sources give an index page at `path` and a folder of reports beside it, named
    after it with `-reports`.

    Args:
        path: The file to write, usually `.html`.
        timeline: Any number of sources.
        moments: Of any of them, as `mien.situate` gives them: the story; without any, readings
            alone are told.
        on: The date to write into the page; today if None.

    Raises:
        ConfigError: If the timeline holds no source, or a file cannot be written.
    """
    views = views_of(timeline, moments)
    if not views:
        raise ConfigError("nothing to report: the timeline holds no source")
    if len(views) == 1:
        _write(Path(path), render_view(views[0], on or date.today()))
        return
    _write_pages(Path(path), views, timeline.skipped, on or date.today())


def write_reports(
    path: str | Path, timelines: Iterable[Timeline], *, on: date | None = None
) -> None:
    """Write an index page at `path` and a folder of reports beside it, as `write_report` does.

    Memory holds the readings of one timeline, and a line of the index for each source.

    Args:
        path: The file to write, usually `.html`.
        timelines: Of any number of sources each, all of a source in one.
        on: The date to write into the pages; today if None.

    Raises:
        ConfigError: If a file cannot be written.
    """
    skipped: list[Skipped] = []

    def views() -> Iterator[View]:
        for timeline in timelines:
            skipped.extend(timeline.skipped)
            yield from views_of(timeline)

    _write_pages(Path(path), views(), skipped, on or date.today())


def _write_pages(path: Path, views: Iterable[View], skipped: Sequence[Skipped], on: date) -> None:
    folder = reports_folder(path)
    _make(folder)
    index, names = Index(), Names()
    try:
        for view in views:
            name = names.of(view)
            _write(folder / name, render_view(view, on))
            index.add(view, f"{folder.name}/{name}")
        body = index.body(skipped, on)
        _write(path, _page(f"{len(index)} sources", [tag("main", body)], sort_script()))
    finally:
        # Nothing lies in it where the disk was full from the first page on.
        with suppress(OSError):
            folder.rmdir()


def reports_folder(path: Path) -> Path:
    """Where the reports of an index page lie."""
    return path.with_name(f"{path.stem}-reports")


def render_view(view: View, on: date | None = None) -> str:
    """The page of one source, in the order of a page: what it is, says, shows, is worth."""
    help_line, tale = what_would_help(view), tale_of(view)
    body = tag(
        "main",
        tag("h1", view.origin.source),
        tag("p", what_it_is(view, on), class_="meta"),
        tag("p", sentence(view, tale), class_="say"),
        tag("p", help_line, class_="say help") if help_line else None,
        tag("p", _meaning(view), class_="note"),
        _pictures(view, tale),
        _section("Strongest readings", None if view.is_photo else strongest_table(view)),
        _section("How far to trust this", foot(view)),
    )
    has_lanes = bool(view.tracks) and not view.is_photo
    data = data_block("data", payload(view)) if has_lanes else None
    script = (asset("mien.report", "crosshair.js") if has_lanes else "") + sort_script()
    script += asset("mien.report", "story.js") if tale else ""
    return _page(view.origin.source, [body, data], script)


def _meaning(view: View) -> str:
    """What shares are, of which decoders they are only provisional, and what hatching says."""
    names = [card.decoder for card in view.cards if card.calibration.startswith("uncalibrated")]
    cautions = [f" {listed(names)}: uncalibrated, {BY_ORDER}"] if names else []
    cautions += [f" {_half_fitted(card)}" for card in view.cards if _is_half_fitted(card)]
    return MEANING + "".join(cautions) + ("" if view.is_photo else HATCHED)


def _is_half_fitted(card: Card) -> bool:
    return bool(card.fitted) and not set(card.covers) <= {*card.fitted, Emotion.NEUTRAL}


def _half_fitted(card: Card) -> str:
    """Which emotions of a decoder raters taught here, the shorter list named."""
    rest = [e for e in card.covers if e not in card.fitted and e is not Emotion.NEUTRAL]
    if len(card.fitted) <= len(rest):
        told = f"{_emotions(card.fitted)} fitted to raters, the other {len(rest)} uncalibrated"
    else:
        told = f"fitted to raters but for {_emotions(rest)}, which stay uncalibrated"
    return f"{card.decoder}: {told}, {BY_ORDER}"


def _emotions(some: Sequence[Emotion]) -> str:
    return listed([palette.name(emotion).lower() for emotion in some])


def _pictures(view: View, tale: Tale | None) -> list[Markup | None]:
    if view.is_photo:
        return [_section("Faces", photo(view) if view.readings else None)]
    lanes = over_time(view) if view.tracks or view.origin.envelope else None
    said = chat(view, tale) if view.is_chat or tale else None
    heading = "Turn by turn" if view.axis.by_turn else "Over time"
    return [
        _section(heading, lanes),
        _section("What happened", happened(tale) if tale else None),
        _section("The chat" if view.is_chat else "What was said", said),
    ]


def _section(heading: str, content: Markup | None) -> Markup | None:
    return None if content is None else tag("section", tag("h2", heading), content)


def _page(title: str, body: Sequence[Content], script: str) -> str:
    colors = palette.variables(palette.ALL) + palette.classes(palette.ALL)
    style = colors + asset("mien.charts", "page.css") + asset("mien.report", "report.css")
    style += asset("mien.report", "story.css")
    return page(f"{title} · Mien", *body, style=style, script=script)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise ConfigError(f"cannot make the folder {folder}: {error.strerror}") from error


def _write(path: Path, text: str) -> None:
    with replacing(path) as part:
        # A file name that is not UTF-8 reaches us with surrogates, which cannot be written.
        part.write_text(text, encoding="utf-8", errors="replace", newline="\n")
