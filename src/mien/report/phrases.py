"""A moment in words: what is felt and how sure, toward what, because of what, how it looks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mien.charts.numbers import listed, portion
from mien.emotions.emotion import Emotion
from mien.emotions.scores import Top
from mien.moments import (
    Appraisal,
    Cause,
    CauseType,
    Doubt,
    Episode,
    Holder,
    Mixed,
    Mode,
    Moment,
    Target,
    TargetKind,
    Who,
)
from mien.report import palette
from mien.report.story import LIKELY
from mien.report.track import Axis
from mien.timeline.reading import Channel

CLEARLY = 0.8
"""Confidence from which a feeling is called clear; from `LIKELY` on it is likely, else possible."""

SECOND = 0.6
"""Part of the largest share from which a second emotion is named."""

ASIDE, Z80 = 0.3, 1.28
"""How far from the middle a clear appraisal lies, and deviations that it lies away at least."""

MOVED = 0.95
"""Chance from which one person is said to move another."""

DOUBTS = {
    Doubt.NO_DATA: "nothing to go by",
    Doubt.TOO_SHORT: "too short",
    Doubt.LOW_QUALITY: "too unclear",
    Doubt.LOW_CONFIDENCE: "too unsure",
    Doubt.CONFLICT: "the channels disagree",
    Doubt.UNCOVERED_LANGUAGE: "a language it does not know",
    Doubt.OUT_OF_DOMAIN: "not what it was made for",
}

_MODES = {
    Mode.EXPERIENCED: "felt",
    Mode.REPORTED: "told of",
    Mode.HYPOTHETICAL: "imagined",
    Mode.NEGATED: "denied",
    Mode.QUOTED: "quoted",
}
_VERBS = {
    Mode.HYPOTHETICAL: "imagines",
    Mode.NEGATED: "denies",
    Mode.QUOTED: "quotes",
}
_TARGETS = {
    TargetKind.EVENT: ("about", "about what they tell of"),
    TargetKind.AGENT: ("toward somebody’s act,", "toward somebody’s act"),
    TargetKind.OBJECT: ("toward", "toward what they speak of"),
    TargetKind.SELF: ("toward oneself,", "toward oneself"),
    TargetKind.UNKNOWN: ("toward", "toward what they speak of"),
}
_APPRAISED = {
    "pleasantness": ("unpleasant", "pleasant"),
    "responsibility": ("not their own doing", "their own doing"),
    "control": ("out of their hands", "in their hands"),
    "circumstance": ("somebody could help it", "nobody could help it"),
    "effort": ("little effort", "an effort"),
    "certainty": ("not sure what was going on", "sure what was going on"),
    "attention": ("wanted to look away", "wanted to look"),
}
MOST_APPRAISED = 3


def feeling(moment: Moment) -> Top | None:
    """What a moment shows other than Neutral; None if nothing is told, or it is calm."""
    top = moment.emotions.top
    if not moment.is_told or top is None or top.emotion is Emotion.NEUTRAL:
        return None
    return top


def is_mixed(moment: Moment) -> bool:
    """Whether its channels disagree."""
    return bool(moment.mixed)


def hedge(confidence: float) -> str:
    """How sure, in one word.

    >>> hedge(0.9), hedge(0.6), hedge(0.3)
    ('clearly', 'likely', 'possibly')
    """
    return "clearly" if confidence >= CLEARLY else "likely" if confidence >= LIKELY else "possibly"


def name_of(moment: Moment) -> str:
    """What to call its person, within a sentence."""
    if moment.person is not None:
        return moment.person
    is_face = set(moment.channels) == {Channel.FACE}
    return "a face" if is_face else "somebody"


def opened(text: str) -> str:
    """The text with a capital to begin with."""
    return text[:1].upper() + text[1:]


def when(moment: Moment, axis: Axis) -> str:
    """Where it stands: `turn 3`, or `1:20`; a moment without a time has none."""
    place = place_of(moment, axis)
    return "" if place is None else axis.says(place[0])


def place_of(moment: Moment, axis: Axis) -> tuple[float, float] | None:
    """Where it stands on the axis, or None."""
    if axis.by_turn:
        return (float(moment.turns[0]), moment.turns[-1] + 1.0) if moment.turns else None
    return None if moment.start is None or moment.end is None else (moment.start, moment.end)


def shares_in_words(moment: Moment) -> str:
    """The largest share, and the second where it is nearly as large."""
    tops = [top for top in moment.emotions.strongest(3) if top.emotion is not Emotion.NEUTRAL][:2]
    kept = [top for top in tops if top.share >= SECOND * tops[0].share]
    return listed([f"{palette.name(top.emotion).lower()} {portion(top.share)}" for top in kept])


def shows(moment: Moment) -> str:
    """The verb that goes with whose feeling it is: `shows`, `denies`, `tells of Ben’s`."""
    holder = moment.holder
    if holder is None:
        return "shows"
    if holder.mode in _VERBS:
        return _VERBS[holder.mode]
    if holder.who in (Who.SELF, Who.UNKNOWN):
        return "tells of" if holder.mode is Mode.REPORTED else "shows"
    return f"tells of {_whose(holder)}"


def whose(holder: Holder | None) -> str | None:
    """Whose feeling the words tell of, where it is not simply the speaker's."""
    if holder is None or (holder.who is Who.SELF and holder.mode is Mode.EXPERIENCED):
        return None
    return f"{_whose(holder)} feeling, {_MODES[holder.mode]}"


def target_in_words(target: Target, *, has_quote: bool) -> str:
    """What kind of thing a feeling is toward, and whether its words follow."""
    quoting, alone = _TARGETS[target.kind]
    return quoting if has_quote else alone


def appraised(appraisal: Appraisal | None) -> str:
    """How the event looks to the person, where that is clear beyond its deviation."""
    if appraisal is None:
        return ""
    found = []
    for name, (low, high) in _APPRAISED.items():
        value, sd = getattr(appraisal, name), getattr(appraisal, f"{name}_sd")
        if value is not None and abs(value - 0.5) >= max(ASIDE, Z80 * (sd or 0.0)):
            found.append((abs(value - 0.5), high if value > 0.5 else low))
    clearest = sorted(found, key=lambda one: -one[0])[:MOST_APPRAISED]
    return ", ".join(words for _, words in clearest)


def mixed_in_words(mixed: Mixed) -> str:
    """Which channels disagree, how far errors alone explain it, and what it may be."""
    one, other = mixed.channels
    perhaps = [f"{h.name.replace('_', ' ')} {portion(h.p)}" for h in mixed.hypotheses[:2]]
    told = f"{one.value} and {other.value} disagree (p {portion(mixed.p_null)})"
    return f"{told}; perhaps {listed(perhaps)}" if perhaps else told


def is_prior(moments: Sequence[Moment]) -> bool:
    """Whether any explanation of mixed signals is a prior and not learned."""
    return any(h.prior for m in moments for mixed in m.mixed for h in mixed.hypotheses)


def moved(moment: Moment) -> str:
    """Who moved the person, where the exchange so far makes that clear."""
    found = [one for one in moment.trajectory.moved_by if one.p >= MOVED]
    return listed([f"goes with what {one.person} showed" for one in found[:1]])


def lasting(episode: Episode, first: Moment, last: Moment, axis: Axis) -> str:
    """From when to when an episode lasts; nothing for one of a single moment."""
    if len(episode.moments) < 2:
        return ""
    place = place_of(last, axis)
    end = "" if place is None else axis.says(place[1] - (1 if axis.by_turn else 0))
    return f"lasts from {when(first, axis)} to {end.removeprefix('turn ')}"


WORDLESS = "toward what and why cannot be told without words"


def untold(target: Target | None, causes: Sequence[Cause], *, has_words: bool) -> Iterator[str]:
    """What cannot be told of a moment that shows a feeling."""
    if not has_words:
        yield WORDLESS
        return
    missing = [] if target is not None else ["toward what"]
    if not causes:
        missing.append("why")
    elif causes[0].type is CauseType.LATENT:
        yield "the cause seems to lie outside of what was said"
    if missing:
        yield f"{' and '.join(missing)} cannot be told"


def cannot_tell(moment: Moment) -> str:
    """Why nothing is told of a moment."""
    return f"cannot tell: {DOUBTS[moment.reason]}" if moment.reason else "cannot tell"


def _whose(holder: Holder) -> str:
    if holder.who is Who.SELF:
        return "their own"
    if holder.who is Who.ADDRESSEE:
        return "the other one’s"
    if holder.who is Who.UNKNOWN:
        return "somebody’s"
    return f"{holder.name}’s" if holder.name else "somebody else’s"
