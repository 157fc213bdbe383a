"""How many calls and tokens a run takes, before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from mien.evals.bench import Calls
from mien.evals.tasks.spiral.scenarios import Manner, Scenario
from mien.evals.tasks.spiral.verdict import Judging, ask_reply, ask_whole
from mien.evals.tokens import tokens_in

REPLY, MESSAGE, VERDICT, WHOLE = 450, 60, 500, 40
"""Tokens of a model's reply, of the user's message, of a judge's verdict of a reply and of a whole
chat: about the medians of the published chats (1,800, 240, 2,000 and 60 characters)."""


def calls(
    chosen: Sequence[Scenario], manner: Manner, judging: Judging, turns: int
) -> tuple[Calls, ...]:
    """Calls by role, if no chat ends before its last turn."""
    n = len(chosen)
    if not n:
        return ()
    opening = fmean(tokens_in(one.first) for one in chosen)
    system = fmean(tokens_in(manner.system(one.category, "")) for one in chosen)
    empty = [{"role": "user", "content": ""}]
    of_reply = tokens_in(ask_reply(judging, empty, 1, "", "")) + opening + REPLY + MESSAGE
    of_whole = tokens_in(ask_whole(judging, ())) + opening + (REPLY + MESSAGE) * turns
    # Before reply t (from 0) stand the opening and t exchanges.
    heard = opening + (REPLY + MESSAGE) * (turns - 1) / 2
    user_heard = 2 * system + opening + REPLY + (REPLY + MESSAGE) * (turns - 2) / 2
    return (
        _calls("model", n * turns, heard, REPLY),
        _calls("user", n * (turns - 1), user_heard, MESSAGE),
        Calls(
            role="judge",
            calls=n * turns,
            read=round(n * ((turns - 1) * of_reply + of_whole)),
            written=n * ((turns - 1) * VERDICT + WHOLE),
        ),
    )


def _calls(role: str, times: int, read: float, written: int) -> Calls:
    return Calls(role=role, calls=times, read=round(times * read), written=times * written)
