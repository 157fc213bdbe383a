"""One recording through a recognizer: windows in, turns out, in order of time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from mien.core.errors import ModelServiceError
from mien.media.pieces import Block, Side
from mien.media.tally import Tally
from mien.media.transcribe.recognizer import Recognizer
from mien.media.transcribe.windows import Window, windows
from mien.media.words.text import Written, without_halves
from mien.media.words.whisper import Counts, NotATranscript, spoken, spoken_language
from mien.timeline.conversation import Conversation, Turn
from mien.timeline.origin import Skipped

_ENOUGH_WORDS = 20
_MOST = 0.8
_REPEATS = 3


class Heard(NamedTuple):
    """What became known with a window.

    Attributes:
        until: Seconds from the start of the source up to which all is known.
        turns: In order of their starts; may be none.
    """

    until: float
    turns: tuple[Turn, ...]


class Hearing:
    """What is said in one recording; serves it once.

    Args:
        recognizer: Hears the words.
        name: Of the source.
        parties: How many channels come, each with a party of its own.
    """

    def __init__(self, recognizer: Recognizer, name: str, parties: int = 1) -> None:
        self._recognizer = recognizer
        self._name = name
        self._parties = parties
        self._turns: list[Turn] = []
        self._waiting: list[Turn] = []
        self._counts = Counts()
        self._tally = Tally(name)
        self._tongue = _Tongue()
        self._loops: dict[Side | None, _Loop] = {}
        self._is_answered = False

    @property
    def conversation(self) -> Conversation:
        """All that was heard so far."""
        return Conversation(id=self._name, turns=tuple(self._turns), language=self._tongue.likely)

    @property
    def notes(self) -> tuple[str, ...]:
        """Who heard the words, and what was done to them."""
        nothing = () if self._turns else ("no words were heard",)
        return (f"words heard by {self._recognizer.name}", *nothing, *self._counts.notes())

    def skipped(self) -> tuple[Skipped, ...]:
        """What could not be heard or used, with counts."""
        return self._tally.skipped()

    def listen(self, blocks: Iterable[Block]) -> Iterator[Heard]:
        """The words of all of the sound, window by window.

        Where a service fails after it has answered before, the rest stays without words, which is
        told by `skipped`; nothing else that is read is lost for it.

        Raises:
            DecoderError: If the model cannot be loaded, or fails.
            ModelServiceError: If the service does not even answer the first time.
        """
        reached: dict[Side | None, float] = {}
        try:
            for window in windows(blocks):
                self._waiting += self._hear(window)
                reached[window.side] = window.end
                until = min(reached.values()) if len(reached) >= self._parties else 0.0
                yield Heard(until, self._known(until))
        except ModelServiceError as error:
            if not self._is_answered:
                raise
            self._tally.add(f"no words from here on: {error}", max(reached.values(), default=0.0))
        finally:
            self._recognizer.close()
        yield Heard(max(reached.values(), default=0.0), self._known(math.inf))

    def _hear(self, window: Window) -> Iterable[Turn]:
        if window.is_silent:
            return ()
        plain = self._recognizer.hear(window.samples, self._tongue.sure)
        self._is_answered = True
        try:
            turns = list(spoken(plain, self._counts))
        except NotATranscript as error:
            self._tally.add(f"an unusable transcript of a window: {error}", window.start)
            return ()
        kept = [self._placed(turn, window) for turn in self._without_loops(turns, window)]
        heard = [turn for turn in kept if turn is not None]
        self._tongue.add(spoken_language(plain), sum(len(turn.text.split()) for turn in heard))
        return heard

    def _placed(self, turn: Turn, window: Window) -> Turn | None:
        """The turn on the clock of the source; None if it lies beyond the window."""
        if turn.start is None or turn.end is None or turn.start >= window.seconds:
            self._tally.add("words with times beyond the sound", window.start)
            return None
        end = min(turn.end, window.seconds)
        speaker = window.side if window.side is not None else turn.speaker
        return replace(
            turn, speaker=speaker, start=window.start + turn.start, end=window.start + end
        )

    def _without_loops(self, turns: Iterable[Turn], window: Window) -> Iterator[Turn]:
        """The turns without the third and later of one sentence in a row, over windows too."""
        loop = self._loops.setdefault(window.side, _Loop())
        for turn in turns:
            if loop.is_repeat(turn.text):
                self._counts.invented += 1
            else:
                yield turn

    def _known(self, until: float) -> tuple[Turn, ...]:
        """The turns that begin before a time, numbered; both parties are known so far."""
        ready = sorted((t for t in self._waiting if _start(t) < until), key=_start)
        self._waiting = [turn for turn in self._waiting if _start(turn) >= until]
        first = len(self._turns)
        written = Written(Conversation(id="", turns=tuple(ready)))
        whole = without_halves(written).conversation.turns
        numbered = tuple(replace(turn, index=i) for i, turn in enumerate(whole, first))
        self._turns += numbered
        return numbered


class _Loop:
    """Watches one party for a sentence that comes again and again."""

    def __init__(self) -> None:
        self._last, self._times = "", 0

    def is_repeat(self, text: str) -> bool:
        """Whether this is the same of several words for the third time in a row, or later."""
        plain = text.strip().lower()
        self._times = self._times + 1 if plain == self._last else 1
        self._last = plain
        return self._times >= _REPEATS and len(plain.split()) > 1


class _Tongue:
    """The language of a recording, from what each window says of itself.

    A recognizer guesses the language of every window anew, and wrongly where there is little
    speech. Once enough was heard it is told.
    """

    def __init__(self) -> None:
        self._words: Counter[str] = Counter()

    def add(self, language: str | None, words: int) -> None:
        """Count the words of a window."""
        if language is not None and words:
            self._words[language] += words

    @property
    def likely(self) -> str | None:
        """That of most words, ISO 639-1."""
        return max(self._words, key=self._words.__getitem__, default=None)

    @property
    def sure(self) -> str | None:
        """The same once there are enough, nearly all of them in it."""
        total = self._words.total()
        language = self.likely
        if language is None or total < _ENOUGH_WORDS:
            return None
        return language if self._words[language] >= _MOST * total else None


def _start(turn: Turn) -> float:
    return turn.start or 0.0
