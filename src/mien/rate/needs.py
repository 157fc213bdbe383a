"""SciPy, which comes with the extra `rate`, loaded where it is used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from mien.core.errors import MissingExtra


def scipy(part: str) -> Any:
    """A part of SciPy, such as `sparse`.

    Raises:
        MissingExtra: If SciPy is not installed.
    """
    try:
        return import_module(f"scipy.{part}")
    except ImportError as error:
        raise MissingExtra("rating models", "rate") from error
