"""Whether the disk has room, before the first byte."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from mien.assets.entry import Asset, AssetFile
from mien.assets.manner import Manner
from mien.core.errors import AssetError

SPARE_BYTES = 16 << 20
"""Disk space that a pull leaves free."""


def require_room(
    wanted: Mapping[Asset, Collection[AssetFile]], manner: Manner, form: str = ""
) -> None:
    """Refuse a series of pulls that would not fit, before anyone is asked anything.

    Args:
        wanted: What will be pulled, asset by asset; files that are here take no room any more.
        manner: As for `pull`.
        form: Of the last of them.

    Raises:
        AssetError: If the disk is too full.
    """
    needed, source = 0, 0
    for asset, files in wanted.items():
        missing = {*files} - {*manner.shelf.here(asset)}
        needed += asset.disk(missing, form if asset.kept_small else "")
        converted = [file.bytes for file in missing if file.converts]
        source = max([source, *(size + asset.conversion_mb * 10**6 for size in converted)])
    if needed:
        names = " and ".join(asset.name for asset in [*wanted][::-1])
        require(names, needed + source, manner.shelf.folder, manner)


def require(names: str, size: int, folder: Path, manner: Manner) -> None:
    """Return if so many bytes fit, and some spare ones.

    Args:
        names: What needs them.
        size: How many.
        folder: Where; it need not be there yet.
        manner: Knows what is free.

    Raises:
        AssetError: If they do not fit.
    """
    while not folder.exists():
        folder = folder.parent
    needed, free = size + SPARE_BYTES, manner.free_bytes(folder)
    if free < needed:
        verb = "need" if " and " in names else "needs"
        raise AssetError(
            f"{names} {verb} {needed / 1e6:,.1f} MB of disk in {folder}, "
            f"and {free / 1e6:,.1f} MB are free: make room or set MIEN_HOME"
        )
