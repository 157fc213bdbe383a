"""What a caller may wish, and a neutral recording already listened to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from mien.core.config import Config, load_config
from mien.core.errors import ConfigError, SourceError
from mien.decoders.decoder import Offer, Reference
from mien.decoders.registry import load
from mien.media import check_fps, open_source
from mien.media.transcribe import open_recognizer
from mien.reader.live import References
from mien.reader.naming import check_names
from mien.reader.plan import choose, plan
from mien.timeline.reading import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a caller may wish of a pass.

    Attributes:
        channels: Only these of voice, face and words; None for all.
        decoders: Names that replace the defaults of their channels.
        fps: Pictures a second of a video.
        start: Where to begin, in seconds.
        end: Where to stop, in seconds.
        transcribe: Whether words are heard in the sound, even where a transcript lies beside it.
        chat: The title or number of the only one to read of an export's chats; None for all.
        people: How many speak in each recording; None to find out.
        speakers: A file that says who speaks when: RTTM, TextGrid, ELAN or a transcript.
        names: What people are called, by label, such as `Voice 1` or `Face 2`.
        references: What decoders remember of a neutral recording; see `refer`.
        notes: What became clear while preparing and concerns every source.
        config: Settings; None for those of `mien.toml` and the environment.
    """

    channels: Sequence[Channel | str] | None = None
    decoders: Sequence[str] | None = None
    fps: float = 5.0
    start: float | None = None
    end: float | None = None
    transcribe: bool = False
    chat: str | int | None = None
    people: int | None = None
    speakers: Path | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    references: References | None = None
    notes: tuple[str, ...] = ()
    config: Config | None = None


def prepare(
    channels: Sequence[Channel | str] | None,
    decoders: Sequence[str] | None,
    fps: float,
    start: float | None,
    end: float | None,
    *,
    baseline: str | Path | None,
    config: Config | None,
    chat: str | int | None = None,
    transcribe: bool | str = False,
    people: int | None = None,
    speakers: str | Path | None = None,
    names: Mapping[str, str] | None = None,
) -> Options:
    """Options for passes, with the baseline already listened to and looked at.

    Args:
        channels: As in `Options`, like all that are not named here.
        decoders: Likewise.
        fps: Likewise.
        start: Likewise.
        end: Likewise.
        baseline: A neutral recording or photo of the same person.
        config: Likewise.
        chat: Likewise.
        transcribe: Also the address of the service that hears the words.
        people: Likewise.
        speakers: Likewise.
        names: Likewise.

    Raises:
        ConfigError: If a wish makes no sense, whatever the source.
        SourceError: If the baseline cannot be read, or no decoder can adapt to it.
        DecoderError: If a decoder cannot be had.
    """
    check_fps(fps)
    check_names(names or {})
    if people is not None and people < 1:
        raise ConfigError(f"somebody speaks in a recording: people must be 1 or more, not {people}")
    config = config if config is not None else load_config()
    if transcribe:
        if isinstance(transcribe, str):
            config = replace(config, transcribe_url=transcribe)
        # What it lacks is said before anything is read.
        open_recognizer(config)
    chosen = choose(channels, decoders, config)
    options = Options(
        channels=channels,
        decoders=decoders,
        fps=fps,
        start=start,
        end=end,
        transcribe=bool(transcribe),
        chat=chat,
        people=people,
        speakers=None if speakers is None else Path(speakers),
        names=dict(names or {}),
        config=config,
    )
    if baseline is None:
        return options
    references, missed = refer(baseline, chosen, config)
    if not references:
        raise SourceError(baseline, "; ".join(missed) or "no voice and no face to adapt to")
    return replace(options, references=references, notes=missed)


def refer(
    path: str | Path, offers: Sequence[Offer], config: Config
) -> tuple[References, tuple[str, ...]]:
    """What each decoder remembers of a recording or photo in which a person is neutral.

    Args:
        path: A source with sound, pictures or both, of that person alone.
        offers: The decoders that may adapt.
        config: Settings.

    Returns:
        References by decoder name, and a sentence for each decoder that found too little.

    Raises:
        SourceError: If the file cannot be read.
    """
    found: dict[str, Reference] = {}
    missed: list[str] = []
    with open_source(path) as source:
        for offer in plan(source, offers).decoders:
            if offer.channel is Channel.WORDS:
                continue
            pieces = source.sound() if offer.channel is Channel.VOICE else source.pictures()
            reference = load(offer.name, config).refer(pieces)
            if reference is None:
                missed.append(f"{Path(path).name} has too little for {offer.name} to adapt to")
            else:
                found[offer.name] = reference
    return found, tuple(missed)
