"""Sphinx settings; cards are copied from the package so that docs never tell other figures."""

from __future__ import annotations

import shutil
from pathlib import Path

import mien

project = "Mien"
author = "The Mien contributors"
copyright = "2026, The Mien contributors"  # noqa: A001 - Sphinx's name
version = release = mien.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
html_title = f"Mien {release}"
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
autodoc_typehints = "description"
autodoc_member_order = "bysource"
exclude_patterns = ["_build"]
suppress_warnings = ["myst.xref_missing"]


def copy_cards(app: object) -> None:
    target = Path(__file__).parent / "reference" / "generated"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for room in (Path(mien.__file__).parent / "decoders").glob("*/weights"):
        for pattern in ("*.card.md", "*.calibration.svg"):
            for path in room.glob(pattern):
                shutil.copy(path, target)
    of_moments = target / "moments"
    of_moments.mkdir()
    for path in (Path(mien.__file__).parent / "moments" / "weights").glob("*.card.md"):
        shutil.copy(path, of_moments)


def setup(app: object) -> None:
    copy_cards(app)
