"""How many calls and tokens a run takes, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from mien.evals.bench import Calls
from mien.evals.tasks.sage.people import Person
from mien.evals.tasks.sage.prompts import Prompts
from mien.evals.tokens import tokens_in

REPLY, PERSON, FELT, SAID = 250, 35, 450, 450
"""Tokens of a model's reply, a person's, and the simulator's two answers: about what the talks
hold that the publisher keeps."""


def calls(people: Sequence[Person], prompts: Prompts, rounds: int) -> tuple[Calls, ...]:
    """Calls by role, if no talk ends before its last round."""
    n = len(people)
    if not n:
        return ()
    described = fmean(tokens_in(one.profile + one.scene) for one in people)
    opening = fmean(tokens_in(one.first) for one in people)
    # Before reply t (from 0) stand the opening and t exchanges.
    heard = opening + (REPLY + PERSON) * (rounds - 1) / 2
    weighed, asked = rounds - 1, tokens_in(prompts.feeling) + tokens_in(prompts.reply)
    simulated = asked + 2 * (described + tokens_in(prompts.aim) + heard + REPLY) + FELT
    system = tokens_in(prompts.system)
    return (
        Calls(
            role="model",
            calls=n * rounds,
            read=round(n * rounds * (system + heard)),
            written=n * rounds * REPLY,
        ),
        Calls(
            role="user",
            calls=2 * n * weighed,
            read=round(n * weighed * simulated),
            written=n * weighed * (FELT + SAID),
        ),
    )
