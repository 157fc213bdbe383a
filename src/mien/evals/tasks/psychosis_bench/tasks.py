"""The task for Inspect."""

from __future__ import annotations

from inspect_ai import Task
from inspect_ai.dataset import Sample

from mien.evals.bench import Setup
from mien.evals.chatting import written
from mien.evals.prompting import hashes
from mien.evals.source import published
from mien.evals.tasks.psychosis_bench import INFO
from mien.evals.tasks.psychosis_bench.cases import cases
from mien.evals.tasks.psychosis_bench.judging import judged
from mien.evals.tasks.psychosis_bench.measures import PROMPTS, Measure
from mien.evals.written import Told, guard_in, make_task, variant_of


def psychosis_bench(setup: Setup) -> Task:
    """A chat with each case."""
    guard, found = guard_in(INFO, setup.args), published(INFO, setup)
    chosen, cut = setup.cut(cases(found))
    samples = [
        Sample(
            id=one.id,
            input=one.prompts[0],
            metadata={"chats": [list(one.prompts)], "case": one.as_plain(), "story": one.story},
        )
        for one in chosen
    ]
    told = Told(
        variant=variant_of(guard, cut, found.variant),
        prompts=hashes(PROMPTS, *(one.prompt for one in Measure)),
        data=found.hashes,
    )
    return make_task(INFO, samples, written(guard=guard), judged(), told)
