"""`mien models`: results on stdout, all else on stderr."""

import json

import pytest
from typer.testing import CliRunner

from mien.assets import catalogue
from mien.cli.models import app
from mien.core.errors import AssetError, NetworkRefused
from tests.assets.test_fetching import CONTENT, asset_of
from tests.fakes.publisher import publisher


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.setenv("MIEN_HOME", str(tmp_path / "home"))
    return lambda *words: CliRunner().invoke(app, list(words))


@pytest.fixture
def server(monkeypatch):
    with publisher(content=CONTENT) as running:
        known = {**catalogue(), "net": asset_of(running.url)}
        for room in ("entry", "shelf"):
            monkeypatch.setattr(f"mien.assets.{room}.catalogue", lambda: known)
        yield running


def test_the_list_names_size_licence_and_state(run):
    made = run("list")
    assert made.exit_code == 0
    assert made.stdout.startswith("yunet: not installed, 0.2 MB, Apache-2.0\n")


def test_json_holds_all_of_an_entry(run):
    row = json.loads(run("list", "--json").stdout.splitlines()[0])
    assert row["name"] == "yunet"
    assert row["path"] is None
    assert row["bytes"] == 232_589
    assert len(row["revision"]) == 40


def test_pull_prints_the_path_and_tells_the_rest_on_stderr(run, server):
    made = run("pull", "net")
    assert made.exit_code == 0
    assert made.stdout == run("path", "net").stdout
    assert "sha256" in made.stderr
    assert "MIT" in made.stderr


def test_every_command_speaks_json(run, server, tmp_path):
    (tmp_path / "net.onnx").write_bytes(CONTENT)
    imported = run("import", "net", str(tmp_path / "net.onnx"), "--json")
    held = json.loads(imported.stdout)["path"]
    for command in ("pull", "verify", "path"):
        assert json.loads(run(command, "net", "--json").stdout) == {"name": "net", "path": held}
    assert json.loads(run("remove", "net", "--json").stdout) == {"name": "net", "removed": True}
    assert json.loads(run("remove", "net", "--json").stdout) == {"name": "net", "removed": False}
    assert not server.asked


def test_errors_are_ours_and_leave_stdout_empty(run, monkeypatch):
    made = run("path", "yunet")
    assert isinstance(made.exception, AssetError)
    assert made.stdout == ""
    monkeypatch.setenv("MIEN_OFFLINE", "1")
    made = run("pull", "yunet")
    assert isinstance(made.exception, NetworkRefused)
    assert made.stdout == ""
    assert "raw.githubusercontent.com" in str(made.exception)
