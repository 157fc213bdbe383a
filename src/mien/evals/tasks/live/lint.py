"""Whether a folder of personas holds what a fair bench needs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, pairwise
from pathlib import Path

from mien.evals.tasks.live.folder import Read, read_all
from mien.evals.tasks.live.persona import STANCES, Persona
from mien.evals.tasks.live.slips import given_away

MOST_ALIKE = 0.5
"""Share of word pairs that two openings may have in common."""

ENOUGH = 12
"""People from whom on a set is asked for balance."""

MOST_OF_ONE, LEAST_OF_ONE = 0.6, 0.1
"""Shares of a set that may, and that must, stand on one side of a preference."""

_WORD = re.compile(r"\w+")


class Level(StrEnum):
    """How bad it is."""

    ERROR = "error"
    """The set cannot be run, or would not measure what it should."""
    WARNING = "warning"
    """Worth a look."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong with a file or with the set.

    Attributes:
        file: Its name; empty if it is about the set.
        level: How bad it is.
        message: What is wrong.
    """

    file: str
    level: Level
    message: str

    def __str__(self) -> str:
        return f"{self.file or 'all'}: {self.level.value}: {self.message}"


def lint(folder: Path) -> list[Finding]:
    """Everything that is wrong with the personas in a folder, file by file.

    Both forms are understood: Mien's own and EQ-Bench 4's.

    Raises:
        EvalError: If the folder is none, or holds no file that could be a persona.
    """
    found: list[Finding] = []
    read = read_all(folder)
    for one in read:
        found += [Finding(one.file, Level.ERROR, problem) for problem in one.problems]
        if one.persona:
            found += _of_one(one.file, one.persona)
    people = [(one.file, one.persona) for one in read if one.persona]
    found += _twice(read)
    found += _alike(people)
    found += _unbalanced([person for _, person in people])
    return sorted(found, key=lambda one: (one.file == "", one.file))


def _of_one(file: str, person: Persona) -> Iterator[Finding]:
    for where, text in (("opening", person.opening), ("role line", person.role)):
        for detail in sorted(given_away(text, person.details, ())):
            message = f"the {where} gives away {detail!r}, which takes trust to be told"
            yield Finding(file, Level.ERROR, message)
    for one in person.details if person.stance else ():
        if not given_away(one.content, [one], ()):
            message = f"nothing said of {one.id!r} could be noticed: give it keys"
            yield Finding(file, Level.WARNING, message)
    if person.stance and len({detail.sensitivity for detail in person.details}) < 2:
        yield Finding(file, Level.WARNING, "all details take the same trust")
    if len(_WORD.findall(person.opening)) > 120:
        yield Finding(file, Level.WARNING, "the opening has more than 120 words")


def _twice(read: Sequence[Read]) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for one in read:
        if one.persona is None:
            continue
        known = first.get(one.persona.id)
        if known is not None:
            message = f"{one.persona.id!r} is also the id of a persona in {known}"
            yield Finding(one.file, Level.ERROR, message)
        first.setdefault(one.persona.id, one.file)


def _alike(people: Sequence[tuple[str, Persona]]) -> Iterator[Finding]:
    pairs = [(file, _pairs_of_words(person.opening)) for file, person in people]
    for (one, mine), (other, theirs) in combinations(pairs, 2):
        share = len(mine & theirs) / max(1, len(mine | theirs))
        if share > MOST_ALIKE:
            message = f"the opening is nearly that of {one} ({share:.0%} of the word pairs)"
            yield Finding(other, Level.ERROR, message)


def _pairs_of_words(text: str) -> set[tuple[str, str]]:
    words = ["", *_WORD.findall(text.lower()), ""]
    return set(pairwise(words))


def _unbalanced(people: Sequence[Persona]) -> Iterator[Finding]:
    """Preferences on which nearly all agree: there one policy would win everywhere."""
    known = [person for person in people if person.stance]
    if len(known) < ENOUGH:
        return
    for name, sides in STANCES.items():
        held = Counter(person.stance[name] for person in known)
        for side in sides:
            share = held[side] / len(known)
            if share > MOST_OF_ONE:
                yield _share(name, side, share, f"more than {MOST_OF_ONE:.0%}")
            elif share < LEAST_OF_ONE:
                yield _share(name, side, share, f"less than {LEAST_OF_ONE:.0%}")


def _share(name: str, side: str, share: float, beyond: str) -> Finding:
    message = f"{share:.0%} of the people have {name} {side!r}: {beyond} lets one policy win"
    return Finding("", Level.WARNING, message)
