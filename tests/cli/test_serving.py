import os
import re
import signal
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from mien.cli.app import app
from mien.core.errors import MienError
from mien.llm.testing import ScriptedServer
from tests.data import ROOT
from tests.serve.running import asked


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--host", "0.0.0.0"], "MIEN_SERVE_TOKEN"),
        (["--port", "70000"], "--port"),
        (["--mode", "watch"], "mode must be"),
        (["--on-failure", "ajar"], "--on-failure"),
        (["--on-reply", "pass"], "--on-reply"),
        (["--remember", "0"], "--remember"),
        (["--max-body", "0"], "--max-body"),
        (["--max-body", "nan"], "--max-body"),
        (["--max-body", "inf"], "--max-body"),
        (["--country", "germany"], "--country"),
        (["--language", "english"], "--language"),
        (["--policy", "nobody"], "no policy"),
        (["--hand-over", "http://127.0.0.1:1/"], "MIEN_HAND_OVER_SECRET"),
        (["--judge", "nobody"], "a judge is named"),
    ],
)
@pytest.mark.parametrize(
    "command", [["proxy", "--upstream", "http://127.0.0.1:1"], ["guard", "serve"]]
)
def test_what_makes_no_sense_is_said_before_anything_listens(command, options, why, monkeypatch):
    monkeypatch.delenv("MIEN_SERVE_TOKEN", raising=False)
    result = CliRunner().invoke(app, [*command, *options])
    assert isinstance(result.exception, MienError)
    assert why in str(result.exception)


@pytest.mark.parametrize(
    "options",
    [
        ["--upstream", "nowhere"],
        ["--instructions", "middle"],
        ["--upstream-timeout", "-1"],
        ["--upstream-timeout", "nan"],
        ["--helpers", "-1"],
    ],
)
def test_a_proxy_needs_a_place_to_ask(options):
    given = ["proxy", "--upstream", "http://127.0.0.1:1", *options]
    assert isinstance(CliRunner().invoke(app, given).exception, MienError)


def test_a_proxy_runs_until_it_is_interrupted(tmp_path):
    import httpx2

    env = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "MIEN_SERVE_TOKEN": "t"}
    with ScriptedServer("Hello.") as server:
        mien = [sys.executable, "-m", "mien", "proxy", "--upstream", server.url, "--port", "0"]
        kept = ["--store", str(tmp_path / "cases"), "--decisions", str(tmp_path / "log")]
        running = subprocess.Popen([*mien, *kept], env=env, stderr=subprocess.PIPE, text=True)
        try:
            assert running.stderr is not None
            (url,) = re.findall(r"http://\S+", running.stderr.readline())
            headers = {"x-mien-token": "t", "x-mien-conversation": "c"}
            response = httpx2.post(f"{url}/v1/chat/completions", json=asked(), headers=headers)
            assert response.json()["choices"][0]["message"]["content"] == "Hello."
            assert httpx2.get(f"{url}/metrics", headers=headers).status_code == 200
            running.send_signal(signal.SIGINT)
            assert running.wait(20) in (0, 130, -signal.SIGINT)
            assert "Traceback" not in running.stderr.read()
        finally:
            running.kill()
            running.communicate()
    assert (tmp_path / "cases").exists()
