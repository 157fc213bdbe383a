"""A text as words and clauses: as much grammar as whose feeling it is asks.

No tagger: verbs are known by a list, by their ending, or as a feeling word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from mien.moments.feelings import Cue, Kind, feelings, word_lists

_TOKEN = re.compile(
    r"[^\W_]+(?=n't\b)|n't\b|'(?:m|re|ll|ve|d|s)\b|[^\W_]+(?:[-'](?!(?:m|re|ll|ve|d|s|t)\b)[^\W_]+)*"
    r"|[^\w\s]"
)
_QUOTES = str.maketrans("’‘ʼ“”„«»", '\'\'\'"""""')
_SPLIT = {
    "im": ("i", "'m"), "ive": ("i", "'ve"), "cant": ("ca", "n't"), "dont": ("do", "n't"),
    "didnt": ("did", "n't"), "doesnt": ("does", "n't"), "isnt": ("is", "n't"),
    "wasnt": ("was", "n't"), "wont": ("wo", "n't"), "cannot": ("ca", "n't"),
    "youre": ("you", "'re"), "theyre": ("they", "'re"), "gonna": ("going", "to"),
}  # fmt: skip
SELF = frozenset(["i", "we", "me", "us", "my", "our", "mine", "myself", "ourselves"])
YOU = frozenset(["you", "your", "yours", "yourself", "yourselves", "ya", "u"])
THEY = frozenset(
    [
        "he",
        "she",
        "they",
        "him",
        "her",
        "them",
        "his",
        "their",
        "himself",
        "herself",
        "themselves",
        "it",
        "its",
    ]
)
SUBJECTS = frozenset(["i", "we", "you", "he", "she", "they", "it", "u", "ya", "y'all"])
EMPTY = frozenset(
    [
        "it",
        "this",
        "that",
        "there",
        "what",
        "nothing",
        "everything",
        "something",
        "which",
        "who",
        "these",
        "those",
    ]
)
ENDS = frozenset(".!?…")
MARKS = frozenset(',;:.!?…—–-"()*')


@dataclass(frozen=True, slots=True)
class Grammar:
    """Lists of `grammar.toml` by name."""

    lists: Mapping[str, frozenset[str]]

    def __getitem__(self, name: str) -> frozenset[str]:
        return self.lists[name]


@cache
def grammar() -> Grammar:
    """The lists, read once a process."""
    return Grammar({name: frozenset(words) for name, words in word_lists("grammar").items()})


@dataclass(frozen=True, slots=True)
class Text:
    """Words of a text, as written and in lower case."""

    written: list[str]
    words: list[str]

    def said(self, first: int, last: int) -> str:
        """Words as they were written, with what belongs to a word closed up."""
        parts = [self.written[first]]
        for word in self.written[first + 1 : last + 1]:
            close = word.startswith("'") or word == "n't"
            parts.append(word if close else f" {word}")
        return "".join(parts)


def read(text: str) -> Text:
    """Words and marks of a text."""
    written: list[str] = []
    for word in _TOKEN.findall(text.translate(_QUOTES)):
        written += _SPLIT.get(word.lower(), (word,)) if word.isalpha() else (word,)
    return Text(written, [word.lower() for word in written])


def clauses(text: Text, cues: Sequence[Cue]) -> list[tuple[int, int]]:
    """Where clauses begin and end, as numbers of words; a feeling phrase is not cut."""
    words, joints = text.words, grammar()["joints"]
    inside = {i for cue in cues for i in range(cue.first + 1, cue.last + 1)}
    found: list[tuple[int, int]] = []
    start = 0
    for place, word in enumerate(words):
        if place in inside:
            continue
        if word in MARKS:
            found.append((start, place))
            start = place + 1
        elif word in joints and place > start and not _is_pointing(words, place):
            found.append((start, place))
            start = place
    found.append((start, len(words)))
    return [(a, b) for a, b in found if b > a]


def _is_pointing(words: list[str], place: int) -> bool:
    # "with that hat", "as happy as": no clause begins there.
    word, before = words[place], words[place - 1]
    following = words[place + 1 : place + 2]
    if word == "that":
        return before in grammar()["prepositions"] or bool(
            following and following[0] in _AUX_OR_MARK
        )
    if word == "so":
        return True
    if word == "as":
        return place + 2 < len(words) and words[place + 2] == "as"
    if word in ("before", "after", "since", "until", "till"):
        return not _has_verb_soon(words, place)
    return word in ("and", "or", "nor") and not _has_verb_soon(words, place)


def _has_verb_soon(words: list[str], place: int) -> bool:
    following = words[place + 1 : place + 6]
    for at, word in enumerate(following, place + 1):
        if word in MARKS:
            return False
        if is_verb(word) or word in SUBJECTS or (word == "'s" and not is_owning(words, at)):
            return True
    return False


_AUX_OR_MARK = frozenset(["is", "was", "'s", "has", "had", "will", "would", "...", ","])


@lru_cache(maxsize=4096)
def is_verb(word: str) -> bool:
    """Whether a word by itself looks like a finite verb or an auxiliary."""
    lists = grammar()
    if word in lists["verbs"] or word in lists["auxiliaries"] or word in _SHORT:
        return True
    if word in feelings().kinds:
        return feelings().kinds[word] in (Kind.VERB, Kind.ACT) and word.endswith("ed")
    return (
        len(word) > 4
        and word.endswith("ed")
        and not word.endswith("eed")
        and word not in grammar()["unverbal"]
    )


_SHORT = frozenset(("ca", "wo", "n't", "'m", "'re", "'ll", "'ve", "'d"))


def is_owning(words: list[str], place: int) -> bool:
    """Whether "'s" at a place owns what follows, and is no "is" or "has"."""
    before = words[place - 1]
    if before in SUBJECTS or before in EMPTY or before in ("somebody", "someone", "here", "let"):
        return False
    if place + 1 >= len(words):
        return True
    following, lists = words[place + 1], grammar()
    kind = feelings().kinds.get(following)
    return not (
        following in lists["articles"]
        or following in lists["prepositions"]
        or following in lists["adverbs"]
        or following == "n't"
        or following.endswith("ing")
        or (kind is Kind.STATE and place + 2 >= len(words))
        or (is_verb(following) and following.endswith("ed"))
        or following in ("been", "got", "gone")
    )
