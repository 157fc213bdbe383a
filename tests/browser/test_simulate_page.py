"""The page of a simulation, looked at in a browser."""

import pytest

from mien.guard import load_policy
from mien.guard.simulate import Written, measure, render, see, shipped_users

from .conftest import OUT


@pytest.fixture(scope="module")
def address():
    seen = [see(user, Written(user)) for user in shipped_users()]
    OUT.mkdir(exist_ok=True)
    path = OUT / "simulated.html"
    path.write_text(render(measure(seen, load_policy("default"), "written-v1")), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def opened(contexts, address):
    pages = []

    def page(width, *, dark=False, script=True, bypass_csp=False):
        found = contexts(width, dark, script, bypass_csp).new_page()
        pages.append(found)
        found.goto(address)
        return found

    yield page
    for found in pages:
        found.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_never_scrolls_sideways(opened, width, dark):
    page = opened(width, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(opened, dark):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(opened(1280, dark=dark, bypass_csp=True)).response["violations"]
    assert [one["id"] for one in found] == []


def test_no_two_names_on_the_curve_overlap(opened):
    page = opened(1280)
    boxes = [
        one.bounding_box()
        for one in page.locator(".tradeoff text").all()
        if "×" in one.inner_html()
    ]
    assert boxes
    for i, one in enumerate(boxes):
        for other in boxes[:i]:
            apart = abs(one["x"] - other["x"]) >= min(one["width"], other["width"])
            assert apart or abs(one["y"] - other["y"]) >= min(one["height"], other["height"])


def test_without_script_the_page_still_tells_everything(opened):
    told = opened(1280, script=False).locator("table").first.inner_text()
    assert [user.name for user in shipped_users() if user.name not in told] == []
