"""A stream while it is heard: the last minute's ribbons, the newest reading, how loud it is."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from mien.charts.numbers import clock, plus_minus, portion
from mien.core.redact import printable
from mien.report import palette
from mien.report.story import REASONS
from mien.report.strongest import leading
from mien.report.terminal import ASCII, LABEL, WIDTH, ribbons
from mien.report.view import View, shortened, view_of, who
from mien.timeline.origin import Kind, Origin
from mien.timeline.reading import Reading

SECONDS = 60.0
"""Of the stream that are shown."""

_METER = 10
_QUIETEST_DB = -60.0
"""Of full scale; where a meter begins."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What is shown at one moment.

    Attributes:
        source: The name of the stream.
        seconds: Heard so far.
        level: Peak of the latest block, 0 to 1.
        readings: At least those that touch the last `SECONDS`, in the order they came.
    """

    source: str
    seconds: float
    level: float
    readings: tuple[Reading, ...] = ()


def render_growing(
    scene: Scene, *, color: bool = False, plain: bool = False, width: int = WIDTH
) -> str:
    """The scene as text for a terminal.

    Args:
        scene: What to show.
        color: Whether it goes to a terminal; what that can show is found out.
        plain: Whether only ASCII may be written.
        width: Columns, at most 80 are used.
    """
    held = io.StringIO()
    width = min(WIDTH, width)
    console = Console(
        file=held, width=width, force_terminal=color, legacy_windows=False, highlight=False
    )
    for line in _lines(scene, width, plain=plain):
        if plain:
            # Before it is cut: what has no width of its own gets one as "?".
            line.plain = _ascii(line.plain)
        line.truncate(width, overflow="ellipsis")
        console.print(line, soft_wrap=True)
    text = held.getvalue().rstrip()
    return _ascii(text) if plain else text


def _ascii(text: str) -> str:
    return text.translate(ASCII).encode("ascii", "replace").decode()


def _lines(scene: Scene, width: int, *, plain: bool) -> Iterator[Text]:
    view = _last_minute(scene)
    yield _head(scene, plain=plain)
    yield Text()
    if not view.tracks:
        yield Text("Listening: an utterance is read when it has ended.", style="dim")
        return
    yield from ribbons(view, width, plain=plain)
    yield _newest(view, plain=plain)


def _last_minute(scene: Scene) -> View:
    first = scene.seconds - SECONDS
    shown = [r for r in scene.readings if r.end is not None and r.end > first]
    whole = max([scene.seconds, *(r.end for r in shown if r.end is not None)])
    # Always a minute wide, so that the newest is at the right from the beginning.
    origin = Origin(
        source=scene.source, kind=Kind.STREAM, seconds=whole, start=whole - SECONDS, end=whole
    )
    return view_of(origin, shown)


def _head(scene: Scene, *, plain: bool) -> Text:
    name = Text(printable(shortened(scene.source, 30)), style="bold")
    return Text.assemble(
        *(name, "  ", clock(scene.seconds), "  ", _meter(scene.level, plain=plain)),
        ("   Ctrl-C ends and saves", "dim"),
    )


def _meter(level: float, *, plain: bool) -> Text:
    full, empty = ("#", ".") if plain else ("▮", "▯")
    db = 20 * math.log10(level) if level > 0 else _QUIETEST_DB
    lit = round(max(0.0, 1 - db / _QUIETEST_DB) * _METER)
    says = f"{db:+.0f} dB" if db > _QUIETEST_DB else "silent"
    return Text(f"{full * lit}{empty * (_METER - lit)} {says:>6}")


def _newest(view: View, *, plain: bool) -> Text:
    reading = view.readings[-1]
    said = [f"{who(reading.person, reading.channel)}, {view.label(reading)}"]
    if reading.start is not None and reading.end is not None:
        said.append(f"{clock(reading.start)} to {clock(reading.end)}")
    if not reading.is_told:
        reason = f": {REASONS[reading.reason]}" if reading.reason else ""
        told = Text(f"cannot tell{reason}", style="dim")
    else:
        top = leading(reading)
        sd = reading.scores_sd[top.emotion]
        told = Text.assemble(
            ("" if plain else "■ ", palette.color(top.emotion)),
            (f"{palette.name(top.emotion)} {portion(top.share)}", "bold"),
            f" {plus_minus(top.share, sd)}",
        )
        said.append(f"sure {portion(reading.confidence)}")
    more = printable(" · ".join(said))
    return Text.assemble((f"{'newest':<{LABEL}}", "dim"), told, (f"   {more}", "dim"))
