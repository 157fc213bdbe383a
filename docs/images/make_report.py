"""Take the README's picture: the top of a real report on the bundled scene.

    python docs/images/make_report.py

Needs the dependency group `test` and a Chromium (`MIEN_CHROMIUM`, or one on the path).
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

import mien

HERE = Path(__file__).parent
SCENE = HERE.parents[1] / "examples" / "scene.ogg"


def main() -> None:
    """Write report.png beside this file."""
    chromium = os.environ.get("MIEN_CHROMIUM") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        report = Path(folder) / "report.html"
        mien.write_report(report, mien.read(SCENE))
        browser = playwright.chromium.launch(executable_path=chromium)
        page = browser.new_page(viewport={"width": 1280, "height": 900}, device_scale_factor=1.5)
        page.goto(report.as_uri())
        lanes = page.locator("section").first.bounding_box()
        height = lanes["y"] + lanes["height"] + 24
        clip = {"x": 0, "y": 0, "width": 1280, "height": height}
        picture = page.screenshot(full_page=True, clip=clip)
        browser.close()
    # A palette keeps a drawing of few colors to a fifth of its size.
    small = Image.open(io.BytesIO(picture)).convert("RGB").quantize(128, dither=Image.Dither.NONE)
    small.save(HERE / "report.png", optimize=True)


if __name__ == "__main__":
    main()
