"""What came of an asset, to the byte: the lock file that lies beside its files."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from threading import get_ident
from typing import Any, TypeVar

from mien.assets.locking import named_faults
from mien.core.errors import AssetError

NAME = "lock.json"
SCHEMA = "mien.lock/1"

_SHA256 = re.compile(r"[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_OUTSIDE = re.compile(r"[\\:\0]")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that lies in an asset's folder.

    Attributes:
        bytes: Its size.
        sha256: Its hash, in hexadecimal.
    """

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A published file as it came the first time, and what became of it.

    Attributes:
        bytes: Its size.
        sha256: Its hash, in hexadecimal; every later copy must have it.
        is_published: Whether the hash was known before it came, and not only recorded then.
        kept: What lies here of it, by name relative to the asset's folder.
    """

    bytes: int
    sha256: str
    is_published: bool
    kept: Mapping[str, Kept]


_Hashed = TypeVar("_Hashed", Kept, Seen)


@dataclass(frozen=True, slots=True)
class Record:
    """The lock of one asset.

    Attributes:
        commit: The publisher's, whole; None while all files were brought by hand.
        form: How its files were converted, where there is a choice, such as `small`.
        files: By published name.
        absent: Optional files that the publisher does not have.
        checked: What `mien models check` found, once it passed on all that is here.
    """

    commit: str | None = None
    form: str = ""
    files: Mapping[str, Seen] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    checked: Mapping[str, Any] | None = None

    def add(self, name: str, seen: Seen) -> Record:
        """With one more file; what was checked before is not all that is here any more."""
        return replace(self, files={**self.files, name: seen}, checked=None)


def read_record(place: Path) -> Record:
    """The lock in an asset's folder; an empty one if there is none.

    Raises:
        AssetError: If it is damaged, or names files outside the folder: it may have come with a
            copy of somebody else's.
    """
    path = place / NAME
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        if plain.pop("schema") != SCHEMA:
            raise ValueError("of another version")
        files = {name: _seen(row) for name, row in plain.pop("files").items()}
        record = Record(files=files, absent=frozenset(plain.pop("absent")), **plain)
        _check_types(record)
        return record
    except FileNotFoundError:
        return Record()
    except NotADirectoryError as error:
        file = next(parent for parent in path.parents if parent.is_file())
        raise AssetError(
            f"cannot use {file}: it is a file where a folder is needed: "
            "set MIEN_HOME to a folder of yours"
        ) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise AssetError(
            f"cannot use {path} ({type(error).__name__}: {error}): "
            f"run `mien models remove {place.parent.name}` and pull it again"
        ) from error


def write_record(place: Path, record: Record) -> None:
    """Put a lock into an asset's folder, whole or not at all.

    Raises:
        AssetError: If the disk refuses.
    """
    plain = {"schema": SCHEMA, **asdict(record), "absent": sorted(record.absent)}
    path = place / NAME
    # A name of its own: without a lock, another import may be writing too. Not from `tempfile`,
    # whose files nobody else may read: weights may lie where many users read them.
    part = place / f"{NAME}.{os.getpid()}-{get_ident()}.part"
    with named_faults(f"write {path}"):
        try:
            with part.open("w", encoding="utf-8") as out:
                json.dump(plain, out, indent=1)
                out.flush()
                os.fsync(out.fileno())
            part.replace(path)
        except OSError:
            part.unlink(missing_ok=True)
            raise


def _seen(row: dict[str, Any]) -> Seen:
    kept = {_inside(name): _hashed(Kept(**one)) for name, one in row.pop("kept").items()}
    return _hashed(Seen(kept=kept, **row))


def _hashed(one: _Hashed) -> _Hashed:
    if type(one.bytes) is not int or one.bytes < 0 or not _SHA256.fullmatch(one.sha256):
        raise ValueError("a size or hash that is none")
    return one


def _inside(name: str) -> str:
    """A name that stays in the folder, on Windows too."""
    # Windows strips dots and blanks from the end of a name: `.. ` leads outside too.
    if _OUTSIDE.search(name) or not all(part.strip(" .") for part in name.split("/")):
        raise ValueError(f"{name!r} is no file of this folder")
    return name


def _check_types(record: Record) -> None:
    if not (
        (record.commit is None or _COMMIT.fullmatch(record.commit))
        and isinstance(record.form, str)
        and isinstance(record.checked, dict | None)
    ):
        raise ValueError("a part of the wrong type")
