"""Where things lie."""

from pathlib import Path

from mien.core.config import Config
from mien.core.paths import cache_folder, config_folder, data_folder, models_folder

FOLDERS = (cache_folder, config_folder, data_folder)


def test_a_home_holds_all_folders_apart(tmp_path):
    found = [folder(Config(home=tmp_path)) for folder in FOLDERS]
    assert len(set(found)) == len(found)
    assert all(tmp_path in folder.parents for folder in found)


def test_mien_home_is_obeyed_and_tilde_expanded(monkeypatch):
    monkeypatch.setenv("MIEN_HOME", "~/somewhere")
    assert data_folder() == Path.home() / "somewhere" / "data"
    assert models_folder() == data_folder() / "models"


def test_without_a_home_the_platform_decides(monkeypatch, tmp_path):
    monkeypatch.delenv("MIEN_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    for folder in FOLDERS:
        assert folder().is_absolute()
        assert "mien" in str(folder()).lower()


def test_asking_makes_no_folder(tmp_path):
    for folder in FOLDERS:
        folder(Config(home=tmp_path / "home"))
    assert not (tmp_path / "home").exists()
