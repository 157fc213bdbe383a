"""A headless Chromium for tests that look at pages; skipped aloud where there is none."""

from __future__ import annotations

import os
import shutil
from datetime import date
from pathlib import Path

import pytest

from mien.report.report import write_report

from ..report import scenes, tales

OUT = Path(__file__).parents[2] / "out"
SIZES = {1280: {"width": 1280, "height": 900}, 390: {"width": 390, "height": 844}}


def find_chromium():
    """The browser to use: `MIEN_CHROMIUM`, or the first that is installed."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = (shutil.which(name) for name in names)
    return os.environ.get("MIEN_CHROMIUM") or next(filter(None, found), None)


@pytest.fixture(scope="module")
def chromium():
    # Of a module: the browser's event loop would keep Inspect's from running in later tests.
    path = find_chromium()
    if path is None:
        reason = "no Chromium found: install one, or set MIEN_CHROMIUM to its path"
        if os.environ.get("MIEN_CI") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as runner:
        browser = runner.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def files():
    """Every scene as a report in `out/`, which git ignores."""
    OUT.mkdir(exist_ok=True)
    written = {}
    every = {**scenes.ALL, "long": scenes.long, "hostile": scenes.hostile}
    for name, scene in every.items():
        written[name] = OUT / f"report-{name}.html"
        write_report(written[name], scene(), on=date(2026, 11, 23))
    for name, tale in {**tales.ALL, "hostile": tales.hostile}.items():
        written[f"story-{name}"] = OUT / f"report-story-{name}.html"
        write_report(written[f"story-{name}"], *tale(), on=date(2026, 11, 23))
    written["index"] = OUT / "report-index.html"
    many = scenes.call().join(scenes.photo(), scenes.chat(), scenes.little())
    write_report(written["index"], many, on=date(2026, 11, 23))
    return written


@pytest.fixture(scope="module")
def contexts(chromium):
    """One browser context for each way of looking, since making one takes longer than a page."""
    made = {}

    def context(width, dark, script, bypass_csp):
        key = (width, dark, script, bypass_csp)
        if key not in made:
            made[key] = chromium.new_context(
                viewport=SIZES[width],
                color_scheme="dark" if dark else "light",
                is_mobile=width < 500,
                has_touch=width < 500,
                offline=True,
                java_script_enabled=script,
                bypass_csp=bypass_csp,
            )
        return made[key]

    yield context
    for each in made.values():
        each.close()


@pytest.fixture
def open_page(contexts, files):
    """Open a scene as its reader would, offline; fails on any error in the page's script."""
    pages, errors = [], []

    def opened(name, width=1280, *, dark=False, script=True, bypass_csp=False):
        page = contexts(width, dark, script, bypass_csp).new_page()
        pages.append(page)
        page.requests = []
        page.on("request", lambda request: page.requests.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        page.goto(files[name].as_uri())
        return page

    yield opened
    for page in pages:
        page.close()
    assert not errors
