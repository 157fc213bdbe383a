"""Inspect's part of judging again: what was said comes from a log, and nobody is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from anyio.to_thread import run_sync
from inspect_ai._util.registry import RegistryInfo, registry_tag
from inspect_ai.model import (
    ChatMessage,
    GenerateConfig,
    Model,
    ModelAPI,
    ModelOutput,
)
from inspect_ai.solver import Generate, Solver, TaskState, solver
from inspect_ai.tool import ToolChoice, ToolInfo

from mien.core.errors import EvalError
from mien.evals.logs import read_sample
from mien.evals.spending import CALLS, UNTOLD

_COUNTS = (CALLS, UNTOLD)
"""What asking put into a sample's metadata: nobody is asked what is told again."""


class Recorded(ModelAPI):
    """Whoever spoke in a log: has its name, needs no key, and says nothing more."""

    async def generate(
        self,
        input: list[ChatMessage],  # noqa: A002  # the parent's name
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> ModelOutput:
        """Refuse.

        Raises:
            EvalError: Always.
        """
        raise EvalError(f"{self.model_name} is not asked again while its answers are judged")


def recorded(name: str) -> Callable[[], Model]:
    """Makes the stand-in of a model, which logs name as if it were the model itself."""

    def made() -> Model:
        provider, _, rest = name.partition("/")
        api = Recorded(rest)
        registry_tag(Recorded, api, RegistryInfo(type="modelapi", name=provider), rest)
        return Model(api, GenerateConfig())

    return made


@solver
def replay(path: Path) -> Solver:
    """A solver that says what was said in a log, to the last message."""

    async def solve(state: TaskState, generate: Generate) -> TaskState:
        sample = await run_sync(read_sample, path, str(state.sample_id), state.epoch)
        if sample is None or sample.error is not None:
            raise EvalError(f"{path.name} has no answer to {state.sample_id!r}")
        state.messages, state.output = sample.messages, sample.output
        for key, value in sample.store.items():
            state.store.set(key, value)
        state.metadata |= {key: told for key, told in sample.metadata.items() if key not in _COUNTS}
        state.completed = True
        return state

    return solve
