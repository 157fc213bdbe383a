"""Feelings between quotation marks: whose words they are, and of whom."""

from __future__ import annotations

from mien.moments.clauses import MARKS, SELF, SUBJECTS, YOU, Text, clauses, grammar, is_verb
from mien.moments.feelings import Cue, feelings
from mien.moments.moment import Who
from mien.moments.subjects import Subject, first_subject, subject


def quoted(text: Text, cues: list[Cue]) -> tuple[Cue, Subject] | None:
    """A feeling in quotation marks and whose it is, or None if there is none."""
    spans = _spans(text.words)
    inside = [(span, cue) for cue in cues for span in spans if span[0] < cue.first < span[1]]
    if not inside:
        return None
    span, cue = inside[0]
    found = _whose(text, span, spans, cues)
    return cue, found if found.who is not Who.UNKNOWN else Subject(Who.SELF, 0, 0)


def _spans(words: list[str]) -> list[tuple[int, int]]:
    marks = [i for i, word in enumerate(words) if word == '"']
    return list(zip(marks[::2], marks[1::2], strict=False))


def _whose(
    text: Text, span: tuple[int, int], spans: list[tuple[int, int]], cues: list[Cue]
) -> Subject:
    words = text.words
    outside = _without(text, spans)
    inner = subject(text, span[0] + 1, span[1], cues)
    if inner is None and words[span[0] + 1] in YOU:
        inner = Subject(Who.ADDRESSEE, span[0] + 1, span[0] + 1)
    if inner is not None and inner.who is Who.THIRD and not (SELF & set(words[span[0] : span[1]])):
        lead = words[span[0] + 1]
        if lead == "your":
            return _told(outside)
        return inner
    if (
        inner is not None
        and inner.who is Who.ADDRESSEE
        and not ({"me", "my", "i"} & set(words[span[0] : span[1]]))
    ):
        return _told(outside)
    if inner is None or inner.who is Who.UNKNOWN:
        before = words[span[0] - 1] if span[0] else ""
        after = words[span[1] + 1 : span[1] + 2]
        if (before and before not in ",:" and before not in grammar()["quoting"]) or after == [
            "is"
        ]:
            labelled = _labelled(text, span, cues)
            if labelled is not None:
                return labelled
        if before in ("me", "us") or words[span[0] - 3 : span[0]].count("me"):
            return Subject(Who.SELF, span[0] - 1, span[0] - 1)
    return _utterer(outside, clauses(outside, []))


def _without(text: Text, spans: list[tuple[int, int]]) -> Text:
    """The words outside of quotation marks, each quote as one mark."""
    written, words = list(text.written), list(text.words)
    for first, last in spans:
        for place in range(first, last + 1):
            written[place] = words[place] = ","
    return Text(written, words)


def _told(outside: Text) -> Subject:
    """Whom quoted words were said to."""
    for place, word in enumerate(outside.words):
        if word in YOU:
            return Subject(Who.ADDRESSEE, place, place)
    return Subject(Who.SELF, 0, 0)


def _labelled(text: Text, span: tuple[int, int], cues: list[Cue]) -> Subject | None:
    """Who is called something: "calls me ...", "told off for being ...", "Lund 'expressed ...'"."""
    words = text.words
    near = words[max(0, span[0] - 2) : span[0]]
    if {"me", "us"} & set(near) or {"me", "us"} & set(words[span[1] : span[1] + 8]):
        return Subject(Who.SELF, span[0], span[0])
    if "you" in near:
        return Subject(Who.ADDRESSEE, span[0], span[0])
    if near and near[-1] in feelings().papers:
        return None
    return subject(text, 0, span[0], [*cues, Cue(cues[0].kind, span[0], span[0] + 1)])


def _utterer(outside: Text, parts: list[tuple[int, int]]) -> Subject:
    words, lists = outside.words, grammar()
    for place, word in enumerate(words):
        if word == "your" and set(words[place + 1 : place + 3]) & feelings().papers:
            return Subject(Who.ADDRESSEE, place, place)
        if (
            word in ("by", "from")
            and words[place - 1 : place]
            and words[place - 1] in grammar()["made"]
        ):
            return _named(outside, place + 1)
    nouns = lists["articles"] | lists["possessives"]
    saying = [
        place
        for place, word in enumerate(words)
        if word in lists["quoting"] and (place == 0 or words[place - 1] not in nouns)
    ]
    for place in saying:
        found = subject(outside, 0, place, [])
        if found is not None and found.who is not Who.UNKNOWN:
            return _author(outside, found)
        if (
            place + 1 < len(words)
            and words[place + 1] not in lists["adverbs"]
            and words[place + 1] != ","
        ):
            return _named(outside, place + 1)
    found = first_subject(outside, parts, [])
    return _author(outside, found) if found is not None else Subject(Who.SELF, 0, 0)


def _named(outside: Text, first: int) -> Subject:
    """The one named from a place on: "said Noor flatly"."""
    words, lists = outside.words, grammar()
    last = first
    while last + 1 < len(words) and not (
        words[last + 1] in MARKS
        or words[last + 1] in lists["adverbs"]
        or words[last + 1] in lists["prepositions"]
        or words[last + 1] in lists["joints"]
        or words[last + 1] in SUBJECTS
        or words[last + 1].endswith("ly")
        or is_verb(words[last + 1])
    ):
        last += 1
    if words[last] in feelings().papers and words[last + 1 : last + 2] in (["you"], ["i"]):
        return Subject(_person(words[last + 1]), last + 1, last + 1)
    return Subject(_person(words[first]), first, last)


def _author(outside: Text, found: Subject) -> Subject:
    """The one behind a letter: "your note", "the text from my ex"."""
    words = outside.words
    for place in range(found.first, found.last):
        if words[place] in ("from", "by"):
            return Subject(_person(words[place + 1]), place + 1, found.last)
    return found


def _person(word: str) -> Who:
    if word in ("i", "we", "me", "us"):
        return Who.SELF
    return Who.ADDRESSEE if word == "you" else Who.THIRD
