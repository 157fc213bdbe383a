"""Files of other publishers that Mien can use but does not carry: weights, examples."""

from mien.assets.carry import import_files
from mien.assets.entry import SMALL, Asset, AssetFile, catalogue, find, size
from mien.assets.fetching import pull
from mien.assets.keeping import Convert
from mien.assets.locking import to_stderr
from mien.assets.manner import Manner
from mien.assets.record import Kept, Record, Seen
from mien.assets.room import require_room
from mien.assets.shelf import (
    UNCHECKED,
    Shelf,
    Status,
    installed,
    listing,
    mark_checked,
    path,
    remove,
    set_aside,
    verify,
)

__all__ = [
    "SMALL",
    "UNCHECKED",
    "Asset",
    "AssetFile",
    "Convert",
    "Kept",
    "Manner",
    "Record",
    "Seen",
    "Shelf",
    "Status",
    "catalogue",
    "find",
    "import_files",
    "installed",
    "listing",
    "mark_checked",
    "path",
    "pull",
    "remove",
    "require_room",
    "set_aside",
    "size",
    "to_stderr",
    "verify",
]
