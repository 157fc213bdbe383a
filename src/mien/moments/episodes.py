"""When a feeling begins, is strongest and ends."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mien.emotions.emotion import EMONET_40, Emotion
from mien.moments.moment import Moment, Phase

ENTER = 0.5
"""Part of all shares that begins an episode."""

LEAVE = 0.35
"""Part below which it ends; less than `ENTER`, so that it does not flicker."""

LEVEL = 0.02
"""Change of a part that is none."""

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A while in which one emotion of one person stands out.

    Attributes:
        source: Name of the file, stream or chat.
        person: Whose it is, or None if unknown.
        emotion: Which.
        start: Seconds, or None in a chat without times; so are `peak` and `end`.
        moments: Ids, in order; the first is where it begins.
        strongest: Id of the moment with the largest part.
        part: Of all shares, there.
    """

    source: str
    person: str | None
    emotion: Emotion
    start: float | None
    peak: float | None
    end: float | None
    moments: tuple[str, ...]
    strongest: str
    part: float


class Phases:
    """The phase of each step of one person, in order of time."""

    def __init__(self) -> None:
        self.emotion: Emotion | None = None
        self._before = 0.0
        self._highest = 0.0

    def push(self, shares: Array, later: Array | None = None) -> Phase:
        """The phase of a step.

        Args:
            shares: Shape (41,), NaN for what is not judged.
            later: Those of the next step, if known: without them no peak can be told.
        """
        parts = _parts(shares)
        if self.emotion is not None:
            part = float(parts[self.emotion.position])
            if part >= LEAVE:
                return self._inside(part, later)
        left, self.emotion = self.emotion is not None, None
        if parts[:-1].max(initial=0.0) >= ENTER:
            self.emotion = EMONET_40[int(parts[:-1].argmax())]
            return self._begin(float(parts[self.emotion.position]), later)
        return Phase.END if left else Phase.STEADY

    def _begin(self, part: float, later: Array | None) -> Phase:
        self._before = self._highest = part
        return Phase.PEAK if self._falls(part, later) else Phase.ONSET

    def _inside(self, part: float, later: Array | None) -> Phase:
        before, highest = self._before, self._highest
        self._before, self._highest = part, max(highest, part)
        if part > highest and self._falls(part, later):
            return Phase.PEAK
        if abs(part - before) < LEVEL:
            return Phase.STEADY
        return Phase.RISE if part > before else Phase.FALL

    def _falls(self, part: float, later: Array | None) -> bool:
        if later is None or self.emotion is None:
            return False
        return float(_parts(later)[self.emotion.position]) < part - LEVEL


def episodes(moments: Iterable[Moment]) -> list[Episode]:
    """The episodes of all people, by their beginning."""
    threads: dict[tuple[str, str | None], list[Moment]] = {}
    for moment in moments:
        threads.setdefault((moment.source, moment.person), []).append(moment)
    found = [episode for thread in threads.values() for episode in _of_one(thread)]
    place = {moment.id: i for thread in threads.values() for i, moment in enumerate(thread)}
    return sorted(found, key=lambda one: (one.source, one.start or 0.0, place[one.moments[0]]))


def _of_one(thread: list[Moment]) -> list[Episode]:
    phases, runs = Phases(), []
    for moment in thread:
        before = phases.emotion
        phase = phases.push(moment.emotions.to_array().astype(np.float64))
        if phases.emotion is not None:
            if phase is Phase.ONSET or before is not phases.emotion:
                runs.append((phases.emotion, [moment]))
            else:
                runs[-1][1].append(moment)
    return [_episode(emotion, run) for emotion, run in runs]


def _episode(emotion: Emotion, run: list[Moment]) -> Episode:
    def part(moment: Moment) -> float:
        return float(_parts(moment.emotions.to_array())[emotion.position])

    strongest = max(run, key=part)
    return Episode(
        source=run[0].source,
        person=run[0].person,
        emotion=emotion,
        start=run[0].start,
        peak=strongest.start,
        end=run[-1].end,
        moments=tuple(moment.id for moment in run),
        strongest=strongest.id,
        part=part(strongest),
    )


def _parts(shares: NDArray[np.floating]) -> Array:
    total = float(np.nansum(shares))
    return np.nan_to_num(np.asarray(shares, np.float64)) / (total if total > 0 else 1.0)
