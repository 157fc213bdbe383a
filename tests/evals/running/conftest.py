"""A scripted server in place of a provider, and a run of the probe on it."""

import pytest

from mien.evals.bench import Setup
from mien.evals.running.start import Manner, run
from mien.llm.testing import ScriptedServer
from tests.fakes.bench import BENCH

pytest.importorskip("inspect_ai", reason="inspect-ai is not installed")

MODEL = "openai-api/scripted/m"


@pytest.fixture
def served(monkeypatch):
    """Starts a server with a script and points clients there."""
    servers = []

    def serve(script):
        server = ScriptedServer(script)
        servers.append(server)
        for name, value in server.environ().items():
            monkeypatch.setenv(name, value)
        return server

    yield serve
    for server in servers:
        server.close()


@pytest.fixture
def probe(tmp_path):
    """Runs the probe; gives what came of each model."""

    def probe(*models, bench=BENCH, n=12, limit=None, **manner):
        manner.setdefault("logs", tmp_path / "logs")
        manner.setdefault("retries", 1)
        setup = Setup(args={"n": n}, limit=limit)
        return list(run(bench, models or [MODEL], setup, Manner(**manner)))

    return probe
