"""Models of Inspect that are asked through a meter, which counts, and stops in time."""

from __future__ import annotations

from typing import Any

import anyio
from inspect_ai.model import Model, ModelAPI, ModelOutput, ModelUsage
from inspect_ai.solver._task_state import sample_state

from mien.evals.prices import Price
from mien.evals.running.budget import Meter
from mien.evals.spending import CALLS, UNTOLD


class Metered(Model):
    """A model in a role of a run.

    Inspect's hooks cannot do this: what they raise is logged and forgotten. A subclass can, and it
    stays one where Inspect copies the model to tell roles apart.

    Args:
        model: As Inspect makes it.
        role: Which it plays.
        meter: Of the whole run.
        price: None if nobody said one.
        expected: Dollars of one request, as planned.
    """

    def __init__(
        self, model: Model, role: str, meter: Meter, price: Price | None, expected: float
    ) -> None:
        super().__init__(model.api, model.config, model.model_args)
        self._played = role
        self._meter = meter
        _charge(self.api, role, meter, price, expected)

    async def generate(self, *args: Any, **options: Any) -> ModelOutput:
        """As Inspect has it; answers from its cache are counted and cost nothing."""
        output = await super().generate(*args, **options)
        self._meter.count()
        _note(CALLS, self._played)
        return output


def _charge(api: ModelAPI, role: str, meter: Meter, price: Price | None, expected: float) -> None:
    """Have each request that is really sent hold and settle its cost."""
    answer = api.generate

    first = anyio.Lock()

    async def generate(*args: Any, **options: Any) -> Any:
        if meter.must_learn(role):
            # What a plan has too low is found out by one request, not by as many as go at once.
            async with first:
                if meter.must_learn(role):
                    return await charged(*args, **options)
        return await charged(*args, **options)

    async def charged(*args: Any, **options: Any) -> Any:
        held = meter.hold(role, expected)
        cost = None
        try:
            result = await answer(*args, **options)
            output = result[0] if isinstance(result, tuple) else result
            used = getattr(output, "usage", None)
            if used is None:
                _note(UNTOLD, role)
            # Who does not say what it took is taken to have taken what was set aside.
            cost = held if used is None else _cost(price, used)
        finally:
            meter.settle(role, held, cost)
        return result

    api.generate = generate  # type: ignore[method-assign]  # there is no other way in


def _cost(price: Price | None, used: ModelUsage) -> float | None:
    if price is None:
        return None
    return price.of(
        read=used.input_tokens,
        written=used.output_tokens,
        cached=used.input_tokens_cache_read or 0,
        stored=used.input_tokens_cache_write or 0,
    )


def _note(key: str, role: str) -> None:
    """Count something in the sample's metadata, which summaries of samples keep."""
    state = sample_state()
    if state is not None:
        counts = state.metadata.setdefault(key, {})
        counts[role] = counts.get(role, 0) + 1
