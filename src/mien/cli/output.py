"""Where things go: results to stdout, everything else to stderr."""

from __future__ import annotations

import json
import sys
from typing import Any


def result(line: str) -> None:
    """Print a line of the result, at once."""
    print(line, flush=True)  # noqa: T201


def result_json(plain: dict[str, Any]) -> None:
    """Print one JSON object on one line, at once."""
    result(json.dumps(plain, ensure_ascii=False, allow_nan=False))


def advise(message: str) -> None:
    """Say something that is no result."""
    print(message, file=sys.stderr, flush=True)  # noqa: T201
