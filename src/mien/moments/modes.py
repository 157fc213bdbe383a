"""Whether a feeling is lived through, told of, imagined or denied, by the words around it."""

from __future__ import annotations

import tomllib
from functools import cache

from mien.moments.clauses import EMPTY, ENDS, MARKS, SUBJECTS, Text, grammar, is_verb
from mien.moments.feelings import LEXICON, Cue
from mien.moments.moment import Mode, Who

Span = tuple[int, int]

REACH = 7
"""Words between a negator and what it denies, at most."""


def mode_of(text: Text, cue: Cue, clause: Span, who: Who) -> Mode:
    """How a feeling outside of quotation marks is told.

    Args:
        text: The words.
        cue: Its word.
        clause: The words of its clause.
        who: Whose it is.
    """
    sentence = _sentence(text.words, cue)
    if _is_imagined(text.words, cue, clause, sentence):
        return Mode.HYPOTHETICAL
    if _is_denied(text.words, cue, clause, sentence):
        return Mode.NEGATED
    return Mode.REPORTED if _is_told(text.words, cue, sentence, who) else Mode.EXPERIENCED


@cache
def _phrases(name: str) -> tuple[str, ...]:
    rows = tomllib.loads((LEXICON / "phrases.toml").read_text(encoding="utf-8"))
    return tuple(f" {phrase} " for phrase in rows[name])


def _has(name: str, words: list[str]) -> bool:
    """Whether words hold a phrase of a list."""
    joined = f" {' '.join(words)} "
    return any(phrase in joined for phrase in _phrases(name))


def _sentence(words: list[str], cue: Cue) -> Span:
    first = next((i + 1 for i in range(cue.first - 1, -1, -1) if words[i] in ENDS), 0)
    last = next((i for i in range(cue.last + 1, len(words)) if words[i] in ENDS), len(words))
    return first, last


def _is_imagined(words: list[str], cue: Cue, clause: Span, sentence: Span) -> bool:
    first, last = sentence
    before, own = words[first : cue.first], words[clause[0] : cue.first]
    if {"could", "could've"} & set(words[cue.first : cue.last]):
        return False  # "I could have hugged him"
    if not _WISHING.isdisjoint(before):
        return not ("n't" in words[first:last] and {"wish", "imagine"} & set(before))
    return (
        ("if" in words[first:last] and _is_conditional(words, cue, sentence))
        or _has_future(words, clause[0], cue.first)
        or _opens_unreal(words, cue, sentence)
        or own[:1] == ["whether"]
        or _has("unreal", own)
        or _has("dreamt", before)
    )


def _opens_unreal(words: list[str], cue: Cue, sentence: Span) -> bool:
    """Whether a sentence starts or ends as what is imagined does."""
    first, last = sentence
    whole = words[first:last]
    if words[last : last + 1] == ["?"]:
        return not {"would", "will", "could"}.isdisjoint(whole)
    if whole[0] in grammar()["bidding"]:
        return not {"and", "'ll"}.isdisjoint(words[first : cue.first])
    return whole[0] in ("may", "were", "had", "should") or whole[:2] in _OPENINGS


_OPENINGS = (["would", "that"], ["let", "the"])
_WISHING = frozenset(
    ("unless", "hopefully", "imagine", "suppose", "supposing", "pray", "wish", "wishes", "lest")
)


def _is_conditional(words: list[str], cue: Cue, sentence: Span) -> bool:
    """Whether an "if" makes a feeling one that may come."""
    place = words.index("if", sentence[0])
    before = words[place - 1] if place > sentence[0] else ""
    if before in ("as", "even"):
        return False
    if before == "only":
        return True
    if place < cue.first and "," not in words[place : cue.first]:
        return before not in ("wonder", "know")
    return not _WOULD.isdisjoint(words[sentence[0] : sentence[1]])


_WOULD = frozenset(("would", "'d", "will", "'ll", "could", "might", "wo"))


def _has_future(words: list[str], first: int, last: int) -> bool:
    """Whether will, would or their like stand before a feeling in its clause."""
    for place in range(first, last):
        word, following = words[place], words[place + 1 : place + 3]
        if word in ("will", "shall", "'ll", "might", "wo"):
            return True
        if word == "would":
            # "wouldn't cry" is a refusal, "wouldn't be sad" is imagined.
            is_refused = following[:1] in (["n't"], ["not"])
            return not is_refused or not _STAYING.isdisjoint(words[place + 1 : last])
        if word == "'d" and following:
            return not _is_had(following)
        if word in ("should", "were") and place == first and following:
            is_turned = following[0] in grammar()["articles"] or following[0] in SUBJECTS
            return following[0] not in MARKS and (word == "should" or is_turned)
    return False


_STAYING = frozenset(("be", "feel", "get", "have"))


def _is_had(following: list[str]) -> bool:
    """Whether "'d" before some words is "had": "I'd felt", "I'd never liked"."""
    word = following[-1] if following[0] in ("never", "always", "not") else following[0]
    return word.endswith("ed") or word in grammar()["done"]


def _is_denied(words: list[str], cue: Cue, clause: Span, sentence: Span) -> bool:
    first, last = sentence
    before, after = words[first : cue.first], words[cue.last + 1 : last + 1]
    if after[-1:] == ["?"] and last - first <= 4 and not any(map(is_verb, before)):
        return last + 1 < len(words)
    if words[last : last + 1] == ["?"] and not _REFUSALS.isdisjoint(words[last + 1 : last + 2]):
        return True
    if _has("denying", before) or _has("mistaken", after):
        return True
    opening = words[clause[0] : clause[0] + 2]
    is_asked = opening[0] in grammar()["asking"] - {"do"} and opening[1:] == ["n't"]
    if is_asked or _has("undenying", before):
        return False
    return _negations(words, max(first, clause[0]), cue) % 2 == 1


_REFUSALS = frozenset(("no", "not", "never", "hardly", "nope", "nah", "neither", "nonsense"))


def _negations(words: list[str], first: int, cue: Cue) -> int:
    negators, found = grammar()["negators"], 0
    for place in range(cue.first - 1, max(first, cue.first - REACH) - 1, -1):
        word = words[place]
        if word in ("for", "because", "than", "like"):
            break
        if word in negators and not (place + 1 == cue.first and word == "nothing"):
            found += 1
    return found + (words[cue.first] in grammar()["lacking"])


def _is_told(words: list[str], cue: Cue, sentence: Span, who: Who) -> bool:
    first, last = sentence
    lists = grammar()
    whole = words[first:last]
    if lists["hearsay"] & set(whole) or _has("heard", whole):
        return True
    for place in range(first, last):
        word = words[place]
        if cue.first <= place <= cue.last:
            continue
        is_saying = word in lists["telling"]
        if not (is_saying or word in lists["believing"]):
            continue
        if place < cue.first and _embeds(words, place, cue):
            return is_saying or who is not Who.SELF or not _is_own(words, first, place)
        if place > cue.last and is_saying and _is_aside(words, place, cue, last):
            return True
    return False


def _embeds(words: list[str], place: int, cue: Cue) -> bool:
    """Whether what is said or thought at a place holds the feeling."""
    between = words[place + 1 : cue.first]
    if any(word in MARKS and word not in ",-:" for word in between):
        return False
    if words[place - 1 : place] == ["to"] and words[place] in ("think", "say", "hear"):
        return False
    if {"but", "yet"} & set(between) or between[1:2] == [","]:
        return False
    if words[place - 1 : place] and words[place - 1] in grammar()["articles"] - _ALL:
        return words[place] in grammar()["views"] and "that" in between
    if words[place] in ("find", "found", "feels", "worry", "certain", "sure", "know", "knew"):
        return False
    return any(
        word in SUBJECTS or is_verb(word) or word in EMPTY or word == "as" for word in between
    )


_ALL = frozenset(("all", "both", "each", "some", "many", "most", "few"))


def _is_own(words: list[str], first: int, place: int) -> bool:
    return any(word in ("i", "we") for word in words[max(first, place - 3) : place])


def _is_aside(words: list[str], place: int, cue: Cue, last: int) -> bool:
    """Whether a saying after a comma tells what went before: "..., my wife says"."""
    if (
        words[last : last + 1] == ["?"]
        or "," not in words[cue.last : place]
        or words[place - 1] in grammar()["articles"]
    ):
        return False
    if words[place - 1] == "having" or {"n't", "ca"} & set(words[place - 3 : place]):
        return False
    comma = max(i for i in range(cue.last, place) if words[i] == ",")
    return place - comma <= 4 and last - place <= 3 and words[comma + 1] not in grammar()["joints"]
