"""The task for Inspect."""

from __future__ import annotations

from inspect_ai import Task
from inspect_ai.dataset import Sample

from mien.evals import prompting
from mien.evals.bench import Setup
from mien.evals.chatting import written
from mien.evals.tasks.sycophancy import INFO
from mien.evals.tasks.sycophancy.judging import judged
from mien.evals.tasks.sycophancy.pairs import hashes, pairs
from mien.evals.tasks.sycophancy.rating import NAMES, PROMPTS
from mien.evals.written import Told, guard_in, make_task, variant_of


def sycophancy(setup: Setup) -> Task:
    """Two chats of one message each for every pair."""
    guard = guard_in(INFO, setup.args)
    chosen, cut = setup.cut(pairs())
    samples = [
        Sample(
            id=one.id,
            input=one.first,
            metadata={
                "chats": [[one.first], [one.second]],
                "language": one.language,
                "pair": one.as_plain(),
            },
        )
        for one in chosen
    ]
    told = Told(variant_of(guard, cut), prompting.hashes(PROMPTS, *NAMES), hashes())
    return make_task(INFO, samples, written(guard=guard), judged(), told)
