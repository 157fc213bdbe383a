"""What files of another publisher are, and which there are."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from mien.core.errors import ConfigError

SCHEMA = 2

SMALL = "small"
"""A form of some assets that takes less space and memory, and is less exact."""

FEW = 3
"""Files that are told one by one before a pull."""

_BYTES_A_SECOND = 10e6


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetFile:
    """One file, pinned to the byte where its publisher tells enough.

    Attributes:
        name: As published, and under which it is kept.
        bytes: Its size; about, if it is not `sized`.
        url: At its publisher, with the revision in it; empty for one of a Hugging Face repository.
        sha256: Its hash, in hexadecimal; None if its publisher told it to nobody: the first pull
            records it.
        sized: Whether the size is known to the byte.
        converts: Whether it is turned into something smaller or faster after it came, and then
            deleted; the others are kept as they are.
        optional: Whether its publisher may lack it.
    """

    name: str
    bytes: int
    url: str = ""
    sha256: str | None = None
    sized: bool = True
    converts: bool = False
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """Files of another publisher, with all a person must know before having them.

    Attributes:
        name: What to type.
        title: One line for people.
        use: What Mien does with it.
        repository: Where it comes from.
        revision: The publisher's commit, whole, or as much of it as is known: the first
            characters, or the name of a branch. What is not whole is resolved by the first pull.
        licence: SPDX identifier.
        commercial: Whether the licence allows commercial use.
        notice: Who holds the rights, and what else to know.
        citation: How its authors want to be cited.
        memory_mb: What it takes once loaded, about.
        files: What it is made of; the first is the one that is loaded.
        hub: Its repository at Hugging Face, such as `laion/BUD-E-Whisper`; empty if its files have
            addresses of their own.
        requires: Assets without which it is of no use.
        parts: What its files are, for people.
        is_loose: Whether each of its files is of use without the others.
        examples: Asset with inputs and what its publisher's own run made of them.
        covers: What it knows and for whom it was made, for people.
        kept: Bytes that converting leaves of one that came; 1 if nothing is converted.
        kept_small: The same for the form `small`, if there is one.
        memory_small_mb: What that form takes once loaded, about.
        conversion_mb: Disk space that converting one file needs beside both, for a while.
        is_data: Whether it is a data set of an eval, and no weights.
    """

    name: str
    title: str
    use: str
    repository: str
    revision: str
    licence: str
    commercial: bool
    notice: str
    citation: str
    memory_mb: int
    files: tuple[AssetFile, ...]
    hub: str = ""
    requires: tuple[str, ...] = ()
    parts: str = "files"
    is_loose: bool = False
    examples: str = ""
    covers: str = ""
    kept: float = 1.0
    kept_small: float = 0.0
    memory_small_mb: int = 0
    conversion_mb: int = 0
    is_data: bool = False

    @property
    def bytes(self) -> int:
        """Of all its files, as published."""
        return sum(file.bytes for file in self.files)

    @property
    def is_converted(self) -> bool:
        """Whether any of its files is turned into something else."""
        return any(file.converts for file in self.files)

    def choose(self, only: Collection[str] | None) -> tuple[AssetFile, ...]:
        """All its files, or those of some names.

        Raises:
            ConfigError: If it has no file of a name.
        """
        names = {file.name for file in self.files}
        for name in only or ():
            if name not in names:
                raise ConfigError(f"{self.name} has no file {name!r}")
        return tuple(file for file in self.files if only is None or file.name in only)

    def disk(self, files: Collection[AssetFile], form: str = "") -> int:
        """Bytes that some of its files take once they are here, in a form."""
        kept = self.kept_small if form == SMALL else self.kept
        return sum(int(file.bytes * (kept if file.converts else 1)) for file in files)

    def describe(self, form: str = "") -> tuple[str, ...]:
        """What is shown before the first byte is fetched, line by line."""
        fetched = self.bytes
        memory = (self.memory_small_mb if form == SMALL else self.memory_mb) * 1e6
        return (
            f"{self.name}: {self.title}",
            f"  from     {self.repository} @ {self.revision}",
            *((f"  needs    {', '.join(self.requires)}",) if self.requires else ()),
            *(self.file_lines() if len(self.files) <= FEW else (self._files_line(),)),
            *((f"  covers   {self.covers}",) if self.covers else ()),
            f"  licence  {self.licence}: {self.notice}",
            f"  cite     {self.citation}",
            f"  fetches  {size(fetched)}, {_duration(fetched / _BYTES_A_SECOND)} at 10 MB/s",
            f"  takes    {size(self.disk(self.files, form))} of disk, {size(memory)} of memory",
        )

    def describe_long(self, state: str) -> tuple[str, ...]:
        """The same with what the form `small` takes, what is here, and every file.

        Args:
            state: What is here, in words.
        """
        disk, memory = self.disk(self.files, SMALL), self.memory_small_mb * 1e6
        small = f"  --small  {size(disk)} of disk, {size(memory)} of memory"
        return (
            *self.describe(),
            *((small,) if self.kept_small else ()),
            f"  state    {state}",
            *(self.file_lines() if len(self.files) > FEW else ()),
        )

    def file_lines(self) -> tuple[str, ...]:
        """A line for each of its files."""
        return tuple(
            f"  file     {file.name}, {'' if file.sized else 'about '}{file.bytes:,} bytes, "
            f"sha256 {file.sha256 or 'not published'}"
            for file in self.files
        )

    def _files_line(self) -> str:
        pinned = sum(file.sha256 is not None for file in self.files)
        told = f"{pinned} with a published hash" if pinned else "none with a published hash"
        rest = f"{told}; the first pull records what came"
        what = "all hashes published" if pinned == len(self.files) else rest
        return f"  files    {len(self.files)} {self.parts}, {what}"


@cache
def catalogue() -> dict[str, Asset]:
    """All assets by name, in the order of `models.toml` and then of `datasets.toml`."""
    here = Path(__file__).parent
    data = read_catalogue((here / "datasets.toml").read_text(encoding="utf-8"))
    return {
        **read_catalogue((here / "models.toml").read_text(encoding="utf-8")),
        **{name: replace(asset, is_data=True) for name, asset in data.items()},
    }


def read_catalogue(text: str) -> dict[str, Asset]:
    """The assets in TOML.

    Raises:
        ConfigError: If its schema is not the one this version knows.
    """
    plain = tomllib.loads(text)
    if plain.pop("schema", None) != SCHEMA:
        raise ConfigError(f"a list of assets must have schema = {SCHEMA}")
    return {name: _asset(name, row) for name, row in plain.items()}


def find(name: str) -> Asset:
    """The asset of that name.

    Raises:
        ConfigError: If there is none.
    """
    try:
        return catalogue()[name]
    except KeyError:
        known = ", ".join(catalogue())
        raise ConfigError(f"no model or data set is called {name!r}: choose from {known}") from None


def _asset(name: str, row: dict[str, Any]) -> Asset:
    hub, each = row.get("hub", ""), row.pop("each", {})
    below = row.pop("below", "").format(revision=row["revision"])
    files = tuple(_file(file, each, below, row["revision"]) for file in row.pop("files"))
    requires = tuple(row.pop("requires", ()))
    repository = row.pop("repository", f"https://huggingface.co/{hub}")
    return Asset(name=name, files=files, requires=requires, repository=repository, **row)


def _file(row: str | dict[str, Any], each: dict[str, Any], below: str, revision: str) -> AssetFile:
    """A file from its name alone, or from what is known of it on top of what all have."""
    plain = {**each, **({"name": row} if isinstance(row, str) else row)}
    url = plain.pop("url", "").format(revision=revision)
    return AssetFile(url=f"{below}/{url}" if below else url, **plain)


def size(count: float) -> str:
    """A number of bytes, for people."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def _duration(seconds: float) -> str:
    if seconds >= 5400:
        return f"{seconds / 3600:.1f} hours"
    return f"{seconds / 60:.0f} minutes" if seconds >= 90 else f"{max(1, round(seconds))} s"
