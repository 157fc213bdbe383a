"""The scripted server as a pytest fixture: `from mien.llm.testing.fixtures import scripted_server`.

Needs pytest, which Mien itself does not bring.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from mien.llm.testing.server import ScriptedServer


@pytest.fixture
def scripted_server() -> Iterator[Callable[..., ScriptedServer]]:
    """Starts servers by script; all are closed, and their scripts checked, after the test."""
    with ExitStack() as stack:
        yield lambda *args, **kwargs: stack.enter_context(ScriptedServer(*args, **kwargs))
