"""The subject of each clause, and the noun or the owner that stands before a word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mien.moments.clauses import (
    EMPTY,
    MARKS,
    SELF,
    SUBJECTS,
    YOU,
    Text,
    grammar,
    is_owning,
    is_verb,
)
from mien.moments.feelings import Cue, Kind, feelings
from mien.moments.moment import Who


@dataclass(frozen=True, slots=True)
class Subject:
    """Who or what a clause is about.

    Attributes:
        who: Seen from the speaker; unknown for a thing.
        first: Its first word; `last` is the last one.
        owner: Whether only its owner is meant ("my hands", "Anna's face").
    """

    who: Who
    first: int
    last: int
    owner: bool = False


def subject(text: Text, first: int, last: int, cues: Sequence[Cue]) -> Subject | None:
    """The last subject that stands before a verb in words `first` to `last`, `last` excluded.

    Args:
        text: The words.
        first: Where to look from.
        last: Where to stop; the verb itself may stand there.
        cues: Feeling words, which may be verbs.
    """
    words = text.words
    verbs = {
        cue.first
        for cue in cues
        if cue.last > cue.first
        or (cue.kind in (Kind.VERB, Kind.ACT, Kind.MOVING) and not words[cue.first].endswith("ing"))
    }
    for place in range(min(last, len(words)) - 1, first - 1, -1):
        word = words[place]
        if word in SUBJECTS:
            if _takes_verb(words, place, verbs):
                return Subject(_who(word), place, place)
        elif not _is_verbal(words, place, verbs) and _comes_verb(words, place, verbs):
            found = _noun(text, first, place)
            if found is not None:
                return found
    return _turned(text, first, last)


def noun_before(text: Text, first: int, last: int) -> Subject | None:
    """The noun phrase that ends before word `last`."""
    return _noun(text, first, last - 1) if last > first else None


def first_subject(
    text: Text, parts: Sequence[tuple[int, int]], cues: Sequence[Cue]
) -> Subject | None:
    """Of some clauses in order, the subject of the first one that has a person for it."""
    for first, last in parts:
        found = subject(text, first, last, cues)
        if found is not None and found.who is not Who.UNKNOWN:
            return found
    return None


def _comes_verb(words: list[str], place: int, verbs: set[int]) -> bool:
    """Whether a verb follows the word at a place, adverbs aside."""
    at = place + 1
    while at < len(words) and at <= place + 3 and words[at] in grammar()["adverbs"]:
        at += 1
    if at >= len(words):
        return False
    word = words[at]
    if word == "'s":
        return not is_owning(words, at)
    if word == "to":
        return _is_for(words, place)
    return is_verb(word) or at in verbs or _is_third(words, at)


def _is_for(words: list[str], place: int) -> bool:
    """Whether a noun stands in "for Anna to be ..."."""
    return "for" in words[max(0, place - 3) : place]


def _turned(text: Text, first: int, last: int) -> Subject | None:
    """The subject behind its verb: "wasn't Hector sulky", "were the orchard sold"."""
    words = text.words
    start = first
    if words[start : start + 1] and words[start] in grammar()["asking"]:
        start += 1 + (words[start + 1 : start + 2] == ["n't"])
        if start < last and words[start] not in MARKS and not is_verb(words[start]):
            if words[start] in grammar()["articles"] or words[start] in grammar()["possessives"]:
                return _subject_of(text, start, min(start + 1, last - 1))
            if _is_name(text.written, start):
                return _subject_of(text, start, start)
    return None


def _takes_verb(words: list[str], place: int, verbs: set[int]) -> bool:
    if words[place] not in ("you", "it", "u"):
        return True
    # "saw you", "of you": an object, unless a verb follows.
    following = words[place + 1] if place + 1 < len(words) else "."
    if is_verb(following) or following == "'s" or place + 1 in verbs:
        return True
    if following in grammar()["adverbs"] or following == "of":
        return place == 0 or words[place - 1] not in grammar()["prepositions"]
    # "are you", "did you".
    return place > 0 and words[place - 1] in grammar()["auxiliaries"]


def _is_third(words: list[str], place: int) -> bool:
    """Whether a word in "s" stands as a verb: "Fatou sings in the shower"."""
    word = words[place]
    if not word.endswith("s") or word.endswith("ss") or len(word) < 4 or place == 0:
        return False
    lists = grammar()
    before = words[place - 1]
    if before in lists["articles"] or before in lists["possessives"] or before == "'s":
        return False
    following = words[place + 1] if place + 1 < len(words) else "."
    return (
        following in lists["articles"]
        or following in lists["possessives"]
        or (following in lists["prepositions"] and not before.endswith("s") and following != "of")
    )


def _is_verbal(words: list[str], place: int, verbs: set[int]) -> bool:
    word = words[place]
    lists = grammar()
    return (
        word in MARKS
        or is_verb(word)
        or place in verbs
        or word in lists["adverbs"]
        or word in lists["joints"]
        or word in lists["prepositions"]
        or (word in lists["possessives"] and words[place - 1] != "of")
        or word in lists["articles"]
        or word in _OBJECTS
    )


_OBJECTS = frozenset(
    [
        "to",
        "'s",
        "n't",
        "me",
        "us",
        "him",
        "her",
        "them",
        "himself",
        "herself",
        "themselves",
        "myself",
        "yourself",
        "ourselves",
        "itself",
    ]
)


def _noun(text: Text, first: int, last: int) -> Subject | None:
    """The noun phrase that ends at word `last`."""
    words, written, lists = text.words, text.written, grammar()
    start = last
    while start > first:
        word, before = words[start], words[start - 1]
        if before in MARKS or before in lists["joints"] or before in lists["adverbs"]:
            break
        if before in SUBJECTS or (
            before != "'s" and is_verb(before) and not _is_title(written, start - 1)
        ):
            break
        if word in lists["articles"] or word in lists["possessives"] or _is_name(written, start):
            is_held = before in lists["prepositions"] and before != "that"
            goes_on = before in lists["articles"] or before == "'s" or _is_name(written, start - 1)
            if not (is_held or goes_on or (before in grammar()["titles"])):
                break
        start -= 1
    if words[start] in lists["prepositions"] and start > first and words[start - 1] in SUBJECTS:
        return Subject(_who(words[start - 1]), start - 1, start - 1)
    if start > first and words[start - 1] in grammar()["being"] and start - 1 > first:
        return None
    while start < last and words[start] in lists["prepositions"]:
        start = _after_fronted(text, start, last)
    if start > last or words[start] in MARKS:
        return None
    return _subject_of(text, start, last)


def _after_fronted(text: Text, start: int, last: int) -> int:
    """Past "in the end" or "over breakfast", to what follows."""
    for place in range(start + 2, last + 1):
        word = text.words[place]
        if text.words[place - 1] in grammar()["prepositions"]:
            continue
        if (
            word in grammar()["articles"]
            or word in grammar()["possessives"]
            or _is_name(text.written, place)
        ):
            return place
    return start + 1


def _is_title(written: list[str], place: int) -> bool:
    return written[place] == "Miss"


def _is_name(written: list[str], place: int) -> bool:
    word = written[place]
    return word[:1].isupper() and word.lower() not in SUBJECTS


def _subject_of(text: Text, first: int, last: int) -> Subject:
    words = text.words
    for place in range(first, last):
        # "Anna's face", "my nerves": the owner.
        if words[place + 1] == "'s" and _holds_part(words[place + 2 : last + 1]):
            return Subject(Who.THIRD, first, place, owner=True)
    held = owner_before(text, first + 1) if _is_part(words[last]) and last > first else None
    if held is not None and held.first == first:
        return Subject(held.who, first, first, owner=True)
    if first == last and words[first] in EMPTY:
        return Subject(Who.UNKNOWN, first, last)
    if words[first] in SUBJECTS:
        return Subject(_who(words[first]), first, first)
    return Subject(Who.THIRD, first, last)


def _holds_part(words: list[str]) -> bool:
    # "letter to the council", "whole body": what stands before a preposition.
    ends = (i for i, word in enumerate(words) if word in grammar()["prepositions"])
    head = next(ends, len(words))
    return head > 0 and _is_part(words[head - 1])


def owner_before(text: Text, place: int) -> Subject | None:
    """The owner in "Anna's" or "her" right before a place."""
    words = text.words
    before = words[place - 1] if place else ""
    for people, who in ((("my", "our"), Who.SELF), (("your",), Who.ADDRESSEE)):
        if before in people:
            return Subject(who, place - 1, place - 1)
    if before in ("his", "her", "their"):
        return Subject(Who.THIRD, place - 1, place - 1)
    if before == "'s" and place > 1:
        return _noun(text, 0, place - 2)
    return None


def _is_part(word: str) -> bool:
    lexicon = feelings()
    return (
        word in lexicon.body
        or word in lexicon.papers
        or lexicon.kinds.get(word) in (Kind.NOUN, Kind.STATE)
    )


def _who(word: str) -> Who:
    if word in SELF:
        return Who.SELF
    if word in YOU:
        return Who.ADDRESSEE
    return Who.UNKNOWN if word == "it" else Who.THIRD
