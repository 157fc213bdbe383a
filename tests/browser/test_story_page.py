"""The story of a page as people use it: from a claim to its evidence by pointer and by keys."""

import re

import pytest

from ..report import scenes

IN_VIEW = """e => {
  const box = e.getBoundingClientRect();
  return box.top < innerHeight && box.bottom > 0;
}"""

OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll('.felt')].map(t => t.getBoundingClientRect());
  return boxes.flatMap((a, i) => boxes.slice(i + 1).map(b =>
    a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)).filter(Boolean);
}"""

SCROLLED = """e => new Promise(told => {
  const box = e.parentNode;
  if (box.scrollLeft) told(box.scrollLeft);
  else box.addEventListener('scroll', () => told(box.scrollLeft), { once: true });
  setTimeout(() => told(box.scrollLeft), 10000);
})"""


def card(page, text):
    return page.locator("li.moment", has_text=text)


def test_a_quote_leads_to_its_turn_by_a_click(open_page):
    page = open_page("story-chat")
    card(page, "Disappointment").get_by_text("“it starts in March, in Lisbon”").click()
    turn = page.locator("#turn-3")
    assert page.url.endswith("#turn-3")
    assert turn.evaluate(IN_VIEW)
    assert turn.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    assert turn.locator("mark").inner_text() == "it starts in March, in Lisbon"


def test_a_quote_leads_to_its_turn_by_a_key(open_page):
    page = open_page("story-chat", 390)
    card(page, "Tom · Disappointment").get_by_text("“it starts in March, in Lisbon”").focus()
    page.keyboard.press("Enter")
    assert page.locator("#turn-3").evaluate(IN_VIEW)


def test_a_turn_leads_back_to_its_moment(open_page):
    page = open_page("story-chat")
    page.locator("#turn-4").get_by_text("moment").click()
    assert card(page, "Tom · Disappointment").evaluate(IN_VIEW)


def test_a_channel_leads_to_its_place_in_the_lane_and_enter_opens_the_reading(open_page):
    page = open_page("story-call")
    anger = card(page, "Somebody · Anger")
    anger.get_by_text(re.compile("voice anger")).click()
    hand = page.locator(".hand")
    assert page.evaluate("document.activeElement.className") == "hand"
    assert hand.get_attribute("aria-valuetext").startswith("1:2")
    assert "speaker unknown, voice: Anger" in hand.get_attribute("aria-valuetext")
    assert hand.evaluate(IN_VIEW)
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    assert "voice-v1" in dialog.inner_text()
    page.keyboard.press("Escape")


def test_the_pointer_does_not_move_a_place_that_a_claim_leads_to(open_page):
    page = open_page("story-call")
    card(page, "Somebody · Anger").get_by_text(re.compile("voice anger")).click()
    shown = page.locator("#readout").inner_text()
    box = page.locator(".hand").bounding_box()
    page.mouse.move(box["x"] + 5, box["y"] + 5)
    assert page.locator("#readout").inner_text() == shown


def test_the_joint_ribbon_opens_as_all_channels(open_page):
    page = open_page("story-call")
    hand = page.locator(".hand")
    hand.focus()
    page.keyboard.press("Home")
    for _ in range(20):
        if "all channels: " in (hand.get_attribute("aria-valuetext") or ""):
            break
        page.keyboard.press("ArrowDown")
    assert "speaker unknown, all channels" in hand.get_attribute("aria-valuetext")


def test_a_dot_leads_to_its_card_and_arrows_go_from_dot_to_dot(open_page):
    page = open_page("story-chat")
    dots = page.locator("#strip a")
    dots.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("document.activeElement.textContent").startswith("Tom, turn 2: surprise")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    assert "Tom · Disappointment" in page.locator("li.moment:target").inner_text()


def test_the_keyboard_passes_the_strip_in_as_many_steps_as_there_are_cards(open_page):
    page = open_page("story-call")
    stops = page.locator("#strip a:not([tabindex])").count()
    assert stops == page.locator("li.moment").count()


@pytest.mark.parametrize("name", ["story-chat", "story-call"])
@pytest.mark.parametrize("width", [1280, 390])
def test_names_on_the_strip_do_not_touch(open_page, name, width):
    assert not open_page(name, width).evaluate(OVERLAPS)


def test_strip_and_lanes_scroll_together_on_a_phone(open_page):
    page = open_page("story-chat", 390)
    page.locator("#strip").evaluate("e => { e.parentNode.scrollLeft = 300; }")
    # `wait_for_function` would ask again by `eval`, which the policy of the page forbids.
    lanes = page.locator("#lanes")
    assert lanes.evaluate(SCROLLED) == 300


def test_dots_stand_below_the_same_turns_of_the_lanes(open_page):
    page = open_page("story-chat")
    left = "e => e.getBoundingClientRect().left"
    lane = page.locator("#lanes .track svg").last.evaluate(left)
    assert abs(page.locator("#strip .track svg").first.evaluate(left) - lane) < 0.5


def test_on_a_phone_the_lanes_of_the_strip_keep_their_names(open_page):
    page = open_page("story-chat", 390)
    assert page.locator(".lane-name").all_text_contents() == ["Mia", "Tom"]
    assert page.locator(".lane-name").first.is_visible()
    assert not open_page("story-chat").locator(".lane-name").first.is_visible()


def test_without_script_claims_still_lead_to_their_evidence(open_page):
    page = open_page("story-chat", script=False)
    card(page, "Tom · Disappointment").get_by_text("“it starts in March, in Lisbon”").click()
    assert page.locator("#turn-3").evaluate(IN_VIEW)
    page.locator(".story summary").click()
    assert "Tom, turn 4: disappointment .58, likely" in page.locator("#told-story").inner_text()


def test_hostile_moments_do_nothing(open_page):
    page = open_page("story-hostile")
    assert page.title() == f"{scenes.HOSTILE}.json · Mien"
    assert page.locator("img").count() == 0
    assert scenes.HOSTILE in card(page, "Anger").inner_text()


def test_cards_are_kept_whole_on_paper(open_page):
    page = open_page("story-chat")
    page.emulate_media(media="print")
    assert (
        card(page, "Tom · Disappointment").evaluate("e => getComputedStyle(e).breakInside")
        == "avoid"
    )
