"""The task for Inspect."""

from __future__ import annotations

from inspect_ai import Task
from inspect_ai.dataset import Sample

from mien.evals.bench import Setup
from mien.evals.chatting import written
from mien.evals.prompting import hashes
from mien.evals.tasks.dependency import INFO
from mien.evals.tasks.dependency.judging import judged
from mien.evals.tasks.dependency.messages import file_hash, messages
from mien.evals.tasks.dependency.rating import NAME, PROMPTS
from mien.evals.written import Told, guard_in, make_task, variant_of


def dependency(setup: Setup) -> Task:
    """A reply to each message."""
    guard = guard_in(INFO, setup.args)
    chosen, cut = setup.cut(messages())
    samples = [
        Sample(
            id=one.id,
            input=one.text,
            metadata={
                "chats": [[one.text]],
                "language": one.language,
                "message": one.as_plain(),
            },
        )
        for one in chosen
    ]
    told = Told(variant_of(guard, cut), hashes(PROMPTS, NAME), file_hash())
    return make_task(INFO, samples, written(guard=guard), judged(), told)
