"""Feeling words and where they stand in a clause."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from pathlib import Path

from mien.emotions.emotion import Emotion

LEXICON = Path(__file__).parent / "lexicon"

Rows = tuple[tuple[str, ...], ...]


class Kind(IntEnum):
    """What a feeling word is; where two stand in a clause the smaller one counts."""

    STATE = 0
    MOVING = 1
    NOUN = 2
    VERB = 3
    ACT = 4
    JUDGED = 5
    CRY = 6


@dataclass(frozen=True, slots=True)
class Cue:
    """A feeling word in a text, as numbers of words."""

    kind: Kind
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Feeling words.

    Attributes:
        kinds: Of single words, as inflected.
        phrases: By their first word; `*` stands for one word or none.
        moved: All forms of what moves a person.
        body: What follows the owner of a feeling.
        papers: What holds somebody's words.
    """

    kinds: dict[str, Kind]
    phrases: dict[str, Rows]
    moved: frozenset[str]
    body: frozenset[str]
    papers: frozenset[str]

    def cues(self, words: list[str]) -> list[Cue]:
        """All feeling words of a text, in order; longer ones hide what they are made of."""
        found: list[Cue] = []
        end = -1
        for place, word in enumerate(words):
            if place <= end:
                continue
            last = self._phrase(words, place) if word in self.phrases else None
            kind = Kind.STATE if last is not None else self.kinds.get(word)
            if kind is not None:
                end = place if last is None else last
                found.append(Cue(kind, place, end))
        return found

    def _phrase(self, words: list[str], place: int) -> int | None:
        for phrase in self.phrases[words[place]]:
            at = place
            for part in phrase:
                if part == "*":
                    continue
                before = at > place and phrase[phrase.index(part) - 1] == "*"
                if words[at : at + 1] != [part] and before:
                    at += 1
                if words[at : at + 1] != [part]:
                    break
                at += 1
            else:
                return at - 1
        return None


@cache
def feelings() -> Lexicon:
    """The lexicon, read once a process."""
    lists = word_lists("feelings")
    kinds: dict[str, Kind] = {"♥": Kind.VERB, "❤": Kind.VERB}
    for word in lists["cries"]:
        kinds[word] = Kind.CRY
    for base in lists["acts"]:
        kinds |= dict.fromkeys(forms(base), Kind.ACT)
    for base in lists["verbs"]:
        kinds |= dict.fromkeys(forms(base), Kind.VERB)
    kinds |= dict.fromkeys(lists["judging"], Kind.JUDGED)
    moved = {form for base in lists["moving"] for form in forms(base)}
    kinds |= dict.fromkeys(moved, Kind.MOVING)
    known = (word for emotion in Emotion for word in emotion.words if " " not in word)
    kinds |= dict.fromkeys((*known, *lists["nouns"]), Kind.NOUN)
    more = (form for word in lists["adjectives"] for form in _compared(word))
    kinds |= dict.fromkeys(more, Kind.STATE)
    kinds |= dict.fromkeys(
        (*lists["adjectives"], *(form for form in moved if form.endswith("ed"))), Kind.STATE
    )
    for word in ("hopefully", "surely", "lowly", "bluely"):
        kinds.pop(word, None)
    return Lexicon(
        kinds=kinds,
        phrases=_phrases(),
        moved=frozenset(moved),
        body=frozenset(lists["body"]),
        papers=frozenset(lists["papers"]),
    )


def word_lists(name: str) -> dict[str, list[str]]:
    """The lists of a file of the lexicon, each as its words."""
    rows = tomllib.loads((LEXICON / f"{name}.toml").read_text(encoding="utf-8"))
    return {key: value.split() for key, value in rows.items()}


def _phrases() -> dict[str, Rows]:
    lists = tomllib.loads((LEXICON / "feelings.toml").read_text(encoding="utf-8"))
    rows = f"{lists['phrases']}\n{lists['idioms']}"
    found: dict[str, list[tuple[str, ...]]] = {}
    for line in rows.replace("\n", "|").split("|"):
        # Words are cut as texts are: what stands before n't by itself.
        parts = tuple(line.replace("n't", " n't").split())
        if parts:
            found.setdefault(parts[0], []).append(parts)
    return {first: tuple(sorted(rows, key=len, reverse=True)) for first, rows in found.items()}


def forms(base: str) -> tuple[str, ...]:
    """A verb and its regular forms.

    >>> forms("worry")
    ('worry', 'worries', 'worried', 'worrying')
    """
    irregular = _IRREGULAR.get(base)
    if irregular:
        return irregular
    if base.endswith("y") and base[-2] not in "aeiou":
        return base, f"{base[:-1]}ies", f"{base[:-1]}ied", f"{base}ing"
    third = f"{base}es" if base.endswith(("s", "sh", "ch", "x", "z")) else f"{base}s"
    if base.endswith("e"):
        return base, third, f"{base}d", f"{base[:-1]}ing"
    if base in _DOUBLED or _SHORT.fullmatch(base):
        return base, third, f"{base}{base[-1]}ed", f"{base}{base[-1]}ing"
    return base, third, f"{base}ed", f"{base}ing"


def _compared(adjective: str) -> tuple[str, ...]:
    """Comparative, superlative and adverb of a short adjective.

    >>> _compared("happy")
    ('happier', 'happiest', 'happily')
    """
    if adjective.endswith("ed") or len(adjective) > 7:
        return (f"{adjective}ly",)
    stem = f"{adjective[:-1]}i" if adjective.endswith("y") else adjective.removesuffix("e")
    if _SHORT.fullmatch(adjective):
        stem += adjective[-1]
    return f"{stem}er", f"{stem}est", f"{stem}ly" if adjective.endswith("y") else f"{adjective}ly"


_DOUBLED = frozenset(("regret", "repel", "abhor", "enthral", "appal"))
_SHORT = re.compile(r"[^aeiou]+[aeiou][^aeiouwxy]")
_IRREGULAR = {
    "weep": ("weep", "weeps", "wept", "weeping"),
    "sing": ("sing", "sings", "sang", "singing"),
    "sting": ("sting", "stings", "stung", "stinging"),
    "shake": ("shake", "shakes", "shook", "shaken", "shaking"),
    "hurt": ("hurt", "hurts", "hurting"),
    "upset": ("upset", "upsets", "upsetting"),
    "swear": ("swear", "swears", "swore", "swearing"),
    "lose": ("loses heart",),
    "panic": ("panic", "panics", "panicked", "panicking"),
    "spit": ("spit", "spits", "spat", "spitting"),
    "long": ("longs", "longed"),
    "beam": ("beamed", "beams", "beaming"),
    "mind": ("mind", "minds", "minded"),
    "like": ("liked",),
}
