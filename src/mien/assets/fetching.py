"""Fetching files from their publishers: resumed, locked, verified, converted one by one."""

from __future__ import annotations

import shutil
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mien.assets import hub
from mien.assets.downloading import Download, client, fill, held
from mien.assets.entry import Asset, AssetFile, find
from mien.assets.keeping import Convert, Keeper
from mien.assets.locking import locked, named_faults
from mien.assets.manner import Manner
from mien.assets.room import require
from mien.core.errors import AssetError
from mien.core.network import Purpose, allow

if TYPE_CHECKING:
    import httpx2

_PARTS = ".fetching"

_REPLACED = "if its publisher has replaced it, a newer Mien must know it: please open an issue"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parcel:
    """A file that is to come.

    Attributes:
        file: Which, with its size to the byte.
        url: Where it is.
        part: Where it comes to, under its published name.
        told: Its hash as the hub lists it.
        git: Git's own hash, where the hub lists no other.
        cached: Where another program has put it already.
    """

    file: AssetFile
    url: str
    part: Path
    told: str | None = None
    git: str | None = None
    cached: Path | None = None

    @property
    def place(self) -> Path:
        """Where it is once it has come."""
        return self.cached or self.part

    @property
    def to_fetch(self) -> int:
        """Bytes that are still to come."""
        return 0 if self.cached else max(0, self.file.bytes - held(self.part))


def pull(
    asset: str | Asset,
    manner: Manner | None = None,
    *,
    only: Collection[str] | None = None,
    convert: Convert | None = None,
    form: str = "",
) -> Path:
    """Fetch an asset from its publisher, unless it is here already.

    Revision, hash, size and licence are told before the first byte. A pull that was cut goes on
    where it stopped; of two at once the second waits and then finds the files. Files that are
    converted come one at a time, and each is deleted before the next is fetched. Where a
    publisher told no hash, the first pull records it and later ones hold to it.

    Args:
        asset: Its name, or an entry of one's own.
        manner: How to talk and where to work.
        only: Names of the files to have; by default all. Others that are here stay.
        convert: What becomes of the files that are converted.
        form: How, where there is a choice.

    Returns:
        The main file, or the folder if files are converted.

    Raises:
        AssetError: If it cannot be fetched, the disk is too full, or a hash is wrong; what
            came with a wrong hash is moved aside.
        ConfigError: If no asset or file has that name, or it is here in another form.
        MissingExtra: If `mien[models]` is not installed.
        NetworkRefused: If Mien is offline.
    """
    asset = find(asset) if isinstance(asset, str) else asset
    manner = manner or Manner()
    wanted = asset.choose(only)
    keeper = Keeper(asset=asset, shelf=manner.shelf, tell=manner.tell, convert=convert, form=form)
    # What is here may lie where nobody can write.
    if keeper.missing(wanted):
        with locked(keeper.place, manner.tell), keeper.at_work():
            # Another pull may have been faster.
            if missing := keeper.missing(wanted):
                _fetch(keeper, missing, manner)
    return manner.shelf.main(asset)


def _fetch(keeper: Keeper, missing: tuple[AssetFile, ...], manner: Manner) -> None:
    place = keeper.place
    with client(manner.config) as http:
        parcels, headers = _address(keeper, missing, manner)
        _tell(keeper, parcels, manner)
        _check_space(keeper, parcels, manner)
        total, before = sum(parcel.file.bytes for parcel in parcels), 0
        for parcel in parcels:
            _fetch_one(http, parcel, headers, manner, before, total)
            is_ours = parcel.cached is None
            if parcel.git:
                keeper.compare(parcel.file, parcel.place, hub.git_hash, parcel.git, is_ours=is_ours)
            keeper.keep(parcel.file, parcel.place, told=parcel.told, is_ours=is_ours)
            before += parcel.file.bytes
    # What is left there are parts of other revisions, since all that was wanted came.
    shutil.rmtree(place / _PARTS, ignore_errors=True)


def _fetch_one(
    http: httpx2.Client,
    parcel: _Parcel,
    headers: dict[str, str],
    manner: Manner,
    before: int,
    total: int,
) -> None:
    if parcel.cached is None:
        with named_faults(f"write {parcel.part}", parcel.to_fetch):
            parcel.part.parent.mkdir(parents=True, exist_ok=True)
            fill(
                http,
                Download(parcel.url, parcel.file.bytes, headers),
                parcel.part,
                lambda done: manner.progress(before + done, total),
                manner.wait,
            )
    manner.progress(before + parcel.file.bytes, total)


def _address(
    keeper: Keeper, missing: tuple[AssetFile, ...], manner: Manner
) -> tuple[list[_Parcel], dict[str, str]]:
    """Where each file is, and what is sent along to have it."""
    asset, parts = keeper.asset, keeper.place / _PARTS
    if asset.hub:
        return _address_at_hub(keeper, missing, manner)
    parcels = []
    for file in missing:
        allow(urlsplit(file.url).hostname or file.url, Purpose.FETCH_WEIGHTS, manner.config)
        # The hash in the path: a part of another revision must never be gone on with.
        part = parts / (file.sha256 or asset.revision)[:12] / file.name
        parcels.append(_Parcel(file=file, url=file.url, part=part))
    return parcels, {}


def _address_at_hub(
    keeper: Keeper, missing: tuple[AssetFile, ...], manner: Manner
) -> tuple[list[_Parcel], dict[str, str]]:
    asset = keeper.asset
    hub.ask_gate(manner.config)
    tree = hub.look(asset, keeper.shelf.record(asset).commit)
    absent = [file for file in missing if file.name not in tree.files]
    if needed := [file.name for file in absent if not file.optional]:
        raise AssetError(
            f"{asset.hub} @ {tree.commit} has no {', '.join(needed)}: nothing was fetched"
        )
    parcels = [
        _Parcel(
            file=_as_listed(asset, keeper.known(file), tree),
            url=hub.address(asset, file.name, tree.commit),
            part=keeper.place / _PARTS / tree.commit[:12] / file.name,
            told=tree.files[file.name].sha256,
            git=tree.files[file.name].git,
            cached=hub.cached(asset, file.name, tree),
        )
        for file in missing
        if file not in absent
    ]
    # From now on this commit is meant, even if the pull is cut.
    keeper.note(tree.commit, [file.name for file in absent])
    manner.tell(f"{asset.name}: {asset.revision} of {asset.hub} is commit {tree.commit}")
    return parcels, hub.headers(asset)


def _as_listed(asset: Asset, file: AssetFile, tree: hub.Tree) -> AssetFile:
    """The file with its size to the byte, if what the hub lists is what is known of it."""
    listed = tree.files[file.name]
    if file.sized and listed.bytes != file.bytes:
        raise AssetError(
            f"{asset.hub} @ {tree.commit} lists {file.name} with {listed.bytes:,} bytes, "
            f"and {file.bytes:,} are known of it: nothing was fetched; {_REPLACED}"
        )
    if file.sha256 and listed.sha256 and listed.sha256 != file.sha256:
        raise AssetError(
            f"{asset.hub} @ {tree.commit} lists {file.name} with the hash {listed.sha256}, "
            f"not {file.sha256}: nothing was fetched; {_REPLACED}"
        )
    return replace(file, bytes=listed.bytes, sized=True)


def _tell(keeper: Keeper, parcels: list[_Parcel], manner: Manner) -> None:
    fetched = replace(keeper.asset, files=tuple(parcel.file for parcel in parcels))
    for line in fetched.describe(keeper.form):
        manner.tell(line)
    if found := sum(parcel.cached is not None for parcel in parcels):
        manner.tell(f"  {found} of its files are in the cache of the hub: not fetched again")


def _check_space(keeper: Keeper, parcels: list[_Parcel], manner: Manner) -> None:
    """Refuse before the first byte what would not fit with the largest source beside it."""
    asset = keeper.asset
    kept = sum(asset.disk([parcel.file], keeper.form) for parcel in parcels)
    converted = [parcel for parcel in parcels if parcel.file.converts]
    held_already = sum(held(parcel.part) for parcel in parcels if not parcel.file.converts)
    source = max((parcel.to_fetch for parcel in converted), default=0)
    work = asset.conversion_mb * 10**6 if converted else 0
    require(asset.name, kept - held_already + source + work, keeper.place, manner)
