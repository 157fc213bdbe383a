"""What adapter tests share: whether a framework is here, and a guard that looks for words."""

import importlib.util

import pytest

from mien.guard import Guard
from tests.fakes.observers import Cues

BAD = "It is a prophecy, as you say: it is a prophecy."
BLOCKED = "A safety check stopped this answer here."


def needs(module: str, package: str):
    """Skip a file of tests where its framework is missing."""
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{package} is not installed here: make test-adapters", allow_module_level=True)


def guarding(mode="observe", observer=None, **options) -> Guard:
    return Guard(observer=observer or Cues(), mode=mode, **options)
