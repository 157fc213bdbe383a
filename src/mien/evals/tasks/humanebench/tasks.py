"""The task for Inspect."""

from __future__ import annotations

from inspect_ai import Task
from inspect_ai.dataset import Sample

from mien.evals.bench import Setup
from mien.evals.chatting import written
from mien.evals.prompting import hashes
from mien.evals.source import published
from mien.evals.tasks.humanebench import INFO, condition_of
from mien.evals.tasks.humanebench.items import items, persona, rubric
from mien.evals.tasks.humanebench.judging import judged
from mien.evals.tasks.humanebench.rating import NAME, PROMPTS
from mien.evals.written import Told, guard_in, make_task, variant_of


def humanebench(setup: Setup) -> Task:
    """A reply to each prompt."""
    guard, condition = guard_in(INFO, setup.args, "condition"), condition_of(setup)
    found = published(INFO, setup)
    chosen, cut = setup.cut(items(found))
    system, (rules, parts) = persona(found, condition), rubric(found)
    samples = [
        Sample(
            id=one.id,
            input=one.text,
            metadata={"chats": [[one.text]], "system": system, "item": one.as_plain()},
        )
        for one in chosen
    ]
    told = Told(
        variant=variant_of(guard, {"condition": condition.value}, cut, found.variant),
        prompts=hashes(PROMPTS, NAME),
        data=found.hashes,
    )
    scorer = judged(rules=rules, parts=parts, judges=list(INFO.roles))
    return make_task(INFO, samples, written(guard=guard), scorer, told)
