"""`read`, `aread` and `stream`: a source in, a timeline or its readings out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from mien.core.config import Config, load_config
from mien.core.errors import SourceError
from mien.core.progress import Cancelled, CancelToken
from mien.reader.passes import Options, Pass, distinct_names, refer
from mien.reader.plan import choose
from mien.timeline.conversation import Conversation
from mien.timeline.origin import Skipped
from mien.timeline.reading import Channel, Reading
from mien.timeline.timeline import Timeline

Readable = str | Path | Conversation


def read(
    source: Readable | Sequence[Readable],
    *,
    channels: Sequence[Channel | str] | None = None,
    decoders: Sequence[str] | None = None,
    fps: float = 5.0,
    start: float | None = None,
    end: float | None = None,
    baseline: str | Path | None = None,
    on_error: Literal["raise", "skip"] = "raise",
    config: Config | None = None,
    cancel: CancelToken | None = None,
) -> Timeline:
    """What a recording, a photo, a transcript or a chat shows, in time.

    Args:
        source: A path, a conversation, or several of these.
        channels: Only these of `voice`, `face` and `words`; all that the source has if None.
        decoders: Names that replace the default decoder of their channel.
        fps: Pictures a second that are looked at in a video.
        start: Where to begin, in seconds.
        end: Where to stop, in seconds.
        baseline: A recording or photo of the same person, neutral; readings then say
            `adapted="baseline"`.
        on_error: With `skip`, a source that cannot be read becomes an entry of `skipped`.
        config: Settings; by default those of `mien.toml` and the environment.
        cancel: Lets another thread stop the work; `Cancelled` is raised then.

    Raises:
        SourceError: If a source cannot be read.
        ConfigError: If an option makes no sense.
        DecoderError: If a decoder cannot be had.
    """
    options = prepare(channels, decoders, fps, start, end, baseline=baseline, config=config)
    sources = [source] if isinstance(source, (str, Path, Conversation)) else list(source)
    named = zip(sources, distinct_names(sources), strict=True)
    timelines = [_read_one(one, name, options, on_error, cancel) for one, name in named]
    return timelines[0].join(*timelines[1:]) if timelines else Timeline.of_readings(())


async def aread(source: Readable | Sequence[Readable], **options: object) -> Timeline:
    """`read` in a thread of its own; cancelling the task stops it at the next piece.

    Takes the arguments of `read`.
    """
    token = CancelToken()
    work = asyncio.to_thread(read, source, cancel=token, **options)  # type: ignore[arg-type]
    try:
        return await asyncio.shield(asyncio.ensure_future(work))
    except asyncio.CancelledError:
        token.cancel()
        raise
    except Cancelled as error:
        raise asyncio.CancelledError from error


def stream(
    source: Readable,
    *,
    channels: Sequence[Channel | str] | None = None,
    decoders: Sequence[str] | None = None,
    fps: float = 5.0,
    start: float | None = None,
    end: float | None = None,
    baseline: str | Path | None = None,
    config: Config | None = None,
) -> Iterator[Reading]:
    """The readings of a source as they become known; see `read` for the arguments."""
    options = prepare(channels, decoders, fps, start, end, baseline=baseline, config=config)
    return iter(Pass(source, options))


def prepare(
    channels: Sequence[Channel | str] | None,
    decoders: Sequence[str] | None,
    fps: float,
    start: float | None,
    end: float | None,
    *,
    baseline: str | Path | None,
    config: Config | None,
) -> Options:
    """Options for passes, with the baseline already listened to and looked at."""
    config = config if config is not None else load_config()
    options = Options(
        channels=channels, decoders=decoders, fps=fps, start=start, end=end, config=config
    )
    if baseline is None:
        return options
    references, missed = refer(baseline, choose(channels, decoders, config), config)
    if not references:
        raise SourceError(baseline, "; ".join(missed) or "no voice and no face to adapt to")
    return replace(options, references=references)


def _read_one(
    source: Readable,
    name: str | None,
    options: Options,
    on_error: Literal["raise", "skip"],
    cancel: CancelToken | None,
) -> Timeline:
    try:
        reading = Pass(source, options, name=name, cancel=cancel)
        for _ in reading:
            pass
        return reading.timeline()
    except SourceError as error:
        if on_error == "raise":
            raise
        skipped = Skipped(source=error.source, where="", reason=error.reason)
        return Timeline.of_readings((), skipped=[skipped])
