"""Words for a pass: those that lie beside a recording, or are heard in its sound."""

from __future__ import annotations

from collections.abc import Sequence

from mien.core.config import Config
from mien.decoders.decoder import Offer
from mien.media import Source
from mien.media.transcribe import Hearing, Recognizer, open_recognizer
from mien.timeline.reading import Channel


class Ears:
    """What hears the words of one source, if anything was asked to.

    Args:
        source: What is read; a stream or a conversation at hand is not transcribed.
        name: What stands for it.
        chosen: The decoders that were asked for.
        config: Says who hears words; None if nobody was asked to.

    Attributes:
        hearing: None if there is nothing to hear, or nobody to read it.
        notes: What a person should know before.
    """

    def __init__(
        self, source: object, name: str, chosen: Sequence[Offer], config: Config | None
    ) -> None:
        self.hearing: Hearing | None = None
        self.notes: tuple[str, ...] = ()
        if config is None:
            return
        if not isinstance(source, Source) or not source.has_sound:
            self.notes = ("nothing was transcribed: this is no recording with sound",)
        elif not any(offer.channel is Channel.WORDS for offer in chosen):
            self.notes = ("nothing was transcribed: --channels leaves words out",)
        else:
            recognizer = open_recognizer(config)
            self.hearing = Hearing(recognizer, name, max(1, len(source.sides)))
            self.notes = _warning(recognizer)


def _warning(recognizer: Recognizer) -> tuple[str, ...]:
    if not recognizer.listener:
        return ()
    return (f"the sound is sent to {recognizer.listener}, which writes down its words",)
