"""The page of a scan, looked at in a browser."""

from datetime import date

import pytest

from mien.guard.scan import ScanRun, Watch, write_scan
from mien.reader.engines import Here
from tests.fakes.observers import Cues
from tests.fakes.scans import CALM, CRISIS, SPIRAL, chat, write_lines

from .conftest import OUT

LONG = "A day like any other, with coffee and a walk along the river. " * 8


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("scan")
    chats = [
        chat(SPIRAL * 4, title="Signs on the way to work"),
        chat([LONG, "I see.", *CRISIS, LONG], title="<b>A night</b> " + "sleepless" * 12),
        chat(["I feel miserable and alone.", "That is hard."] * 6, title="Winter"),
        *(chat(CALM, title=f"Lentils {i}") for i in range(30)),
    ]
    lines = write_lines(folder / "chats.jsonl", *chats)
    lines.write_bytes(lines.read_bytes() + b'{"messages": [{"ro\n')
    OUT.mkdir(exist_ok=True)
    with ScanRun([lines], folder / "ledger", Watch(observer=Cues)) as run:
        for _ in run.read(Here()):
            pass
        write_scan(run.result(), OUT / "scan.html", top=3, on=date(2026, 11, 23))
    return (OUT / "scan.html").as_uri()


@pytest.fixture
def opened(contexts, address):
    pages, errors = [], []

    def page(width, *, dark=False, script=True, bypass_csp=False, place=""):
        found = contexts(width, dark, script, bypass_csp).new_page()
        pages.append(found)
        found.on("pageerror", lambda error: errors.append(str(error)))
        found.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
        found.goto(address + place)
        return found

    yield page
    for found in pages:
        found.close()
    assert not errors


def shown(page):
    return page.locator("#talks article:visible h3").all_inner_texts()


def here(page):
    return page.locator("[aria-current=step]").get_attribute("data-turn")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_never_scrolls_sideways(opened, width, dark):
    page = opened(width, dark=dark)
    page.locator("details").first.click()
    shade = "-dark" if dark else ""
    page.screenshot(path=OUT / f"scan-{width}{shade}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing(opened, dark):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(opened(1280, dark=dark, bypass_csp=True)).response["violations"]
    assert not [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in found]


def test_one_conversation_is_shown_and_a_row_leads_to_another(opened):
    page = opened(1280)
    first = shown(page)
    assert len(first) == 1
    link = page.locator("#by-risk a >> nth=2")
    link.click()
    assert shown(page) != first
    assert link.inner_text() in shown(page)[0]


def test_keys_step_through_the_turns(opened):
    page = opened(1280, place="#chat-1")
    assert here(page) == "1"
    page.keyboard.press("ArrowDown")
    assert here(page) == "2"
    page.keyboard.press("n")
    assert "raises" in page.locator("[aria-current=step]").get_attribute("class")
    page.keyboard.press("End")
    last = here(page)
    page.keyboard.press("ArrowRight")
    assert here(page) == last
    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")
    assert here(page) == "1"


def test_the_readout_tells_risk_and_signals_of_the_turn(opened):
    page = opened(1280, place="#chat-1")
    page.keyboard.press("n")
    text = page.locator(".readout:visible").inner_text()
    assert text.startswith(f"turn {here(page)}: risk ")
    assert ">.99" in text


def test_buttons_step_through_turns_and_conversations(opened):
    page = opened(1280)
    before = shown(page)
    page.click("text=next turn")
    assert here(page) == "2"
    page.click("text=next conversation")
    assert shown(page) != before
    page.click("text=previous conversation")
    assert shown(page) == before


def test_a_click_on_the_ribbon_goes_to_its_turn(opened):
    page = opened(1280)
    ribbon = page.locator(".large-ribbon:visible")
    room = ribbon.bounding_box()
    ribbon.click(position={"x": room["width"] - 2, "y": 10})
    turns = page.locator("#talks article:visible .turns > li").count()
    assert here(page) == str(turns)


def test_the_current_turn_is_not_hidden_beneath_the_ribbon(opened):
    page = opened(1280, place="#chat-1")
    page.emulate_media(reduced_motion="reduce")
    page.keyboard.press("End")
    page.keyboard.press("Home")
    turn = page.locator("[aria-current=step]").bounding_box()
    ribbon = page.locator(".along:visible").bounding_box()
    assert turn["y"] >= ribbon["y"] + ribbon["height"] - 1


def test_without_scripts_everything_stands(opened):
    page = opened(1280, script=False)
    assert len(shown(page)) == 3
    assert not page.locator("#steps").is_visible()


def test_what_was_skipped_is_at_the_foot(opened):
    assert "chats.jsonl#34" in opened(1280).locator(".foot").inner_text()
