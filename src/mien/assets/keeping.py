"""From a file that came to what lies in an asset's folder: hashed, converted, written down."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

from mien.assets.entry import Asset, AssetFile
from mien.assets.locking import named_faults
from mien.assets.record import NAME, Kept, Record, Seen, write_record
from mien.assets.shelf import Shelf, mismatch, sha256
from mien.core.errors import AssetError, BadWeights, ConfigError

_WORK = ".converting"


class Convert(Protocol):
    """Turns a published file into what is loaded."""

    def __call__(self, file: AssetFile, fetched: Path, folder: Path) -> Sequence[str]:
        """The names of what it wrote, relative to the folder.

        Args:
            file: As published.
            fetched: Where it is for now; it is deleted afterwards, by the caller.
            folder: Where to write. The files of the asset that are kept as they are lie there.

        Raises:
            BadWeights: If the file is not what it should be.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """What files of one asset go through; its lock must be held.

    Attributes:
        asset: Which.
        shelf: Where assets lie.
        tell: Takes lines for people.
        convert: What becomes of the files that are converted.
        form: How, where there is a choice.
        recorded: Names of files whose hash nobody had published or recorded before.
    """

    asset: Asset
    shelf: Shelf
    tell: Callable[[str], None]
    convert: Convert | None = None
    form: str = ""
    recorded: list[str] = field(default_factory=list)

    @property
    def place(self) -> Path:
        """The asset's folder."""
        return self.shelf.place(self.asset)

    def missing(self, files: Collection[AssetFile]) -> tuple[AssetFile, ...]:
        """Those that are not here, the ones that are kept as they are first.

        Raises:
            ConfigError: If what is here was converted in another form, or files would have to be
                converted and nobody says how.
            AssetError: If the lock is damaged.
        """
        record = self.shelf.record(self.asset)
        if self.asset.is_converted and record.files and record.form != self.form:
            raise ConfigError(
                f"{self.asset.name} is here in its {record.form or 'full'} form: "
                f"run `mien models remove {self.asset.name}` first to have the other"
            )
        missing = [
            file
            for file in files
            if not self.shelf.kept(self.asset, file, record) and file.name not in record.absent
        ]
        if self.convert is None and any(file.converts for file in missing):
            raise ConfigError(f"{self.asset.name} must be converted, and nothing says how")
        return tuple(sorted(missing, key=lambda file: file.converts))

    def known(self, file: AssetFile) -> AssetFile:
        """A file with what its first pull recorded, where its publisher told less."""
        seen = self.shelf.record(self.asset).files.get(file.name)
        if seen is None or file.sha256:
            return file
        return replace(file, bytes=seen.bytes, sized=True, sha256=seen.sha256)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Files are kept meanwhile; then one line says of how many the hash is now recorded."""
        try:
            yield
        finally:
            if n := len(self.recorded):
                what = self.recorded[0] if n == 1 else f"{n} {self.asset.parts}"
                self.tell(
                    f"{self.asset.name}: first pull of {what} without a published hash, recorded "
                    f"in {self.place / NAME}, to which later pulls and `mien models verify` hold"
                )

    def note(self, commit: str, absent: Collection[str]) -> None:
        """Write down what was found out before anything is fetched."""
        record = self.shelf.record(self.asset)
        absent = record.absent | frozenset(absent)
        write_record(self.place, replace(record, commit=commit, absent=absent, form=self.form))

    def compare(
        self,
        file: AssetFile,
        fetched: Path,
        hash_of: Callable[[Path], str],
        wanted: str | None,
        *,
        is_ours: bool,
    ) -> str:
        """The hash of what came, if it is the wanted one or none is known.

        Raises:
            AssetError: If it is another, or the file cannot be read.
        """
        with named_faults(f"read {fetched}"):
            found = hash_of(fetched)
        if found == (wanted or found):
            return found
        if not is_ours:
            raise AssetError(f"{fetched} has the hash {found}, not {wanted}: remove it")
        aside = self.shelf.quarantine(self.asset, file.name, fetched)
        raise AssetError(mismatch(self.asset, file.name, found, str(wanted), aside))

    def keep(self, file: AssetFile, fetched: Path, *, told: str | None, is_ours: bool) -> None:
        """Take one file in.

        Args:
            file: Which.
            fetched: Where it is.
            told: Its hash as whoever sends it says, if the entry has none.
            is_ours: Whether it is deleted once it is kept, and moved aside if it is wrong.

        Raises:
            AssetError: If its hash is wrong, it cannot be converted, or the disk refuses.
        """
        record, pinned = self.shelf.record(self.asset), self.known(file).sha256
        found = self.compare(file, fetched, sha256, pinned or told, is_ours=is_ours)
        if pinned is None:
            self._check_text(file, fetched, is_ours=is_ours)
        with named_faults(f"read {fetched}"):
            size = fetched.stat().st_size
        kept = self._take_in(file, fetched, record, found, is_ours=is_ours)
        before = record.files.get(file.name)
        is_published = before.is_published if before else file.sha256 is not None
        seen = Seen(size, found, is_published, kept)
        write_record(self.place, replace(record.add(file.name, seen), form=self.form))
        if pinned is None:
            self.recorded.append(file.name)
        if is_ours:
            fetched.unlink(missing_ok=True)

    def _take_in(
        self, file: AssetFile, fetched: Path, record: Record, found: str, *, is_ours: bool
    ) -> dict[str, Kept]:
        if not file.converts:
            _move(fetched, self.place / file.name, is_ours=is_ours)
            kept = _look_at(self.place, [file.name])
            if kept[file.name].sha256 != found:
                (self.place / file.name).unlink()
                raise AssetError(f"{fetched} changed while it was copied: run it again")
            return kept
        room = self.asset.disk([file], self.form) + self.asset.conversion_mb * 10**6
        with named_faults(f"convert {file.name}", room), self._workshop(record) as work:
            names = self._converted(file, fetched, work, is_ours=is_ours)
            for name in names:
                if any(name in seen.kept for n, seen in record.files.items() if n != file.name):
                    raise AssetError(f"{file.name} would be converted to {name}, which is taken")
            kept = _look_at(work, names)
            for name in names:
                _move(work / name, self.place / name, is_ours=True)
        return kept

    def _converted(
        self, file: AssetFile, fetched: Path, work: Path, *, is_ours: bool
    ) -> Sequence[str]:
        if self.convert is None:
            raise ConfigError(f"{self.asset.name} must be converted, and nothing says how")
        try:
            return self.convert(file, fetched, work)
        except BadWeights as error:
            reason = str(error).replace(str(work), str(self.place))
            text = next((t for t in self._texts if error.path == work / t.name), None)
            if text is not None:
                at_fault, moved = text, self._aside(text, self.place / text.name, is_ours=True)
            else:
                at_fault, moved = file, self._aside(file, fetched, is_ours=is_ours)
            self._forget_unproven()
            raise AssetError(
                f"{at_fault.name} of {self.asset.name} cannot be converted: {reason}{moved}"
            ) from error

    @property
    def _texts(self) -> tuple[AssetFile, ...]:
        """Those that are kept as they are where others are converted, which needs them."""
        return tuple(file for file in self.asset.files if not file.converts)

    def _check_text(self, file: AssetFile, fetched: Path, *, is_ours: bool) -> None:
        """Refuse JSON that is none before its hash is written down and held to for good."""
        if not file.name.endswith(".json"):
            return
        with named_faults(f"read {fetched}"):
            content = fetched.read_bytes()
        try:
            json.loads(content.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            moved = self._aside(file, fetched, is_ours=is_ours)
            raise AssetError(
                f"{file.name} of {self.asset.name} is not valid JSON ({error}): {fetched} "
                f"was not taken in{moved}"
            ) from error

    def _aside(self, file: AssetFile, path: Path, *, is_ours: bool) -> str:
        """Move a file that is at fault aside, if it is ours; what to say of that."""
        if not is_ours:
            return ""
        return f"; it was moved to {self.shelf.quarantine(self.asset, file.name, path)}"

    def _forget_unproven(self) -> None:
        """Hold to no text whose hash nobody published and with which nothing was ever converted.

        It may be of another model; the next pull or import brings it again.
        """
        record = self.shelf.record(self.asset)
        if any(file.converts and file.name in record.files for file in self.asset.files):
            return
        doubtful = {file.name for file in self._texts if file.sha256 is None} & {*record.files}
        for name in doubtful:
            (self.place / name).unlink(missing_ok=True)
        files = {name: seen for name, seen in record.files.items() if name not in doubtful}
        write_record(self.place, replace(record, files=files))

    @contextmanager
    def _workshop(self, record: Record) -> Iterator[Path]:
        """A folder with what is kept unconverted, so that nothing half-done is beside the rest."""
        work = self.place / _WORK
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir()
        for file in self.asset.files:
            if not file.converts and file.name in record.files:
                shutil.copyfile(self.place / file.name, work / file.name)
        try:
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


def _look_at(folder: Path, names: Sequence[str]) -> dict[str, Kept]:
    kept = {}
    for name in names:
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            raise AssetError(f"a conversion names {name!r}, which is no file of {folder}")
        kept[name] = Kept(path.stat().st_size, sha256(path))
    return kept


def _move(origin: Path, held: Path, *, is_ours: bool) -> None:
    with named_faults(f"write {held}"):
        held.parent.mkdir(parents=True, exist_ok=True)
        if is_ours:
            origin.replace(held)
            return
        # A folder of its own: without a lock, another import may be writing the same file.
        with TemporaryDirectory(dir=held.parent) as folder:
            part = Path(folder) / held.name
            shutil.copyfile(origin, part)
            part.replace(held)
