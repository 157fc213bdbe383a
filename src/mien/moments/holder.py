"""Whose feeling a turn tells of, and how: by its clauses, with no model behind.

The feeling word names the clause, the clause its subject, the words around it the mode. Rules
were written on 300 sentences of the project's own and measured on 300 others.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mien.core.errors import BadWeights, MissingWeights
from mien.emotions.scores import Scores
from mien.moments.clauses import (
    ENDS,
    SELF,
    SUBJECTS,
    THEY,
    YOU,
    Text,
    clauses,
    grammar,
    is_verb,
    read,
)
from mien.moments.feelings import Cue, Kind, feelings
from mien.moments.modes import mode_of
from mien.moments.moment import Holder, Mode, Who
from mien.moments.quotes import quoted
from mien.moments.subjects import Subject, first_subject, noun_before, owner_before, subject

NAME = "holder-v1"
WEIGHTS = Path(__file__).parent / "weights" / f"{NAME}.json"

LONGEST = 2_000
"""Characters that are looked at."""

MOST_FOUND = 40
"""Feeling words of a text that count for its clauses: nobody needs more to be understood."""

MOST_CUES = 12
"""Feeling words that are looked at, the clearest."""


@dataclass(frozen=True, slots=True)
class Found:
    """A feeling word and what was made of it."""

    cue: Cue
    who: Subject
    mode: Mode
    name: str | None

    def holder(self) -> Holder:
        """With its chance."""
        p = chances()[key_of(self.who.who, self.mode)]
        if self.name is not None and not any(letter.isalnum() for letter in self.name):
            # Marks between which a name might have stood name nobody.
            return Holder(who=Who.UNKNOWN, mode=self.mode, p=p)
        return Holder(who=self.who.who, name=self.name, mode=self.mode, p=p)


Span = tuple[int, int]

UNWORDED = "unworded"
"""The row of chances of a turn that names no feeling: people then show their own."""


@dataclass(frozen=True, slots=True)
class HolderRules:
    """Finds whose feeling the words tell of."""

    name: str = NAME

    def find(self, text: str, scores: Scores) -> Holder | None:
        """Of one turn.

        Args:
            text: The words.
            scores: What they show; only whether that is anything counts.

        Returns:
            None if the words show no feeling at all.
        """
        if scores.top is None:
            return None
        return _found(read(text[:LONGEST]))


def _found(text: Text) -> Holder:
    cues = feelings().cues(text.words)[:MOST_FOUND]
    said = quoted(text, cues)
    if said is not None:
        cue, who = said
        name = text.said(who.first, who.last) if who.who is Who.THIRD else None
        return Found(cue, who, Mode.QUOTED, name).holder()
    if not cues:
        return _unworded()
    parts = clauses(text, cues)
    return _weighed(text, [_told(text, cue, parts, cues) for cue in _asked(text, cues)])


def _asked(text: Text, cues: Sequence[Cue]) -> list[Cue]:
    """The feeling words to look at, the clearest first: one in a sentence, all in several."""
    clearest = sorted(cues, key=lambda cue: (cue.kind, cue.first))
    return clearest[:MOST_CUES] if _is_long(text) else clearest[:1]


def _is_long(text: Text) -> bool:
    return not ENDS.isdisjoint(text.words[:-1])


def _told(text: Text, cue: Cue, parts: Sequence[Span], cues: Sequence[Cue]) -> Found:
    """Whose a feeling is and how it is told."""
    clause = next((part for part in parts if part[0] <= cue.first < part[1]), (0, len(text.words)))
    who = _owner(text, cue, clause, parts, cues)
    mode = mode_of(text, cue, (min(clause[0], who.first), clause[1]), who.who)
    return Found(cue, who, mode, _name(text, who, mode, cues))


def _unworded() -> Holder:
    return Holder(who=Who.SELF, mode=Mode.EXPERIENCED, p=chances()[UNWORDED])


def _weighed(text: Text, found: list[Found]) -> Holder:
    """The clearest feeling; in more than one sentence, one's own before what others do."""
    best = found[0]
    if _is_long(text) and best.who.who is not Who.SELF:
        own = [one for one in found if one.who.who is Who.SELF]
        if not own and best.cue.kind in _SEEN:
            return _unworded()
        best = own[0] if own else best
    return best.holder()


_SEEN = (Kind.VERB, Kind.ACT, Kind.NOUN, Kind.JUDGED)


def _owner(
    text: Text, cue: Cue, clause: Span, parts: Sequence[Span], cues: Sequence[Cue]
) -> Subject:
    """Whose a feeling is."""
    words = text.words
    moved = _moved(text, cue, clause)
    if moved is not None:
        return moved
    owner = owner_before(text, cue.first) if _is_owned(words, cue) else None
    if owner is not None:
        return owner
    for people, who in ((SELF, Who.SELF), (YOU, Who.ADDRESSEE)):
        if words[cue.first] in people:
            return Subject(who, cue.first, cue.first)
    is_cried = cue.kind is Kind.CRY and cue.first == clause[0]
    if is_cried or words[cue.first] in _SAID_TO or _is_judged(words, cue, clause):
        return Subject(Who.SELF, cue.first, cue.first)
    return _by_clause(text, cue, clause, parts, cues)


def _is_owned(words: list[str], cue: Cue) -> bool:
    """Whether a feeling is a thing that somebody can have: "her fear", "Anna's face fell"."""
    is_thing = cue.kind in (Kind.NOUN, Kind.ACT) or cue.last > cue.first
    return is_thing or words[cue.first] in feelings().body


def _by_clause(
    text: Text, cue: Cue, clause: Span, parts: Sequence[Span], cues: Sequence[Cue]
) -> Subject:
    """The subject of a feeling's clause, or of the nearest one that has a person for it."""
    own = subject(text, clause[0], cue.first, cues)
    if own is None and _is_bidding(text.words, cue, clause):
        return Subject(Who.ADDRESSEE, cue.first, cue.first)
    if own is None and text.words[cue.first].endswith("ed"):
        own = subject(text, clause[0], cue.first, [Cue(Kind.ACT, cue.first, cue.last)])
    if own is not None and own.who is not Who.UNKNOWN:
        return own
    place = parts.index(clause) if clause in parts else 0
    before = _subject_before(text, cue, clause, parts[:place], own)
    if before is not None:
        return before
    if own is None:
        after = first_subject(text, [(cue.last + 1, clause[1]), *parts[place + 1 :]], cues)
        if after is not None:
            return after
    return _any_person(text, cue)


def _subject_before(
    text: Text, cue: Cue, clause: Span, before: Sequence[Span], own: Subject | None
) -> Subject | None:
    """The nearest subject to the left, of the same sentence."""
    is_closed = text.words[clause[1] : clause[1] + 1] == [","]
    if before and own is None and is_closed and _is_bare(text, before[-1]):
        return noun_before(text, *before[-1])
    if _is_put_in(text, clause, before):
        return noun_before(text, *before[-2])
    start = max((i for i in range(cue.first) if text.words[i] in ENDS), default=-1)
    same = [part for part in before if part[0] > start]
    return first_subject(text, same[::-1], ())


def _is_bidding(words: list[str], cue: Cue, clause: Span) -> bool:
    """Whether a feeling is asked of the addressee: "don't be sad", "be happy"."""
    start = clause[0] + (words[clause[0]] == "please")
    told = words[start : cue.first]
    return told[:2] == ["do", "n't"] or told[:1] in (["be"], ["stop"])


def _is_bare(text: Text, part: Span) -> bool:
    """Whether a clause is a name alone: "the children, tired and cranky, ..."."""
    words, lists = text.words[part[0] : part[1]], grammar()
    starts = words[0] in lists["articles"] or words[0] in lists["possessives"]
    return starts and part[0] == 0 and not any(map(is_verb, words))


def _is_put_in(text: Text, clause: Span, before: Sequence[Span]) -> bool:
    """Whether the clause before is an aside, as in "the tenants, we hear, are pleased"."""
    if len(before) < 2 or not is_verb(text.words[clause[0]]):
        return False
    return bool(grammar()["telling"] & set(text.words[before[-1][0] : before[-1][1]]))


def _any_person(text: Text, cue: Cue) -> Subject:
    """Without a subject: whoever is mentioned, the speaker first."""
    for people, who in ((SELF, Who.SELF), (YOU, Who.ADDRESSEE)):
        for place, word in enumerate(text.words):
            if word in people:
                return Subject(who, place, place)
    return Subject(Who.SELF, cue.first, cue.first)


def _moved(text: Text, cue: Cue, clause: Span) -> Subject | None:
    """Who is moved in "it irritates me", "that made Anna sad", "gave me the creeps"."""
    words = text.words
    if words[cue.first] in feelings().moved:
        for place in range(cue.last + 1, min(cue.last + 2, len(words))):
            found = _object(words, place)
            if found is not None:
                return found
    for place in range(clause[0], cue.first):
        if words[place] in grammar()["describing"] and "as" in words[place + 2 : cue.first]:
            end = words.index("as", place)
            found = _object(words, place + 1)
            return found or Subject(Who.THIRD, place + 1, end - 1)
        if words[place] in grammar()["making"] and place + 1 < cue.first:
            found = _object(words, place + 1)
            if found is not None:
                return found
    return None


_OBJECTS = {
    "me": Who.SELF,
    "us": Who.SELF,
    "you": Who.ADDRESSEE,
    "him": Who.THIRD,
    "them": Who.THIRD,
    "her": Who.THIRD,
}


_SAID_TO = frozenset(("thank", "thanks", "congrats"))


def _is_judged(words: list[str], cue: Cue, clause: Span) -> bool:
    """Whether a thing strikes the one who speaks, as in "the show was boring"."""
    is_thing = cue.kind is Kind.JUDGED or (
        cue.kind is Kind.MOVING
        and words[cue.first].endswith("ing")
        and words[cue.last + 1 : cue.last + 2] not in (["about"], ["over"], ["that"])
    )
    return is_thing and not grammar()["finding"] & set(words[clause[0] : cue.first])


def _object(words: list[str], place: int) -> Subject | None:
    who = _OBJECTS.get(words[place])
    return None if who is None else Subject(who, place, place)


def third_named(text: Text) -> str | None:
    """A third person whom the words name, the nearest to their clearest feeling."""
    words = text.words
    cues = feelings().cues(words)[:MOST_FOUND]
    place = _asked(text, cues)[0].first if cues else len(words) - 1
    parts = clauses(text, cues) if cues else [(0, len(words))]
    for first, last in sorted(parts, key=lambda part: max(part[0] - place, place - part[1])):
        found = subject(text, first, last, cues)
        name = None
        if found is not None and found.who is Who.THIRD:
            name = _name(text, found, Mode.EXPERIENCED, cues)
        if name is not None and not MARKS_OF_QUOTES.isdisjoint(name):
            continue
        if name is not None and any(map(str.isalpha, name)):
            return name
    named = [i for i, word in enumerate(words) if _is_named(text, i, word)]
    return text.written[min(named, key=lambda i: abs(i - place))] if named else None


def _is_named(text: Text, place: int, word: str) -> bool:
    if word in THEY:
        return word not in ("it", "its")
    before = text.words[place - 1] if place else "."
    # What begins a sentence or a quote is capital whoever it is.
    is_inside = before == "," or before[-1].isalpha()
    return is_inside and text.written[place][0].isupper() and word not in SUBJECTS | SELF | YOU


MARKS_OF_QUOTES = frozenset("\"'")


def _name(text: Text, who: Subject, mode: Mode, cues: Sequence[Cue]) -> str | None:
    """As the words name the holder; behind "she", whoever was named before."""
    if who.who is not Who.THIRD:
        return None
    is_pronoun = who.first == who.last and text.words[who.first] in THEY
    if is_pronoun and mode is not Mode.REPORTED:
        before = subject(text, 0, who.first, cues)
        if before is not None and before.who is Who.THIRD:
            return text.said(before.first, before.last)
        for place in range(1, who.first):
            if text.written[place][0].isupper() and text.words[place] not in SUBJECTS:
                return text.written[place]
    return text.said(who.first, who.last)


def key_of(who: Who, mode: Mode) -> str:
    """The row of chances of an answer."""
    return f"{'self' if who is Who.SELF else 'other'} {mode}"


@cache
def chances() -> dict[str, float]:
    """How often an answer of each kind was right, as its training run counted.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged.
    """
    if not WEIGHTS.is_file():
        raise MissingWeights(f"no weights at {WEIGHTS}: reinstall Mien")
    try:
        told = json.loads(WEIGHTS.read_text(encoding="utf-8"))["chances"]
        return {key: float(p) for key, p in told.items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadWeights(f"cannot load {WEIGHTS}: {error}") from error
