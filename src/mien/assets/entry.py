"""What a pinned file of another publisher is, and which there are."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mien.core.errors import ConfigError

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetFile:
    """One file, pinned to the byte.

    Attributes:
        name: Under which it is kept.
        url: At its publisher, with the revision in it.
        bytes: Its size.
        sha256: Its hash, in hexadecimal.
    """

    name: str
    url: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """Weights of another publisher, with all a person must know before having them.

    Attributes:
        name: What to type.
        title: One line for people.
        use: What Mien does with it.
        repository: Where it comes from.
        revision: The publisher's commit.
        licence: SPDX identifier.
        commercial: Whether the licence allows commercial use.
        notice: Who holds the rights, and what else to know.
        citation: How its authors want to be cited.
        memory_mb: What it takes once loaded, about.
        files: What it is made of; the first is the one that is loaded.
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

    @property
    def bytes(self) -> int:
        """Of all its files."""
        return sum(file.bytes for file in self.files)

    def describe(self) -> tuple[str, ...]:
        """What is shown before the first byte is fetched, line by line."""
        return (
            f"{self.name}: {self.title}",
            f"  from     {self.repository} @ {self.revision}",
            *(f"  file     {file.name}, {file.bytes:,} bytes" for file in self.files),
            *(f"  sha256   {file.sha256}" for file in self.files),
            f"  licence  {self.licence}: {self.notice}",
        )


@cache
def catalogue() -> dict[str, Asset]:
    """All assets by name, in the order of `models.toml`."""
    return read_catalogue((Path(__file__).parent / "models.toml").read_text(encoding="utf-8"))


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
        raise ConfigError(f"no model is called {name!r}: choose from {known}") from None


def _asset(name: str, row: dict[str, Any]) -> Asset:
    files = tuple(
        AssetFile(**{**file, "url": file["url"].format(revision=row["revision"])})
        for file in row.pop("files")
    )
    return Asset(name=name, files=files, **row)
