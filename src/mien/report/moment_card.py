"""A moment worth telling as a card: who, what and how sure, toward what, because of which words."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mien.charts.html import Content, Markup, tag
from mien.charts.numbers import portion
from mien.emotions.scores import Scores, Top
from mien.moments import Cause, Evidence, Mixed, Moment, ShiftKind
from mien.report import palette
from mien.report.anchors import card_id, to_lane, to_turn
from mien.report.phrases import (
    appraised,
    cannot_tell,
    feeling,
    hedge,
    lasting,
    mixed_in_words,
    moved,
    name_of,
    opened,
    shares_in_words,
    target_in_words,
    untold,
    when,
    whose,
)
from mien.report.retelling import quoted
from mien.report.tale import Tale

MOST_QUOTE = 160
MOST_CAUSES = 2


def moment_card(tale: Tale, moment: Moment) -> Markup:
    """The card of one moment; every claim on it leads to what it rests on."""
    top = feeling(moment)
    return tag(
        "li",
        tag("i", class_=f"edge f-{top.emotion}" if top else "edge f-rest"),
        tag("p", _place(tale, moment), tag("span", _sure(moment)), class_="when"),
        tag("h3", _headline(tale, moment, top)),
        [tag("p", line, class_="fine") for line in _about(tale, moment)],
        _own_words(tale, moment),
        [tag("p", line) for line in _because(tale, moment)],
        _channels(tale, moment),
        [_mixed(mixed) for mixed in moment.mixed],
        _explained(moment),
        [tag("p", opened(line) + ".", class_="fine") for line in _left(tale, moment)],
        class_="moment",
        id=card_id(moment),
        tabindex=-1,
    )


def _place(tale: Tale, moment: Moment) -> Markup:
    """Time or turn, leading to the words, or to the lane where there are none."""
    at = when(moment, tale.view.axis) or "no time"
    said = next((turn for turn in moment.turns if turn in tale.turns), None)
    if said is not None:
        return to_turn(tale, said, at)
    if moment.evidence:
        return to_lane(tale.view, moment, moment.evidence[0], at)
    return tag("span", at)


def _sure(moment: Moment) -> str:
    return f"sure {portion(moment.confidence)}"


def _headline(tale: Tale, moment: Moment, top: Top | None) -> Content:
    who = opened(name_of(moment))
    if top is None:
        return f"{who} · {cannot_tell(moment) if not moment.is_told else 'Mixed signals'}"
    shift = tale.turned.get(moment.id)
    if shift is not None and shift.kind is ShiftKind.CONTRADICTION and shift.quote:
        said = quoted(shift.quote)
        link = said if shift.turn is None else to_turn(tale, shift.turn, said)
        return (f"{who} · said ", link, f", then {palette.name(top.emotion).lower()}")
    return f"{who} · {palette.name(top.emotion)}"


def _about(tale: Tale, moment: Moment) -> Iterator[Content]:
    """How sure and how strong, whose it is, since when, toward what."""
    if feeling(moment) is None:
        return
    yield f"{hedge(moment.confidence)}: {shares_in_words(moment)}"
    other = whose(moment.holder)
    if other is not None and moment.holder is not None:
        yield f"{other} ({portion(moment.holder.p)})"
    for line in (_turned(tale, moment), _lasts(tale, moment), moved(moment)):
        if line:
            yield line
    target = tale.target(moment)
    if target is not None and tale.is_own(moment, target):
        yield f"{target_in_words(target, has_quote=False)} ({portion(target.p)})"
    elif target is not None:
        quote = to_turn(tale, target.turn, quoted(target.text, MOST_QUOTE))
        yield (f"{target_in_words(target, has_quote=True)} ", quote, f" ({portion(target.p)})")


def _turned(tale: Tale, moment: Moment) -> Content:
    shift = tale.turned.get(moment.id)
    if shift is None or shift.emotion_before is None:
        return None
    past = f"turned from {palette.name(shift.emotion_before).lower()}"
    if shift.kind is not ShiftKind.REPAIR or shift.quote is None or shift.turn is None:
        return past
    return (f"{past} after ", to_turn(tale, shift.turn, quoted(shift.quote)))


def _lasts(tale: Tale, moment: Moment) -> str:
    episode = tale.episode_of.get(moment.id)
    if episode is None:
        return ""
    first, last = tale.by_id[episode.moments[0]], tale.by_id[episode.moments[-1]]
    return lasting(episode, first, last, tale.view.axis)


def _own_words(tale: Tale, moment: Moment) -> Markup | None:
    for turn in moment.turns:
        if turn in tale.turns:
            words = quoted(tale.turns[turn].text, MOST_QUOTE)
            return tag("blockquote", to_turn(tale, turn, words))
    return None


def _because(tale: Tale, moment: Moment) -> Iterator[Content]:
    """The likeliest causes with their words, and how the event looks to the person."""
    for i, cause in enumerate(tale.causes(moment)[:MOST_CAUSES]):
        opening = "because of" if i == 0 else "and of"
        if tale.is_own(moment, cause):
            yield f"{opening} what is said here ({portion(cause.p)})"
            continue
        quote = to_turn(tale, cause.turn, quoted(cause.text, MOST_QUOTE))
        yield (f"{opening} ", quote, f" ({_source(tale, moment, cause)}, {portion(cause.p)})")
    looks = appraised(moment.appraisal)
    if looks:
        yield f"looks to them: {looks}"


def _source(tale: Tale, moment: Moment, cause: Cause) -> str:
    if cause.turn in moment.turns:
        return "in the same words"
    turn = tale.turns.get(cause.turn)
    said = tale.by_turn.get(cause.turn)
    at = when(said, tale.view.axis) if said is not None else f"turn {cause.turn + 1}"
    speaker = turn.speaker if turn is not None else None
    return f"{speaker}, {at}" if speaker else at


def _channels(tale: Tale, moment: Moment) -> Markup | None:
    """What each channel shows by itself, where there are several or none has words."""
    if len(moment.channels) < 2 and any(turn in tale.turns for turn in moment.turns):
        return None
    entries = [_channel(tale, moment, evidence) for evidence in moment.evidence]
    joined: list[Content] = []
    for i, entry in enumerate(entries):
        joined += [" · " if i else None, entry]
    return tag("p", "alone: " if len(entries) > 1 else None, joined) if entries else None


def _channel(tale: Tale, moment: Moment, evidence: Evidence) -> Markup:
    top = _shown(tale, moment, evidence)
    name = evidence.channel.value
    told = f"{name} {palette.name(top.emotion).lower()} {portion(top.share)}" if top else name
    return to_lane(tale.view, moment, evidence, told)


def _shown(tale: Tale, moment: Moment, evidence: Evidence) -> Top | None:
    """The strongest emotion of the readings behind a piece of evidence."""
    rows = [
        reading.scores.to_array()
        for reading in tale.view.readings
        if reading.is_told
        and (reading.channel, reading.decoder) == (evidence.channel, evidence.decoder)
        and reading.person in (moment.person, None)
        and _is_within(reading.start, evidence)
        and (reading.turn == evidence.turn or reading.start is not None)
        and reading.scores.covered
    ]
    if not rows:
        return None
    # Of one decoder all rows judge the same emotions.
    return Scores.from_array(np.mean(rows, axis=0, dtype=np.float32)).top


def _is_within(start: float | None, evidence: Evidence) -> bool:
    if evidence.start is None or evidence.end is None or start is None:
        return start is None
    return evidence.start <= start <= evidence.end


def _mixed(mixed: Mixed) -> Markup:
    return tag("p", f"Mixed signals: {mixed_in_words(mixed)}.", class_="mixed")


def _explained(moment: Moment) -> Markup | None:
    if moment.explanation is None:
        return None
    by = next((credit.by for credit in moment.by if credit.part == "explanation"), "a model")
    return tag("p", moment.explanation, tag("span", f" — {by}", class_="fine"), class_="explained")


def _left(tale: Tale, moment: Moment) -> Iterator[str]:
    # Where nobody's words are known, that is said once for all.
    if tale.turns and feeling(moment) is not None:
        has_words = any(turn in tale.turns for turn in moment.turns)
        yield from untold(tale.target(moment), tale.causes(moment), has_words=has_words)
