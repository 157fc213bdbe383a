"""The leaderboard, looked at in a browser."""

import numpy as np
import pytest

from mien.evals.boards.board import make_board
from mien.evals.boards.report import write_boards
from mien.evals.result import Usage
from tests.fakes.boards import register, run

from .conftest import OUT

NAMES = {
    "anthropic/claude-opus-4-6-thinking-20260115": 7.9,
    "openai/gpt-5": 7.6,
    "google/gemini-3-pro": 7.5,
    "mistralai/mistral-small-24b-instruct-2501": 6.2,
    "moonshotai/kimi-k2": 5.1,
    "<b>eel</b>": 3.0,
}
TRIVIAL = {"answer 3 everywhere": 3.9, "random": 0.4}


def one(name, level, judge, day, seed):
    rng = np.random.default_rng(seed)
    hard = np.random.default_rng(7).normal(0, 1.2, 60)
    scores = {f"i{i}": float(level + hard[i] + rng.normal(0, 0.8)) for i in range(60)}
    scores |= {"x1": None, "x2": None} if seed % 2 else {}
    spent = {"model": Usage(calls=60, read=90_000, written=60_000, usd=0.12 * seed)}
    return run(
        name,
        scores,
        roles={"judge": judge},
        created=f"{day}T10:00:00Z",
        usage=spent,
        source=f"logs/{seed}.eval",
        sha256=f"{seed:064x}",
        packages={"mien": "0.2.0", "inspect_ai": "0.3.285"},
        planned=62,
        stated=10 * level if seed == 3 else None,
    )


@pytest.fixture(scope="module")
def address():
    patch = pytest.MonkeyPatch()
    register(patch)
    grey = [run(name, {f"i{i}": level for i in range(60)}) for name, level in TRIVIAL.items()]
    days = ("2026-10-02", "2026-11-20")
    boards = [
        make_board(
            [
                one(name, level + i * 0.3, judge, days[i], seed)
                for seed, (name, level) in enumerate(NAMES.items())
            ],
            grey,
        )
        for i, judge in enumerate(("openai/gpt-5", "anthropic/claude-opus-4-6"))
    ]
    OUT.mkdir(exist_ok=True)
    write_boards(boards, OUT / "leaderboard.html")
    patch.undo()
    return (OUT / "leaderboard.html").as_uri()


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


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_never_scrolls_sideways(opened, width, dark):
    page = opened(width, dark=dark)
    shade = "-dark" if dark else ""
    page.screenshot(path=OUT / f"leaderboard-{width}{shade}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_names_and_scores_are_not_cut_on_a_phone(opened):
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


def test_a_reader_may_filter_by_judge_and_by_date(opened):
    page = opened(1280)
    page.select_option("#filter-judge", "openai/gpt-5")
    assert page.locator("article:visible").count() == 1
    page.select_option("#filter-judge", "")
    page.select_option("#filter-since", "2026-11-20")
    assert page.locator("article:visible").count() == 1
    assert page.locator("article:visible .board tr[data-model]:visible").count() == len(NAMES)


def test_a_click_on_a_model_shows_its_differences_to_all_others(opened):
    page = opened(1280)
    page.locator("article >> nth=0").locator("tr[data-model='openai/gpt-5']").click()
    rows = page.locator("#pairs-0 tbody tr")
    assert rows.count() == len(NAMES) - 1
    assert all("openai/gpt-5" in text for text in rows.all_inner_texts())
    assert page.locator("article >> nth=1").locator("details[open]").count() == 0


def test_without_scripts_every_table_stands(opened):
    page = opened(1280, script=False)
    assert page.locator("article:visible").count() == 2
    assert not page.locator("#filters").is_visible()
    assert page.locator(".board tbody tr:visible").count() == 2 * (len(NAMES) + len(TRIVIAL))
