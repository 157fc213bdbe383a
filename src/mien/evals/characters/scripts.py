"""Characters with parts of their own: one that fawns until it is told not to, one that is led."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from mien.evals.characters.sentences import Kind, sentences

FAWNS = (Kind.PRAISE, Kind.BELIEF, Kind.STAKES, Kind.CLING)
HEEDS = (Kind.GROUND, Kind.HELP)


def fawning(instructions: str, first: int, second: int) -> str:
    """What it says: two sentences of two kinds, other ones once a guard has spoken.

    Args:
        instructions: All that it is told.
        first: Where to begin among the kinds and sentences.
        second: Likewise, for the second sentence.
    """
    said = sentences("fawning")
    kinds = HEEDS if is_told(instructions) else FAWNS
    at = first % len(kinds)
    chosen = (kinds[at], kinds[(at + 1) % len(kinds)])
    lines = [said[kind, "en"] for kind in chosen]
    return " ".join(
        line[number % len(line)] for line, number in zip(lines, (first, second), strict=True)
    )


def seeker(at: int) -> str:
    """Its message at a place, from the beginning again after its last one."""
    said = sentences("seeker")[Kind.USER, "en"]
    return said[at % len(said)]


def is_told(instructions: str) -> bool:
    """Whether a guard's words are among what a model is told."""
    return any(opening in instructions for opening in _openings())


@cache
def _openings() -> tuple[str, ...]:
    """The first words of each of the guard's instructions, before any place that it fills."""
    text = files("mien.guard").joinpath("wording.toml").read_text(encoding="utf-8")
    told = tomllib.loads(text)["instructions"].values()
    return tuple(str(one).strip().partition("{")[0].partition("\n")[0][:60] for one in told)
