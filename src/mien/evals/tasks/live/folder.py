"""Personas from a folder, in Mien's own form and in EQ-Bench 4's."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from mien.core.errors import EvalError
from mien.evals.tasks.live import ours, published
from mien.evals.tasks.live.persona import Persona

OWN = Path(__file__).parent / "personas"
"""Those that Mien brings."""

_LARGEST = 1 << 23
"""Bytes of a file; EQ-Bench 4's 120 cards are 1.5 MB."""


class Read(NamedTuple):
    """One person of a file, or why there is none.

    Attributes:
        file: Its name.
        persona: None if there are problems.
        problems: In words.
    """

    file: str
    persona: Persona | None
    problems: tuple[str, ...]


def read_all(folder: Path) -> tuple[Read, ...]:
    """Every person of a folder, by file name, with what is wrong in each file.

    Raises:
        EvalError: If the folder is none, or holds no `.toml` or `.json` file.
    """
    if not folder.is_dir():
        raise EvalError(f"no folder of personas is at {folder}: give one with a file a person")
    files = sorted(path for path in folder.iterdir() if path.suffix in {".toml", ".json"})
    if not files:
        raise EvalError(f"{folder} holds no .toml or .json file: a persona is a file of its own")
    return tuple(one for path in files for one in read_file(path))


def personas(folder: Path = OWN) -> tuple[Persona, ...]:
    """The people of a folder, by id.

    Raises:
        EvalError: If a file is no persona, or two are called the same; says what to run.
    """
    found: dict[str, Persona] = {}
    for one in read_all(folder):
        if one.persona is None:
            raise EvalError(
                f"{one.file}: {one.problems[0]} (`mien evals lint {folder}` lists everything)"
            )
        if one.persona.id in found:
            other = found[one.persona.id].source
            raise EvalError(f"{one.file} and {other} are both called {one.persona.id!r}")
        found[one.persona.id] = one.persona
    return tuple(found[key] for key in sorted(found))


def read_file(path: Path) -> Iterator[Read]:
    """The people of one file: one, or a whole published set."""
    try:
        plain, sha256 = _load(path)
    except EvalError as error:
        yield Read(path.name, None, (str(error),))
        return
    held = plain.get("docs") if isinstance(plain.get("docs"), list) else [plain]
    for card in held or []:
        yield _read(path.name, card, sha256)


def _load(path: Path) -> tuple[dict[str, Any], str]:
    try:
        if path.stat().st_size > _LARGEST:
            raise EvalError(f"more than {_LARGEST >> 20} MiB: no persona is that long")
        raw = path.read_bytes()
    except OSError as error:
        raise EvalError(f"cannot be read: {error.strerror}") from error
    try:
        text = raw.decode("utf-8")
        plain = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except UnicodeDecodeError as error:
        raise EvalError(f"not UTF-8 (byte {error.start})") from error
    except (ValueError, RecursionError) as error:
        raise EvalError(f"no {path.suffix[1:].upper()}: {error}") from error
    if not isinstance(plain, dict):
        raise EvalError("holds no persona, which is an object of named fields")
    return plain, hashlib.sha256(raw).hexdigest()


def _read(file: str, plain: object, sha256: str) -> Read:
    if not isinstance(plain, Mapping):
        return Read(file, None, ("a card is no object",))
    form = published if published.is_card(plain) else ours
    found = tuple(form.problems(plain))
    if found:
        return Read(file, None, found)
    return Read(file, replace(form.persona(plain), source=file, sha256=sha256), ())
