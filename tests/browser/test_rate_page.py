"""The page of a table, looked at in a browser."""

import pytest

from mien.rate import Judgement, Options, rate, write_table

from ..rate.made import drawn
from .conftest import OUT

NAMES = {
    "ant": "openai/gpt-5",
    "bee": "anthropic/claude-opus-4-6-thinking-20260115",
    "cat": "google/gemini-3-pro",
    "dog": "mistralai/mistral-small-24b-instruct-2501",
    "eel": "<b>eel</b>",
}


@pytest.fixture(scope="module")
def address():
    good = {"ant": -1.0, "bee": 0.6, "cat": 0.1, "dog": -0.6, "eel": 0.9}
    rows = drawn(good=good, judges=("gpt-5", "claude-4"), position={"talk": 1, "essay": -1})
    margins = (("insight", 0.4), ("tact", 0.2), ("warmth", -0.2))
    named = [
        Judgement(
            NAMES[j.first],
            NAMES[j.second],
            j.share,
            j.scenario,
            j.kind,
            j.judge,
            good=j.good,
            abilities=margins,
        )
        for j in rows
    ]
    lost = [Judgement("new/tiny-1b", name, 0.0, "s1", "talk", "gpt-5") for name in NAMES.values()]
    OUT.mkdir(exist_ok=True)
    write_table(rate([*named, *lost], Options(draws=100)), OUT / "ratings.html")
    return (OUT / "ratings.html").as_uri()


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


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_never_scrolls_sideways(opened, width):
    page = opened(width)
    page.screenshot(path=OUT / f"ratings-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_names_and_ratings_of_the_board_are_not_cut_on_a_phone(opened):
    cut = """() => [...document.querySelectorAll('.board :is(th,td)')].filter(cell =>
        cell.offsetParent && cell.clientWidth > 0 && cell.scrollWidth > cell.clientWidth + 1
    ).map(cell => cell.textContent)"""
    assert opened(390).evaluate(cut) == []


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_serious(opened, dark):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(opened(1280, dark=dark, bypass_csp=True)).response["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    assert not [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in serious]


def test_a_reader_may_choose_whom_to_compare_with(opened):
    page = opened(1280)
    page.get_by_label("Compare every model with").select_option(NAMES["cat"])
    rows = page.locator("#pairs tbody tr")
    assert rows.count() == 4
    assert all(NAMES["cat"] in text for text in rows.all_inner_texts())
    page.get_by_label("Compare every model with").select_option("the next one down")
    assert NAMES["ant"] in rows.first.inner_text()


def test_without_script_the_page_still_tells_everything(opened):
    page = opened(1280, script=False)
    assert not page.locator("#picker").is_visible()
    page.get_by_text("Every model beside the next one down").click()
    assert page.locator("#pairs tbody tr").count() == 4
