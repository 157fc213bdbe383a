"""How long answers are and how much markdown is in them, for ratings that hold these constant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

_HEADER = re.compile(r"^#{1,6}[ \t]", re.MULTILINE)
_ENTRY = re.compile(r"^[ \t]{0,12}(?:[-*+]|\d{1,3}[.)])[ \t]", re.MULTILINE)
_BOLD = re.compile(r"\*\*[^*\n]{1,400}\*\*|__[^_\n]{1,400}__")


class Style(NamedTuple):
    """Means over the answers of one talk.

    Attributes:
        length: Characters.
        headers: Lines that begin with `#`.
        entries: Of lists.
        bold: Bold passages.
    """

    length: float = 0.0
    headers: float = 0.0
    entries: float = 0.0
    bold: float = 0.0

    @property
    def markdown(self) -> float:
        """Headers, entries of lists and bold passages together."""
        return self.headers + self.entries + self.bold


def style_of(answers: Sequence[str]) -> Style:
    r"""The style of a model's answers; EQ-Bench 3 takes the mean length over a talk, too.

    >>> style_of(["# Yes\n- **now**", "No."])
    Style(length=9.0, headers=0.5, entries=0.5, bold=0.5)
    """
    return _style(tuple(answers))


# A talk is shown in many pairs, scenario by scenario.
@lru_cache(maxsize=256)
def _style(answers: tuple[str, ...]) -> Style:
    n = len(answers)
    if not n:
        return Style()
    counts = [sum(len(form.findall(one)) for one in answers) for form in (_HEADER, _ENTRY, _BOLD)]
    return Style(sum(map(len, answers)) / n, *(count / n for count in counts))
