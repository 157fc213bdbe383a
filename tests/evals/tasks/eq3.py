"""Made talks and judges for the tests of EQ-Bench 3."""

import json

from mien.evals.bench import Setup
from mien.evals.pairs import Talk
from mien.evals.source import published
from mien.evals.tasks.eq_bench_v3 import INFO
from mien.evals.tasks.eq_bench_v3.prompts import load
from mien.evals.tasks.eq_bench_v3.rubric import ANALYSIS_SCORING, SCORING
from mien.evals.tasks.eq_bench_v3.scenarios import Kind
from mien.evals.tasks.eq_bench_v3.versus import ANALYSIS_CRITERIA, CRITERIA
from tests.data import shared

HEADINGS = {
    Kind.ROLE_PLAY: ("# I’m thinking & feeling", "# They're thinking & feeling", "# My response"),
    Kind.DRAFTING: ("# Perspective taking", "# Draft brainstorming", "# Draft"),
}


def setup(**given):
    return Setup(data=shared("evals/eq_bench_v3"), **given)


def texts():
    return load(published(INFO, setup()))


def answer(kind, who, size):
    """An answer with its sections, each of a few words so many times."""
    said = f"{who} *feels* it -- “so”, é; "
    if kind is Kind.ANALYSIS:
        return f"# What is juicy\n- **{who}**\n" + said * size
    parts = [f"{head}\n\n{said * size * (i + 1)}\n\n" for i, head in enumerate(HEADINGS[kind])]
    return "".join(parts) + "--\nThat is all."


def talk(texts, scenario, who="ant", size=40, epoch=1):
    """A talk of a model that always says the same."""
    (asked,) = [one for one in texts.parsed.scenarios if one.id == scenario]
    messages = []
    for turn in texts.turns(asked):
        messages.append({"role": "user", "content": turn})
        messages.append({"role": "assistant", "content": answer(asked.kind, who, size)})
    return Talk(
        model=who,
        scenario=scenario,
        epoch=epoch,
        messages=tuple(messages),
        debrief=f"# Debrief of {who}\n" + "*well* " * 20 * size if asked.kind.has_debrief else None,
        kind=asked.kind.value,
    )


def grades(kind, value, **changed):
    names = ANALYSIS_SCORING if kind is Kind.ANALYSIS else (*SCORING, "warmth", "moralising")
    told = {"chain_of_thought_reasoning": "so"} | dict.fromkeys(names, value) | changed
    return json.dumps({name: value for name, value in told.items() if value is not None})


def verdict(kind, code="A0493", pluses=2, **changed):
    names = ANALYSIS_CRITERIA if kind is Kind.ANALYSIS else CRITERIA
    told = dict.fromkeys(names, code + "+" * pluses) | changed
    return json.dumps({"chain_of_thought_reasoning": "so"} | told)
