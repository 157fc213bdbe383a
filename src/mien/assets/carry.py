"""Files that a person brought by hand, for machines without a network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from mien.assets.entry import Asset, AssetFile, find
from mien.assets.locking import locked, named_faults, to_stderr
from mien.assets.shelf import Shelf, check, sha256
from mien.core.errors import AssetError

_MOST_FILES = 100_000


def import_files(asset: str | Asset, source: Path, shelf: Shelf | None = None) -> Path:
    """Take an asset's files from a file or folder; they are known by their hash, not their name.

    The files stay where they were; copies are kept.

    Args:
        asset: Its name, or an entry of one's own.
        source: A file, or a folder that is searched with all below it.
        shelf: Where assets lie.

    Returns:
        The main file.

    Raises:
        AssetError: If a file is not there, none of the right size has the right hash, or the
            disk refuses.
        ConfigError: If no asset has that name.
    """
    asset = find(asset) if isinstance(asset, str) else asset
    shelf = shelf or Shelf()
    with named_faults(f"read {source}"):
        if not source.exists():
            raise AssetError(f"cannot import {asset.name}: nothing is at {source}")
        found = [(file, _search(asset, file, source)) for file in asset.files]
    place = shelf.place(asset)
    with locked(place, to_stderr, is_needed=False):
        for file, origin in found:
            _copy(shelf, asset, file, origin)
    return place / asset.files[0].name


def _copy(shelf: Shelf, asset: Asset, file: AssetFile, origin: Path) -> None:
    held = shelf.place(asset) / file.name
    # A folder of its own: without a lock, another import may be writing the same file.
    with named_faults(f"write {held}"), TemporaryDirectory(dir=held.parent) as folder:
        part = Path(folder) / file.name
        shutil.copyfile(origin, part)
        check(shelf, asset, file, part)
        part.replace(held)


def _search(asset: Asset, file: AssetFile, source: Path) -> Path:
    wrong: list[Path] = []
    for candidate in _files(source):
        if candidate.stat().st_size == file.bytes:
            if sha256(candidate) == file.sha256:
                return candidate
            wrong.append(candidate)
        elif candidate.name == file.name:
            wrong.append(candidate)
    if wrong:
        raise AssetError(
            f"cannot import {asset.name}: {wrong[0]} is not {file.name} "
            f"(it has the hash {sha256(wrong[0])}, {file.sha256} is needed)"
        )
    raise AssetError(
        f"cannot import {asset.name}: no file of {file.bytes:,} bytes in {source} "
        f"(wanted: {file.name}, sha256 {file.sha256})"
    )


def _files(source: Path) -> Iterator[Path]:
    if source.is_file():
        yield source
        return
    for i, candidate in enumerate(source.rglob("*")):
        if i >= _MOST_FILES:
            raise AssetError(f"{source} holds more than {_MOST_FILES:,} files: name one below it")
        if candidate.is_file():
            yield candidate
