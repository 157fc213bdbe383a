"""What stands in an annotation: the strongest emotion with its share, one line, no surprises."""

from __future__ import annotations

import re

from mien.timeline.reading import Reading

_Z95 = 1.96
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def top_label(reading: Reading) -> str:
    """The strongest emotion, its share and the share's 95 % interval; empty if nothing is told.

    Such as `anger 0.62 [0.41, 0.83]`, or `anger 0.62` of a decoder without intervals.
    """
    top = reading.scores.top
    if top is None or not reading.is_told:
        return ""
    return f"{top.emotion.value} {_measured(top.share, reading.scores_sd[top.emotion], 0.0)}"


def dimension_label(reading: Reading, name: str) -> str:
    """Valence or arousal with its 95 % interval, such as `-0.35 [-0.60, -0.10]`; empty if untold.

    Args:
        reading: Of any decoder.
        name: `valence` or `arousal`.
    """
    value = getattr(reading, name)
    if value is None or not reading.is_told:
        return ""
    return _measured(value, getattr(reading, f"{name}_sd"), -1.0)


def one_line(text: str | None) -> str:
    r"""The text on one line, U+FFFD for what XML and Praat cannot hold; empty for None.

    >>> one_line("two\nlines \x00")
    'two lines \ufffd'
    """
    return " ".join(_UNWRITABLE.sub("\ufffd", text or "").split())


def _measured(value: float, spread: float | None, lowest: float) -> str:
    number = _two_digits(value)
    if spread is None:
        return number
    low, high = max(lowest, value - _Z95 * spread), min(1.0, value + _Z95 * spread)
    return f"{number} [{_two_digits(low)}, {_two_digits(high)}]"


def _two_digits(value: float) -> str:
    return f"{value:.2f}".replace("-0.00", "0.00")
