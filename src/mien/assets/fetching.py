"""Fetching pinned files from their publishers: resumed, locked, verified."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mien.assets.entry import Asset, AssetFile, find
from mien.assets.locking import locked, named_faults, to_stderr
from mien.assets.shelf import Shelf, check
from mien.core.config import Config, load_config
from mien.core.errors import AssetError, MissingExtra
from mien.core.network import Purpose, allow

if TYPE_CHECKING:
    import httpx2

SPARE_BYTES = 16 << 20
"""Disk space that a pull leaves free."""

_TRIES = 4
_CHUNK = 1 << 16


def _silent(_done: int, _total: int) -> None:
    """Show nothing."""


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a pull talks and where it works; each has a sensible default.

    Attributes:
        tell: Takes lines for people: what will be fetched, before it is.
        progress: Takes bytes done and bytes in all.
        free_bytes: Space left on the disk of a folder.
        config: Settings; by default those of `mien.toml` and the environment.
        shelf: Where assets lie.
    """

    tell: Callable[[str], None] = to_stderr
    progress: Callable[[int, int], None] = _silent
    free_bytes: Callable[[Path], int] = _free_bytes
    config: Config = field(default_factory=load_config)
    shelf: Shelf = field(default_factory=Shelf)


def pull(asset: str | Asset, manner: Manner | None = None) -> Path:
    """Fetch an asset from its publisher, unless it is here already.

    Revision, hash, size and licence are told before the first byte. A pull that was cut goes on
    where it stopped; of two at once the second waits and then finds the files.

    Args:
        asset: Its name, or an entry of one's own.
        manner: How to talk and where to work.

    Returns:
        The main file.

    Raises:
        AssetError: If it cannot be fetched, the disk is too full, or the hash is wrong; what
            came with a wrong hash is moved aside.
        ConfigError: If no asset has that name.
        MissingExtra: If `mien[models]` is not installed.
        NetworkRefused: If Mien is offline.
    """
    asset = find(asset) if isinstance(asset, str) else asset
    manner = manner or Manner()
    place = manner.shelf.place(asset)
    with locked(place, manner.tell):
        found = manner.shelf.installed(asset)
        if found is None:
            _ask_gate(asset, manner.config)
            for line in asset.describe():
                manner.tell(line)
            with _client(manner.config) as client:
                for file in asset.files:
                    _fetch(client, asset, file, manner)
            found = place / asset.files[0].name
    return found


def _fetch(client: httpx2.Client, asset: Asset, file: AssetFile, manner: Manner) -> None:
    held = manner.shelf.place(asset) / file.name
    if held.is_file() and held.stat().st_size == file.bytes:
        return
    # The hash in the name: a part of another revision must never be gone on with.
    part = held.with_name(f"{file.name}.{file.sha256[:12]}.part")
    _check_space(part, file, asset, manner)
    with named_faults(f"write {part}"):
        _fill(client, file, part, manner)
        check(manner.shelf, asset, file, part)
        part.replace(held)


def _check_space(part: Path, file: AssetFile, asset: Asset, manner: Manner) -> None:
    needed = file.bytes - _held(part) + SPARE_BYTES
    free = manner.free_bytes(part.parent)
    if free < needed:
        raise AssetError(
            f"{asset.name} needs {needed / 1e6:,.1f} MB of disk in {part.parent}, "
            f"and {free / 1e6:,.1f} MB are free: make room or set MIEN_HOME"
        )


def _fill(client: httpx2.Client, file: AssetFile, part: Path, manner: Manner) -> None:
    """Fetch until the part has all its bytes; each try must bring some."""
    import httpx2

    for _ in range(_TRIES):
        before = _held(part)
        if before >= file.bytes:
            return
        try:
            _fetch_rest(client, file, part, manner.progress)
        except httpx2.HTTPStatusError as error:
            code = error.response.status_code
            raise AssetError(f"{file.url} answers {code}: nothing was fetched") from error
        except httpx2.TransportError as error:
            if _held(part) <= before:
                raise AssetError(
                    f"cannot fetch {file.url} ({type(error).__name__}): "
                    "check the connection and run it again, it goes on where it stopped"
                ) from error
    if _held(part) < file.bytes:
        raise AssetError(
            f"{file.url} broke off at {_held(part):,} of {file.bytes:,} bytes: "
            "run it again, it goes on where it stopped"
        )


def _fetch_rest(
    client: httpx2.Client, file: AssetFile, part: Path, progress: Callable[[int, int], None]
) -> None:
    done = _held(part)
    # Compressed bytes could not be counted, nor gone on with.
    headers = {"Accept-Encoding": "identity"}
    if done:
        headers["Range"] = f"bytes={done}-"
    with client.stream("GET", file.url, headers=headers) as response:
        if response.status_code == 416:
            part.unlink()
            return
        response.raise_for_status()
        is_rest = response.status_code == 206
        done = done if is_rest else 0
        with part.open("ab" if is_rest else "wb") as out:
            for chunk in response.iter_bytes(_CHUNK):
                if done + len(chunk) > file.bytes:
                    part.unlink()
                    raise AssetError(f"{file.url} sends more than {file.bytes:,} bytes: refused")
                out.write(chunk)
                done += len(chunk)
                progress(done, file.bytes)
            out.flush()
            os.fsync(out.fileno())


def _held(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0


def _ask_gate(asset: Asset, config: Config) -> None:
    for file in asset.files:
        allow(urlsplit(file.url).hostname or file.url, Purpose.FETCH_WEIGHTS, config)


def _client(config: Config) -> httpx2.Client:
    try:
        import httpx2
    except ImportError as error:
        raise MissingExtra(Purpose.FETCH_WEIGHTS, "models") from error

    def ask(request: httpx2.Request) -> None:
        allow(request.url.host, Purpose.FETCH_WEIGHTS, config)

    # The hook sees redirects too, so that none leads past the gate.
    return httpx2.Client(follow_redirects=True, timeout=30.0, event_hooks={"request": [ask]})
