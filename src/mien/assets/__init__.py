"""Pinned files of other publishers: weights that Mien can use but does not carry."""

from mien.assets.carry import import_files
from mien.assets.entry import Asset, AssetFile, catalogue, find
from mien.assets.fetching import Manner, pull
from mien.assets.shelf import Shelf, Status, installed, listing, path, remove, verify

__all__ = [
    "Asset",
    "AssetFile",
    "Manner",
    "Shelf",
    "Status",
    "catalogue",
    "find",
    "import_files",
    "installed",
    "listing",
    "path",
    "pull",
    "remove",
    "verify",
]
