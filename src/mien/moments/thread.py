"""The moments of one source, stretch by stretch, with a look ahead or with all of it."""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mien.emotions.emotion import Emotion
from mien.emotions.scores import EMPTY, Scores
from mien.moments.affect import affect
from mien.moments.contagion import Contagion
from mien.moments.course import Course, Manner, Settled
from mien.moments.drafts import Draft, draft
from mien.moments.episodes import Phases
from mien.moments.habitual import HALF_LIFE, HALF_TURNS, Habitual
from mien.moments.moment import Dropped, Moment, MovedBy, Trajectory
from mien.moments.parts import Parts
from mien.moments.spoken import WINDOW, Spoken, spoken_of
from mien.moments.stretch import Stretch
from mien.timeline.reading import Verdict

IN_SECONDS = Manner(dwell=8.0, trust=0.3)
"""States of recordings: a prior, since nothing that was at hand to learn from has times."""

IN_TURNS = Manner(dwell=1.0, trust=0.3)
"""States of chats without times, in turns.

Chosen by the likelihood of labels on the open dialogues, read by models that saw nothing of their
file (`python -m training.moments.smoothing`): log loss better than without neighbors by .014
[.010, .018] over words-v1 and .017 [.013, .021] over words-fast-v1, 3,499 turns. A dwell of 3 with
that trust was worse than none. What gets better is how sure one may be, not the top emotion.
"""

_NOTHING = np.full(len(Emotion), np.nan)


@dataclass(slots=True)
class _Person:
    """What is remembered of one person."""

    course: Course
    usual: Habitual
    phases: Phases = field(default_factory=Phases)
    last: Moment | None = None


class Thread:
    """The moments of one source.

    Args:
        parts: The models.
        look_ahead: Further stretches that a moment waits for; None waits for all, as a file does.
    """

    def __init__(self, parts: Parts, look_ahead: int | None = None) -> None:
        self._parts, self._look_ahead = parts, look_ahead
        self._history: deque[Spoken] = deque(maxlen=WINDOW)
        self._people: dict[str | None, _Person] = {}
        self._drafts: deque[Draft] = deque()
        self._contagion = Contagion()
        self._n = 0

    def push(self, stretch: Stretch) -> list[Moment]:
        """The moments that are settled now, in order of time."""
        words = stretch.words
        spoken = None if words is None else spoken_of(words)
        if spoken is not None:
            self._history.append(spoken)
        made, own = draft(stretch, tuple(self._history), self._parts)
        if own is not None:
            self._history[-1] = own
        self._drafts.append(made)
        self._person(made).course.push(_shares(made), self._at(stretch))
        self._n += 1
        if self._look_ahead is None or len(self._drafts) <= self._look_ahead:
            return []
        oldest = self._drafts.popleft()
        return [self._finish(oldest, self._person(oldest).course.settle())]

    def close(self) -> list[Moment]:
        """The moments of all that still waited."""
        settled = {name: iter(person.course.close()) for name, person in self._people.items()}
        found = [self._finish(one, next(settled[one.stretch.person])) for one in self._drafts]
        self._drafts.clear()
        return found

    def _at(self, stretch: Stretch) -> float:
        if stretch.start is None or stretch.end is None:
            return float(stretch.turns[-1] if stretch.turns else self._n)
        return stretch.start

    def _person(self, made: Draft) -> _Person:
        stretch = made.stretch
        if stretch.person not in self._people:
            timed = stretch.start is not None
            self._people[stretch.person] = _Person(
                Course(IN_SECONDS if timed else IN_TURNS),
                Habitual(HALF_LIFE if timed else HALF_TURNS),
            )
        return self._people[stretch.person]

    def _finish(self, made: Draft, settled: Settled) -> Moment:
        stretch, person = made.stretch, self._person(made)
        levels = affect(stretch.readings)
        scores = EMPTY if made.doubt else Scores.from_array(settled.shares.astype(np.float32))
        valence, arousal = levels["valence"].value, levels["arousal"].value
        before = person.last
        moment = Moment(
            id=_id(stretch),
            source=stretch.source,
            start=stretch.start,
            end=stretch.end,
            turns=stretch.turns,
            person=stretch.person,
            emotions=scores,
            valence=valence,
            valence_sd=levels["valence"].sd,
            arousal=arousal,
            arousal_sd=levels["arousal"].sd,
            dominance=levels["dominance"].value,
            dominance_sd=levels["dominance"].sd,
            intensity=_intensity(settled.shares),
            confidence=0.0 if made.doubt else _confidence(made, settled),
            verdict=Verdict.CANNOT_TELL if made.doubt else Verdict.TOLD,
            reason=made.doubt,
            holder=made.holder,
            target=made.target,
            causes=made.causes,
            appraisal=made.appraisal,
            trajectory=Trajectory(
                phase=person.phases.push(settled.sofar, settled.next),
                previous=None if before is None else before.id,
                delta_valence=None if before is None else _less(valence, before.valence),
                delta_arousal=None if before is None else _less(arousal, before.arousal),
                z_own_baseline=self._unusual(stretch, person, valence),
                moved_by=self._moved(stretch, valence),
            ),
            mixed=made.mixed,
            evidence=made.evidence,
            by=made.by,
            dropped=Dropped(readings_skipped=sum(not r.is_told for r in stretch.readings)),
        )
        person.last = moment
        return moment

    def _unusual(self, stretch: Stretch, person: _Person, valence: float | None) -> float | None:
        return None if valence is None else person.usual.push(valence, self._at(stretch))

    def _moved(self, stretch: Stretch, valence: float | None) -> tuple[MovedBy, ...]:
        if stretch.person is None or valence is None:
            return ()
        turn = stretch.turns[-1] if stretch.turns else None
        return self._contagion.push(stretch.person, valence, turn)


def _shares(made: Draft) -> NDArray[np.float64]:
    return _NOTHING if made.doubt else made.fused.scores.to_array().astype(np.float64)


def _intensity(shares: NDArray[np.float64]) -> float | None:
    felt = shares[:-1]
    return None if np.isnan(felt).all() else float(np.nanmax(felt))


def _confidence(made: Draft, settled: Settled) -> float:
    """The pool's, unless the neighbors made another emotion the top one."""
    top = int(np.nanargmax(settled.shares))
    if top == int(np.nanargmax(made.fused.scores.to_array())):
        return made.fused.confidence
    return min(made.fused.confidence, float(settled.shares[top] / np.nansum(settled.shares)))


def _less(value: float | None, before: float | None) -> float | None:
    return None if value is None or before is None else value - before


def _id(stretch: Stretch) -> str:
    key = f"{stretch.source}\0{stretch.start}\0{stretch.end}\0{stretch.turns}\0{stretch.person}"
    return hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=6).hexdigest()
