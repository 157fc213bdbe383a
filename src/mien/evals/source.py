"""A publisher's files, from a folder or from where they were pulled, with their hashes."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mien.assets import Asset, Shelf, find
from mien.core.errors import AssetError, EvalError
from mien.core.paths import models_folder
from mien.evals.bench import Setup
from mien.evals.info import TaskInfo

LARGEST = 256 << 20
"""Bytes of one published file, unpacked; none that is known has a hundredth of it."""

_MOST_FILES = 100_000


@dataclass(slots=True)
class Published:
    """The files of one data set, read when they are asked for.

    Attributes:
        asset: Which data set, with the hash of each file as it was published.
        folder: Where a person has it; None for what `mien models pull` brought.
        shelf: Where that lies.
    """

    asset: Asset
    folder: Path | None
    shelf: Shelf
    _hashes: dict[str, str] = field(default_factory=dict)

    @property
    def hashes(self) -> Mapping[str, str]:
        """sha256 of what was read so far, unpacked, by name."""
        return MappingProxyType(self._hashes)

    @property
    def changed(self) -> tuple[str, ...]:
        """Names of what was read so far and is not what was published."""
        known = {file.name: file.sha256 for file in self.asset.files}
        return tuple(
            name for name, found in self._hashes.items() if known.get(name) not in (None, found)
        )

    @property
    def variant(self) -> dict[str, str]:
        """What changed files add to the name of a score; nothing where none is changed."""
        if not self.changed:
            return {}
        told = "".join(f"{name}\0{self._hashes[name]}\0" for name in sorted(self.changed))
        return {"data": f"changed {hashlib.sha256(told.encode()).hexdigest()[:8]}"}

    def read(self, name: str) -> bytes:
        """A file as it was published, unpacked if it lies there as `NAME.gz`.

        Args:
            name: As published. In a folder it may lie anywhere below; the exact relative path
                comes first, and where it lies in a copy of the publisher's repository last.

        Raises:
            AssetError: If it was not pulled, or is damaged.
            EvalError: If the folder does not have it, has two that differ, or it cannot be read.
        """
        found = self._pulled(name) if self.folder is None else self._brought(self.folder, name)
        self._hashes[name] = hashlib.sha256(found).hexdigest()
        if self.folder is None and name in self.changed:
            raise AssetError(
                f"{name} of {self.asset.name} is not what was published: run "
                f"`mien models verify {self.asset.name}`, then pull it again"
            )
        return found

    def text(self, name: str) -> str:
        """A file as text.

        Raises:
            AssetError: As for `read`.
            EvalError: As for `read`, or if it is not UTF-8.
        """
        try:
            return self.read(name).decode("utf-8")
        except UnicodeDecodeError as error:
            message = f"{name} is not UTF-8 (byte {error.start}): was it saved anew?"
            raise EvalError(message) from error

    def json(self, name: str) -> Any:
        """What a JSON file holds.

        Raises:
            AssetError: As for `read`.
            EvalError: As for `text`, or if it is not JSON.
        """
        return parse(self.text(name), name)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The objects of a file of JSON lines; empty lines are none.

        Raises:
            AssetError: As for `read`.
            EvalError: As for `text`, or if a line is no JSON object; says which.
        """
        rows = []
        for number, line in enumerate(self.text(name).split("\n"), 1):
            if not line.strip():
                continue
            row = parse(line, f"line {number} of {name}")
            if not isinstance(row, dict):
                raise EvalError(f"line {number} of {name} is no JSON object")
            rows.append(row)
        return rows

    def _pulled(self, name: str) -> bytes:
        path = self.shelf.place(self.asset) / name
        if not path.is_file():
            raise AssetError(
                f"the data set {self.asset.name} is not here ({name} is missing): run "
                f"`mien models pull {self.asset.name}`, or name a folder that has it: --data DIR"
            )
        return content(path)

    def _brought(self, folder: Path, name: str) -> bytes:
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file():
                return content(path)
        found = {path: content(path) for path in _below(folder, name)}
        if not found and (kept := self._kept(name)):
            found = {path: content(path) for path in _below(folder, kept)}
        if not found:
            raise EvalError(
                f"{folder} has no {name}, nor {name}.gz, in any folder below it: get it from "
                f"{self.asset.repository} @ {self.asset.revision}, or run "
                f"`mien models pull {self.asset.name}` and leave --data out"
            )
        if len(set(found.values())) > 1:
            raise EvalError(f"{' and '.join(map(str, found))} differ: name the folder of one")
        return next(iter(found.values()))

    def _kept(self, name: str) -> str:
        """The end of a file's path in its repository, where it is kept under another name."""
        urls = [file.url for file in self.asset.files if file.name == name and file.url]
        ends = ["/".join(url.split("/")[-2:]) for url in urls if not url.endswith(f"/{name}")]
        return ends[0] if ends else ""


def published(info: TaskInfo, setup: Setup) -> Published:
    """The published files of a task.

    Raises:
        EvalError: If the folder of the setup is none, or the task has no published files.
    """
    if not info.asset:
        raise EvalError(f"{info.name} has no published files: leave --data out")
    if setup.data is not None and not setup.data.is_dir():
        raise EvalError(f"--data must name a folder, and {setup.data} is none")
    return Published(find(info.asset), setup.data, Shelf(models_folder(setup.config)))


def _below(folder: Path, name: str) -> Iterator[Path]:
    """Files of that name, or that name packed, in any folder below."""
    *above, last = Path(name).parts
    seen = 0
    for place, _, names in os.walk(folder):
        seen += len(names)
        if seen > _MOST_FILES:
            raise EvalError(f"{folder} holds more than {_MOST_FILES:,} files: name one below it")
        if [*Path(place).parts[-len(above) :]] == above or not above:
            yield from (Path(place) / held for held in (last, f"{last}.gz") if held in names)


def content(path: Path, largest: int | None = None) -> bytes:
    """All bytes of a file, unpacked if its name ends in `.gz`.

    Args:
        path: The file.
        largest: Bytes that it may hold; by default as much as any file of a benchmark.

    Raises:
        EvalError: If it cannot be read, or holds more than any file of a benchmark.
    """
    largest = largest or LARGEST
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            found = stream.read(largest + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise EvalError(f"cannot read {path} ({type(error).__name__}): is it whole?") from error
    if len(found) > largest:
        raise EvalError(f"{path} holds more than {largest >> 20} MB: it is no file of a benchmark")
    return bytes(found)


def parse(text: str, name: str) -> Any:
    """What JSON says.

    Args:
        text: The JSON.
        name: Where it is from, for errors.

    Raises:
        EvalError: If it is none, or says two things under one name.
    """
    try:
        return json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        message = f"{name} is not JSON (line {error.lineno}): was it cut?"
        raise EvalError(message) from error
    except (ValueError, RecursionError) as error:
        raise EvalError(f"{name} is not JSON that can be used ({error})") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"{twice!r} is there twice")
    return found
