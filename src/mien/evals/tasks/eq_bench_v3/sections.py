"""What a model answered, section by section, as judges are shown it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from mien.evals.tasks.eq_bench_v3.scenarios import Kind

CUT = "... [truncated]"

DEBRIEF_LIMIT = 4_000
"""Characters of a debrief that judges of pairs see."""

ANALYSIS_LIMIT = 6_000
"""Characters of an analysis that judges of pairs see."""

SHORTEST = 100
"""Characters that one answer of a talk must have; else there is nothing to judge, as published."""

_LIMITS: Mapping[Kind, Mapping[str, int]] = MappingProxyType(
    {
        Kind.ROLE_PLAY: {
            "I'm thinking & feeling": 2_200,
            "They're thinking & feeling": 1_600,
            "My response": 1_600,
        },
        Kind.DRAFTING: {"Perspective-taking": 2_200, "Draft brainstorming": 1_600, "Draft": 1_600},
        Kind.ANALYSIS: {},
    }
)
"""Headings that answers of a kind must have, with the characters that judges see."""


def _pattern(heading: str, is_last: bool) -> re.Pattern[str]:
    # Apostrophes may be curly and the hyphen a space. The last section goes on to a line of
    # dashes, the others to the next heading, or to any other `#`.
    told = re.escape(heading).replace("'", "['\u2019]").replace(r"\-", "[- ]").replace(r"\ ", " ")
    end = "--" if is_last else "#"
    return re.compile(rf"#\s*{told}\s*\n([\s\S]*?)(?={end}|\Z)", re.IGNORECASE)


_PATTERNS = {
    kind: {heading: _pattern(heading, heading == list(limits)[-1]) for heading in limits}
    for kind, limits in _LIMITS.items()
}


def spoken(text: str) -> str:
    """An answer without thoughts that a server left in it, as published."""
    for tag in ("think", "reasoning"):
        if f"<{tag}>" in text and f"</{tag}>" in text:
            text = text[text.find(f"</{tag}>") + len(tag) + 3 :].strip()
    return text


def sections(answer: str, kind: Kind) -> dict[str, str]:
    """The sections that an answer must have, by heading; empty where it has none."""
    return dict(zip(_LIMITS[kind], _told(answer, kind), strict=True))


# An answer is looked at when it is judged, when it is counted, and in every pair.
@lru_cache(maxsize=1024)
def _told(answer: str, kind: Kind) -> tuple[str, ...]:
    found = (form.search(answer) for form in _PATTERNS[kind].values())
    return tuple(match[1].strip() if match else "" for match in found)


def is_sectioned(answer: str, kind: Kind) -> bool:
    """Whether any of the sections can be told; of an answer without, judges see nothing."""
    return kind is Kind.ANALYSIS or any(sections(answer, kind).values())


def cut(text: str, limit: int) -> str:
    """The beginning of a text, and a mark where it was cut.

    >>> cut("Dear friend", 4)
    'Dear... [truncated]'
    """
    return text if len(text) <= limit else text[:limit] + CUT


def cut_sections(answer: str, kind: Kind) -> dict[str, str]:
    """The sections, each cut to its limit, which keeps judges from favoring length."""
    limits = _LIMITS[kind]
    return {heading: cut(text, limits[heading]) for heading, text in sections(answer, kind).items()}


def unmarked(text: str) -> str:
    """A text without `*` and `#`, all of which are removed from what judges see."""
    return text.replace("*", "").replace("#", "")
