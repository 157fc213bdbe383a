"""Where Mien keeps what it fetched and what it was told."""

from __future__ import annotations

from pathlib import Path

from mien.core.config import Config, load_config

NAME = "mien"


def cache_folder(config: Config | None = None) -> Path:
    """Files that may be deleted at any time; `cache` in `MIEN_HOME` if that is set."""
    return _folder("cache", config)


def config_folder(config: Config | None = None) -> Path:
    """Settings of this person; `config` in `MIEN_HOME` if that is set."""
    return _folder("config", config)


def data_folder(config: Config | None = None) -> Path:
    """Files that are costly to have again; `data` in `MIEN_HOME` if that is set."""
    return _folder("data", config)


def models_folder(config: Config | None = None) -> Path:
    """Where weights from other publishers lie."""
    return data_folder(config) / "models"


def _folder(kind: str, config: Config | None) -> Path:
    home = (config or load_config()).home
    if home is not None:
        return home / kind
    # Only on use: the import costs 20 ms.
    from platformdirs import PlatformDirs

    places = PlatformDirs(NAME, appauthor=False)
    found = {
        "cache": places.user_cache_path,
        "config": places.user_config_path,
        "data": places.user_data_path,
    }
    return found[kind]
