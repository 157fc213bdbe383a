"""Data sets that are not part of the project: tests that need one skip where it is missing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"


def shared(name: str) -> Path:
    """A file or folder of the data, or a skip with the reason."""
    folder = Path(os.environ.get("MIEN_DATA", ROOT.parent / "shared" / "data"))
    path = folder / name
    if not path.exists():
        pytest.skip(f"{name} is not in {folder} (set MIEN_DATA to where the data is)")
    return path
