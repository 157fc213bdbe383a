"""How numbers are written for people: times as 1:20, shares as .66, intervals as ±.12."""

from __future__ import annotations

import math
from collections.abc import Sequence

Z95 = 1.96
"""Standard deviations on either side of a 95 % interval of a normal distribution."""

_UNSEEN = 0.005
"""Less than two decimals show."""


def clock(seconds: float) -> str:
    """A time or length as `m:ss`, from one hour on as `h:mm:ss`.

    >>> clock(80), clock(3661.9)
    ('1:20', '1:01:01')
    """
    whole = math.floor(max(0.0, seconds) + 1e-6)
    hours, rest = divmod(whole, 3600)
    minutes, left = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"


def decimal(value: float, places: int = 2) -> str:
    """A number without its leading zero, with a true minus sign.

    >>> decimal(0.657), decimal(-0.2), decimal(1.0)
    ('.66', '−.20', '1.00')
    """
    text = f"{abs(value):.{places}f}"
    sign = "−" if value < 0 and float(text) != 0 else ""
    return sign + (text[1:] if text.startswith("0.") else text)


def portion(value: float) -> str:
    """A share or a confidence; no rounding makes it certain or impossible.

    >>> portion(0.657), portion(0.998), portion(0.002), portion(0.0)
    ('.66', '>.99', '<.01', '.00')
    """
    text = decimal(value)
    if text == "1.00":
        return ">.99"
    return "<.01" if text == ".00" and value > 0 else text


def plus_minus(value: float, sd: float | None, low: float = 0.0, high: float = 1.0) -> str:
    """The 95 % interval around a value, or a dash if none is known.

    Its half-width where all of it is possible, else its ends.

    Args:
        value: The middle.
        sd: Standard deviation.
        low: The least that the value can be.
        high: The most.

    >>> plus_minus(0.6, 0.06), plus_minus(0.94, 0.06), plus_minus(0.6, None)
    ('±.12', '[.82, 1.00]', '–')
    """
    if sd is None or math.isnan(sd):
        return "–"
    half = Z95 * sd
    if value - half > low - _UNSEEN and value + half < high + _UNSEEN:
        return f"±{portion(half)}"
    return interval(max(low, value - half), min(high, value + half))


def interval(low: float | None, high: float | None) -> str:
    """`[lo, hi]`, or nothing where an end is unknown.

    >>> interval(0.61, 0.66)
    '[.61, .66]'
    """
    return "" if low is None or high is None else f"[{decimal(low)}, {decimal(high)}]"


def count(n: int, noun: str, plural: str | None = None) -> str:
    """A number with its noun, small numbers in words.

    >>> count(1, "person", "people"), count(2, "person", "people"), count(14, "turn")
    ('one person', 'two people', '14 turns')
    """
    words = ("no", "one", "two", "three", "four", "five", "six")
    return f"{words[n] if n < len(words) else f'{n:,}'} {noun if n == 1 else plural or noun + 's'}"


def listed(words: Sequence[str]) -> str:
    """Words as a person would say them.

    >>> listed(["voice", "face", "words"])
    'voice, face and words'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def nice_step(length: float, most: int) -> float:
    """The smallest step a clock shows well that cuts `length` seconds into at most `most`."""
    steps = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 14400)
    return float(next((s for s in steps if length / s <= most), max(21600, length / most)))
