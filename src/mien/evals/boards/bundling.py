"""One archive with runs and every figure made of them, which anybody can make again offline."""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from mien.core.errors import EvalError
from mien.evals.bench import Setup
from mien.evals.boards.tables import boards_of
from mien.timeline.files import replacing

SCHEMA = 1
MANIFEST = "manifest.json"
MOST_BYTES = 20 * 2**30
"""Of an archive once unpacked: more is no bundle of runs."""

_EXACT = 1e-9
_OF_ROWS = (
    *("rank", "score", "se", "ci", "planned", "answered", "scored", "missing", "usd"),
    *("is_scripted", "prompts", "data", "packages"),
)
_OF_PAIRS = ("difference", "se", "ci", "p", "holm", "apart", "items", "clusters", "needed")
_MOST_MANIFEST = 64 * 2**20


class Verdict(NamedTuple):
    """What recomputing a bundle gave.

    Attributes:
        figures: How many were recomputed.
        differs: The first one that differs, in words; empty if none does.
        digest: sha256 of the manifest: what to publish beside a bundle.
    """

    figures: int
    differs: str
    digest: str


def bundle(
    paths: Sequence[str | Path],
    out: Path,
    *,
    task: str = "",
    setup: Setup | None = None,
    labels: Mapping[str, str] | None = None,
) -> str:
    """Write an archive of runs with their hashes and figures; nothing is left half-written.

    Args:
        paths: Runs as published, logs of Inspect, or folders of logs.
        out: The archive, `.zip`.
        task: Whose published files they are; logs say it themselves.
        setup: Where the items are that published runs are scored with; verifying those needs
            them again.
        labels: Another name of a model, by the file it is in.

    Returns:
        The digest of its manifest.

    Raises:
        EvalError: As of `boards_of`.
    """
    if out.suffix.lower() != ".zip":
        raise EvalError(f"a bundle is a .zip: name it {out.with_suffix('.zip').name}")
    found = boards_of(paths, task=task, setup=setup, labels=labels)
    runs = {(row.run.source, *row.run.beside) for board in found for row in board.rows}
    names = _names(sorted(runs))
    held = {"schema": SCHEMA, "task": task, "files": {}, "boards": []}
    held["files"] = {name: _sha256(Path(source)) for source, name in names.items()}
    held["boards"] = [_renamed(board.to_dict(), names) for board in found]
    text = json.dumps(held, ensure_ascii=False, allow_nan=False, indent=1)
    with replacing(out) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, text)
        for source, name in names.items():
            archive.write(source, name)
    return hashlib.sha256(text.encode()).hexdigest()


def verify(path: Path, setup: Setup | None = None) -> Verdict:
    """Make every figure of a bundle again from its runs, offline.

    Args:
        path: The archive.
        setup: Where the items are that published runs are scored with.

    Raises:
        EvalError: If it is no bundle, or holds files that it does not list.
    """
    with tempfile.TemporaryDirectory(prefix="mien-bundle-") as folder:
        manifest, digest = _unpacked(path, Path(folder))
        differs = _first_wrong_file(manifest["files"], Path(folder))
        if differs:
            return Verdict(0, differs, digest)
        try:
            return _compared(manifest, Path(folder), digest, setup)
        except (LookupError, TypeError, AttributeError) as error:
            raise EvalError(f"cannot read {path}: its manifest lacks what it must tell") from error


def _compared(
    manifest: Mapping[str, Any], folder: Path, digest: str, setup: Setup | None
) -> Verdict:
    names = {str(folder / name): name for name in manifest["files"]}
    labels = {str(folder / file): name for file, name in _single(manifest["boards"]).items()}
    found = boards_of(list(names), task=manifest["task"], setup=setup, labels=labels)
    again = [_renamed(board.to_dict(), names) for board in found]
    with_baselines = any(board["baselines"] for board in again)
    made = dict(_figures(again, with_baselines=with_baselines))
    told = dict(_figures(manifest["boards"], with_baselines=with_baselines))
    wrong = (_wrong(name, made, told) for name in [*made, *(told.keys() - made.keys())])
    return Verdict(len(made), next(filter(None, wrong), ""), digest)


def _wrong(name: str, made: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    if name not in told:
        return f"{name} is {made[name]!r}, and the bundle does not tell it"
    if name not in made:
        return f"{name} is told as {told[name]!r}, and cannot be made again"
    if not _same(made[name], told[name]):
        return f"{name} is {made[name]!r}, not {told[name]!r} as the bundle says"
    return ""


def _single(boards: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """The name in the table of each file that holds one run: it may have been a label."""
    held: dict[str, list[str]] = {}
    for row in (row for board in boards for row in board["rows"]):
        held.setdefault(row["source"], []).append(row["model"])
    return {file: names[0] for file, names in held.items() if len(names) == 1}


def _figures(
    boards: Sequence[Mapping[str, Any]], *, with_baselines: bool
) -> Iterator[tuple[str, Any]]:
    """Every number and verdict of boards, by a name for people; notes are words, not figures.

    Baselines are among them where their items are at hand, which runs alone do not need.
    """
    seen: Counter[str] = Counter()
    for board in sorted(boards, key=_identity):
        who = "/".join([board["task"], *board["roles"].values(), *board["variant"].values()])
        seen[who] += 1
        # Tables of one name differ in their version, or in the hashes of what was asked.
        who = who if seen[who] == 1 else f"{who} ({seen[who]})"
        for row in [*board["rows"], *(board["baselines"] if with_baselines else ())]:
            for key in _OF_ROWS:
                yield f"{who}: {row['model']}: {key}", row[key]
            for key in ("parts", "faults", "usage"):
                for name, value in row[key].items():
                    yield f"{who}: {row['model']}: {key} {name}", value
        for pair in board["differences"]:
            for key in _OF_PAIRS:
                yield f"{who}: {pair['better']} over {pair['worse']}: {key}", pair[key]


def _identity(board: Mapping[str, Any]) -> str:
    """All that tells a board from others, however they are ordered."""
    row = board["rows"][0]
    about = [board[key] for key in ("task", "roles", "variant", "version")]
    return json.dumps([*about, row["prompts"], row["data"]], sort_keys=True)


def _same(one: Any, other: Any) -> bool:
    """Whether two figures are one; the last digits may come from another machine's sums."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same(one[k], other[k]) for k in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    numbers = (int, float)
    if (
        isinstance(one, numbers)
        and isinstance(other, numbers)
        and bool not in map(type, (one, other))
    ):
        return abs(one - other) <= _EXACT * max(1.0, abs(one), abs(other))
    return bool(one == other)


def _unpacked(path: Path, folder: Path) -> tuple[dict[str, Any], str]:
    """The manifest, with the files it lists in a folder."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest, digest = _manifest(path, archive)
            _check_members(path, archive, manifest["files"])
            for name in manifest["files"]:
                with archive.open(name) as packed, (folder / name).open("wb") as plain:
                    shutil.copyfileobj(packed, plain)
    except FileNotFoundError as error:
        raise EvalError(f"cannot read {path}: no such file") from error
    except (zipfile.BadZipFile, OSError, KeyError) as error:
        raise EvalError(f"cannot read {path}: it is no whole bundle ({error})") from error
    return manifest, digest


def _manifest(path: Path, archive: zipfile.ZipFile) -> tuple[dict[str, Any], str]:
    if archive.getinfo(MANIFEST).file_size > _MOST_MANIFEST:
        raise EvalError(f"cannot read {path}: its manifest is too large")
    raw = archive.read(MANIFEST)
    try:
        held = json.loads(raw)
        shape = isinstance(held["files"], dict) and isinstance(held["boards"], list)
    except (ValueError, KeyError, TypeError):
        shape = False
    if not shape or held.get("schema") != SCHEMA:
        raise EvalError(f"cannot read {path}: its manifest is not one of `mien evals bundle`")
    return held, hashlib.sha256(raw).hexdigest()


def _check_members(path: Path, archive: zipfile.ZipFile, files: Mapping[str, str]) -> None:
    members = {info.filename: info.file_size for info in archive.infolist()}
    extra = sorted(set(members) - {*files, MANIFEST})
    if extra:
        raise EvalError(f"{path} holds {extra[0]!r}, which its manifest does not list")
    if any(PurePosixPath(name).name != name or name in (".", "..") for name in files):
        raise EvalError(f"{path} lists a file outside itself")
    if sum(members.values()) > MOST_BYTES:
        raise EvalError(f"{path} unpacks to more than {MOST_BYTES / 2**30:.0f} GB")


def _first_wrong_file(files: Mapping[str, str], folder: Path) -> str:
    for name, sha256 in files.items():
        if (found := _sha256(folder / name)) != sha256:
            return f"sha256 of {name} is {found}, not {sha256} as the bundle says"
    return ""


def _names(runs: Sequence[tuple[str, ...]]) -> dict[str, str]:
    """A name in the archive for each file; equal names get a number.

    Files of one run find each other by their names, and get the same number.
    """
    taken: dict[str, str] = {}
    for i, files in enumerate(runs):
        for source in files:
            name = Path(source).name
            is_free = len(files) == 1 and name not in taken.values()
            taken[source] = name if is_free else f"{i}-{name}"
    return taken


def _renamed(board: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A board that tells no paths of this machine."""
    rows = [{**row, "source": names.get(row["source"], row["source"])} for row in board["rows"]]
    return {**board, "rows": rows}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
