"""What runs of EQ-Bench 3 send, estimated from the published texts."""

from __future__ import annotations

from collections.abc import Sequence

from mien.evals.bench import Calls
from mien.evals.pairs import Showing, Talk
from mien.evals.tasks.eq_bench_v3.prompts import Texts
from mien.evals.tasks.eq_bench_v3.rubric import rubric_prompt
from mien.evals.tasks.eq_bench_v3.scenarios import Kind, Scenario
from mien.evals.tasks.eq_bench_v3.versus import pair_prompt, seen
from mien.evals.tokens import tokens_in

TURN_TOKENS = 1_400
"""Of one answer: the prompts ask for 1,000 words."""

DEBRIEF_TOKENS = 1_100
"""Of one debrief: 800 words are asked for."""

VERDICT_TOKENS = 700
"""Of one judgement: reasons, then eight to eighteen short verdicts."""


def plan_rubric(texts: Texts, scenarios: Sequence[Scenario]) -> tuple[Calls, ...]:
    """The calls of a run of the rubric."""
    calls = read = written = judged = 0
    for scenario in scenarios:
        turns, history = texts.turns(scenario), 0
        for said in turns:
            history += tokens_in(said)
            read, history = read + history, history + TURN_TOKENS
        calls += len(turns)
        written += len(turns) * TURN_TOKENS
        shown = history
        if scenario.kind.has_debrief:
            calls, written = calls + 1, written + DEBRIEF_TOKENS
            read += history + tokens_in(texts.debrief)
            shown += DEBRIEF_TOKENS
        judged += shown + _rubric_tokens(texts, scenario.kind)
    n = len(scenarios)
    return (
        Calls(role="model", calls=calls, read=read, written=written),
        Calls(role="judge", calls=n, read=judged, written=n * VERDICT_TOKENS),
    )


def _rubric_tokens(texts: Texts, kind: Kind) -> int:
    empty = Talk(model="", scenario="", epoch=1, messages=(), debrief="", kind=kind.value)
    return tokens_in(rubric_prompt(texts, empty))


def plan_pairs(texts: Texts, shown: Sequence[Showing]) -> tuple[Calls, ...]:
    """The calls of a run of pairs, whose prompts are known to the letter."""
    sides: dict[tuple[str, str, int], int] = {}
    frames: dict[str, int] = {}
    read = 0
    for showing in shown:
        # Each talk is in many prompts; of one scenario they are alike but for the talks.
        both = _tokens(sides, showing.first) + _tokens(sides, showing.second)
        scenario = showing.first.scenario
        if scenario not in frames:
            frames[scenario] = tokens_in(pair_prompt(texts, showing)) - both
        read += frames[scenario] + both
    n = len(shown)
    return (Calls(role="judge", calls=n, read=read, written=n * VERDICT_TOKENS),)


def _tokens(known: dict[tuple[str, str, int], int], talk: Talk) -> int:
    key = talk.model, talk.scenario, talk.epoch
    if key not in known:
        known[key] = sum(map(tokens_in, seen(talk)))
    return known[key]
