"""The story of a page: strip, cards, and the way from a claim to its evidence."""

import re
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest

from mien.emotions import Emotion, Scores
from mien.moments import Dropped, Moment, Phase, Target, TargetKind, Trajectory
from mien.report.chat import marked
from mien.report.report import render
from mien.report.strip import Strip
from mien.report.tale import MOST, Tale
from mien.report.view import views_of
from mien.timeline import Channel, Timeline, stamp

from ..charts.test_html import Tags
from . import scenes, tales
from .test_report import headings

ON = date(2026, 11, 23)


@pytest.fixture(scope="module")
def pages():
    every = {**tales.ALL, "hostile": tales.hostile}
    return {name: render(*tale(), on=ON) for name, tale in every.items()}


@pytest.fixture(params=tales.ALL)
def html(request, pages):
    return pages[request.param]


def tale(name):
    timeline, moments = tales.ALL[name]()
    (view,) = views_of(timeline, moments)
    return Tale(view)


def cards(html):
    return re.findall(r'<li class="moment".*?</li>', html, flags=re.S)


def test_the_story_comes_after_the_lanes_and_before_the_words(pages):
    assert headings(pages["chat"])[:3] == ["Turn by turn", "What happened", "The chat"]
    assert headings(pages["call"])[:3] == ["Over time", "What happened", "What was said"]


def test_without_moments_a_page_is_what_it_was():
    assert render(scenes.chat(), (), on=ON) == render(scenes.chat(), on=ON)


def test_the_same_moments_give_the_same_page(pages):
    assert render(*tales.chat(), on=ON) == pages["chat"]


def test_every_link_leads_somewhere_on_the_page(pages):
    for html in pages.values():
        tags = Tags(html).tags
        ids = {attributes["id"] for _, attributes in tags if "id" in attributes}
        for name, attributes in tags:
            if name == "a":
                assert attributes["href"].removeprefix("#") in ids, attributes


def test_ids_stay_unique(html):
    ids = [attributes["id"] for _, attributes in Tags(html).tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_every_picture_and_the_strip_have_a_text_beside_them(html):
    tags = Tags(html).tags
    ids = {attributes["id"] for _, attributes in tags if "id" in attributes}
    shown = [a for name, a in tags if name == "svg" and a.get("aria-hidden") != "true"]
    for attributes in shown:
        # What holds links is no image, or they would be lost to who hears the page.
        assert attributes["role"] == ("group" if attributes.get("class") == "strip" else "img")
        assert attributes["aria-label"]
        assert attributes.get("aria-describedby") in ids | {None}


def test_nothing_is_styled_inline_for_the_policy_would_drop_it(html):
    assert not any("style" in attributes for _, attributes in Tags(html).tags)


def test_a_dot_of_a_moment_with_a_card_leads_to_the_card_and_every_card_to_its_evidence(pages):
    for name in ("chat", "call"):
        html = pages[name]
        for card in cards(html):
            anchor = re.search(r'id="(moment-\w+)"', card)[1]
            assert f'href="#{anchor}"' in html
            assert re.search(r'href="#(turn-\d+|lanes)"', card), card


def test_a_card_tells_what_it_rests_on(pages):
    (card,) = (c for c in cards(pages["chat"]) if "because of" in c and "March, in Lisbon" in c)
    assert "Tom · Disappointment" in card
    assert "likely: disappointment .58" in card
    assert (
        'because of <a href="#turn-3">“it starts in March, in Lisbon”</a> (Mia, turn 3, .74)'
        in card
    )
    assert 'about <a href="#turn-3">“March”</a> (.61)' in card
    assert "out of their hands, unpleasant" in card
    assert "little effort" not in card
    assert "Tom had counted on Mia staying for another year.<span" in card
    assert "— a-model" in card


def test_a_feeling_of_somebody_else_is_told_as_such(pages):
    (card,) = (c for c in cards(pages["chat"]) if "my sister" in c)
    assert "my sister’s feeling, told of (.70)" in card


def test_what_cannot_be_told_is_said(pages):
    assert "Toward what and why cannot be told." in pages["chat"]
    assert "cannot be told without words." in pages["private"]


def test_mixed_signals_are_marked_and_their_hypotheses_called_priors(pages):
    assert 'class="ring"' in pages["call"]
    assert "Mixed signals: words and voice disagree (p .03); perhaps masking .60" in pages["call"]
    assert "priors, not learned" in pages["call"]
    assert "priors, not learned" not in pages["chat"]


def test_causes_are_marked_in_the_words_they_stand_in(pages):
    assert "<mark>it starts in March, in Lisbon</mark>" in pages["chat"]


@pytest.mark.parametrize(
    ("spans", "shown"),
    [
        ([], "You sold it"),
        ([(0, 3)], "<mark>You</mark> sold it"),
        ([(4, 8), (4, 11), (6, 9)], "You <mark>sold it</mark>"),
        ([(0, 3), (4, 8)], "<mark>You</mark> <mark>sold</mark> it"),
        ([(9, 40)], "You sold <mark>it</mark>"),
        ([(20, 40)], "You sold it"),
    ],
)
def test_marks_never_change_the_words(spans, shown):
    assert "".join(marked("You sold it", spans)) == shown


def test_an_arc_leads_from_the_cause_to_the_feeling():
    strip = Strip(tale("chat"))
    drawn = strip.drawn("x")
    starts = [spot.x for spot in strip.spots.values()]
    arcs = re.findall(r'd="M([\d.]+) [\d.]+C.*? ([\d.]+) [\d.]+" class="arc', drawn)
    assert len(arcs) == 4
    for start, end in arcs:
        assert float(start) < float(end)
        assert any(abs(float(start) - x) < 0.1 for x in starts)


def test_dots_share_the_axis_of_the_lanes():
    strip = Strip(tale("chat"))
    xs = [spot.x for spot in strip.spots.values()]
    assert xs == sorted(xs)
    gaps = {round(b - a, 3) for a, b in pairwise(xs)}
    assert len(gaps) == 1


def test_a_crowd_of_dots_is_thinned_to_the_most_telling_and_keeps_those_with_cards():
    one, *_ = tales.chat()[1]
    calm = replace(one, emotions=Scores({Emotion.NEUTRAL: 0.9}), confidence=0.5)
    many = tuple(
        replace(one if i % 97 == 50 else calm, id=str(i), turns=(i,), person="Mia")
        for i in range(2000)
    )
    readings = [
        stamp(scenes.told(Channel.WORDS, {}, None, None, person="Mia", turn=i, text="so"), "x")
        for i in (0, 1999)
    ]
    (view,) = views_of(Timeline.of_readings(readings), [replace(m, source="x") for m in many])
    shown = Tale(view)
    drawn = Strip(shown).drawn("x")
    assert drawn.count("<circle") < 300
    for moment in shown.worth:
        assert f'href="#moment-{moment.id}"' in drawn


def test_an_episode_is_a_span_over_its_moments():
    timeline, moments = tales.chat()
    shares = Scores({Emotion.ANGER: 0.9, Emotion.NEUTRAL: 0.05})
    angry = tuple(replace(m, emotions=shares, confidence=0.9) for m in moments if m.person == "Tom")
    (view,) = views_of(timeline, angry)
    drawn = Strip(Tale(view)).drawn("x")
    (span,) = re.findall(r'width="([\d.]+)"[^>]*class="span f-anger"', drawn)
    assert float(span) > 700
    assert len(Tale(view).worth) == 1


def test_cards_are_few_in_order_of_time_and_none_alike():
    for name in tales.ALL:
        worth = tale(name).worth
        assert len(worth) <= MOST
        order = [m.id for m in tale(name).moments]
        assert [m.id for m in worth] == sorted((m.id for m in worth), key=order.index)


def test_the_strip_is_told_in_words(pages):
    told = re.search(r'<ul id="told-story">(.*?)</ul>', pages["chat"], flags=re.S)[1]
    assert "Tom, turn 4: disappointment .58, likely" in told


def test_where_several_channels_speak_their_joint_ribbon_comes_first(pages):
    lanes = re.findall(r"Ribbon: ([^\"]*)", pages["call"])
    own = [lane for lane in lanes if lane.startswith("speaker unknown")]
    assert own[0] == "speaker unknown, all channels"
    assert len(own) == 3
    assert "all channels" not in pages["chat"]


def test_the_foot_names_who_made_which_part_and_what_was_dropped(pages):
    foot = pages["chat"].rpartition("How far to trust this")[2]
    assert "<dt>Explanation</dt><dd>a-model (1)</dd>" in foot
    assert "one quote of the language model that nobody said" in foot
    assert "one moment that the language model failed at" in foot
    assert "12; 1 cannot be told (1 too short)" in foot


def test_a_source_of_which_nothing_is_told_has_no_cards(pages):
    assert not cards(pages["little"])
    assert "Cannot tell for the most part" in pages["little"]


def test_hostile_words_stay_text(pages):
    text = pages["hostile"]
    assert not any("onerror" in attributes for _, attributes in Tags(text).tags)
    assert "<img" not in text
    assert text.count("<script") == text.count("</script>")


def test_a_private_page_has_a_story_without_words_and_names(pages):
    text = pages["private"]
    assert "What happened" in text
    for said in (*(line[2] for line in scenes.SAID), "Ana", "Ben"):
        assert said not in text


def test_moments_without_readings_are_told_without_lanes():
    origin = scenes.chat()
    moment = Moment(
        id="1",
        source="mia-and-tom.json",
        start=None,
        end=None,
        turns=(40,),
        emotions=Scores({Emotion.ANGER: 0.8}),
        confidence=0.9,
        trajectory=Trajectory(phase=Phase.PEAK),
        dropped=Dropped(readings_skipped=2),
    )
    assert "two readings that could not be used" in render(origin, [moment], on=ON)


def test_moments_of_several_sources_go_to_their_own_pages(tmp_path):
    from mien.report.report import write_report

    one, other = tales.chat(), tales.little()
    write_report(tmp_path / "all.html", one[0].join(other[0]), (*one[1], *other[1]), on=ON)
    pages = {p.name: p.read_text(encoding="utf-8") for p in (tmp_path / "all-reports").iterdir()}
    assert "Tom · Disappointment" in pages["mia-and-tom.json.html"]
    assert "Tom" not in pages["corridor.wav.html"]
    assert "turns from surprise to" in (tmp_path / "all.html").read_text(encoding="utf-8")


def edited(number, **changes):
    """The cards of the chat with one moment changed."""
    timeline, moments = tales.chat()
    changed = (*moments[:number], replace(moments[number], **changes), *moments[number + 1 :])
    return cards(render(timeline, changed, on=ON))


def test_a_cause_or_target_that_few_readers_would_name_is_not_told():
    _, moments = tales.chat()
    doubtful = replace(moments[3].target, p=0.3), (replace(moments[3].causes[0], p=0.3),)
    (card,) = (c for c in edited(3, target=doubtful[0], causes=doubtful[1]) if "stay here" in c)
    assert "because of" not in card
    assert "Toward what and why cannot be told." in card


def test_words_that_are_the_moment_itself_are_not_quoted_twice():
    said = scenes.TURNS[3][1]
    own = tales.cause(3, said, said, 0.8, "no_context")
    target = Target(kind=TargetKind.SELF, text=said, turn=3, from_char=0, to_char=len(said), p=0.7)
    (card,) = (c for c in edited(3, causes=(own,), target=target) if "stay here" in c)
    assert card.count("stay here") == 1
    assert "because of what is said here (.80)" in card
    assert "toward oneself (.70)" in card


def test_names_stand_where_no_arc_leaves_their_dot():
    strip = Strip(tale("chat"))
    named = re.findall(r'x="([\d.]+)" y="([\d.]+)"[^>]*class="felt">(\w+)', strip.drawn("x"))
    spots = {spot.moment.turns[0]: spot for spot in strip.spots.values()}
    places = {name: (float(x), float(y)) for x, y, name in named}
    assert places["Embarrassment"][1] < spots[8].y - spots[8].radius
    assert places["Hope"][1] > spots[10].y + spots[10].radius
