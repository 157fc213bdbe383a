"""The page of a measurement, as a browser shows it."""

import pytest

from mien.evals.perception import Manner, render_page
from mien.evals.perception.measuring import tabulate

from ..evals import made

SCROLLERS = """() => [...document.querySelectorAll('*')].filter(e =>
  e.scrollWidth > e.clientWidth + 1 && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)
).map(e => e.className)"""


def outcome():
    """Two coders of sixty texts, and a reader with a long name that follows one of them."""
    rows = [
        (f"{i:02}", rater, emotion, float((i + shift) % 8))
        for i in range(60)
        for rater, shift in (("ann", 0), ("ben", i % 3))
        for emotion in ("anger", "elation")
    ]
    opened, found = made.graded(rows), {}
    for i, item in enumerate(opened.items):
        found[item.id] = made.shares(item, anger=(i % 8) / 7, elation=(i % 7) / 7)
    name = "openai-api/a-laboratory/a-model-with-quite-a-long-name yes-no@0123abcd"
    return tabulate(opened, [(name, found)], Manner(draws=50))


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("page") / "perception.html"
    path.write_text(render_page([outcome()]), encoding="utf-8")
    return path.as_uri()


@pytest.fixture(params=[1280, 390])
def opened(request, chromium, address):
    page = chromium.new_page(viewport={"width": request.param, "height": 900})
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(address)
    for closed in page.locator("details").all():
        closed.locator("summary").click()
    yield page, request.param, complaints
    page.close()


def test_nothing_of_the_page_scrolls_sideways(opened):
    page, width, complaints = opened
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SCROLLERS) == []
    assert complaints == []


def test_every_dot_is_inside_its_drawing_and_told_in_words(opened):
    page, _, _ = opened
    dots = page.locator("#readers svg[role=img]")
    assert dots.count() == 4
    for dot in dots.all():
        assert dot.get_attribute("aria-label")
        drawn, box = dot.locator("circle").bounding_box(), dot.bounding_box()
        assert box["x"] <= drawn["x"]
        assert drawn["x"] + drawn["width"] <= box["x"] + box["width"]


def test_rows_sort_by_their_figure(chromium, address):
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    page.goto(address)
    page.locator("#readers thead button", has_text="value").click()
    places = [float(dot.get_attribute("cx")) for dot in page.locator("#readers circle").all()]
    page.close()
    assert places == sorted(places) or places == sorted(places, reverse=True)
