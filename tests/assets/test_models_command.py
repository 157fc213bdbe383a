"""`mien models`: results on stdout, all else on stderr."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mien.assets import catalogue
from mien.cli.models import _Line, app
from mien.core.errors import AssetError, ConfigError, NetworkRefused
from mien.decoders.calibrate import MonotoneMap
from mien.decoders.calibration_file import Calibration
from mien.emotions import Emotion
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


def test_data_sets_are_listed_apart(run):
    def names(*words):
        return {
            json.loads(line)["name"]
            for line in run("list", *words, "--json").stdout.split("\n")[:-1]
        }

    weights, data = names(), names("--data")
    assert "eq-bench-v2" in data
    assert not weights & data
    assert weights | data == set(catalogue())


def test_json_holds_all_of_an_entry(run):
    row = json.loads(run("list", "--json").stdout.splitlines()[0])
    assert row["name"] == "yunet"
    assert row["path"] is None
    assert row["bytes"] == 232_589
    assert len(row["revision"]) == 40


def test_info_tells_all_that_a_pull_would_and_asks_nobody(run, monkeypatch):
    monkeypatch.setenv("MIEN_OFFLINE", "1")
    asset = catalogue()["emonet-voice-small"]
    made = run("info", asset.name)
    assert made.exit_code == 0, made.output
    assert made.stdout.startswith("\n".join(asset.describe()))
    for fact in ("needs    bude-whisper", "--small", "state    not installed", "at 10 MB/s"):
        assert fact in made.stdout
    assert made.stdout.count("  file     model_") == len(asset.files)
    assert isinstance(run("info", "emonet-vice").exception, ConfigError)


def test_info_as_json_holds_each_file_with_the_hash_that_was_recorded(run, server, tmp_path):
    (tmp_path / "net.onnx").write_bytes(CONTENT)
    (before,) = json.loads(run("info", "net", "--json").stdout)["each"]
    run("import", "net", str(tmp_path / "net.onnx"))
    told = json.loads(run("info", "net", "--json").stdout)
    (file,) = told["each"]
    assert (before["recorded_sha256"], file["recorded_sha256"]) == (None, file["sha256"])
    assert (file["name"], file["bytes"], file["exact"]) == ("net.onnx", len(CONTENT), True)
    assert (told["licence"], told["requires"], told["state"]) == ("MIT", [], "installed")


def test_pull_prints_the_path_and_tells_the_rest_on_stderr(run, server):
    made = run("pull", "net")
    assert made.exit_code == 0
    assert made.stdout == run("path", "net").stdout
    assert "sha256" in made.stderr
    assert "MIT" in made.stderr


def test_verify_says_what_of_it_is_here(run, server, tmp_path):
    (tmp_path / "net.onnx").write_bytes(CONTENT)
    run("import", "net", str(tmp_path / "net.onnx"))
    made = run("verify", "net")
    assert made.stdout == run("path", "net").stdout
    assert made.stderr == "net: installed; what is here has the recorded hashes\n"
    assert run("verify", "net", "--json").stderr == ""


def test_remove_names_what_cannot_be_used_without_it(run, server, monkeypatch, tmp_path):
    known = {"net": asset_of(server.url)}
    known["frame"] = replace(known["net"], name="frame", requires=("net",))
    known["other"] = replace(known["frame"], name="other")
    for room in ("entry", "shelf"):
        monkeypatch.setattr(f"mien.assets.{room}.catalogue", lambda: known)
    (tmp_path / "net.onnx").write_bytes(CONTENT)
    for name in ("net", "frame"):
        assert run("import", name, str(tmp_path / "net.onnx")).exit_code == 0
    made = run("remove", "net")
    assert made.stderr == "net: removed\nframe cannot be used without net\n"


def test_a_set_that_was_pulled_says_how_it_is_used(run, monkeypatch):
    monkeypatch.setattr("mien.decoders.emonet.install.install", lambda *_, **__: Path("here"))
    made = run("pull", "emonet-face-small")
    assert made.stdout == "here\n"
    assert made.stderr == "use it with: mien read FILE --decoders emonet-face-small\n"
    assert run("pull", "siglip2").stderr == ""


def test_every_command_speaks_json(run, server, tmp_path):
    (tmp_path / "net.onnx").write_bytes(CONTENT)
    imported = run("import", "net", str(tmp_path / "net.onnx"), "--json")
    held = json.loads(imported.stdout)["path"]
    for command in ("pull", "verify", "path"):
        assert json.loads(run(command, "net", "--json").stdout) == {"name": "net", "path": held}
    assert json.loads(run("remove", "net", "--json").stdout) == {"name": "net", "removed": True}
    assert json.loads(run("remove", "net", "--json").stdout) == {"name": "net", "removed": False}
    assert not server.asked


def test_on_a_terminal_whatever_is_said_has_a_line_of_its_own(monkeypatch, capsys):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    line = _Line()
    line.show(1_000_000, 4_000_000)
    line.tell("a hash was recorded")
    line.show(2_000_000, 4_000_000)
    line.show(2_000_001, 4_000_000)
    line.end()
    line.end()
    assert capsys.readouterr().err == (
        "\r  1.0 of 4.0 MB\na hash was recorded\n\r  2.0 of 4.0 MB\n"
    )


def test_nothing_is_drawn_where_nobody_looks(capsys):
    line = _Line()
    line.show(0, 0)
    line.end()
    assert capsys.readouterr().err == ""


def test_errors_are_ours_and_leave_stdout_empty(run, monkeypatch):
    made = run("path", "yunet")
    assert isinstance(made.exception, AssetError)
    assert made.stdout == ""
    monkeypatch.setenv("MIEN_OFFLINE", "1")
    made = run("pull", "yunet")
    assert isinstance(made.exception, NetworkRefused)
    assert made.stdout == ""
    assert "raw.githubusercontent.com" in str(made.exception)


FIGURES = {
    "rmse_before.anger": 0.2,
    "rmse_after.anger": 0.1,
    "rmse_mean.anger": 0.15,
    "rmse_before.fear": 0.2,
    "rmse_after.fear": 0.18,
    "rmse_mean.fear": 0.17,
    "rmse_before": 0.2,
    "rmse_after": 0.1,
}


def test_calibrating_on_noise_leaves_the_decoder_as_it_was(run, monkeypatch, tmp_path):
    nothing = Calibration(
        decoder="emonet-face-small-v1", made="2026-01-02", n=80, raters=3, maps={}, figures=FIGURES
    )
    monkeypatch.setattr("mien.evals.perception.calibrating.calibrate", lambda *_: nothing)
    made = run("calibrate", "emonet-face-small", str(tmp_path / "ratings.csv"))
    assert isinstance(made.exception, ConfigError)
    assert "it stays as it was" in str(made.exception)
    assert "no map: stays uncalibrated" in made.stderr
    assert not list(tmp_path.rglob("emonet-face-small-v1.json"))


def test_calibrating_keeps_the_maps_and_says_what_they_are_worth(run, monkeypatch, tmp_path):
    asked = []

    def fit(decoder, ratings, folder, config):
        asked.append((decoder, ratings, folder))
        return Calibration(
            decoder="emonet-face-small-v1",
            made="2026-01-02",
            n=80,
            raters=3,
            maps={Emotion.ANGER: MonotoneMap((0.0, 1.0), (0.1, 0.9))},
            figures=FIGURES,
        )

    monkeypatch.setattr("mien.evals.perception.calibrating.calibrate", fit)
    ratings = tmp_path / "faces" / "ratings.csv"
    made = run("calibrate", "emonet-face-small", str(ratings))
    assert made.exit_code == 0, made.output
    assert asked == [("emonet-face-small", ratings, ratings.parent)]
    held = Path(made.stdout.strip())
    assert json.loads(held.read_text())["raters"] == 3
    assert "80 items of 3 raters, maps for 1 emotions; RMSE of shares 0.200 before" in made.stderr
    table = [line.split("  ")[-1] for line in made.stderr.splitlines()[:3]]
    assert table[1:] == ["map kept", "no map: stays uncalibrated"]
    told = json.loads(
        run("calibrate", "emonet-face-small", str(ratings), "--folder", "x", "--json").stdout
    )
    assert told["emotions"] == ["anger"]
    assert told["path"] == str(held)
    assert asked[-1][2] == Path("x")
