"""`mien doctor`: what is here, and what stands in the way of more."""

import json

import pytest
from typer.testing import CliRunner

from mien.cli.app import app
from mien.cli.doctor import EXTRAS, examine
from tests.data import ROOT


@pytest.fixture(autouse=True)
def _home(monkeypatch, tmp_path):
    monkeypatch.setenv("MIEN_HOME", str(tmp_path))
    for name in ("HF_ENDPOINT", "HF_TOKEN", "HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
        monkeypatch.delenv(name, raising=False)


def test_every_extra_of_the_project_is_looked_at_whole():
    import re
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    names = {
        extra: {re.match(r"[\w.-]+", row)[0] for row in rows} for extra, rows in extras.items()
    }
    for extra, rows in names.items():
        whole = rows | names["models"] if "mien" in rows else rows
        assert set(EXTRAS[extra]) == whole - {"mien"}


def test_an_extra_that_is_not_installed_says_how_to_have_it(monkeypatch):
    monkeypatch.setitem(EXTRAS, "emonet", ("no-such-package",))
    assert examine()["extras"]["emonet"] == "not installed: pip install 'mien[emonet]'"


def test_the_hub_is_described_without_its_token(monkeypatch):
    assert examine()["hub"]["from"] == "https://huggingface.co"
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("HF_ENDPOINT", "https://me:hf_secret@mirror.example")
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    hub = examine()["hub"]
    assert hub["from"] == "https://mirror.example"
    assert hub["offline"] == "HF_HUB_OFFLINE"
    assert "hf_secret" not in CliRunner().invoke(app, ["doctor"]).stdout


def test_weights_that_nobody_checked_say_so():
    from mien.assets import Kept, Record, Seen, Shelf, find
    from mien.assets.record import write_record

    asset = find("emonet-face-small")
    place = Shelf().place(asset)
    place.mkdir(parents=True)
    (place / "x.bin").write_bytes(b"x")
    seen = Seen(1, "a" * 64, False, {"x.bin": Kept(1, "b" * 64)})
    write_record(place, Record(files={asset.files[0].name: seen}))
    told = (
        "emonet-face-small: 1 of 44 heads, of no use without siglip2, "
        "not yet checked on published weights"
    )
    assert told in CliRunner().invoke(app, ["doctor"]).stdout
    rows = json.loads(CliRunner().invoke(app, ["doctor", "--json"]).stdout)["models"]
    assert {row["name"]: row["checked"] for row in rows}["emonet-face-small"] is False


def test_what_may_be_sent_is_not_said_to_stay_here():
    found = examine()
    assert any(line.startswith("asking a model") for line in found["network"])
    assert any("asking a model sends" in line for line in found["privacy"])
    assert not any("nothing is sent" in line for line in found["privacy"])
