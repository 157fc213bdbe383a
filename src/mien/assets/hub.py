"""Repositories at Hugging Face: what they hold, and where to fetch it.

Only questions go through `huggingface_hub` (1.x and 2.x): which commit, which files, which token.
The bytes are fetched as from any publisher (`downloading.py`), since the library would keep chunks
of them in a cache of its own, and connect past Mien's gate.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from mien.assets.entry import Asset
from mien.core.config import Config
from mien.core.errors import AssetError, ConfigError, MissingExtra, NetworkRefused
from mien.core.network import Purpose, allow, host_in, hub_is_offline
from mien.core.redact import without_secrets

_WHOLE = re.compile(r"[0-9a-f]{40}")
_SHORT = re.compile(r"[0-9a-f]{7,39}")


class Listed(NamedTuple):
    """A file as a repository lists it.

    Attributes:
        bytes: Its size.
        sha256: Its hash, in hexadecimal; None for small ones.
        git: Git's own hash of it, if it is a small one and the hub tells.
    """

    bytes: int
    sha256: str | None
    git: str | None = None


class Tree(NamedTuple):
    """What a repository holds at a commit.

    Attributes:
        commit: Whole, 40 characters.
        files: By name.
    """

    commit: str
    files: dict[str, Listed]


def endpoint() -> str:
    """Where the hub is: Hugging Face, or the mirror that `HF_ENDPOINT` names."""
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or "https://huggingface.co"


def shown_endpoint() -> str:
    """The same without the password that the address of a mirror may hold."""
    return without_secrets(endpoint())


def ask_gate(config: Config) -> None:
    """Return if the hub may be reached.

    Raises:
        ConfigError: If `HF_ENDPOINT` is no address.
        NetworkRefused: If Mien, or whatever uses the hub on this machine, is offline.
    """
    host = host_in(endpoint())
    if host is None:
        raise ConfigError(f"HF_ENDPOINT is {shown_endpoint()!r}: https://HOST is expected")
    allow(host, Purpose.FETCH_WEIGHTS, config)
    if variable := hub_is_offline():
        raise NetworkRefused(host, Purpose.FETCH_WEIGHTS, variable)


def look(asset: Asset, commit: str | None) -> Tree:
    """What an asset's repository holds.

    Args:
        asset: Which; its revision may be a branch or the first characters of a commit.
        commit: The one that was recorded, if any.

    Raises:
        AssetError: If the hub does not answer, or has no such repository or revision.
        MissingExtra: If `mien[models]` is not installed.
        NetworkRefused: If the hub's own library is offline.
    """
    revision = commit or asset.revision
    with _our_errors(asset) as library:
        api = library.HfApi(endpoint=endpoint(), library_name="mien")
        if _SHORT.fullmatch(revision):
            # A hub that is down says so here; for a list the library would ask half a minute.
            api.model_info(asset.hub, revision="main")
            revision = _whole(revision, [c.commit_id for c in api.list_repo_commits(asset.hub)])
        found = api.model_info(asset.hub, revision=revision, files_metadata=True)
        tree = Tree(str(found.sha), dict(_listed(found.siblings or ())))
    is_another = _WHOLE.fullmatch(revision) and revision != tree.commit
    if is_another or not _WHOLE.fullmatch(tree.commit):
        raise AssetError(f"{asset.hub} answers with commit {tree.commit!r}, asked for {revision!r}")
    return tree


def address(asset: Asset, name: str, commit: str) -> str:
    """Where a file of a repository is fetched."""
    from huggingface_hub import hf_hub_url

    return hf_hub_url(asset.hub, name, revision=commit, endpoint=endpoint())


def headers(asset: Asset) -> dict[str, str]:
    """What tells the hub who asks: the token of `HF_TOKEN` or of `hf auth login`, if any."""
    with _our_errors(asset) as library:
        told: dict[str, str] = library.utils.build_hf_headers(library_name="mien")
    return told


def cached(asset: Asset, name: str, tree: Tree) -> Path | None:
    """A file that another program fetched into the hub's own cache; None if it is not there."""
    from huggingface_hub import constants, try_to_load_from_cache

    found = try_to_load_from_cache(
        asset.hub, name, cache_dir=constants.HF_HUB_CACHE, revision=tree.commit
    )
    if not isinstance(found, str) or Path(found).stat().st_size != tree.files[name].bytes:
        return None
    return Path(found)


def git_hash(path: Path) -> str:
    """The hash by which git knows a file; good against what is broken, not against an attacker."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, lambda: digest).hexdigest()


def _listed(siblings: Any) -> Iterator[tuple[str, Listed]]:
    for one in siblings:
        if one.size is not None and one.lfs:
            # Git's hash is that of what stands for the file there.
            yield one.rfilename, Listed(int(one.size), one.lfs.sha256)
        elif one.size is not None:
            yield one.rfilename, Listed(int(one.size), None, one.blob_id)


def _whole(short: str, commits: list[str]) -> str:
    fitting = [commit for commit in commits if commit.startswith(short)]
    if len(fitting) != 1:
        raise AssetError(f"{len(fitting)} commits begin with {short}: one is needed")
    return fitting[0]


@contextmanager
def _our_errors(asset: Asset) -> Iterator[Any]:
    """The library, without its telemetry; what it raises becomes ours.

    A mirror may answer with what is no JSON at all, hence errors of values and types.
    """
    try:
        import huggingface_hub
        from huggingface_hub import constants, errors
    except ImportError as error:
        raise MissingExtra(Purpose.FETCH_WEIGHTS, "models") from error

    # Else it tells which other packages are installed, and asks for a list of agents to tell of.
    constants.HF_HUB_DISABLE_TELEMETRY = True
    try:
        yield huggingface_hub
    except errors.OfflineModeIsEnabled as error:
        raise NetworkRefused(shown_endpoint(), Purpose.FETCH_WEIGHTS, "HF_HUB_OFFLINE") from error
    except errors.HfHubHTTPError as error:
        raise AssetError(_refusal(asset, error.response.status_code)) from error
    except (_http_error(errors), OSError, ValueError, KeyError, TypeError) as error:
        raise AssetError(
            f"cannot ask {shown_endpoint()} for {asset.hub} ({type(error).__name__}: {error}): "
            "check the connection and HF_ENDPOINT, and run it again"
        ) from error


def _http_error(errors: Any) -> type[Exception]:
    """What every fault of a connection is: of httpx in 1.x, of httpx2 in 2.x."""
    found: type[Exception] = errors.HTTPError
    return found


def _refusal(asset: Asset, status: int) -> str:
    return f"{shown_endpoint()} answers {status} for {asset.hub}: {advice(status)}"


def advice(status: int, *, is_hub: bool = True) -> str:
    """What to do about an answer that is no file."""
    if status in (401, 403) and not is_hub:
        return "forbidden, perhaps by a proxy or firewall on the way"
    if status in (401, 403):
        return "set HF_TOKEN to a token that may read it, and accept its terms on its page"
    if status == 404:
        return "no such repository, revision or file"
    if status == 429:
        return "too many requests from here: wait some minutes and run it again"
    return "run it again later, it goes on where it stopped" if status >= 500 else "not fetched"
