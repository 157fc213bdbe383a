"""How many calls and tokens a run takes, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence

from mien.evals.bench import Calls
from mien.evals.tasks.emobench.items import Item
from mien.evals.tasks.emobench.options import Options
from mien.evals.tasks.emobench.prompts import Wording
from mien.evals.tokens import tokens_in

_LETTER, _JSON, _REASONS = 20, 35, 350
"""Tokens of an answer, about: a letter and often the option's words, as published answers have
them, JSON, and reasoning before either."""


def calls(items: Sequence[Item], words: Wording, options: Options) -> tuple[Calls, ...]:
    """Calls of the model under test, the only role there is."""
    rounds, read = len(words.templates), 0
    for item in items:
        for said in range(rounds):
            # An answer without a letter, so that some emotion is named in the second request.
            asked = words.following(item, [""] * said)
            read += tokens_in(asked.system) + tokens_in(asked.user) if asked else 0
    n = len(items) * rounds * options.answers
    each = (_LETTER if options.is_2024 else _JSON) + (_REASONS if options.cot else 0)
    return (Calls(role="model", calls=n, read=read * options.answers, written=n * each),)
