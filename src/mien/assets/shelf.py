"""Where assets lie on this machine, and whether they are what they should be."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from mien.assets.entry import Asset, AssetFile, catalogue, find
from mien.core.config import Config
from mien.core.errors import AssetError
from mien.core.paths import models_folder

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Status:
    """One asset and what is here of it.

    Attributes:
        asset: Which.
        path: Its main file, or None if it is not complete.
    """

    asset: Asset
    path: Path | None

    @property
    def name(self) -> str:
        """Of the asset."""
        return self.asset.name

    @property
    def state(self) -> Literal["installed", "not installed"]:
        """In words."""
        return "installed" if self.path else "not installed"


class Shelf:
    """A folder of assets: `<folder>/<name>/<revision>/<file>`."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = models_folder() if folder is None else folder

    def place(self, asset: Asset) -> Path:
        """The folder of an asset's files, whether it exists or not."""
        return self.folder / asset.name / asset.revision[:12]

    def installed(self, asset: Asset) -> Path | None:
        """The main file if all are here with the right size; hashes are left to `verify`."""
        place = self.place(asset)
        if all(_size(place / file.name) == file.bytes for file in asset.files):
            return place / asset.files[0].name
        return None

    def quarantine(self, asset: Asset, file: AssetFile, path: Path) -> Path:
        """Move a file that is not what it should be aside; the folder it is kept in now."""
        kept = self.folder / "quarantine" / f"{asset.name}-{sha256(path)[:12]}-{file.name}"
        kept.parent.mkdir(parents=True, exist_ok=True)
        path.replace(kept)
        return kept


def installed(name: str, config: Config | None = None) -> Path | None:
    """The main file of an asset if it is here, judged by size alone; None if not.

    Args:
        name: Of the asset.
        config: Settings; by default those of `mien.toml` and the environment.

    Raises:
        ConfigError: If no asset has that name.
    """
    return Shelf(models_folder(config)).installed(find(name))


def listing(shelf: Shelf | None = None) -> tuple[Status, ...]:
    """Every asset there is, and whether it is here."""
    shelf = shelf or Shelf()
    return tuple(Status(asset, shelf.installed(asset)) for asset in catalogue().values())


def path(name: str, shelf: Shelf | None = None) -> Path:
    """The main file of an asset.

    Raises:
        AssetError: If it is not here.
        ConfigError: If no asset has that name.
    """
    found = (shelf or Shelf()).installed(find(name))
    if found is None:
        raise AssetError(f"{name} is not installed: run `mien models pull {name}`")
    return found


def verify(name: str, shelf: Shelf | None = None) -> Path:
    """The main file of an asset after all its files were hashed.

    Raises:
        AssetError: If it is not here, or if a file is damaged; that one is moved aside.
        ConfigError: If no asset has that name.
    """
    shelf, asset = shelf or Shelf(), find(name)
    main = path(name, shelf)
    for file in asset.files:
        check(shelf, asset, file, shelf.place(asset) / file.name)
    return main


def check(shelf: Shelf, asset: Asset, file: AssetFile, held: Path) -> None:
    """Return if a file has the pinned hash.

    Raises:
        AssetError: If it has not; it is moved aside then.
    """
    found = sha256(held)
    if found == file.sha256:
        return
    kept = shelf.quarantine(asset, file, held)
    raise AssetError(
        f"{file.name} of {asset.name} has the hash {found}, not {file.sha256}: "
        f"it is not used and was moved to {kept}"
    )


def remove(name: str, shelf: Shelf | None = None) -> bool:
    """Delete all of an asset, parts and older revisions too; whether there was anything.

    Raises:
        ConfigError: If no asset has that name.
    """
    place = (shelf or Shelf()).folder / find(name).name
    if not place.is_dir():
        return False
    shutil.rmtree(place)
    return True


def sha256(held: Path) -> str:
    """The hash of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with held.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _size(held: Path) -> int | None:
    try:
        return held.stat().st_size
    except OSError:
        return None
