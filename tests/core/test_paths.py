"""Where things lie."""

from pathlib import Path

from mien.core.config import Config
from mien.core.paths import data_folder, models_folder


def test_a_home_holds_the_data(tmp_path):
    assert data_folder(Config(home=tmp_path)) == tmp_path / "data"


def test_mien_home_is_obeyed_and_tilde_expanded(monkeypatch):
    monkeypatch.setenv("MIEN_HOME", "~/somewhere")
    assert data_folder() == Path.home() / "somewhere" / "data"
    assert models_folder() == data_folder() / "models"


def test_without_a_home_the_platform_decides(monkeypatch, tmp_path):
    monkeypatch.delenv("MIEN_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    assert data_folder().is_absolute()
    assert "mien" in str(data_folder()).lower()


def test_asking_makes_no_folder(tmp_path):
    data_folder(Config(home=tmp_path / "home"))
    assert not (tmp_path / "home").exists()
