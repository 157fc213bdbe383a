"""What a report knows of the moments of one source, and which of them are worth telling."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from mien.emotions.emotion import Emotion
from mien.moments import (
    Cause,
    Episode,
    Influence,
    Moment,
    Phase,
    Shift,
    ShiftKind,
    Target,
    episodes,
    influences,
    shifts,
)
from mien.report.phrases import feeling, place_of
from mien.report.view import View
from mien.timeline.conversation import Turn
from mien.timeline.reading import Channel

MOST = 8
"""Moments that get a card."""

BEATS = 3
"""Moments in the sentence at the top."""

LEAST = 0.15
"""Share times confidence below which a moment is not worth telling."""

APART = 0.04
"""Two cards of one person and one emotion lie at least this part of the axis apart."""

NAMED = 0.4
"""Chance from which a cause is drawn and told, and a target told."""

MILD = {Emotion.INTEREST, Emotion.CONCENTRATION, Emotion.CONTEMPLATION}
"""What nobody would retell while there is anything else: half of all questions show interest."""

_TURNS = {ShiftKind.CONTRADICTION: 1.6, ShiftKind.REPAIR: 1.4, ShiftKind.SHIFT: 1.15}
_PHASES = {Phase.ONSET: 1.15, Phase.PEAK: 1.15}
_MIXED, _CAUSED, _LAST, _MILDLY = 1.3, 1.2, 1.25, 0.5


@dataclass(frozen=True)
class Tale:
    """The moments of one source beside its readings.

    Attributes:
        view: Of the source, with its moments.
    """

    view: View

    @property
    def moments(self) -> tuple[Moment, ...]:
        """All of the source, in order."""
        return self.view.moments

    @cached_property
    def by_id(self) -> Mapping[str, Moment]:
        """The moments by their ids."""
        return {moment.id: moment for moment in self.moments}

    @cached_property
    def by_turn(self) -> Mapping[int, Moment]:
        """The moment that covers a turn."""
        return {turn: moment for moment in self.moments for turn in moment.turns}

    @cached_property
    def turns(self) -> Mapping[int, Turn]:
        """What was said, by turn; nothing where words are private."""
        return {
            r.turn: Turn(index=r.turn, text=r.text, speaker=r.person, start=r.start, end=r.end)
            for r in self.view.readings
            if r.channel is Channel.WORDS and r.turn is not None and r.text is not None
        }

    @cached_property
    def turned(self) -> Mapping[str, Shift]:
        """The most telling turn of feeling that ends in a moment, by the moment's id."""
        found = shifts(self.moments, self.turns.values())
        return {shift.after: shift for shift in sorted(found, key=lambda one: _TURNS[one.kind])}

    @cached_property
    def episodes(self) -> list[Episode]:
        """Whiles in which one emotion of one person stands out."""
        return episodes(self.moments)

    @cached_property
    def episode_of(self) -> Mapping[str, Episode]:
        """The episode in which a moment lies, by the moment's id."""
        return {name: episode for episode in self.episodes for name in episode.moments}

    @cached_property
    def influences(self) -> list[Influence]:
        """Who moved whom."""
        return influences(self.moments)

    @property
    def people(self) -> tuple[str | None, ...]:
        """Everyone with a moment, in order; None, for whom nobody named, comes last."""
        found = dict.fromkeys(moment.person for moment in self.moments)
        return tuple(sorted(found, key=lambda person: person is None))

    @cached_property
    def worth(self) -> tuple[Moment, ...]:
        """The moments worth a card, few of any one kind, in order of time."""
        kept: list[Moment] = []
        for moment in sorted(self.moments, key=self.weight, reverse=True):
            if len(kept) == MOST or self.weight(moment) < LEAST:
                break
            if not any(self._alike(moment, other) for other in kept):
                kept.append(moment)
        return self._ordered(kept)

    @cached_property
    def beats(self) -> tuple[Moment, ...]:
        """The two or three of them that a person would retell, none twice, in order of time."""
        found: dict[tuple[str | None, Emotion | None], Moment] = {}
        for moment in sorted(self.worth, key=self._retold, reverse=True):
            if feeling(moment) is not None:
                found.setdefault((moment.person, _emotion(moment)), moment)
        return self._ordered(list(found.values())[:BEATS])

    def weight(self, moment: Moment) -> float:
        """How much a moment is worth telling, from 0."""
        return self._weights[moment.id]

    @cached_property
    def felt(self) -> list[Moment]:
        """The moments that show a feeling, in order."""
        return [moment for moment in self.moments if feeling(moment) is not None]

    @cached_property
    def _weights(self) -> Mapping[str, float]:
        return {moment.id: self._weighed(moment) for moment in self.moments}

    def _weighed(self, moment: Moment) -> float:
        mixed = max((one.jsd * (1 - one.p_null) for one in moment.mixed), default=0.0)
        top = feeling(moment)
        if top is None:
            return mixed / 2
        turned = self.turned.get(moment.id)
        told = top.share * moment.confidence * _PHASES.get(moment.trajectory.phase, 1.0)
        told *= _MILDLY if top.emotion in MILD else 1.0
        told *= _TURNS[turned.kind] if turned else 1.0
        told *= _CAUSED if any(c.turn not in moment.turns for c in self.causes(moment)) else 1.0
        return told * (_MIXED if moment.mixed else 1.0)

    def causes(self, moment: Moment) -> list[Cause]:
        """The causes that are likely enough to be told, likeliest first."""
        return [cause for cause in moment.causes if cause.text and cause.p >= NAMED]

    def target(self, moment: Moment) -> Target | None:
        """What its feeling is toward, if that is likely enough to be told."""
        target = moment.target
        return target if target is not None and target.p >= NAMED else None

    def is_own(self, moment: Moment, quote: Cause | Target) -> bool:
        """Whether a quote is most of what is said in the moment itself."""
        turn = self.turns.get(quote.turn)
        return (
            turn is not None and quote.turn in moment.turns and 2 * len(quote.text) > len(turn.text)
        )

    def _retold(self, moment: Moment) -> float:
        # How it ended belongs to what a person would retell.
        is_last = moment is self.worth[-1]
        return self.weight(moment) * (_LAST if is_last else 1.0)

    def _ordered(self, moments: list[Moment]) -> tuple[Moment, ...]:
        number = {moment.id: i for i, moment in enumerate(self.moments)}
        return tuple(sorted(moments, key=lambda moment: number[moment.id]))

    def _alike(self, one: Moment, other: Moment) -> bool:
        if one.person != other.person or _emotion(one) is not _emotion(other):
            return False
        episode = self.episode_of.get(one.id)
        if episode is not None and episode is self.episode_of.get(other.id):
            return True
        axis = self.view.axis
        here, there = place_of(one, axis), place_of(other, axis)
        return here is None or there is None or abs(here[0] - there[0]) < APART * axis.length


def tale_of(view: View) -> Tale | None:
    """The tale of a source, or None if it has no moments."""
    return Tale(view) if view.moments else None


def _emotion(moment: Moment) -> Emotion | None:
    top = feeling(moment)
    return None if top is None else top.emotion
