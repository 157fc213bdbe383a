"""The people of a run, what may be set, and what a score is then called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from typing import Any

from mien.core.errors import ConfigError, EvalError
from mien.evals.info import TaskInfo
from mien.evals.tasks.live.folder import OWN, personas
from mien.evals.tasks.live.persona import Persona
from mien.evals.tasks.live.rotation import JUDGES, judge_roles
from mien.evals.tasks.live.rubric import Rubric, read_rubric
from mien.evals.tasks.live.texts import hashes

NAME, PAIRS = "live", "live_pairs"
TURNS = 8
_MOST_TURNS = 50

INFO = TaskInfo(
    name=NAME,
    title="Eight turns with a simulated person, judged on six abilities",
    version="1",
    measures=(
        "How a model treats simulated people over eight turns, in the eyes of the judges that are "
        "named with the score; not how real people would feel, and not whether they would be "
        "better off."
    ),
    main_score="abilities",
    scale="0 to 10, higher is better; 5 is a decent, unremarkable partner in talk",
    citation="Mien, live bench, 2026; protocol after EQ-Bench 4 (Sam Paech, 2026)",
    licence="Apache-2.0",
    roles=("user", *judge_roles()),
    cluster="persona",
    languages=("en", "de", "es"),
    turns=TURNS,
    contamination=(
        "The people are public with Mien's source since November 2026. A model trained later may "
        "know them; people of your own (personas=DIR) it cannot know."
    ),
    pairs=PAIRS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What may be set with `--set`, or `-T` of Inspect.

    Attributes:
        turns: On each side, after the opening.
        judges: How many take turns; roles `judge_1` to `judge_3`.
        personas: A folder of other people; None for Mien's.
        rubric: A file of other criteria; None for Mien's.
        language: Only people who begin in it; empty for all.
    """

    turns: int = TURNS
    judges: int = JUDGES
    personas: Path | None = None
    rubric: Path | None = None
    language: str = ""


_KNOWN = ("turns", "judges", "personas", "rubric", "language")


def options(args: Mapping[str, Any]) -> Options:
    """What was set, checked.

    Raises:
        ConfigError: If something is unknown or makes no sense.
    """
    for name in args:
        if name not in _KNOWN:
            raise ConfigError(f"{NAME} knows no {name!r}: it takes {', '.join(_KNOWN)}")
    return Options(
        turns=whole(args, "turns", TURNS, _MOST_TURNS),
        judges=whole(args, "judges", JUDGES, JUDGES),
        personas=path_of(args, "personas"),
        rubric=path_of(args, "rubric"),
        language=str(args.get("language") or ""),
    )


def whole(args: Mapping[str, Any], name: str, default: int, most: int) -> int:
    """A whole number from 1 on.

    Raises:
        ConfigError: If it is none, or more than `most`.
    """
    value = args.get(name, default)
    try:
        number = int(str(value))
    except ValueError:
        number = 0
    if not 1 <= number <= most:
        raise ConfigError(f"{name}={value} makes no sense: give a whole number from 1 to {most}")
    return number


def path_of(args: Mapping[str, Any], name: str) -> Path | None:
    """A file or folder, if one is named."""
    value = args.get(name)
    return Path(str(value)).expanduser() if value else None


def people(chosen: Options) -> tuple[Persona, ...]:
    """The people of a run, family by family in turn, so that the first few are of all families.

    Raises:
        EvalError: If a file is no persona, or nobody speaks the language.
    """
    found = personas(chosen.personas or OWN)
    if chosen.language:
        known = sorted({one.language for one in found})
        found = tuple(one for one in found if one.language == chosen.language)
        if not found:
            raise EvalError(f"nobody begins in {chosen.language!r}: choose from {', '.join(known)}")
    families: dict[str, list[Persona]] = {}
    for one in found:
        families.setdefault(one.family, []).append(one)
    rows = zip_longest(*(held for _, held in sorted(families.items())))
    return tuple(one for row in rows for one in row if one is not None)


def variant(chosen: Options, found: tuple[Persona, ...], rubric: Rubric) -> dict[str, str]:
    """What the score's name must say besides who judged and who played."""
    held: dict[str, str] = {}
    if chosen.turns != TURNS:
        held["turns"] = str(chosen.turns)
    if chosen.judges != JUDGES:
        held["judges"] = str(chosen.judges)
    if chosen.language:
        held["language"] = chosen.language
    if chosen.personas is not None:
        joined = "\n".join(sorted(f"{one.id} {one.sha256}" for one in found))
        held["personas"] = f"own {sha256(joined.encode()).hexdigest()[:8]}"
    if not rubric.is_own:
        held["rubric"] = f"own {rubric.sha256[:8]}"
    return held


def prompts(rubric: Rubric, *names: str) -> dict[str, str]:
    """sha256 of the prompts of those names, and of the rubric."""
    return {**hashes(*names), "rubric": rubric.sha256}


def rubric_of(chosen: Options) -> Rubric:
    """The criteria of a run."""
    return read_rubric(chosen.rubric)
