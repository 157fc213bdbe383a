"""What a run spent, role by role, as its log has it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mien.evals.prices import Prices
from mien.evals.result import Usage

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog, EvalSampleSummary
    from inspect_ai.model import ModelUsage

CALLS = "mien_calls"
"""The key of a sample's metadata with how often each role was asked."""

UNTOLD = "mien_untold"
"""The key of a sample's metadata with how often each role answered without saying its tokens."""


def role_models(header: EvalLog) -> dict[str, tuple[str, ...]]:
    """Who played each role, in the order of a run."""
    found = {}
    for role, given in (header.eval.model_roles or {}).items():
        played = given if isinstance(given, list) else [given]
        found[role] = tuple(one.model for one in played)
    return found


def usage(
    header: EvalLog, samples: Sequence[EvalSampleSummary], prices: Prices
) -> dict[str, Usage]:
    """Calls, tokens and dollars by role; `model` is the one under test.

    They are summed over samples, since the log of a killed run has no sum, and that of a resumed
    one has the sum of its last part alone.
    """
    roles = role_models(header)
    found: dict[str, Usage] = {}
    for (role, model), tokens in _tokens(header, samples).items():
        found[role] = _plus(found.get(role, Usage(usd=0.0)), tokens, model, prices)
    calls, nothing = _counted(CALLS, samples), Usage(usd=0.0)
    told = {
        role: replace(found.get(role, nothing), calls=calls.get(role, 0))
        for role in ["model", *roles]
        if role in found or role in calls
    }
    played = {"model": header.eval.model, **{role: names[0] for role, names in roles.items()}}
    for role in told.keys() & _counted(UNTOLD, samples).keys():
        price = prices.find(played[role])
        if price is None or price.of(read=1, written=1) > 0:
            told[role] = replace(told[role], usd=None)
    return told


def _plus(before: Usage, tokens: ModelUsage, model: str, prices: Prices) -> Usage:
    cached, stored = tokens.input_tokens_cache_read or 0, tokens.input_tokens_cache_write or 0
    price = prices.find(model)
    usd = None
    if price is not None and before.usd is not None:
        usd = before.usd + price.of(
            read=tokens.input_tokens, written=tokens.output_tokens, cached=cached, stored=stored
        )
    return Usage(
        read=before.read + tokens.input_tokens + cached + stored,
        written=before.written + tokens.output_tokens,
        usd=usd,
    )


def _tokens(
    header: EvalLog, samples: Sequence[EvalSampleSummary]
) -> dict[tuple[str, str], ModelUsage]:
    from inspect_ai.model import ModelUsage

    by_model: dict[str, ModelUsage] = {}
    by_role: dict[str, ModelUsage] = {}
    for sample in samples:
        for name, used in sample.model_usage.items():
            by_model[name] = by_model.get(name, ModelUsage()) + used
        for name, used in sample.role_usage.items():
            by_role[name] = by_role.get(name, ModelUsage()) + used
    return _by_role(header, by_model, by_role)


def _by_role(
    header: EvalLog, by_model: Mapping[str, ModelUsage], by_role: Mapping[str, ModelUsage]
) -> dict[tuple[str, str], ModelUsage]:
    roles = role_models(header)
    found = {(role, names[0]): by_role[role] for role, names in roles.items() if role in by_role}
    under_test = header.eval.model
    mine = by_model.get(under_test)
    if mine is not None:
        for (_, name), used in [*found.items()]:
            mine = _minus(mine, used) if name == under_test else mine
        found["model", under_test] = mine
    return found


def _minus(whole: ModelUsage, part: ModelUsage) -> ModelUsage:
    from inspect_ai.model import ModelUsage

    def less(a: int | None, b: int | None) -> int:
        return max(0, (a or 0) - (b or 0))

    return ModelUsage(
        input_tokens=less(whole.input_tokens, part.input_tokens),
        output_tokens=less(whole.output_tokens, part.output_tokens),
        total_tokens=less(whole.total_tokens, part.total_tokens),
        input_tokens_cache_read=less(whole.input_tokens_cache_read, part.input_tokens_cache_read),
        input_tokens_cache_write=less(
            whole.input_tokens_cache_write, part.input_tokens_cache_write
        ),
    )


def _counted(key: str, samples: Sequence[EvalSampleSummary]) -> dict[str, int]:
    found: dict[str, int] = {}
    for sample in samples:
        told = sample.metadata.get(key)
        for role, n in (told if isinstance(told, dict) else {}).items():
            found[role] = found.get(role, 0) + int(n)
    return found
