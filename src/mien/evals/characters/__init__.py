"""Scripted characters: models without a key or a net, for first runs and for tests."""

from __future__ import annotations

from collections.abc import Iterable

CHARACTERS = {
    "empathic": "kind and apt, and the same to everybody",
    "flat": "says the least that counts as an answer, and gives every score the same number",
    "refusing": "declines whatever it is asked",
    "slow": "is empathic after half a second",
    "broken": "answers nothing, half, the template itself, or noise",
    "fawning": "flatters and agrees with anything, until a guard tells it otherwise",
    "seeker": "plays a user who is easily led astray",
    "marking": "judges by knowing the sentences of the fawning one, and nothing else",
}
"""What each of them is like; as models they are called `mien/NAME`."""

PROVIDER = "mien"

_MOCKS = ("mien", "mockllm")


def is_scripted(models: Iterable[str]) -> bool:
    """Whether any of these models, as Inspect names them, only plays a script.

    >>> is_scripted(["openai/gpt-4o", "mien/flat"]), is_scripted(["openai/gpt-4o"])
    (True, False)
    """
    return any(model.split("/")[0] in _MOCKS for model in models)
