import json
import re
from dataclasses import replace
from datetime import date

import pytest

from mien.core.errors import ConfigError
from mien.emotions.emotion import Emotion
from mien.report.report import render, write_report
from mien.timeline.origin import Kind, Origin
from mien.timeline.reading import Channel, Reading, stamp
from mien.timeline.timeline import Timeline

from ..charts.test_html import Tags
from . import scenes

ON = date(2026, 11, 23)


@pytest.fixture(scope="module")
def pages():
    return {name: render(scene(), on=ON) for name, scene in scenes.ALL.items()}


@pytest.fixture(params=scenes.ALL)
def html(request, pages):
    return pages[request.param]


def headings(html):
    return re.findall(r"<h2>(.*?)</h2>", html)


def test_the_same_timeline_gives_the_same_page(pages):
    assert render(scenes.call(), on=ON) == pages["call"]


def test_a_page_reaches_for_nothing_outside_itself(html):
    for name, attributes in Tags(html).tags:
        for key in ("src", "href"):
            assert attributes.get(key, "data:").startswith(("data:", "#")), (name, attributes)
    assert "@import" not in html
    assert "unsafe-inline" not in html


def test_nothing_is_styled_inline_for_the_policy_would_drop_it(html):
    assert not any("style" in attributes for _, attributes in Tags(html).tags)


def test_every_picture_has_a_text_beside_it(html):
    tags = Tags(html).tags
    ids = {attributes["id"] for _, attributes in tags if "id" in attributes}
    pictures = [a for name, a in tags if name == "svg" and a.get("aria-hidden") != "true"]
    assert pictures
    for attributes in pictures:
        assert attributes["role"] == "img"
        assert attributes["aria-label"]
        assert attributes.get("aria-describedby") in ids | {None}


def test_ids_are_unique(html):
    ids = [attributes["id"] for _, attributes in Tags(html).tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_a_page_says_which_emotions_are_fitted_and_that_the_others_are_not():
    scene = scenes.call()
    cards = [replace(card, calibration="shares: fitted on 66 items") for card in scene.cards]
    covers = [emotion for emotion in cards[0].covers if emotion is not Emotion.NEUTRAL]
    one, two, *others = covers

    def shown(*fitted):
        held = [replace(cards[0], fitted=fitted), *cards[1:]]
        return render(replace(scene, cards=tuple(held)), on=ON).split("<h2>")[0]

    told = f"voice-v1: {one.value} and {two.value} fitted to raters, the other {len(others)} "
    assert f"{told}uncalibrated, so go by order" in shown(one, two)
    told = f"voice-v1: fitted to raters but for {one.value}, which stay uncalibrated"
    assert told in shown(two, *others)
    assert "uncalibrated" not in shown(*covers)


def test_the_page_ends_with_how_far_to_trust_it(html):
    assert headings(html)[-1] == "How far to trust this"
    assert "never a fact about what someone feels" in html
    assert "AI Act" in html


def test_the_order_of_a_page(pages):
    assert headings(pages["call"]) == [
        "Over time",
        "Strongest readings",
        "How far to trust this",
    ]
    assert headings(pages["chat"])[:2] == ["Turn by turn", "The chat"]
    assert headings(pages["photo"])[0] == "Faces"


def test_coverage_calibration_licence_and_figures_stand_in_the_foot(pages):
    text = pages["call"]
    assert "covers 7 of 40: " in text
    assert "the other 33 are not judged" in text
    assert "uncalibrated as shares" in text
    assert "CC-BY-NC-SA-4.0, not for commercial use" in text
    assert "UAR .64 [.61, .67] on an invented corpus" in text
    assert "chance .12" in text
    assert "2 × corrupt packet (2:01)" in text


def test_only_decoders_that_took_part_are_listed(pages):
    assert "words-v1" not in pages["photo"]


def test_a_private_page_has_no_words_pictures_sound_or_names(pages):
    text = pages["private"]
    assert "data:image" not in text
    assert 'class="wave"' not in text
    for said in (*(line[2] for line in scenes.SAID), "Ana", "Ben"):
        assert said not in text


def test_a_page_that_is_not_private_has_them(pages):
    text = pages["call"]
    assert "data:image/jpeg" in text
    assert 'class="wave"' in text
    assert "so that’s it then" in text


@pytest.mark.parametrize("many", [False, True])
def test_hostile_strings_stay_text(tmp_path, many):
    timeline = scenes.hostile().join(scenes.chat()) if many else scenes.hostile()
    write_report(tmp_path / "r.html", timeline, on=ON)
    for path in tmp_path.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        assert not any("onerror" in attributes for _, attributes in Tags(text).tags)
        assert "<img" not in text
        assert "<!--" not in text
        assert text.count("<script") == text.count("</script>")


def test_the_data_behind_the_crosshair_can_be_read():
    html = render(scenes.hostile())
    block = re.search(r'<script type="application/json" id="data">(.*?)</script>', html)
    data = json.loads(block[1])
    assert data["readings"][0]["who"] == scenes.HOSTILE
    (lane,) = data["lanes"]
    assert lane["cells"].count("+") == len(lane["tops"]) == len(lane["behind"])


def test_a_long_recording_stays_small_enough_to_send():
    timeline = scenes.long()
    assert len(timeline) > 19_000
    assert len(render(timeline).encode()) < 1_500_000


def test_a_crowd_is_cut_and_the_page_says_so():
    readings = [
        Reading(
            source="crowd.mp4",
            start=0,
            end=60,
            channel=Channel.FACE,
            person=f"face {i}",
            scores=scenes.scores_of({Emotion.ANGER: 0.5}, Channel.FACE),
            decoder="face-v1",
        )
        for i in range(14)
    ]
    html = render(Timeline.of_readings(readings))
    assert "two more lanes not drawn." in html


@pytest.mark.parametrize("kind", Kind)
def test_a_source_without_readings_has_a_page_that_says_so(kind):
    origins = [Origin(source="x", kind=kind)]
    assert "Nothing was read: no decoder" in render(Timeline.of_readings([], origins))
    cards = scenes.call().cards
    assert "Nothing to read: no" in render(Timeline.of_readings([], origins, cards=cards))


def test_a_source_without_an_origin_has_a_page():
    readings = scenes.chat().readings
    assert "mia-and-tom.json" in render(Timeline.of_readings(readings))


def test_render_wants_one_source():
    with pytest.raises(ConfigError, match="2"):
        render(scenes.chat().join(scenes.photo()))


def test_a_timeline_of_nothing_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="no source"):
        write_report(tmp_path / "r.html", Timeline.of_readings([]))


def test_a_report_takes_the_place_of_the_old_one_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "r.html"
    path.write_text("old")
    write_report(path, scenes.little(), on=ON)
    assert path.read_text(encoding="utf-8") == render(scenes.little(), on=ON)
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_that_is_not_utf8_does_no_harm(tmp_path):
    origin = Origin(source="caf\udce9.wav", kind=Kind.SOUND)
    write_report(tmp_path / "r.html", Timeline.of_readings([], [origin]))
    assert "caf?.wav" in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_a_report_that_cannot_be_written_leaves_the_old_one(tmp_path):
    target = tmp_path / "r.html"
    target.mkdir()
    with pytest.raises(ConfigError, match="cannot write"):
        write_report(target, scenes.little())
    assert list(tmp_path.iterdir()) == [target]


def test_a_disk_that_is_full_leaves_no_empty_folder(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mien.report.report.Path.write_text", full)
    with pytest.raises(ConfigError, match=r"cannot write .*: No space left"):
        write_report(tmp_path / "all.html", scenes.call().join(scenes.photo()))
    assert list(tmp_path.iterdir()) == []


def test_shares_that_no_people_taught_are_called_so_above_the_pictures(pages):
    before = pages["call"].split("<h2>")[0]
    assert "voice-v1, face-v1 and words-v1: uncalibrated, so go by order and change" in before
    taught = [replace(card, calibration="shares: fitted on 300 items") for card in scenes.CARDS]
    page = render(replace(scenes.call(), cards=tuple(taught)), on=ON)
    assert "uncalibrated" not in page.split("<h2>")[0]


def test_a_description_stands_in_the_table_and_behind_the_lane():
    described = "A low, hurried voice <b>close</b> to tears. " * 12
    voice = scenes.told(Channel.VOICE, {Emotion.SADNESS: 0.7}, 0.0, 4.0, caption=described)
    origin = Origin(source="a.wav", kind=Kind.SOUND, seconds=4.0)
    readings = [stamp(voice, "a.wav")]
    page = render(Timeline.of_readings(readings, (origin,), (), scenes.CARDS), on=ON)
    assert 'class="caption">A low, hurried voice &lt;b&gt;close' in page
    block = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    [reading] = json.loads(block[1])["readings"]
    assert reading["caption"].startswith("A low, hurried voice <b>close</b>")
    assert len(reading["caption"]) < len(described)
