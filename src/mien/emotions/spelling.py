"""Every published spelling of an emotion, and how to read one."""

from __future__ import annotations

import re
from functools import cache

from mien.core.errors import ConfigError
from mien.emotions.emotion import Emotion, _facts

_PREFIX = "model_"
_SUFFIX = "_best.pth"


def parse(spelling: str) -> Emotion:
    """The emotion behind a spelling found in LAION's files, papers or benchmarks, or a slug.

    Case, blanks and punctuation do not matter; `model_..._best.pth` and `Group|Emotion` are
    understood.

    >>> parse("model_jealousy_&_envy_best.pth")
    <Emotion.JEALOUSY: 'jealousy'>

    Raises:
        ConfigError: If no emotion goes by that name.
    """
    found = _spellings().get(_key(spelling))
    if found is None:
        raise ConfigError(
            f"no emotion is called {spelling!r}: choose from "
            + ", ".join(emotion.value for emotion in Emotion)
        )
    return found


def _key(spelling: str) -> str:
    # Only at the ends: a name may itself contain `best` or `model`.
    name = spelling.rsplit("|", 1)[-1].removesuffix(_SUFFIX).removeprefix(_PREFIX)
    return re.sub(r"[\W_]+", " ", name.replace("&", " and ")).strip().casefold()


@cache
def _spellings() -> dict[str, Emotion]:
    table: dict[str, Emotion] = {}
    for emotion, fact in _facts().items():
        for name in (emotion.value, fact.label, *fact.aliases):
            clash = table.setdefault(_key(name), emotion)
            if clash is not emotion:
                raise ValueError(f"{name!r} names both {clash} and {emotion}")
    return table
