"""Where Mien keeps what it fetched and what it was told."""

from __future__ import annotations

import os
from pathlib import Path

NAME = "mien"


def cache_folder() -> Path:
    """Files that may be deleted at any time; `MIEN_HOME/cache` if that is set."""
    return _folder("cache")


def config_folder() -> Path:
    """Settings of this person; `MIEN_HOME/config` if that is set."""
    return _folder("config")


def data_folder() -> Path:
    """Files that are costly to have again, such as weights; `MIEN_HOME/data` if that is set."""
    return _folder("data")


def models_folder() -> Path:
    """Where weights from other publishers lie."""
    return data_folder() / "models"


def _folder(kind: str) -> Path:
    home = os.environ.get("MIEN_HOME", "").strip()
    if home:
        return Path(home).expanduser() / kind
    # The platform's own places cost an import of 20 ms, so only on use.
    from platformdirs import PlatformDirs

    places = PlatformDirs(NAME, appauthor=False)
    found = {
        "cache": places.user_cache_path,
        "config": places.user_config_path,
        "data": places.user_data_path,
    }
    return found[kind]
