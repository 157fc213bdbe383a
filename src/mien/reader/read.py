"""`read`, `aread` and `stream`: a source in, a timeline or its readings out."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Literal

from mien.core.config import Config
from mien.core.errors import SourceError
from mien.core.progress import Cancelled, CancelToken
from mien.reader.batch import Batch
from mien.reader.chats import Readable, spread
from mien.reader.options import prepare
from mien.reader.passes import Pass
from mien.timeline.reading import Channel, Reading
from mien.timeline.timeline import Timeline

Channels = Sequence[Channel | str]
OnError = Literal["raise", "skip"]


def read(
    source: Readable | Sequence[Readable],
    *,
    channels: Channels | None = None,
    decoders: Sequence[str] | None = None,
    fps: float = 5.0,
    start: float | None = None,
    end: float | None = None,
    baseline: str | Path | None = None,
    chat: str | int | None = None,
    transcribe: bool | str = False,
    people: int | None = None,
    speakers: str | Path | None = None,
    names: Mapping[str, str] | None = None,
    on_error: OnError = "raise",
    config: Config | None = None,
    cancel: CancelToken | None = None,
) -> Timeline:
    """What a recording, a photo, a transcript or a chat shows, in time.

    Args:
        source: A path, a conversation, or several of these; an export of chats is several.
        channels: Only these of `voice`, `face` and `words`; all that the source has if None.
        decoders: Names that replace the default decoder of their channel.
        fps: Pictures a second that are looked at in a video.
        start: Where to begin, in seconds.
        end: Where to stop, in seconds.
        baseline: A recording or photo of the same person, neutral; readings then say
            `adapted="baseline"`.
        chat: Only this one of an export's chats: its title, its number, or a part of the title.
        transcribe: Whether words are heard in the sound, by faster-whisper or the service of
            `transcribe_url`; or the address of a service. A transcript beside a recording is then
            not used.
        people: How many speak in each recording; None to find out, 1 never to tell voices apart.
        speakers: A file that says who speaks when: RTTM, TextGrid, ELAN or a transcript.
        names: What people are called, by label: `{"Voice 1": "Ana"}`.
        on_error: With `skip`, a source that cannot be read becomes an entry of `skipped`.
        config: Settings; by default those of `mien.toml` and the environment.
        cancel: Lets another thread stop the work; `Cancelled` is raised then.

    Raises:
        SourceError: If a source cannot be read.
        ConfigError: If an option makes no sense, or no one chat is called as asked.
        DecoderError: If a decoder, or the model that hears words, cannot be had.
        MissingExtra: If hearing words needs what is not installed.
        ModelServiceError: If the service that hears words does not answer.
    """
    options = prepare(
        channels,
        decoders,
        fps,
        start,
        end,
        baseline=baseline,
        config=config,
        chat=chat,
        transcribe=transcribe,
        people=people,
        speakers=speakers,
        names=names,
    )
    sources = [source] if isinstance(source, Readable) else list(source)
    batch = Batch(sources, options, cancel=cancel)
    batch.run(on_failure=_pass_over if on_error == "skip" else None)
    return batch.timeline()


async def aread(
    source: Readable | Sequence[Readable],
    *,
    channels: Channels | None = None,
    decoders: Sequence[str] | None = None,
    fps: float = 5.0,
    start: float | None = None,
    end: float | None = None,
    baseline: str | Path | None = None,
    chat: str | int | None = None,
    transcribe: bool | str = False,
    people: int | None = None,
    speakers: str | Path | None = None,
    names: Mapping[str, str] | None = None,
    on_error: OnError = "raise",
    config: Config | None = None,
) -> Timeline:
    """`read` in a thread of its own; cancelling the task stops it at the next piece.

    See `read` for the arguments and errors.
    """
    token = CancelToken()
    work = partial(
        read,
        source,
        channels=channels,
        decoders=decoders,
        fps=fps,
        start=start,
        end=end,
        baseline=baseline,
        chat=chat,
        transcribe=transcribe,
        people=people,
        speakers=speakers,
        names=names,
        on_error=on_error,
        config=config,
        cancel=token,
    )
    running = asyncio.ensure_future(asyncio.to_thread(_unless_cancelled, work))
    try:
        timeline = await asyncio.shield(running)
    except asyncio.CancelledError:
        token.cancel()
        raise
    if timeline is None:
        raise asyncio.CancelledError
    return timeline


def stream(
    source: Readable,
    *,
    channels: Channels | None = None,
    decoders: Sequence[str] | None = None,
    fps: float = 5.0,
    start: float | None = None,
    end: float | None = None,
    baseline: str | Path | None = None,
    chat: str | int | None = None,
    transcribe: bool | str = False,
    people: int | None = None,
    speakers: str | Path | None = None,
    names: Mapping[str, str] | None = None,
    config: Config | None = None,
) -> Iterator[Reading]:
    """The readings of a source as they become known; see `read` for the arguments."""
    options = prepare(
        channels,
        decoders,
        fps,
        start,
        end,
        baseline=baseline,
        config=config,
        chat=chat,
        transcribe=transcribe,
        people=people,
        speakers=speakers,
        names=names,
    )
    first, *others = spread([source], options)
    later = (Pass(one, options) for one in others)
    return chain(Pass(first, options), chain.from_iterable(later))


def _unless_cancelled(work: partial[Timeline]) -> Timeline | None:
    # The thread outlives a cancelled task, and nobody is left to hear of its end.
    try:
        return work()
    except Cancelled:
        return None


def _pass_over(error: SourceError) -> None:
    pass
