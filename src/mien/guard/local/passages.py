"""A message in its context as the encoder reads it: numbers of pieces of words.

Typed words become plain ones first (`spell`). A German or Spanish word is a piece of its own, for
the encoder was pretrained on English, where `die` is a verb and `sin` a noun; what is not known is
cut into the pieces of English.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from mien.decoders.words.tokens import WordPiece
from mien.guard.local.pieces import words
from mien.guard.local.spelling import spell
from mien.guard.observation import Quote
from mien.guard.signals import Side

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[user]", "[assistant]")
"""The first pieces of every vocabulary, in this order."""

MOST_OWN = 80
"""Pieces of a message read at once; a longer one is read in parts."""

MOST_BEFORE = 16
"""Pieces of each earlier message, from its end."""

MESSAGES_BEFORE = 2
_CHARS_BEFORE = 300
_START, _STOP = SPECIAL.index("[CLS]"), SPECIAL.index("[SEP]")
_SPEAKER = {side: SPECIAL.index(f"[{side.value}]") for side in Side}

READS = f"{MOST_OWN} own, {MESSAGES_BEFORE} x {MOST_BEFORE} before"
"""What an encoder was taught to read; its file says so."""

Earlier = Sequence[tuple[Side, str]]


class Passage(NamedTuple):
    """What is read in one run.

    Attributes:
        ids: Numbers of pieces: what was said before, then the message or a part of it.
        own: 1 where the message is, else 0.
    """

    ids: tuple[int, ...]
    own: tuple[int, ...]


class Pieces:
    """Cuts messages into the pieces of a vocabulary.

    Args:
        vocabulary: In the order of the numbers; `de:` and `es:` mark words of these languages.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.vocabulary = tuple(vocabulary)
        self._whole = {
            piece: number for number, piece in enumerate(vocabulary) if piece[:3] in ("de:", "es:")
        }
        self._parts = WordPiece(vocabulary)

    def numbers(self, text: str, language: str, within: Quote | None = None) -> list[int]:
        """The pieces of a text or of a part of it."""
        return [
            number
            for word in words(text, within)
            for plain in spell(word.text, language)
            if plain
            for number in self._word(plain, language)
        ]

    def passage(self, own: Sequence[int], before: Sequence[int], side: Side) -> Passage:
        """The pieces of a part of a message and of what was said before it, as one."""
        lead = [_START, *before, *([_STOP] if before else [])]
        said = [_SPEAKER[side], *own[:MOST_OWN], _STOP]
        return Passage((*lead, *said), (0,) * len(lead) + (1,) * len(said))

    def before(self, earlier: Earlier, language: str) -> list[int]:
        """The ends of the messages before, each after who said it."""
        found: list[int] = []
        for side, text in earlier[-MESSAGES_BEFORE:]:
            end = self.numbers(text[-_CHARS_BEFORE:], language)[-MOST_BEFORE:]
            found += [_SPEAKER[side], *end]
        return found

    def _word(self, plain: str, language: str) -> Sequence[int]:
        number = self._whole.get(f"{language}:{plain}")
        if number is not None:
            return (number,)
        return self._parts.encode([plain], limit=_LONGEST_WORD)[1:-1]


_LONGEST_WORD = 40
"""Pieces; the rest of a longer word is left unread."""


def stretches(
    pieces: Pieces, text: str, parts: Iterable[Quote], language: str, most: int = MOST_OWN
) -> Iterator[Stretch]:
    """Neighbouring sentences together, as many as are read at once.

    Args:
        pieces: Cuts words.
        text: Of the message.
        parts: Its sentences, in order.
        language: `en`, `de` or `es`.
        most: Pieces read at once.
    """
    held: list[int] = []
    first = last = None
    for part in parts:
        numbers = pieces.numbers(text, language, part)
        if first is not None and last is not None and len(held) + len(numbers) > most:
            yield Stretch(held, Quote(first.from_char, last.to_char))
            held, first = [], None
        held, first, last = [*held, *numbers], first or part, part
    if first is not None and last is not None:
        yield Stretch(held, Quote(first.from_char, last.to_char))


class Stretch(NamedTuple):
    """Sentences that are read together.

    Attributes:
        numbers: Their pieces.
        quote: Where they stand.
    """

    numbers: list[int]
    quote: Quote
