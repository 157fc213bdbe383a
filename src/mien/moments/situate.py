"""`situate` and `Follower`: readings in, moments out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from mien.core.config import Config, load_config
from mien.core.errors import ConfigError
from mien.llm import Address
from mien.moments.explain import Explainer
from mien.moments.moment import Moment
from mien.moments.parts import Parts, load_parts
from mien.moments.people import as_people
from mien.moments.stretch import Gathering, gather
from mien.moments.thread import Thread
from mien.reader import Live, called, read
from mien.timeline.conversation import Conversation, Turn
from mien.timeline.reading import Channel, Reading, Reason
from mien.timeline.timeline import Timeline

LOOK_AHEAD = 2
"""Further stretches that a live moment waits for."""

Situated = Timeline | Conversation | str | Path


def situate(
    what: Situated,
    *,
    names: Mapping[str, str] | None = None,
    people: int | None = None,
    speakers: str | Path | None = None,
    decoders: Sequence[str] | None = None,
    llm: Address | None = None,
    config: Config | None = None,
) -> list[Moment]:
    """Who feels what, toward what, why, since when.

    Args:
        what: A timeline, or what `mien.read` takes.
        names: What people are to be called, by the labels of the reading.
        people: How many speak, where something has to be read.
        speakers: Who speaks when, in a file such as a .rttm, where something has to be read.
        decoders: Names that replace the defaults, where something has to be read.
        llm: A language model that fills target, cause, appraisal and a sentence; it is sent the
            words.
        config: Settings; by default those of `mien.toml` and the environment.

    Returns:
        A moment a turn, utterance or while, by source and in order of time.

    Raises:
        SourceError: If a source cannot be read.
        ConfigError: If an option makes no sense.
        DecoderError: If a decoder or a model cannot be had.
        MissingExtra: If a language model is asked and `mien[models]` is not installed.
    """
    timeline = (
        what
        if isinstance(what, Timeline)
        else read(what, decoders=decoders, people=people, speakers=speakers, config=config)
    )
    parts = _parts(config)
    with ExitStack() as stack:
        explainer = None if llm is None else stack.enter_context(Explainer(llm, config=config))
        return [
            moment
            for source in timeline.sources
            for moment in _situated(timeline.of(source=source), parts, names or {}, explainer)
        ]


def turns_of(timeline: Timeline) -> tuple[Turn, ...]:
    """The words of a timeline as turns, in order; none where words are private."""
    found = {
        (reading.source, reading.turn): Turn(
            index=reading.turn,
            text=reading.text,
            speaker=reading.person,
            start=reading.start,
            end=reading.end,
        )
        for reading in timeline.of(channel=Channel.WORDS)
        if reading.text is not None and reading.turn is not None
    }
    return tuple(found.values())


class Follower:
    """Moments as they come, from readings or turns that are pushed in.

    A moment waits for a few further ones, so that what comes just after it speaks along; it is the
    one that `situate` gives for a source that ends there. A `Follower` serves one source.

    >>> follower = Follower()
    >>> _ = follower.push(Turn(index=0, speaker="Ana", text="I got the job! I'm so happy!"))
    >>> follower.close()[0].emotions.top.emotion.value
    'elation'
    """

    def __init__(
        self,
        *,
        source: str = "live",
        look_ahead: int = LOOK_AHEAD,
        names: Mapping[str, str] | None = None,
        decoders: Sequence[str] | None = None,
        config: Config | None = None,
    ) -> None:
        """Prepare the models; words are read by their decoder when the first turn comes.

        Args:
            source: What moments carry as their source, where turns are pushed.
            look_ahead: Further moments that a moment waits for, 0 or more.
            names: What people are to be called, by the labels of the reading.
            decoders: Names that replace the default decoder of words.
            config: Settings; by default those of `mien.toml` and the environment.

        Raises:
            ConfigError: If `look_ahead` is below 0.
        """
        if look_ahead < 0:
            raise ConfigError(f"look_ahead is 0 or more, not {look_ahead}")
        self._names = dict(names or {})
        self._words = (source, decoders, config)
        self._live: Live | None = None
        self._gathering = Gathering()
        self._thread = Thread(_parts(config), look_ahead)

    def push(self, piece: Reading | Turn) -> list[Moment]:
        """The moments that are settled now, in order of time.

        Args:
            piece: A reading as `mien.Live` and `mien.stream` give it, or a turn, which is read
                first.
        """
        readings = self._read(piece) if isinstance(piece, Turn) else [piece]
        return self._follow(reading for reading in readings if not _is_filler(reading))

    def close(self) -> list[Moment]:
        """The moments of all that still waited."""
        last = [m for stretch in self._gathering.close() for m in self._thread.push(stretch)]
        return last + self._thread.close()

    def _read(self, turn: Turn) -> list[Reading]:
        if self._live is None:
            source, decoders, config = self._words
            self._live = Live([Channel.WORDS], decoders, source=source, config=config)
        return self._live.push_turn(turn)

    def _follow(self, readings: Iterable[Reading]) -> list[Moment]:
        return [
            moment
            for reading in readings
            for stretch in self._gathering.push(called(reading, self._names))
            for moment in self._thread.push(stretch)
        ]


def _situated(
    timeline: Timeline, parts: Parts, names: Mapping[str, str], explainer: Explainer | None
) -> list[Moment]:
    thread = Thread(parts)
    readings = as_people([called(r, names) for r in timeline if not _is_filler(r)])
    found = [moment for stretch in gather(readings) for moment in thread.push(stretch)]
    found += thread.close()
    return found if explainer is None else explainer.explain(found, turns_of(timeline))


def _parts(config: Config | None) -> Parts:
    return load_parts((config or load_config()).threads)


def _is_filler(reading: Reading) -> bool:
    """Whether it only says that a decoder found nothing in the whole source."""
    return reading.reason is Reason.NO_DATA and reading.turn is None and not reading.scores.covered
