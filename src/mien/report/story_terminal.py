"""A story in a terminal: the sentence, a row of marks a person, and the moments in order."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from rich.console import Console, Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mien.charts.numbers import portion
from mien.moments import Moment, ShiftKind
from mien.report import palette
from mien.report.credits import facts
from mien.report.phrases import (
    WORDLESS,
    appraised,
    cannot_tell,
    feeling,
    hedge,
    mixed_in_words,
    name_of,
    opened,
    place_of,
    shares_in_words,
    target_in_words,
    when,
    whose,
)
from mien.report.retelling import quoted, what_it_tells
from mien.report.story import Piece, skip_in_words, skips_in_words, what_it_is, what_would_help
from mien.report.tale import Tale, tale_of
from mien.report.terminal import ASCII, LABEL, WIDTH, axis_line, fitted, safe
from mien.report.view import View, unread, views_of
from mien.timeline.timeline import Timeline

FEELING, CALM, UNTOLD, MIXED = "●", "·", "○", "◎"
PLAIN = str.maketrans("●○◎", "o?%")


def render_story(
    timeline: Timeline,
    moments: Iterable[Moment],
    *,
    color: bool = False,
    plain: bool = False,
    width: int = WIDTH,
) -> str:
    """Every source of a timeline with its moments as text for a terminal.

    Args:
        timeline: What was read.
        moments: Of it, as `mien.situate` gives them.
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
    views = views_of(timeline, moments)
    for i, view in enumerate(views):
        if i:
            console.print()
        for part in _parts(view, width):
            console.print(part)
    if len(views) != 1:
        console.print()
        for skip in unread(timeline):
            console.print(safe(f"Skipped: {skip.source}: {skip_in_words(skip)}", "dim"))
    text = held.getvalue().rstrip()
    if not plain:
        return text
    return text.translate(PLAIN | ASCII).encode("ascii", "replace").decode()


def _parts(view: View, width: int) -> Iterator[Text | Table]:
    tale = tale_of(view)
    yield safe(view.origin.source, "bold")
    yield safe(what_it_is(view, None), "dim")
    yield Text()
    yield _sentence(what_it_tells(view, tale))
    help_line = what_would_help(view)
    if help_line:
        yield safe(help_line)
    yield Text()
    if tale is not None:
        if not view.is_photo:
            yield from _strip(tale, width - LABEL)
        yield _moments(tale)
        if tale.worth and not tale.turns:
            yield safe(f"{opened(WORDLESS)}.")
    yield from _foot(view)


def _sentence(pieces: Sequence[Piece]) -> Text:
    return Text.assemble(*(safe(piece.text, "bold" if piece.strong else "") for piece in pieces))


def _strip(tale: Tale, columns: int) -> Iterator[Text]:
    """A mark a column, the most telling moment of each, in the color of what it shows."""
    yield Text(" " * LABEL + axis_line(tale.view.axis, columns), style="dim")
    for person in tale.people:
        own = [moment for moment in tale.moments if moment.person == person]
        name = "unknown" if person is None else person
        yield safe(fitted(name, LABEL), "bold") + _row(tale, own, columns)
    shown = f"{FEELING} a feeling   {CALM} calm   {UNTOLD} cannot tell"
    mixed = f"   {MIXED} channels disagree" if any(m.mixed for m in tale.moments) else ""
    yield Text(" " * LABEL + shown + mixed, style="dim")
    yield Text()


def _row(tale: Tale, moments: Sequence[Moment], columns: int) -> Text:
    axis = tale.view.axis
    chars, styles = [" "] * columns, [""] * columns
    for moment in sorted(moments, key=tale.weight):
        place = place_of(moment, axis)
        if place is not None:
            middle = ((place[0] + place[1]) / 2 - axis.start) / axis.length
            column = int(np.clip(middle * columns, 0, columns - 1))
            chars[column], styles[column] = _mark(moment)
    row = Text()
    for char, style in zip(chars, styles, strict=True):
        row.append(char, style=style)
    return row


def _mark(moment: Moment) -> tuple[str, str]:
    top = feeling(moment)
    style = palette.color(top.emotion) if top else "dim"
    if moment.mixed:
        return MIXED, style
    if top is not None:
        return FEELING, style
    return (CALM if moment.is_told else UNTOLD), style


def _moments(tale: Tale) -> Table:
    """A row for each moment worth telling: when, and what it says, rests on and leaves open."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=LABEL - 1, justify="right", style="dim", no_wrap=True)
    table.add_column(width=1)
    table.add_column(ratio=1)
    for moment in tale.worth:
        mark, style = _mark(moment)
        lines = [_headline(moment), *(safe(line) for line in _lines(tale, moment))]
        at = "" if tale.view.is_photo else when(moment, tale.view.axis)
        table.add_row(safe(at), Text(mark, style=style), _stacked(lines))
    return table


def _headline(moment: Moment) -> Text:
    top = feeling(moment)
    if top is None:
        told = cannot_tell(moment) if not moment.is_told else "mixed signals"
    else:
        sure = f"sure {portion(moment.confidence)}"
        told = f"{hedge(moment.confidence)} {shares_in_words(moment)}, {sure}"
    return Text.assemble(safe(opened(name_of(moment)), "bold"), safe(f" · {told}"))


def _stacked(lines: Sequence[Text]) -> Group:
    return Group(*(Padding(line, (0, 0, 0, 0 if i == 0 else 2)) for i, line in enumerate(lines)))


def _lines(tale: Tale, moment: Moment) -> Iterator[str]:
    shift = tale.turned.get(moment.id)
    if shift is not None and shift.kind is ShiftKind.CONTRADICTION and shift.quote:
        yield f"said {quoted(shift.quote)} before"
    elif shift is not None and shift.emotion_before is not None:
        after = f" after {quoted(shift.quote)}" if shift.quote else ""
        yield f"turned from {palette.name(shift.emotion_before).lower()}{after}"
    other = whose(moment.holder)
    if other:
        yield other
    words = next((tale.turns[turn].text for turn in moment.turns if turn in tale.turns), None)
    if words:
        yield quoted(words, 120)
    if feeling(moment) is not None:
        yield from _why(tale, moment)
    for mixed in moment.mixed:
        yield f"mixed signals: {mixed_in_words(mixed)}"
    if moment.explanation:
        yield moment.explanation


def _why(tale: Tale, moment: Moment) -> Iterator[str]:
    target = tale.target(moment)
    if target is not None:
        quote = "" if tale.is_own(moment, target) else f" {quoted(target.text)}"
        yield f"{target_in_words(target, has_quote=bool(quote))}{quote}"
    for cause in tale.causes(moment)[:1]:
        if tale.is_own(moment, cause):
            yield f"because of what is said here ({portion(cause.p)})"
            continue
        turn = tale.turns.get(cause.turn)
        by = f"{turn.speaker}, " if turn is not None and turn.speaker else ""
        yield f"because of {quoted(cause.text)} ({by}turn {cause.turn + 1}, {portion(cause.p)})"
    looks = appraised(moment.appraisal)
    if looks:
        yield f"looks to them: {looks}"
    if tale.turns and not any(turn in tale.turns for turn in moment.turns):
        yield WORDLESS


def _foot(view: View) -> Iterator[Text]:
    yield Text()
    for term, told in facts(view.moments) if view.moments else ():
        yield safe(f"{term}: {told}", "dim")
    for line in skips_in_words(view):
        yield safe(f"Skipped: {line}", "dim")
    yield safe(
        "Shares estimate how many people would name an emotion, never what someone feels.", "dim"
    )
