"""`mien read`: sources in, timelines out."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.chats import holds_many, list_chats
from mien.cli.output import advise, hush, result, result_json
from mien.cli.outputs import Outputs
from mien.cli.people import Names, People, Voices, names_of
from mien.cli.streams import Form, Pipe, Rate, Sides, SoundChannels
from mien.cli.transcripts import Transcript
from mien.core.config import load_config
from mien.core.errors import ConfigError, SourceError

if TYPE_CHECKING:
    from mien.reader import Options, Pass
    from mien.timeline import Reading, Timeline


def read(
    sources: Annotated[
        list[str],
        typer.Argument(help="Recordings, photos, transcripts, chats, folders of them, or -."),
    ],
    channels: Annotated[
        str | None, typer.Option(help="Only these of voice,face,words.", metavar="A,B")
    ] = None,
    decoders: Annotated[
        str | None,
        typer.Option(
            "--decoders", "--decoder", help="Decoders in place of the defaults.", metavar="A,B"
        ),
    ] = None,
    fps: Annotated[float, typer.Option(help="Pictures a second that are looked at.")] = 5.0,
    start: Annotated[float | None, typer.Option(help="Where to begin.", metavar="SECONDS")] = None,
    end: Annotated[float | None, typer.Option(help="Where to stop.", metavar="SECONDS")] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="The same person, neutral, to adapt to.", metavar="FILE")
    ] = None,
    attributes: Annotated[
        str | None,
        typer.Option(
            help="How voices are beyond emotion, by EmoNet: such as age,gender.", metavar="A,B"
        ),
    ] = None,
    captions: Annotated[
        bool, typer.Option("--captions", help="Have EmoNet describe voices in words.")
    ] = False,
    chat: Annotated[
        str | None,
        typer.Option(help="Only this of an export's chats, by title or number.", metavar="TITLE|N"),
    ] = None,
    chats: Annotated[
        bool, typer.Option("--chats", help="List the chats of an export and read none.")
    ] = False,
    dates: Annotated[
        str | None,
        typer.Option(help="What comes first in dates of WhatsApp.", metavar="day|month"),
    ] = None,
    transcribe: Annotated[
        bool, typer.Option("--transcribe", help="Hear words in the sound, by faster-whisper.")
    ] = False,
    transcribe_url: Annotated[
        str | None,
        typer.Option(help="The same, by a transcription service there.", metavar="URL"),
    ] = None,
    keep_transcript: Annotated[
        Path | None, typer.Option(help="Write the words heard to a .srt or .json.")
    ] = None,
    people: People = None,
    speakers: Voices = None,
    name: Names = None,
    rate: Rate = None,
    form: Form = None,
    sound_channels: SoundChannels = None,
    sides: Sides = False,
    private: Annotated[
        bool, typer.Option("--private", help="Leave out words, pictures, sound and names.")
    ] = False,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            help="Write .html, .parquet, .json, .jsonl, .csv, .eaf, .TextGrid, .labels.txt, .vtt; "
            "may be repeated."
        ),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(help="Processes that read a folder's files.", metavar="N")
    ] = None,
    every: Annotated[
        str | None, typer.Option(help="Thin the rows of data files, such as to 1s.", metavar="STEP")
    ] = None,
    summary: Annotated[
        Path | None, typer.Option(help="Write a .csv of people, with a codebook.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one reading a line, nothing else.")
    ] = False,
) -> None:
    """Turn recordings, photos or chats into emotional timelines."""
    from mien.reader import prepare

    outputs = Outputs(out or [], summary, every)
    outputs.check([*sources, *(str(path) for path in (baseline, speakers) if path)])
    transcript = Transcript(transcribe, transcribe_url, keep_transcript)
    transcript.check(sources, private=private, is_many=jobs is not None)
    config = load_config()
    config = replace(
        config,
        attributes=config.attributes if attributes is None else attributes,
        captions=captions or config.captions,
        dates=config.dates if dates is None else dates,
    )
    options = prepare(
        _names(channels),
        _names(decoders),
        fps,
        start,
        end,
        baseline=baseline,
        config=config,
        chat=chat,
        transcribe=transcript.wish,
        people=people,
        speakers=speakers,
        names=names_of(name),
    )
    if chats:
        list_chats(sources, options, private=private, as_json=as_json)
        return
    if (captions or attributes) and not _has_emonet_voice(options):
        named = " and ".join(["--captions"] * captions + ["--attributes"] * bool(attributes))
        advise(
            f"{named} without effect: only EmoNet reads that in a voice, "
            "so add --decoders emonet-voice-small"
        )
    pipe = Pipe(rate, form, sound_channels, sides=sides)
    if pipe.is_in(sources):
        raise typer.Exit(pipe.read(options, outputs, private=private, as_json=as_json))
    is_folder = jobs is not None or any(Path(source).is_dir() for source in sources)
    if chat is not None and is_folder:
        raise ConfigError("--chat chooses from one export: name that file, without --jobs")
    if speakers is not None and (is_folder or len(sources) > 1):
        raise ConfigError("--speakers is of one recording: name that file, without --jobs")
    if is_folder or (chat is None and holds_many(sources, options)):
        from mien.cli.folder import read_folders

        n = 1 if jobs is None else jobs
        code = read_folders(sources, options, outputs, n, private=private, as_json=as_json)
        raise typer.Exit(code)
    run = Run(
        sources,
        options,
        transcript,
        private=private,
        as_json=as_json,
        has_outputs=bool(outputs),
    )
    code = run.through()
    if (
        run.batch.failed
        and len(run.batch.failed) == len(run.batch.names)
        and not len(run.timeline())
    ):
        raise typer.Exit(2)
    timeline = run.timeline()
    # Files first: whoever reads the terminal's text may leave before its end.
    is_written = outputs.write([timeline], partial(_report, timeline))
    if not as_json:
        show(timeline)
    is_nothing = not len(timeline) and 0 < run.idle == len(run.batch.names) - len(run.batch.failed)
    is_written = is_written and transcript.is_written
    raise typer.Exit(2 if is_nothing or not is_written else code)


class _NobodyListens(BaseException):
    """Ends the work as Ctrl-C does; no fault of a source."""


class Run:
    """The sources of one command, and what a person is told meanwhile."""

    def __init__(
        self,
        sources: list[str],
        options: Options,
        transcript: Transcript,
        *,
        private: bool,
        as_json: bool,
        has_outputs: bool,
    ) -> None:
        from mien.reader import Batch, Veil

        self._transcript = transcript
        self.batch = Batch(sources, options)
        self._veil = Veil(self.batch.names) if private else None
        self._as_json = as_json
        self._has_outputs = has_outputs
        self._said: set[str] = set()
        self._is_alone = len(self.batch.names) == 1
        self.idle = 0
        """Sources in which no decoder had anything to read, or was allowed to."""

    def through(self) -> int:
        """Read all; the exit code: 0 all read, 1 some skipped or idle, 130 interrupted."""
        try:
            self.batch.run(
                around=self._watch,
                each=self._tell,
                on_failure=None if self._is_alone else self._advise_failure,
            )
        except KeyboardInterrupt:
            left = f"; not begun: {', '.join(self.batch.unread)}" if self.batch.unread else ""
            advise(f"interrupted: what was read is kept{left}")
            return 130
        except _NobodyListens:
            return 0
        return 1 if self.batch.failed or self.idle else 0

    def timeline(self) -> Timeline:
        """What was read so far, veiled if it is to be private."""
        timeline = self.batch.timeline()
        return self._veil.timeline(timeline) if self._veil else timeline

    @contextmanager
    def _watch(self, reading: Pass) -> Iterator[None]:
        from mien.core.progress import bar

        self.idle += not reading.plan.decoders
        self._say(reading.notes)
        # A title says more than the name of a file does.
        shown = self._veil.source(reading.name) if self._veil else reading.name
        try:
            with bar(shown, reading.total, sys.stderr) as reading.report:
                yield
        finally:
            self._say(reading.notes)  # some come from reading itself
            self._transcript.keep(reading)
        for part in reading.timeline().skipped:
            times = f" ({part.count} times)" if part.count > 1 else ""
            advise(f"{shown}: {' '.join((part.where, part.reason)).strip()}{times}")

    def _say(self, notes: Sequence[str]) -> None:
        for note in notes:
            if note not in self._said:
                self._said.add(note)
                advise(f"note: {note}")

    def _tell(self, reading: Reading) -> None:
        from mien.timeline import plain_reading

        if not self._as_json:
            return
        try:
            result_json(plain_reading(self._veil.reading(reading) if self._veil else reading))
        except BrokenPipeError:
            # Whoever listened has enough; files may still be wanted.
            hush()
            self._as_json = False
            if not self._has_outputs:
                raise _NobodyListens from None

    def _advise_failure(self, error: SourceError) -> None:
        advise(f"mien: {error}")


def _has_emonet_voice(options: Options) -> bool:
    return any(name.startswith("emonet-voice-") for name in options.decoders or ())


def _names(given: str | None) -> list[str] | None:
    if given is None:
        return None
    names = [name.strip() for name in given.split(",") if name.strip()]
    if not names:
        raise ConfigError("an empty list of names: leave the option out to use all")
    return names


def _report(timeline: Timeline, path: Path) -> None:
    from mien.report import write_report

    write_report(path, timeline)


def show(timeline: Timeline) -> None:
    """Print a timeline for people, in letters that their terminal knows."""
    from mien.report import render_terminal

    text = render_terminal(timeline, color=sys.stdout.isatty())
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = render_terminal(timeline, plain=True)
    result(text)
