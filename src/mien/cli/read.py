"""`mien read`: sources in, timelines out."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.output import advise, result, result_json
from mien.core.errors import ConfigError, SourceError

if TYPE_CHECKING:
    from mien.reader import Options, Veil
    from mien.timeline import Timeline

FORMS = (".html", ".parquet", ".json", ".jsonl", ".csv")


def read(
    sources: Annotated[list[str], typer.Argument(help="Recordings, photos, transcripts, chats.")],
    channels: Annotated[
        str | None, typer.Option(help="Only these of voice,face,words.", metavar="A,B")
    ] = None,
    decoders: Annotated[
        str | None, typer.Option(help="Decoders in place of the defaults.", metavar="A,B")
    ] = None,
    fps: Annotated[float, typer.Option(help="Pictures a second that are looked at.")] = 5.0,
    start: Annotated[float | None, typer.Option(help="Where to begin.", metavar="SECONDS")] = None,
    end: Annotated[float | None, typer.Option(help="Where to stop.", metavar="SECONDS")] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="The same person, neutral, to adapt to.", metavar="FILE")
    ] = None,
    private: Annotated[
        bool, typer.Option("--private", help="Leave out words, pictures, sound and names.")
    ] = False,
    out: Annotated[
        list[Path] | None,
        typer.Option(help="Write .html, .parquet, .json, .jsonl or .csv; may be repeated."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one reading a line, nothing else.")
    ] = False,
) -> None:
    """Turn recordings, photos or chats into emotional timelines."""
    from mien.reader import prepare

    outputs = _checked(out or [])
    options = prepare(
        _names(channels), _names(decoders), fps, start, end, baseline=baseline, config=None
    )
    run = _Run(options, private=private, as_json=as_json)
    code = run.through(sources)
    if run.timelines:
        timeline = run.timelines[0].join(*run.timelines[1:])
        if not as_json:
            _show(timeline)
        for path in outputs:
            _write(timeline, path)
            advise(f"wrote {path}")
    raise typer.Exit(code)


@dataclass
class _Run:
    """The sources of one command, one after the other."""

    options: Options
    private: bool
    as_json: bool
    timelines: list[Timeline] = field(default_factory=list)
    failed: int = 0
    said: set[str] = field(default_factory=set)

    def through(self, sources: list[str]) -> int:
        """Read all; the exit code: 0 all read, 1 some skipped, 2 none, 130 interrupted."""
        from mien.reader import Veil, distinct_names

        veil = Veil() if self.private else None
        for source, name in zip(sources, distinct_names(sources), strict=True):
            try:
                self._one(source, name, veil)
            except SourceError as error:
                if len(sources) == 1:
                    raise
                self._skip(error, veil)
            except KeyboardInterrupt:
                advise("interrupted: what was read is kept")
                return 130
        if self.failed == len(sources):
            return 2
        return 1 if self.failed else 0

    def _one(self, source: str, name: str | None, veil: Veil | None) -> None:
        from mien.core.progress import bar
        from mien.reader import Pass
        from mien.timeline import plain_reading

        reading = Pass(source, self.options, name=name)
        for advice in reading.plan.advice:
            self._advise_once(advice)
        try:
            with bar(reading.name, reading.seconds, sys.stderr) as reading.report:
                for found in reading:
                    if self.as_json:
                        result_json(plain_reading(veil.reading(found) if veil else found))
        finally:
            # Also when interrupted: nothing that was read is lost.
            timeline = reading.timeline()
            self.timelines.append(veil.timeline(timeline) if veil else timeline)
        for part in self.timelines[-1].skipped:
            times = f" ({part.count} times)" if part.count > 1 else ""
            advise(f"{part.source}: {' '.join((part.where, part.reason)).strip()}{times}")

    def _skip(self, error: SourceError, veil: Veil | None) -> None:
        from mien.timeline import Skipped, Timeline

        self.failed += 1
        advise(f"mien: {error}")
        part = Skipped(source=error.source, where="", reason=error.reason)
        skipped = [veil.skipped(part) if veil else part]
        self.timelines.append(Timeline.of_readings((), skipped=skipped))

    def _advise_once(self, advice: str) -> None:
        if advice not in self.said:
            self.said.add(advice)
            advise(f"note: {advice}")


def _names(given: str | None) -> list[str] | None:
    if given is None:
        return None
    names = [name.strip() for name in given.split(",") if name.strip()]
    if not names:
        raise ConfigError("an empty list of names: leave the option out to use all")
    return names


def _checked(outputs: list[Path]) -> list[Path]:
    """Refuse what cannot be written before the work is done, not after."""
    for path in outputs:
        if path.suffix.lower() not in FORMS:
            raise ConfigError(
                f"cannot tell the form of {path.name!r}: end it in {', '.join(FORMS)}"
            )
        if not path.parent.is_dir():
            raise ConfigError(f"cannot write {path}: there is no folder {path.parent}")
    return outputs


def _write(timeline: Timeline, path: Path) -> None:
    if path.suffix.lower() == ".html":
        from mien.report import write_report

        write_report(path, timeline)
    else:
        from mien.timeline import write_timeline

        write_timeline(timeline, path)


def _show(timeline: Timeline) -> None:
    from mien.report import render_terminal

    is_terminal = sys.stdout.isatty()
    text = render_terminal(timeline, color=is_terminal)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = render_terminal(timeline, plain=True)
    result(text)
