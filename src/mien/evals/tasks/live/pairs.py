"""`live_pairs`: which of two models treated the same simulated person better."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.core.errors import ConfigError, EvalError
from mien.evals.bench import Calls, Scored, Setup
from mien.evals.estimate import NAN, Estimate, mean
from mien.evals.info import TaskInfo
from mien.evals.pairs import Showing, Talks, read_talks, showings
from mien.evals.result import ItemResult, Result
from mien.evals.tasks.live.items import INFO as ALONE
from mien.evals.tasks.live.items import NAME, PAIRS, path_of, whole
from mien.evals.tasks.live.persona import Persona
from mien.evals.tasks.live.rotation import JUDGES, judge_of, judge_roles
from mien.evals.tasks.live.rubric import Rubric, read_rubric
from mien.evals.tasks.live.verdict import ask_of_two
from mien.evals.tokens import tokens_in

if TYPE_CHECKING:
    from inspect_ai import Task

_KNOWN = ("runs", "against", "judges", "rubric")
_NOT_OF_TALKS = ("judges", "rubric")
"""Of a run's variant: who judged its talks one by one, and by what, has no say here."""

_WRITTEN = 320
"""Tokens of a judge's answer, about."""

INFO = TaskInfo(
    name=PAIRS,
    title="Talks of two models with the same simulated person, compared in both orders",
    version="1",
    measures=(
        "Which model treats simulated people better, in the eyes of the judges that are named with "
        "the score; each pair is shown in both orders. Only ratings mean anything (`mien rate`)."
    ),
    main_score="rating",
    scale="none by itself: `mien rate` makes ratings of the judgements",
    citation=ALONE.citation,
    licence=ALONE.licence,
    roles=judge_roles(),
    cluster="persona",
    languages=ALONE.languages,
    turns=ALONE.turns,
    contamination=ALONE.contamination,
)


NO_SCORE = "judgements of pairs rate models together: `mien rate` reads the log's rows"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What is to be judged.

    Attributes:
        talks: Of all models.
        showings: A judgement each.
        possible: How many there would be without a limit.
        judges: How many take turns.
        rubric: The criteria.
        rubric_file: Of the criteria, if they are not Mien's.
    """

    talks: Talks
    showings: tuple[Showing, ...]
    possible: int
    judges: int
    rubric: Rubric
    rubric_file: Path | None

    @property
    def variant(self) -> dict[str, str]:
        """What changes what the score means."""
        held = dict(self.talks.variant) | {"user": simulator_of(self.talks)}
        if self.judges != JUDGES:
            held["judges"] = str(self.judges)
        if not self.rubric.is_own:
            held["rubric"] = f"own {self.rubric.sha256[:8]}"
        if len(self.showings) < self.possible:
            held["judgements"] = f"{len(self.showings)} of {self.possible}"
        return held


def comparison(setup: Setup) -> Comparison:
    """Read the runs that `setup` names.

    Raises:
        ConfigError: If an argument is unknown, or no runs are named.
        EvalError: If the runs cannot be compared.
    """
    for name in setup.args:
        if name not in _KNOWN:
            raise ConfigError(f"{PAIRS} knows no {name!r}: it takes {', '.join(_KNOWN)}")
    runs = _several(setup.args.get("runs"))
    if not runs:
        raise ConfigError(f"say which runs of {NAME} to compare: runs=LOG,LOG or runs=FOLDER")
    talks = read_talks(runs, NAME, ignoring=("items", *_NOT_OF_TALKS))
    simulator_of(talks)
    rubric_file, against = path_of(setup.args, "rubric"), _several(setup.args.get("against"))
    return Comparison(
        talks=talks,
        showings=showings(talks, against=against, limit=setup.limit),
        possible=len(showings(talks, against=against)),
        judges=whole(setup.args, "judges", JUDGES, JUDGES),
        rubric=read_rubric(rubric_file),
        rubric_file=rubric_file,
    )


def simulator_of(talks: Talks) -> str:
    """Who played the people, in all talks.

    Raises:
        EvalError: If it was not the same model: simulators move scores more than models do.
    """
    played = Counter(str(talk.more.get("simulator")) for talk in talks.talks)
    if len(played) > 1:
        told = ", ".join(f"{name} ({n} talks)" for name, n in sorted(played.items()))
        raise EvalError(f"the people were played by {told}: only talks with one can be compared")
    return next(iter(played))


def person_of(showing: Showing) -> Persona:
    """Whom both talked to."""
    return Persona.from_plain(showing.first.more["persona"])


def as_plain(showing: Showing) -> dict[str, Any]:
    """What a judge needs of a showing, for a sample's store."""
    return {
        "persona": dict(showing.first.more["persona"]),
        "talks": [list(talk.messages) for talk in (showing.first, showing.second)],
    }


def score(items: Sequence[ItemResult], planned: int) -> Scored:
    """No score: how often the first shown wins, how often neither, and by how much on each side.

    The means of margins are the judges' leaning to a place: each pair is shown both ways round.
    """
    judged = [one for one in items if one.score is not None]
    decided = [one for one in judged if one.score != 0.5]
    parts = {
        "first shown wins": _mean(decided, [float((one.score or 0.0) > 0.5) for one in decided]),
        "ties": _mean(judged, [float(one.score == 0.5) for one in judged]),
    }
    for name in dict.fromkeys(name for one in judged for name in one.parts):
        having = [one for one in judged if name in one.parts]
        parts[name] = _mean(having, [one.parts[name] for one in having])
    return Scored(Estimate(NAN), parts, NO_SCORE)


def _mean(items: Sequence[ItemResult], values: Sequence[float]) -> Estimate:
    return mean(values, [one.cluster for one in items])


def calls(compared: Comparison) -> tuple[Calls, ...]:
    """Calls and tokens by judge."""
    times: Counter[str] = Counter()
    read: Counter[str] = Counter()
    for showing in compared.showings:
        person = person_of(showing)
        role = judge_of(person.id, compared.judges)
        sides = showing.first.messages, showing.second.messages
        times[role] += 1
        read[role] += tokens_in("".join(ask_of_two(person, compared.rubric, *sides)))
    return tuple(
        Calls(role=role, calls=n, read=read[role], written=n * _WRITTEN)
        for role, n in sorted(times.items())
    )


def _several(value: Any) -> list[str]:
    """One or several values, as Inspect and the command line give them."""
    if value is None:
        return []
    held = value if isinstance(value, list | tuple) else str(value).split(",")
    return [str(one).strip() for one in held if str(one).strip()]


class LivePairs:
    """The task of pairs as the catalogue has it."""

    info = INFO

    def score(self, items: Sequence[ItemResult], planned: int) -> Scored:
        """No score by itself; how far the judges lean to a place."""
        return score(items, planned)

    def stored(self, path: Path, setup: Setup) -> Sequence[Result]:
        """None: EQ-Bench 4's verdicts are published as ratings, not as judgements.

        Raises:
            EvalError: Always; says what can be read instead.
        """
        raise EvalError(
            f"{path}: no file of judgements is published for this task: `mien evals score {NAME}` "
            "reads EQ-Bench 4's transcripts, `mien rate` its ladder"
        )

    def baselines(self, setup: Setup) -> Sequence[Result]:
        """None: a verdict on two talks has no answer without reading."""
        return ()

    def plan(self, setup: Setup) -> Sequence[Calls]:
        """Calls and tokens by judge; no model is asked to talk."""
        return calls(comparison(setup))

    def task(self, setup: Setup) -> Task:
        """The task for Inspect; its log becomes rows by `evals.pairs.rows_of`."""
        from mien.evals.tasks.live.pair_tasks import live_pairs

        return live_pairs(comparison(setup))


BENCH = LivePairs()
