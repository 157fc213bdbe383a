"""How many calls and tokens a run takes, before anything is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import fmean

from mien.evals.bench import Calls
from mien.evals.tasks.live.items import Options
from mien.evals.tasks.live.persona import Persona
from mien.evals.tasks.live.rotation import judge_of
from mien.evals.tasks.live.rubric import Rubric
from mien.evals.tasks.live.simulator import Mind, ask, told_of_role
from mien.evals.tasks.live.verdict import ask_of_one
from mien.evals.tokens import tokens_in

REPLY, REACTION, TURN, VERDICT = 180, 45, 420, 320
"""Tokens of a model's reply, a person's, a simulator's whole answer, and a judge's: guesses from
talks of EQ-Bench 4's kind, generous for models that do not reason aloud."""


def calls(found: Sequence[Persona], chosen: Options, rubric: Rubric) -> tuple[Calls, ...]:
    """Calls by role; none is asked for twice in this count."""
    n, turns = len(found), chosen.turns
    if not n:
        return ()
    opening = fmean(tokens_in(one.opening) for one in found)
    # Before reply t (from 0) stand the opening and t exchanges.
    exchanged = (REPLY + REACTION) * (turns - 1) / 2
    heard = opening + exchanged
    system = fmean(tokens_in("".join(ask(one, Mind(one.state), ()))) for one in found)
    talk = opening + (REPLY + REACTION) * turns
    role = fmean(tokens_in(told_of_role(one)) for one in found)
    judging = Counter(judge_of(one.id, chosen.judges) for one in found)
    task = fmean(tokens_in("".join(ask_of_one(one, rubric, ()))) for one in found)
    return (
        _calls("model", n * turns, heard + role, REPLY),
        _calls("user", n * turns, system + heard + REPLY, TURN),
        *(_calls(judge, times, task + talk, VERDICT) for judge, times in sorted(judging.items())),
    )


def _calls(role: str, times: int, read: float, written: int) -> Calls:
    return Calls(role=role, calls=times, read=round(times * read), written=times * written)
