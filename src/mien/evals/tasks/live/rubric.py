"""What judges are asked to judge: six abilities that score and eight traits that do not."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mien.core.errors import EvalError
from mien.evals.tasks.live.texts import FOLDER

OWN = FOLDER / "rubric.toml"
"""Mien's criteria."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TAKEN = ("trait_", "felt_", "slips_")
"""Begin the names of figures beside the criteria."""

_MOST = 12
"""Of criteria, and of traits: summaries of samples hold no more (`inspecting.as_score`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """Criteria by name, each with what its ends mean.

    Attributes:
        criteria: Which score, 0 to 10.
        traits: Which describe, 0 to 10.
        sha256: Of the file.
        is_own: Whether they are Mien's.
    """

    criteria: Mapping[str, str]
    traits: Mapping[str, str]
    sha256: str
    is_own: bool = True


def read_rubric(path: Path | None = None) -> Rubric:
    """The criteria of a file, or Mien's.

    Raises:
        EvalError: If the file holds no criteria.
    """
    where = path or OWN
    try:
        raw = where.read_bytes()
        plain = tomllib.loads(raw.decode("utf-8"))
    except OSError as error:
        raise EvalError(f"cannot read the rubric {where}: {error.strerror}") from error
    except ValueError as error:
        raise EvalError(f"the rubric {where} is no TOML: {error}") from error
    sha256 = hashlib.sha256(raw).hexdigest()
    criteria, traits = (_texts(where, plain, part) for part in ("criteria", "traits"))
    if not criteria:
        raise EvalError(f"the rubric {where} has no [criteria]: give one line a criterion")
    if both := criteria.keys() & traits.keys():
        raise EvalError(f"the rubric {where} has {min(both)!r} both as criterion and as trait")
    return Rubric(
        criteria=criteria, traits=traits, sha256=sha256, is_own=sha256 == _sha256_of_own()
    )


def _sha256_of_own() -> str:
    return hashlib.sha256(OWN.read_bytes()).hexdigest()


def _texts(where: Path, plain: Mapping[str, Any], part: str) -> dict[str, str]:
    held = plain.get(part, {})
    if not isinstance(held, dict) or len(held) > _MOST:
        raise EvalError(f"[{part}] of the rubric {where} is no table of at most {_MOST} lines")
    for name, text in held.items():
        if not _NAME.fullmatch(name) or name.startswith(_TAKEN):
            raise EvalError(
                f"{name!r} in the rubric {where} cannot be a name: use a-z, 0-9 and _, and begin "
                f"with none of {', '.join(_TAKEN)}"
            )
        if not isinstance(text, str) or not text.strip():
            raise EvalError(f"{name!r} in the rubric {where} says nothing of what it means")
    return {name: text.strip() for name, text in held.items()}
