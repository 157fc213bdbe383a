"""Turns of feeling as events: a shift, a "fine" that did not hold, a repair."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mien.emotions.emotion import Emotion
from mien.moments.moment import Moment
from mien.timeline.conversation import Turn

REACH = 8
"""Moments that a claim, or a quarrel, is remembered for."""

_CLAIMS = re.compile(
    r"\b(?:i['’]?m|i am|it['’]?s|its|it is|everything['’]?s|all) "
    r"(?:really |just |totally |all |perfectly )?"
    r"(?:fine|ok(?:ay)?|good|great|alright|all right|over it"
    r"|not (?:upset|angry|mad|sad|worried|hurt|scared|bothered))\b"
    r"|\bi don['’]?t (?:care|mind)\b|\bno(?:thing['’]?s| thing is)? wrong\b|\bno worries\b",
    re.IGNORECASE,
)
_MENDS = re.compile(
    r"\b(?:i['’]?m |i am |so |really |very )?sorry\b|\bapologi[sz]e\b|\bforgive me\b|\bmy fault\b"
    r"|\bi was wrong\b|\bmake it up to you\b|\bi shouldn['’]?t have\b|\blet me (?:help|fix)\b"
    r"|\bi['’]?m here\b|\bi understand\b|\bthank(?:s| you)\b",
    re.IGNORECASE,
)

_TAKEN_BACK = frozenset(
    [
        "not",
        "never",
        "if",
        "whether",
        "said",
        "says",
        "saying",
        "say",
        "asked",
        "asks",
        "ask",
        "wasn't",
        "isn't",
        "don't",
        "didn't",
        "doesn't",
        "can't",
        "won't",
    ]
)
_ASKS = re.compile(r"\s*[,.]?\s*(?:what|\?)", re.IGNORECASE)


class ShiftKind(StrEnum):
    """What kind of turn of feeling."""

    SHIFT = "shift"
    CONTRADICTION = "contradiction"
    REPAIR = "repair"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A turn of feeling.

    Attributes:
        kind: From one side of valence to the other; against what the person had said; or back
            from unpleasant after somebody made up.
        source: Name of the file, stream or chat.
        person: Whose feeling turned.
        before: Id of the moment that it turned from.
        after: Id of the moment that it turned to.
        emotion_before: Its top emotion, or None where only a claim was made.
        emotion_after: The top emotion after.
        quote: What was said that belongs to it: the claim, or the words that made up.
        turn: Where the quote stands.
        p: How sure: the product of both moments' confidence.
    """

    kind: ShiftKind
    source: str
    person: str | None
    before: str
    after: str
    emotion_before: Emotion | None
    emotion_after: Emotion
    quote: str | None = None
    turn: int | None = None
    p: float

    def __str__(self) -> str:
        """As a person would say it."""
        who = self.person or "somebody"
        after = self.emotion_after.label.lower()
        if self.kind is ShiftKind.CONTRADICTION:
            return f"{who} said “{self.quote}”, then {after}"
        before = "" if self.emotion_before is None else f"from {self.emotion_before.label.lower()} "
        by = f" after “{self.quote}”" if self.quote else ""
        return f"{who} turned {before}to {after}{by}"


def shifts(moments: Sequence[Moment], turns: Iterable[Turn] = ()) -> tuple[Shift, ...]:
    """The turns of feeling of all people, in order of time.

    Args:
        moments: Of one source, in order.
        turns: The words; without them claims and repairs cannot be seen.
    """
    words = {turn.index: turn for turn in turns}
    told = [moment for moment in moments if moment.is_told]
    return tuple(_found(told, words))


def _found(moments: Sequence[Moment], words: Mapping[int, Turn]) -> Iterator[Shift]:
    for i, moment in enumerate(moments):
        sign = _sign(moment)
        if not sign:
            continue
        recent = moments[max(0, i - REACH) : i]
        own = [one for one in recent if one.person == moment.person]
        claim = _claimed(own, words) if sign < 0 else None
        if claim is not None:
            yield _broken(claim, moment)
        before = next((one for one in reversed(own) if _sign(one)), None)
        if before is None or _sign(before) == sign:
            continue
        between = recent[recent.index(before) + 1 :]
        mended = _mended(between, moment, words) if sign > 0 else None
        yield _turned(before, moment, mended)


def _broken(claim: tuple[Moment, Turn, str], moment: Moment) -> Shift:
    """The event of a claim to be fine that a later moment goes against."""
    before, turn, quote = claim
    return Shift(
        kind=ShiftKind.CONTRADICTION,
        source=moment.source,
        person=moment.person,
        before=before.id,
        after=moment.id,
        emotion_before=None,
        emotion_after=_top(moment),
        quote=quote,
        turn=turn.index,
        p=moment.confidence,
    )


def _turned(before: Moment, moment: Moment, mended: tuple[Turn, str] | None) -> Shift:
    return Shift(
        kind=ShiftKind.SHIFT if mended is None else ShiftKind.REPAIR,
        source=moment.source,
        person=moment.person,
        before=before.id,
        after=moment.id,
        emotion_before=_top(before),
        emotion_after=_top(moment),
        quote=None if mended is None else mended[1],
        turn=None if mended is None else mended[0].index,
        p=before.confidence * moment.confidence,
    )


def _claimed(own: Sequence[Moment], words: Mapping[int, Turn]) -> tuple[Moment, Turn, str] | None:
    """The last claim to be fine, unless the person has already shown otherwise since."""
    for moment in reversed(own):
        for turn in _turns(moment, words):
            found = _said(_CLAIMS, turn.text)
            if found is not None:
                return moment, turn, found
        if _sign(moment) < 0:
            return None
    return None


def _mended(
    between: Sequence[Moment], moment: Moment, words: Mapping[int, Turn]
) -> tuple[Turn, str] | None:
    """Words of somebody else that make up, between the bad moment and the good one."""
    for other in between:
        if other.person != moment.person:
            for turn in _turns(other, words):
                found = _said(_MENDS, turn.text)
                if found is not None:
                    return turn, found
    return None


def _said(what: re.Pattern[str], text: str) -> str | None:
    """The first match that is neither denied nor told of."""
    for found in what.finditer(text):
        before = text[: found.start()].lower().split()[-5:]
        if _TAKEN_BACK.isdisjoint(word.strip(",.;:") for word in before) and not _ASKS.match(
            text, found.end()
        ):
            return found.group()
    return None


def _turns(moment: Moment, words: Mapping[int, Turn]) -> Iterator[Turn]:
    return (words[turn] for turn in moment.turns if turn in words)


def _top(moment: Moment) -> Emotion:
    top = moment.emotions.top
    return Emotion.NEUTRAL if top is None else top.emotion


def _sign(moment: Moment) -> int:
    return _top(moment).group.sign
