"""Where assets lie on this machine, and whether they are what they should be."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mien.assets.entry import Asset, AssetFile, catalogue, find
from mien.assets.locking import LOCK, locked, named_faults, to_stderr
from mien.assets.record import Kept, Record, Seen, read_record, write_record
from mien.core.config import Config
from mien.core.errors import AssetError, DamagedAsset
from mien.core.paths import models_folder

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Status:
    """One asset and what is here of it.

    Attributes:
        asset: Which.
        path: Its main file, or its folder if its files are converted; None if what is here is of
            no use.
        here: How many of its files are here.
        record: Its lock.
        fault: Why nothing can be said, if its lock is damaged.
        broken: Published names of files that came, and of which something is gone or cut.
        lacks: Assets that it needs and that are not here.
    """

    asset: Asset
    path: Path | None
    here: int
    record: Record
    fault: str = ""
    broken: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Of the asset."""
        return self.asset.name

    @property
    def is_checked(self) -> bool | None:
        """Whether it gave here what it gave its publisher; None if nothing was published."""
        return self.record.checked is not None if self.asset.examples else None

    @property
    def state(self) -> str:
        """In words, such as `installed`, `12 of 55 heads` or `not installed`."""
        if self.fault:
            return self.fault
        of = sum(not file.optional for file in self.asset.files)
        whole = "installed" if self.path else "not installed"
        told = [f"{self.here} of {of} {self.asset.parts}" if 0 < self.here < of else whole]
        if self.broken:
            told.append(f"damaged ({len(self.broken)} gone or cut: pull it again)")
        if self.here and self.lacks:
            told.append(f"of no use without {', '.join(self.lacks)}")
        if self.is_checked is False:
            told.append(UNCHECKED)
        return ", ".join(told)


UNCHECKED = "not yet checked on published weights"


class Shelf:
    """A folder of assets: `<folder>/<name>/<revision>/<file>`."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = models_folder() if folder is None else folder

    def place(self, asset: Asset) -> Path:
        """The folder of an asset's files, whether it exists or not."""
        return self.folder / asset.name / asset.revision[:12]

    def record(self, asset: Asset) -> Record:
        """The lock of an asset; an empty one if there is none.

        Raises:
            AssetError: If it is damaged.
        """
        return read_record(self.place(asset))

    def here(self, asset: Asset) -> tuple[AssetFile, ...]:
        """The files of an asset that are here, judged by size alone."""
        record = self.record(asset)
        return tuple(file for file in asset.files if self.kept(asset, file, record))

    def kept(self, asset: Asset, file: AssetFile, record: Record) -> Mapping[str, Kept]:
        """What lies here of a published file, by name; empty if it is not all here."""
        seen, place = record.files.get(file.name), self.place(asset)
        kept = seen.kept if seen else {}
        return kept if all(_size(place / name) == one.bytes for name, one in kept.items()) else {}

    def installed(self, asset: Asset) -> Path | None:
        """The main file if all are here with the right size; hashes are left to `verify`.

        Where files are converted it is their folder, and where each is of use alone one is
        enough.
        """
        here = self.here(asset)
        needed = {file for file in asset.files if not file.optional}
        if needed <= {*here} or (asset.is_loose and any(file.converts for file in here)):
            return self.main(asset)
        return None

    def main(self, asset: Asset) -> Path:
        """What is loaded: an asset's first file, or its folder if any is converted."""
        place = self.place(asset)
        return place if asset.is_converted else place / asset.files[0].name

    def status(self, asset: Asset) -> Status:
        """What is here of an asset."""
        try:
            here, record = self.here(asset), self.record(asset)
        except AssetError as error:
            return Status(asset, None, 0, Record(), str(error))
        came = [file for file in asset.files if file.name in record.files and file not in here]
        return Status(
            asset,
            self.installed(asset),
            sum(not file.optional for file in here),
            record,
            broken=tuple(file.name for file in came if record.files[file.name].kept),
            lacks=tuple(name for name in asset.requires if not self._is_installed(find(name))),
        )

    def _is_installed(self, asset: Asset) -> bool:
        """Whether it is of use; one with a damaged lock is not."""
        try:
            return self.installed(asset) is not None
        except AssetError:
            return False

    def quarantine(self, asset: Asset, name: str, path: Path) -> Path:
        """Move a file that is not what it should be aside; the path it is kept under now.

        Raises:
            AssetError: If the disk refuses.
        """
        with named_faults(f"move {path} aside"):
            digest = sha256(path)[:12]
            kept = self.folder / "quarantine" / f"{asset.name}-{digest}-{Path(name).name}"
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
    """Every asset there is, and what is here of it."""
    shelf = shelf or Shelf()
    return tuple(shelf.status(asset) for asset in catalogue().values())


def path(name: str, shelf: Shelf | None = None) -> Path:
    """The main file of an asset, or its folder if its files are converted.

    Raises:
        AssetError: If it is not here.
        ConfigError: If no asset has that name.
    """
    found = (shelf or Shelf()).installed(find(name))
    if found is None:
        raise AssetError(f"{name} is not installed: run `mien models pull {name}`")
    return found


def verify(name: str, shelf: Shelf | None = None) -> Path:
    """The main file of an asset after all that is here of it was hashed.

    Raises:
        AssetError: If it is not here or cannot be read.
        DamagedAsset: If a file that came is damaged or gone, each time until it was pulled
            again; damaged ones are moved aside.
        ConfigError: If no asset has that name.
    """
    shelf, asset = shelf or Shelf(), find(name)
    record = shelf.record(asset)
    if faults := [fault for file in asset.files for fault in _faults(shelf, asset, file, record)]:
        # Before the question whether it is installed: what lost its only file is not "not here".
        raise DamagedAsset(f"{'; '.join(faults)}: run `mien models pull {name}`")
    return path(name, shelf)


def _faults(shelf: Shelf, asset: Asset, file: AssetFile, record: Record) -> Iterator[str]:
    """What is wrong with what lies here of a file that came; it is moved aside."""
    seen = record.files.get(file.name)
    if seen is None:
        return
    # A lock that came with somebody's copy does not decide over what was published.
    if file.sha256 not in (None, seen.sha256):
        yield (
            f"{file.name} of {asset.name} came with the hash {seen.sha256}, not {file.sha256}: "
            f"run `mien models remove {asset.name}` and pull it again"
        )
    for name, should in seen.kept.items():
        held = shelf.place(asset) / name
        if not held.exists():
            yield f"{name} of {asset.name} is gone"
            continue
        with named_faults(f"read {held}"):
            found = sha256(held)
        # What is kept as it came has the hash that it came with.
        wanted = should.sha256 if file.converts else file.sha256 or should.sha256
        if found != wanted:
            aside = shelf.quarantine(asset, name, held)
            yield mismatch(asset, name, found, wanted, aside)


def mismatch(asset: Asset, name: str, found: str, wanted: str, aside: Path) -> str:
    """What to say of a file with a wrong hash that was moved aside."""
    return (
        f"{name} of {asset.name} has the hash {found}, not {wanted}: "
        f"it is not used and was moved to {aside}"
    )


def set_aside(asset: Asset, names: Collection[str], shelf: Shelf) -> None:
    """Move what lies here of some files aside, so that the next pull or import brings them.

    Args:
        asset: Whose.
        names: As published. Of what lies here as it was recorded the hash is forgotten: what it
            stands for turned out to be wrong.
        shelf: Where assets lie.

    Raises:
        AssetError: If the disk refuses.
    """
    with locked(shelf.place(asset), to_stderr, is_needed=False):
        record = shelf.record(asset)
        wrong = {name for name in names if _is_as_recorded(shelf.place(asset), record.files[name])}
        for name in names:
            for kept in record.files[name].kept:
                if (shelf.place(asset) / kept).is_file():
                    shelf.quarantine(asset, kept, shelf.place(asset) / kept)
        files = {name: seen for name, seen in record.files.items() if name not in wrong}
        write_record(shelf.place(asset), replace(record, files=files, checked=None))


def _is_as_recorded(place: Path, seen: Seen) -> bool:
    with named_faults(f"read {place}"):
        return all(
            (place / name).is_file() and sha256(place / name) == one.sha256
            for name, one in seen.kept.items()
        )


def mark_checked(name: str, found: Mapping[str, Any], shelf: Shelf | None = None) -> None:
    """Write down that what is here of an asset gave what its publisher gives.

    Args:
        name: Of the asset.
        found: What was compared, as plain values.
        shelf: Where assets lie.

    Raises:
        AssetError: If the disk refuses.
        ConfigError: If no asset has that name.
    """
    shelf, asset = shelf or Shelf(), find(name)
    place = shelf.place(asset)
    # A pull that writes meanwhile would lose what it wrote.
    with locked(place, to_stderr, is_needed=False):
        write_record(place, replace(shelf.record(asset), checked=dict(found)))


def remove(name: str, shelf: Shelf | None = None) -> bool:
    """Delete all of an asset, parts and older revisions too; whether there was anything.

    Raises:
        AssetError: If the disk refuses.
        ConfigError: If no asset has that name.
    """
    shelf, asset = shelf or Shelf(), find(name)
    place, whole = shelf.place(asset), shelf.folder / asset.name
    if not whole.is_dir():
        return False
    # A pull that writes meanwhile would find its folder gone.
    with locked(place, to_stderr, is_needed=False), named_faults(f"remove {whole}"):
        for left in (*place.iterdir(), *(other for other in whole.iterdir() if other != place)):
            if left.is_dir():
                shutil.rmtree(left)
            elif left.name != LOCK:
                left.unlink()
    # Not before it was let go: Windows deletes no open file. A pull that waited may have begun.
    with suppress(OSError):
        (place / LOCK).unlink(missing_ok=True)
        place.rmdir()
        whole.rmdir()
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
