"""Where things go: results to stdout, everything else to stderr."""

from __future__ import annotations

import io
import json
import os
import sys
from typing import Any

from mien.core.redact import printable


def result(line: str) -> None:
    """Print a line of the result, at once."""
    print(line, flush=True)  # noqa: T201


def result_json(plain: dict[str, Any]) -> None:
    """Print one JSON object on one line, at once, in UTF-8 whatever the locale says."""
    if isinstance(sys.stdout, io.TextIOWrapper) and sys.stdout.encoding.lower() != "utf-8":
        sys.stdout.reconfigure(encoding="utf-8")
    result(json.dumps(plain, ensure_ascii=False, allow_nan=False))


def hush() -> None:
    """Send what is still to be printed nowhere, since nobody listens any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def advise(message: str) -> None:
    """Say something that is no result; names may be hostile, so control characters are shown."""
    text = printable(message)
    encoding = sys.stderr.encoding or "utf-8"
    safe = text.encode(encoding, "backslashreplace").decode(encoding)
    print(safe, file=sys.stderr, flush=True)  # noqa: T201
