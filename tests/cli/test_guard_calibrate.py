import json

import pytest
from typer.testing import CliRunner

from mien.cli.app import app
from mien.core.errors import ConfigError
from mien.guard import Signal
from mien.guard.judge import open_judge
from mien.llm.testing import ScriptedServer
from tests.fakes.judge import answer, judged_text


def honest(request):
    sad = judged_text(request).startswith("sad")
    return answer(request, {Signal.DISTRESS: (2, "sad")} if sad else {})


@pytest.fixture
def labeled(tmp_path, monkeypatch):
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    rows = [
        {
            "messages": [{"role": "user", "content": f"{'sad' if i % 2 else 'fine'} {i}"}],
            "labels": {"distress": bool(i % 2), "crisis": False},
        }
        for i in range(60)
    ]
    path = tmp_path / "labeled.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return str(path)


def run(*arguments):
    return CliRunner().invoke(app, ["guard", "calibrate", *arguments], catch_exceptions=True)


def test_a_calibrated_judge_can_be_opened_afterwards(labeled):
    with ScriptedServer(honest) as server:
        name = f"{server.url}#made"
        with pytest.raises(ConfigError, match="not calibrated"):
            open_judge(name)
        done = run("--judge", name, labeled, "--jobs", "2")
        assert done.exit_code == 0, done.output
        with open_judge(name) as judge:
            assert set(judge.calibration.scales) == {Signal.DISTRESS}
    assert "distress" in done.stdout
    assert "crisis is left out: 0 with it and 60 without" in done.stdout
    assert "60 answers paid for" in done.stderr


def test_the_figures_are_to_be_had_as_json(labeled):
    with ScriptedServer(honest) as server:
        done = run("--judge", f"{server.url}#made", labeled, "--json")
    told = json.loads(done.stdout)
    assert told["signals"]["distress"]["recall"]["value"] == 1
    assert told["signals"]["distress"]["raised_from"] == 1
    assert told["signals"]["crisis"]["recall"] is None
    assert told["tokens_read"] > 0


def test_a_second_run_with_a_cache_asks_nothing(labeled, tmp_path):
    with ScriptedServer(honest) as server:
        for n in (60, 60):
            done = run("--judge", f"{server.url}#made", labeled, "--cache", str(tmp_path / "kept"))
            assert done.exit_code == 0
            assert len(server.requests) == n
    assert "0 answers paid for, 60 kept" in done.stderr


def test_nothing_is_kept_where_nothing_could_be_fitted(labeled, tmp_path):
    with ScriptedServer(lambda request: answer(request, {})) as server:
        done = run("--judge", f"{server.url}#made", labeled)
    assert isinstance(done.exception, ConfigError)
    assert not (tmp_path / "home").exists()
