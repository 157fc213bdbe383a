"""Sound that is still being made: read until it ends or somebody presses Ctrl-C, then kept."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.output import advise, hush, result_json
from mien.cli.outputs import Outputs
from mien.core.errors import ConfigError
from mien.core.progress import Report, ignore

if TYPE_CHECKING:
    from mien.media import SoundStream
    from mien.media.live.wav import Pcm
    from mien.reader import Options, Veil
    from mien.timeline import Reading, Timeline

PIPE = "-"
"""What stands for the pipe among sources."""

Rate = Annotated[
    int | None, typer.Option("--rate", help="Of raw samples from a pipe.", metavar="HZ")
]
Form = Annotated[
    str | None, typer.Option("--format", help="Of raw samples: s16le and others.", metavar="FORM")
]
SoundChannels = Annotated[
    int | None, typer.Option("--sound-channels", help="Of raw samples, if not 1.", metavar="N")
]
Sides = Annotated[
    bool, typer.Option("--sides", help="Live sound has a party of a call in each of two channels.")
]


def _nothing(reading: Reading) -> None:
    pass


class Following:
    """One stream, read as it is made.

    Attributes:
        stream: What is heard.
        is_stopped: Whether it ended by Ctrl-C rather than by itself.
    """

    def __init__(
        self,
        stream: SoundStream,
        options: Options,
        *,
        private: bool,
        as_json: bool,
        has_outputs: bool,
    ) -> None:
        from mien.reader import Pass, Veil

        self.stream = stream
        self.is_stopped = False
        self._pass = Pass(stream, options)
        self._veil: Veil | None = Veil([stream.name]) if private else None
        self._as_json = as_json
        self._has_outputs = has_outputs

    def through(self, heard: Report = ignore, found: Callable[[Reading], None] = _nothing) -> None:
        """Read to the end; the first Ctrl-C ends the stream in order, a second one at once.

        Args:
            heard: Told how many seconds were read, after each block.
            found: Told every reading as it becomes known.
        """
        for note in self._pass.notes:
            advise(f"note: {note}")
        self._pass.report = heard
        try:
            with _ended_by_ctrl_c(self._stop):
                for reading in self._pass:
                    found(reading)
                    self._print(reading)
        except KeyboardInterrupt:
            self.is_stopped = True

    def timeline(self) -> Timeline:
        """What was read so far, veiled if it is to be private."""
        timeline = self._pass.timeline()
        return self._veil.timeline(timeline) if self._veil else timeline

    def say_how_it_ended(self) -> None:
        """Tell the person of what was lost, and of what ended the stream."""
        fault = self.stream.fault
        if fault is not None:
            advise(f"mien: {fault}; what was read is kept")
        for part in self.stream.skipped():
            if fault is None or part.reason != fault.reason:
                advise(f"{part.source}: {part.where} {part.reason}".strip())
        if self.is_stopped:
            advise("stopped: what was read is kept")

    def _stop(self) -> None:
        self.is_stopped = True
        self.stream.stop()

    def _print(self, reading: Reading) -> None:
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
                self.stream.stop()


class Pipe:
    """What `mien read -` was told of the sound that another program writes into its stdin."""

    def __init__(
        self, rate_hz: int | None, form: str | None, channels: int | None, *, sides: bool
    ) -> None:
        """Keep the wishes.

        Args:
            rate_hz: Of raw samples; None for WAV.
            form: Of raw samples.
            channels: Of raw samples.
            sides: Whether each of two channels is one party's.
        """
        self._rate_hz, self._form, self._channels = rate_hz, form, channels
        self._sides = sides

    def is_in(self, sources: Sequence[str]) -> bool:
        """Whether the pipe is what is to be read.

        Raises:
            ConfigError: If something else is too, or wishes for a pipe came without one.
        """
        if PIPE not in sources:
            if self._sides or (self._rate_hz, self._form, self._channels) != (None, None, None):
                named = "--rate, --format, --sound-channels and --sides"
                raise ConfigError(f"{named} are of a pipe: give - as what to read")
            return False
        if len(sources) > 1:
            raise ConfigError("- reads the pipe, and nothing else can be read beside it")
        return True

    def read(self, options: Options, outputs: Outputs, *, private: bool, as_json: bool) -> int:
        """Read what comes until it ends, and write it.

        Returns:
            The exit code: 0 read to its end, 1 it broke off, 2 not written, 130 interrupted.

        Raises:
            ConfigError: If the options make no sense for a pipe.
            SourceError: If nothing that can be read comes.
        """
        from mien.media import SoundStream
        from mien.media.live.piped import PipedSound

        if options.start is not None or options.end is not None:
            raise ConfigError("--start and --end need a file: a pipe is read to its end")
        if options.transcribe:
            raise ConfigError("--transcribe needs a file: keep the sound and read it afterwards")
        stream = SoundStream(PipedSound(_stdin(), self._pcm()), sides=self._sides)
        following = Following(
            stream, options, private=private, as_json=as_json, has_outputs=bool(outputs)
        )
        following.through()
        following.say_how_it_ended()
        code = finish(following, outputs, as_json=as_json)
        return 130 if following.is_stopped and code == 0 else code

    def _pcm(self) -> Pcm | None:
        from mien.media.live.wav import Pcm

        if self._rate_hz is not None:
            channels = 1 if self._channels is None else self._channels
            return Pcm(self._rate_hz, channels, self._form or "s16le")
        if self._form is not None or self._channels is not None:
            raise ConfigError("--format and --sound-channels are of raw samples: say --rate too")
        return None


def finish(following: Following, outputs: Outputs, *, as_json: bool) -> int:
    """Write and show what was read; the exit code: 0, 1 if it broke off, 2 if not written."""
    timeline = following.timeline()

    def report(path: Path) -> None:
        from mien.report import write_report

        write_report(path, timeline)

    is_written = outputs.write([timeline], report)
    if not as_json:
        from mien.cli.read import show

        show(timeline)
    if not is_written:
        return 2
    return 1 if following.stream.fault is not None else 0


def _stdin() -> FileIO:
    if sys.stdin is None:
        raise ConfigError("- reads a pipe, and stdin is closed")
    if sys.stdin.isatty():
        raise ConfigError("- reads a pipe: ffmpeg -i FILE -f wav - | mien read -")
    # Below the buffer, which waits until it is full.
    return FileIO(sys.stdin.fileno(), closefd=False)


@contextmanager
def _ended_by_ctrl_c(stop: Callable[[], None]) -> Iterator[None]:
    def handle(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, before)
        stop()

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
