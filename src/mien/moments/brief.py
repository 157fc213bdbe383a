"""A moment in a few lines for an assistant's system prompt: what was heard, and how sure."""

from __future__ import annotations

from collections.abc import Iterator

from mien.emotions.emotion import Emotion
from mien.moments.moment import Cause, Holder, Mode, Moment, Who
from mien.moments.quoting import safe_name, safe_quote

MOST_TOKENS = 120
"""That a brief may take, by `tokens`."""

_CLEAR, _SEEMS, _MAY = 0.8, 0.6, 0.4
_NAMED = 0.5  # chance from which a cause is told
_TURNED = 0.25  # of valence, from which a change is told
_SECOND = 0.6  # of the top share, from which a second emotion is told

_MODES = {
    Mode.REPORTED: "reported",
    Mode.HYPOTHETICAL: "imagined",
    Mode.NEGATED: "denied",
    Mode.QUOTED: "quoted",
}

_ASK = "Ask rather than assume."


def brief(moment: Moment) -> str:
    """A short block of facts about a moment, under 120 tokens.

    People's words stand in it as one short quote between guillemets, if they do not look like an
    order to a model, and as the label of who is meant.

    >>> from mien.moments.moment import Doubt, Moment
    >>> from mien.timeline import Verdict
    >>> print(brief(Moment(id="1", source="chat", start=None, end=None,
    ...     verdict=Verdict.CANNOT_TELL, reason=Doubt.TOO_SHORT)))
    Emotion could not be told (too short). Ask rather than assume.
    """
    if not moment.is_told or moment.emotions.top is None:
        reason = "" if moment.reason is None else f" ({moment.reason.value.replace('_', ' ')})"
        return f"Emotion could not be told{reason}. {_ASK}"
    lines = [_heard(moment), *_further(moment), f"An estimate, not a fact. {_ASK}"]
    while tokens(" ".join(lines)) >= MOST_TOKENS:
        del lines[-2]
    return " ".join(lines)


def tokens(text: str) -> int:
    """About how many tokens a text takes: 1.4 a word, or one for three bytes.

    >>> tokens("Ask rather than assume.")
    8
    """
    return max(int(len(text.split()) * 1.4 + 0.999), len(text.encode("utf-8")) // 3 + 1)


def _heard(moment: Moment) -> str:
    who = safe_name(moment.person)
    channels = " and ".join(channel.value for channel in moment.channels) or "what was seen"
    return f"{who[:1].upper()}{who[1:]} {_hedged(moment)} (by {channels})."


def _hedged(moment: Moment) -> str:
    felt = _felt(moment)
    if moment.confidence > _CLEAR:
        return f"clearly shows {felt}"
    if moment.confidence > _SEEMS:
        return f"seems to show {felt}"
    if moment.confidence >= _MAY:
        return f"may show {felt}"
    return f"is unclear, perhaps {felt}"


def _felt(moment: Moment) -> str:
    shown = moment.emotions.strongest(2)
    named = [one for one in shown if one.share > _SECOND * shown[0].share]
    felt = [one.emotion.label.lower() for one in named if one.emotion is not Emotion.NEUTRAL]
    return " and ".join(felt) or "no clear feeling"


def _further(moment: Moment) -> Iterator[str]:
    change = moment.trajectory.delta_valence
    if change is not None and abs(change) > _TURNED:
        yield f"{'More' if change > 0 else 'Less'} pleasant than just before."
    if moment.holder is not None:
        yield from _told(moment.holder)
    cause = max((one for one in moment.causes if one.text), key=lambda one: one.p, default=None)
    if cause is not None and cause.p > _NAMED:
        yield _because(cause, moment)
    for mixed in moment.mixed[:1]:
        one, other = (channel.value for channel in mixed.channels)
        yield f"{one.capitalize()} and {other} disagree: {_perhaps(mixed.hypotheses[0].name)}."


def _because(cause: Cause, moment: Moment) -> str:
    quote = safe_quote(cause.text)
    if quote is None:
        return "What it may come from is left out."
    where = "" if cause.turn in moment.turns else f", said at turn {cause.turn + 1}"
    return f"Perhaps because of «{quote}»{where}."


def _told(holder: Holder) -> Iterator[str]:
    """Whose feeling the words tell of, and how, where that is not the speaker's own and lived."""
    if holder.who is not Who.SELF:
        whose = "the one spoken to" if holder.who is Who.ADDRESSEE else "somebody else"
        yield f"The words tell of a feeling of {whose}."
    if holder.mode is not Mode.EXPERIENCED:
        yield f"The feeling is {_MODES[holder.mode]}, not necessarily felt."


def _perhaps(name: str) -> str:
    return f"perhaps {name.replace('_', ' ')}"
