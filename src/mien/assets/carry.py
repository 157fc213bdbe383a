"""Files that a person brought by hand, for machines without a network."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mien.assets.entry import Asset, AssetFile, find
from mien.assets.keeping import Convert, Keeper
from mien.assets.locking import locked, named_faults, to_stderr
from mien.assets.shelf import Shelf, sha256
from mien.core.errors import AssetError

_MOST_FILES = 100_000

_OFF = 0.6
"""By which part a size that is known about only may differ: sets of the same names differ by 2."""


def import_files(
    asset: str | Asset,
    source: Path,
    shelf: Shelf | None = None,
    *,
    only: Collection[str] | None = None,
    convert: Convert | None = None,
    form: str = "",
) -> Path:
    """Take an asset's files from a file or folder.

    They are known by their hash where it was published or recorded, else by their published name,
    and then their hash is recorded. They stay where they were; copies are kept, or what they are
    converted to, one by one.

    Args:
        asset: Its name, or an entry of one's own.
        source: A file, or a folder that is searched with all below it.
        shelf: Where assets lie.
        only: Names of the files to have; by default all, or those that are there if each is of
            use without the others.
        convert: What becomes of the files that are converted.
        form: How, where there is a choice.

    Returns:
        The main file, or the folder if files are converted.

    Raises:
        AssetError: If a file is not there, none of the right size has the right hash, or the
            disk refuses.
        ConfigError: If no asset or file has that name, or it is here in another form.
    """
    asset = find(asset) if isinstance(asset, str) else asset
    shelf = shelf or Shelf()
    keeper = Keeper(asset=asset, shelf=shelf, tell=to_stderr, convert=convert, form=form)
    with named_faults(f"read {source}"):
        if not source.exists():
            raise AssetError(f"cannot import {asset.name}: nothing is at {source}")
        search = _Search(asset, source)
    with locked(keeper.place, to_stderr, is_needed=False), keeper.at_work():
        missing = [keeper.known(file) for file in keeper.missing(asset.choose(only))]
        with named_faults(f"read {source}"):
            found = search.all(missing, is_strict=only is not None or not asset.is_loose)
        for file, origin in found.items():
            keeper.keep(file, origin, told=None, is_ours=False)
    if len(found) < len(missing):
        to_stderr(f"{asset.name}: took {len(found)} of {len(missing)} {asset.parts} from {source}")
    return shelf.main(asset)


@dataclass(slots=True)
class _Search:
    """The files below a folder, by name and by size."""

    asset: Asset
    source: Path
    _named: dict[str, list[Path]] = field(default_factory=lambda: defaultdict(list))
    _sized: dict[int, list[Path]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for path in _files(self.source):
            self._named[path.name].append(path)
            self._sized[path.stat().st_size].append(path)

    def all(self, files: Collection[AssetFile], *, is_strict: bool) -> dict[AssetFile, Path]:
        """Where each file is; without strictness, one of them is enough."""
        found = {}
        for file in files:
            origin = self._pinned(file) if file.sha256 else self._by_name(file)
            if origin is not None:
                found[file] = origin
            elif is_strict and not file.optional:
                raise AssetError(f"{self._cannot} {self._lacks(file)}")
        if files and not found:
            raise AssetError(f"{self._cannot} {self._lacks(next(iter(files)))}, nor any other")
        return found

    @property
    def _cannot(self) -> str:
        return f"cannot import {self.asset.name}:"

    def _lacks(self, file: AssetFile) -> str:
        if file.sha256 is None:
            return f"no file is called {file.name} in {self.source}"
        size = f"of {file.bytes:,} bytes " if file.sized else ""
        return f"no file {size}in {self.source} (wanted: {file.name}, sha256 {file.sha256})"

    def _pinned(self, file: AssetFile) -> Path | None:
        # Heads of a set are all of one size: hashing them all for one would take minutes.
        by_size = file.sized and not self.asset.is_loose
        sized = self._sized.get(file.bytes, []) if by_size else []
        candidates = list(dict.fromkeys([*self._named.get(file.name, []), *sized]))
        for candidate in candidates:
            if sha256(candidate) == file.sha256:
                return candidate
        if candidates:
            raise AssetError(
                f"{self._cannot} {candidates[0]} is not {file.name} "
                f"(it has the hash {sha256(candidates[0])}, {file.sha256} is needed)"
            )
        return None

    def _by_name(self, file: AssetFile) -> Path | None:
        candidates = self._named.get(file.name, [])
        for candidate in candidates:
            self._check_size(file, candidate)
        if len({sha256(candidate) for candidate in candidates}) > 1:
            raise AssetError(
                f"{self._cannot} {candidates[0]} and {candidates[1]} differ: name the folder of one"
            )
        return candidates[0] if candidates else None

    def _check_size(self, file: AssetFile, candidate: Path) -> None:
        size, slack = candidate.stat().st_size, file.bytes * _OFF
        if file.sized and size != file.bytes:
            wanted = f"{file.bytes:,}"
        elif self.asset.is_loose and file.converts and abs(size - file.bytes) > slack:
            wanted = f"about {file.bytes:,}"
        else:
            return
        raise AssetError(
            f"{self._cannot} {candidate} has {size:,} bytes, {wanted} are needed: "
            "is it whole, and not of another set?"
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
