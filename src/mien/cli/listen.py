"""`mien listen`: a microphone, its ribbon growing in the terminal, kept when it ends."""

from __future__ import annotations

import math
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.output import advise, result, result_json
from mien.cli.outputs import Outputs
from mien.cli.streams import Following, Sides, finish
from mien.core.config import load_config
from mien.core.errors import ConfigError
from mien.core.redact import printable

if TYPE_CHECKING:
    from mien.media import SoundStream
    from mien.media.live.microphone import Input
    from mien.report.growing import Scene
    from mien.timeline import Reading

_REDRAW = 0.2
"""Seconds between two pictures at least."""

_KEPT = (".html", ".parquet")
"""What is written if nobody says: a page for people, and data."""


def listen(
    decoders: Annotated[
        str | None,
        typer.Option(
            "--decoders", "--decoder", help="Decoders in place of the default.", metavar="A,B"
        ),
    ] = None,
    device: Annotated[
        str | None, typer.Option(help="A number or part of a name.", metavar="DEVICE")
    ] = None,
    list_devices: Annotated[
        bool, typer.Option("--list-devices", help="List microphones and hear none.")
    ] = False,
    sides: Sides = False,
    baseline: Annotated[
        Path | None, typer.Option(help="The same person, neutral, to adapt to.", metavar="FILE")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private", help="Leave out the outline of the sound and names.")
    ] = False,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            help="Write .html, .parquet, .json, .jsonl or .csv; may be repeated. "
            "By default a page and a table named by the date."
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one reading a line, nothing else.")
    ] = False,
) -> None:
    """Listen to a microphone until Ctrl-C, and keep what was read; sound is not kept."""
    from mien.media import SoundStream
    from mien.media.live.microphone import Microphone, choose_input
    from mien.media.live.portaudio import PortAudio
    from mien.reader import prepare

    system = PortAudio()
    if list_devices:
        _show_inputs(system.inputs(), as_json=as_json)
        return
    outputs = Outputs(out or _named_by_date(datetime.now().astimezone()), None, None)
    _check(outputs)
    names = [name.strip() for name in decoders.split(",")] if decoders is not None else None
    options = prepare(["voice"], names, 5.0, None, None, baseline=baseline, config=load_config())
    heard = choose_input(system.inputs(), device)
    stream = SoundStream(Microphone(system, heard, 2 if sides else 1), sides=sides)
    following = Following(stream, options, private=private, as_json=as_json, has_outputs=True)
    advise(f"listening to {stream.name}: Ctrl-C ends and saves")
    # Lines of readings would tear the picture where both go to one terminal.
    is_drawn = sys.stderr.isatty() and not (as_json and sys.stdout.isatty())
    with _growing(stream, is_drawn=is_drawn) as drawing:
        following.through(drawing.heard, drawing.found)
    following.say_how_it_ended()
    raise typer.Exit(finish(following, outputs, as_json=as_json))


class _Drawing:
    """The last minute in a terminal, drawn anew a few times a second."""

    def __init__(self, stream: SoundStream, show: Callable[[Scene], None]) -> None:
        self._stream, self._show = stream, show
        self._readings: deque[Reading] = deque()
        self._drawn = -math.inf

    def found(self, reading: Reading) -> None:
        """Take in a reading."""
        self._readings.append(reading)

    def heard(self, seconds: float) -> None:
        """Draw, unless that was done a moment ago."""
        from mien.report.growing import SECONDS, Scene

        now = time.monotonic()
        if now - self._drawn < _REDRAW:
            return
        self._drawn = now
        stream, readings = self._stream, self._readings
        while readings and (readings[0].end or 0.0) < stream.heard - SECONDS:
            readings.popleft()
        self._show(Scene(stream.name, stream.heard, stream.level, tuple(readings)))


@contextmanager
def _growing(stream: SoundStream, *, is_drawn: bool) -> Iterator[_Drawing]:
    """Draws on stderr if that is wanted, and cleans up behind itself."""
    if not is_drawn:
        yield _Drawing(stream, lambda scene: None)
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    from mien.report.growing import render_growing

    plain = not (sys.stderr.encoding or "ascii").lower().startswith("utf")
    console = Console(file=sys.stderr)

    def show(scene: Scene) -> None:
        width = console.width
        text = render_growing(scene, color=not console.no_color, plain=plain, width=width)
        live.update(Text.from_ansi(text), refresh=True)

    with Live(
        console=console,
        auto_refresh=False,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as live:
        yield _Drawing(stream, show)


def _check(outputs: Outputs) -> None:
    """Refuse before a word is said what cannot be written after it."""
    outputs.check([])
    for path in outputs.written:
        if path.exists():
            raise ConfigError(f"{path} exists, and nothing is overwritten: choose another name")


def _named_by_date(now: datetime) -> list[Path]:
    """Names of a page and a table that nothing has yet, in the working folder."""
    stem = f"mien-{now:%Y-%m-%d-%H%M}"
    names = chain([stem], (f"{stem}-{number}" for number in count(2)))
    free = next(
        name for name in names if not any(Path(f"{name}{ending}").exists() for ending in _KEPT)
    )
    return [Path(f"{free}{ending}") for ending in _KEPT]


def _show_inputs(inputs: Sequence[Input], *, as_json: bool) -> None:
    for one in inputs:
        if as_json:
            result_json(asdict(one))
            continue
        mark = "*" if one.is_default else " "
        shape = f"{one.channels} channel{'' if one.channels == 1 else 's'}, {one.rate_hz} Hz"
        result(f"{mark} {one.number:>3}  {printable(one.name)}  ({shape})")
    if not inputs:
        advise("this machine has no microphone that its sound system shows")
