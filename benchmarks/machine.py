"""What a figure depends on besides the code."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

OURS = ("mien", "av", "numpy", "onnxruntime", "opencv-python-headless", "pyarrow", "soxr")
READERS = ("opensmile", "librosa", "vaderSentiment")
"""Who reads emotion or speech too."""
TORCH = ("torch", "transformers", "ctranslate2")
"""What publishers of EmoNet run their models with, and an engine beside ours."""


def about(how: str, peers: tuple[str, ...] = ()) -> list[str]:
    """Lines on machine, date and versions.

    Args:
        how: Threads and cores that were used.
        peers: Packages that were measured beside.
    """
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    return [
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC; {processor()}, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.machine()}; load when it began {load:.1f}",
        f"{how}; Python {platform.python_version()}",
        "ours: " + ", ".join(_versions(OURS)),
        *(["peers: " + ", ".join(_versions(peers))] if peers else []),
    ]


def processor() -> str:
    """The processor's name as the system tells it."""
    listing = Path("/proc/cpuinfo")
    if listing.is_file():
        for line in listing.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or "unknown processor"


def _versions(names: tuple[str, ...]) -> list[str]:
    return [f"{name} {_version(name)}" for name in names]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
