"""Where Mien keeps what it fetched."""

from __future__ import annotations

from pathlib import Path

from mien.core.config import Config, load_config

NAME = "mien"


def data_folder(config: Config | None = None) -> Path:
    """Files that are costly to have again; `data` in `MIEN_HOME` if that is set."""
    home = (config or load_config()).home
    if home is not None:
        return home / "data"
    # Only on use: the import costs 20 ms.
    from platformdirs import PlatformDirs

    return PlatformDirs(NAME, appauthor=False).user_data_path


def models_folder(config: Config | None = None) -> Path:
    """Where weights from other publishers lie."""
    return data_folder(config) / "models"
