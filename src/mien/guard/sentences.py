"""Sentences of a text that is still being written, wherever its pieces are cut."""

from __future__ import annotations

import re
from typing import NamedTuple

_SHORT = frozenset(
    {"mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr", "vs", "etc", "cf", "approx", "nos", "fig"}
    | {"bzw", "usw", "ca", "nr", "str", "evtl", "ggf", "inkl", "vgl", "sra", "srta", "ud", "uds"}
)
"""Abbreviations whose full stop ends nothing."""

_STOP = re.compile(r"[.!?…。！？｡؟۔।\n]|(?<=\d\.)\s")
_MARK = re.compile(r"[.!?…。！？｡؟۔।\n]")
_WORD = re.compile(r"[\w'’]+\Z")
_SPOKEN = re.compile(r"[^\W_]")


class Sentence(NamedTuple):
    """A finished stretch of a text.

    Attributes:
        start: First character.
        end: One past the last.
        text: The characters between.
    """

    start: int
    end: int
    text: str

    @property
    def is_spoken(self) -> bool:
        """Whether there is a letter or a digit in it; a lone mark says nothing."""
        return _SPOKEN.search(self.text) is not None


class Splitter:
    r"""Finds where sentences end, as soon as that is known.

    A sentence ends after a mark that ends one, at the end of a line, or at the last space before
    `longest` characters. Where pieces of the text are cut changes nothing. A full stop after a
    number waits for the space behind it (3.14), one after an initial or an abbreviation does not
    count; a sentence that is cut in two by an unusual one is judged in two parts.

    >>> [one.text for one in Splitter(280).feed("It is 3.5 km. Go, Dr. Who! And")]
    ['It is 3.5 km.', ' Go, Dr. Who!']

    Args:
        longest: Characters after which a sentence is cut.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._open = ""
        self._start = 0
        self._seen = 0

    @property
    def waiting(self) -> str:
        """The beginning of a sentence that has no end yet."""
        return self._open

    def feed(self, text: str) -> list[Sentence]:
        """The sentences that are finished now."""
        self._open += text
        found = []
        while (end := self._end()) is not None:
            found.append(self._take(end))
        return found

    def rests(self, text: str) -> bool:
        """Take a piece that ends no sentence; False, and nothing is taken, if it might end one."""
        if (
            len(self._open) + len(text) >= self._longest
            or self._open.endswith(".")
            or _MARK.search(text)
        ):
            return False
        self._open += text
        return True

    def cut(self) -> Sentence | None:
        """What is waiting, as if it ended here; None for nothing."""
        return self._take(len(self._open)) if self._open else None

    def _take(self, end: int) -> Sentence:
        sentence = Sentence(self._start, self._start + end, self._open[:end])
        self._open = self._open[end:]
        self._start, self._seen = sentence.end, 0
        return sentence

    def _end(self) -> int | None:
        """One past the end of the first sentence that waits; None if it has none yet."""
        for stop in _STOP.finditer(self._open, self._seen, self._longest):
            if stop[0] != "." or self._is_full_stop(stop.start()):
                return stop.end()
        # The space after a number's full stop is seen only together with it.
        self._seen = min(len(self._open), self._longest)
        if len(self._open) < self._longest:
            return None
        space = self._open.rfind(" ", 1, self._longest)
        return space if space > 0 else self._longest

    def _is_full_stop(self, at: int) -> bool:
        word = _WORD.search(self._open, max(at - 24, 0), at)
        if word is None:
            return True
        bare = word[0].lower()
        return not (bare.isdigit() or len(bare) == 1 or bare in _SHORT)
