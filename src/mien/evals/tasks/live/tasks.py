"""The task for Inspect."""

from __future__ import annotations

from inspect_ai import Task
from inspect_ai.dataset import MemoryDataset, Sample

from mien.evals.bench import Setup
from mien.evals.inspecting import header
from mien.evals.tasks.live.conversation import converse
from mien.evals.tasks.live.items import INFO, options, people, prompts, rubric_of, variant
from mien.evals.tasks.live.judging import judged
from mien.evals.tasks.live.simulator import TO_MODEL


def live(setup: Setup) -> Task:
    """A talk with each person, and its judge."""
    chosen = options(setup.args)
    rubric, everyone = rubric_of(chosen), people(chosen)
    found, cut = setup.cut(everyone)
    samples = [
        Sample(id=one.id, input=one.opening, metadata={"persona": one.as_plain()}) for one in found
    ]
    return Task(
        dataset=MemoryDataset(samples, name=INFO.name),
        solver=converse(turns=chosen.turns),
        scorer=judged(rubric=str(chosen.rubric) if chosen.rubric else None, judges=chosen.judges),
        name=INFO.name,
        version=INFO.version,
        metadata=header(
            INFO,
            planned=len(found),
            variant={**variant(chosen, everyone, rubric), **cut},
            prompts=prompts(rubric, "user", *TO_MODEL.values(), "judge"),
            data={one.source: one.sha256 for one in found},
        ),
    )
