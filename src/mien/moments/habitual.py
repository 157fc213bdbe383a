"""How a person usually is, as far as this session tells."""

from __future__ import annotations

import math

HALF_LIFE = 600.0
"""Seconds after which a value counts half."""

HALF_TURNS = 20.0
"""Turns after which it does, in a chat without times."""

ENOUGH = 20
"""Values before a comparison means anything."""

_LEAST_SD = 0.02  # of valence: a person who hardly varies is no reason for a huge z


class Habitual:
    """The running mean and variance of one person's valence, weighted towards what is recent.

    Args:
        half_life: In the units of `at`.
    """

    def __init__(self, half_life: float) -> None:
        self._half_life = half_life
        self._n = 0
        self._weight = self._mean = self._squares = 0.0
        self._at: float | None = None

    def push(self, value: float, at: float) -> float | None:
        """How far a value is from what came before, in standard deviations; None if too little.

        Args:
            value: Valence.
            at: Seconds, or turns; never less than before.
        """
        told = self._compared(value)
        fades = 1.0 if self._at is None else 0.5 ** ((at - self._at) / self._half_life)
        self._weight = self._weight * fades + 1.0
        self._squares *= fades
        step = value - self._mean
        self._mean += step / self._weight
        self._squares += step * (value - self._mean)
        self._n, self._at = self._n + 1, at
        return told

    def _compared(self, value: float) -> float | None:
        if self._n < ENOUGH:
            return None
        sd = math.sqrt(max(0.0, self._squares / self._weight))
        return (value - self._mean) / max(_LEAST_SD, sd)
