import pytest

from ..report import scenes
from .conftest import OUT

STORIES = ["story-chat", "story-call"]
PAGES = [*scenes.ALL, "long", "hostile", "index", *STORIES]
WIDTHS = [1280, 390]

SCROLLERS = """() => [...document.querySelectorAll('*')].filter(e =>
  e.scrollWidth > e.clientWidth + 1 && ['auto', 'scroll'].includes(getComputedStyle(e).overflowX)
).map(e => e.className)"""

CONTRASTS = """() => {
  const luminance = c => {
    const [r, g, b] = c.match(/[\\d.]+/g).slice(0, 3).map(v => v / 255)
      .map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const ratio = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + .05) / (low + .05);
  };
  const paper = getComputedStyle(document.querySelector('.panel')).backgroundColor;
  return [...document.querySelectorAll('.over-time svg text')].map(text => {
    const style = getComputedStyle(text.querySelector('tspan') || text);
    const own = style.stroke !== 'none' && text.querySelector('tspan');
    return [text.textContent, ratio(style.fill, own ? style.stroke : paper)];
  });
}"""


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_the_page_never_scrolls_sideways(open_page, name, width):
    page = open_page(name, width)
    page.screenshot(path=OUT / f"report-{name}-{width}.png", full_page=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["call", "chat", "story-call", "story-chat"])
def test_dark_pages_are_dark(open_page, name):
    page = open_page(name, dark=True)
    page.screenshot(path=OUT / f"report-{name}-1280-dark.png", full_page=True)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(15, 17, 21)"


@pytest.mark.parametrize("name", PAGES)
def test_on_a_phone_only_the_lanes_scroll_sideways(open_page, name):
    assert set(open_page(name, 390).evaluate(SCROLLERS)) <= {"scroll"}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_for_nothing_but_itself(open_page, name):
    page = open_page(name)
    assert page.requests
    assert all(url.startswith(("file:", "data:")) for url in page.requests)


@pytest.mark.parametrize(
    ("name", "dark"),
    [*((name, False) for name in PAGES), *((name, True) for name in ("call", "chat", *STORIES))],
)
def test_axe_finds_nothing_serious(open_page, name, dark):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    found = axe.run(open_page(name, dark=dark, bypass_csp=True)).response["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    assert not [(v["id"], [node["html"][:120] for node in v["nodes"]]) for v in serious]


@pytest.mark.parametrize("dark", [False, True])
def test_text_in_pictures_can_be_read(open_page, dark):
    ratios = open_page("call", dark=dark).evaluate(CONTRASTS)
    assert len(ratios) > 10
    assert not [pair for pair in ratios if pair[1] < 4.5]


def test_arrow_keys_move_the_crosshair_and_it_tells_time_share_and_interval(open_page):
    page = open_page("call")
    hand = page.get_by_role("slider", name="Time")
    hand.focus()
    page.keyboard.press("Home")
    assert hand.get_attribute("aria-valuetext").startswith("0:00, Ana, face: ")
    first = int(hand.get_attribute("aria-valuenow"))
    for key in ("PageDown", "PageDown", "ArrowRight", "ArrowLeft", "ArrowRight"):
        page.keyboard.press(key)
    assert int(hand.get_attribute("aria-valuenow")) == first + 41
    assert "Elation .44 ±" in hand.get_attribute("aria-valuetext")
    assert page.locator("#readout").inner_text().startswith("0:12")
    page.keyboard.press("ArrowDown")
    assert "Ben, face" in hand.get_attribute("aria-valuetext")


def test_the_crosshair_says_where_nothing_can_be_told(open_page):
    page = open_page("little")
    hand = page.get_by_role("slider", name="Time")
    hand.focus()
    page.keyboard.press("Home")
    told = {hand.get_attribute("aria-valuetext").split(": ")[1]}
    for _ in range(29):
        page.keyboard.press("PageDown")
        told.add(hand.get_attribute("aria-valuetext").split(": ")[1])
    assert {"nothing to go by", "cannot tell"} < told


def test_enter_opens_the_reading_behind_the_point_and_escape_gives_the_hand_back(open_page):
    page = open_page("call")
    hand = page.get_by_role("slider", name="Time")
    hand.focus()
    page.keyboard.press("Home")
    for _ in range(13):
        page.keyboard.press("PageDown")
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    assert "Ana, face" in dialog.inner_text()
    assert "face-v1" in dialog.inner_text()
    assert "±" in dialog.get_by_role("table").inner_text()
    page.keyboard.press("Escape")
    assert dialog.count() == 0
    assert page.evaluate("document.activeElement.className") == "hand"


def test_in_a_chat_an_arrow_goes_one_turn_and_enter_shows_its_words(open_page):
    page = open_page("chat")
    hand = page.get_by_role("slider", name="Turn")
    hand.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert hand.get_attribute("aria-valuetext").startswith("turn 3, Mia")
    page.keyboard.press("Enter")
    assert "it starts in March, in Lisbon" in page.get_by_role("dialog").inner_text()


def test_the_pointer_moves_the_crosshair_and_a_click_holds_it(open_page):
    page = open_page("call")
    box = page.locator(".hand").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 150)
    shown = page.locator("#readout").inner_text()
    assert shown.startswith("1:3")
    page.mouse.down()
    page.mouse.up()
    page.mouse.move(box["x"] + 10, box["y"] + 150)
    assert page.locator("#readout").inner_text() == shown


def test_on_a_phone_the_keys_bring_the_crosshair_into_view(open_page):
    page = open_page("call", 390)
    page.locator(".hand").focus()
    page.keyboard.press("End")
    assert page.locator(".scroll").evaluate("e => e.scrollLeft") > 300


def test_a_header_sorts_its_column_both_ways(open_page):
    page = open_page("call")
    head = page.get_by_role("button", name="share")
    read = "t => [...t.tBodies[0].rows].map(r => Number(r.cells[3].dataset.key))"
    table = page.locator("table.sortable")
    head.click()
    assert table.evaluate(read) == sorted(table.evaluate(read))
    head.click()
    assert table.evaluate(read) == sorted(table.evaluate(read), reverse=True)


@pytest.mark.parametrize("name", PAGES)
def test_without_script_the_page_still_tells_everything(open_page, name):
    text = open_page(name, script=False).locator("main").inner_text()
    assert "How far to trust this" in text or "Sources" in text
    assert "likely" in text or "Cannot tell" in text
    assert "arrow keys" not in text


def test_without_script_every_lane_is_told_in_words(open_page):
    page = open_page("call", script=False)
    told = page.locator(".told li")
    assert told.count() == 7
    text = told.nth(0).text_content()
    assert "elation .76 ±" in text
    assert "Hatched" in text


def test_hostile_strings_do_nothing(open_page):
    page = open_page("hostile")
    page.locator(".hand").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    assert page.title() == f"{scenes.HOSTILE}.json · Mien"
    assert page.locator("img").count() == 0
    assert scenes.HOSTILE in page.get_by_role("dialog").inner_text()


def test_it_prints(open_page):
    page = open_page("call")
    pdf = page.pdf(path=OUT / "report-call.pdf", prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")
    page.emulate_media(media="print")
    assert not page.locator(".hand").is_visible()
    assert page.locator("path.print-only").first.is_visible()
