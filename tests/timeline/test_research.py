"""Files for annotators, checked by the libraries that annotators read them with."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pympi
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from praatio import textgrid

from mien.core.errors import ConfigError
from mien.emotions import Emotion, Scores
from mien.media.annotations.eaf import parse_eaf
from mien.media.annotations.textgrid import parse_textgrid
from mien.media.words.subtitles import parse_subtitles
from mien.timeline import (
    Channel,
    Kind,
    Origin,
    Reading,
    Reason,
    Timeline,
    Verdict,
    is_estimate,
    stamp,
    write_timelines,
)
from mien.timeline.research.audacity import to_audacity
from mien.timeline.research.eaf import to_eaf
from mien.timeline.research.textgrid import to_textgrid
from mien.timeline.research.tiers import tiers_of
from mien.timeline.research.webvtt import to_webvtt
from tests.made import readings, told

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HOSTILE = 'A "b" <v x>\n\n--> & | \x00\ud800 ]]> </ANNOTATION_VALUE>\t'
quick = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
timed = st.lists(readings(), max_size=8).map(
    lambda found: [replace(r, source="a.wav") for r in found if r.start is not None]
)


def one(start=1.0, end=2.5, channel=Channel.VOICE, decoder="made-v1", **more):
    shares = Scores({Emotion.ANGER: 0.62, Emotion.NEUTRAL: 0.1})
    spread = Scores({Emotion.ANGER: 0.107})
    return stamp(
        Reading(
            start=start, end=end, channel=channel, decoder=decoder,
            **{"scores": shares, "scores_sd": spread, "valence": -0.35, **more},
        ),
        "a.wav",
    )  # fmt: skip


def unsure(start, end, **more):
    return one(start, end, verdict=Verdict.CANNOT_TELL, reason=Reason.LOW_QUALITY, **more)


def timeline_of(*found, seconds=10.0):
    return Timeline.of_readings(found, [Origin(source="a.wav", kind=Kind.SOUND, seconds=seconds)])


def eaf_of(tmp_path, timeline):
    path = tmp_path / "a.eaf"
    path.write_text(to_eaf(timeline, AT), encoding="utf-8")
    return pympi.Elan.Eaf(str(path))


def grid_of(tmp_path, timeline):
    path = tmp_path / "a.TextGrid"
    path.write_text(to_textgrid(timeline), encoding="utf-8")
    return textgrid.openTextgrid(str(path), includeEmptyIntervals=True)


def test_a_label_is_the_strongest_emotion_with_its_share_and_interval(tmp_path):
    timeline = timeline_of(one(person="Ana"), unsure(4.0, 6.0, person="Ana"))
    grid = grid_of(tmp_path, timeline)
    assert grid.tierNames == ("Ana | voice | emotion", "Ana | voice | valence")
    assert [tuple(entry) for entry in grid.getTier("Ana | voice | emotion").entries] == [
        (0.0, 1.0, ""),
        (1.0, 2.5, "anger 0.62 [0.41, 0.83]"),
        (2.5, 4.0, ""),
        (4.0, 6.0, ""),
        (6.0, 10.0, ""),
    ]
    assert [e.label for e in grid.getTier("Ana | voice | valence").entries if e.label] == ["-0.35"]


def test_elan_gets_participants_media_and_empty_values_for_what_cannot_be_told(tmp_path):
    eaf = eaf_of(tmp_path, timeline_of(one(person="Ana"), unsure(4.0, 6.0, person="Ana")))
    assert eaf.get_annotation_data_for_tier("Ana | voice | emotion") == [
        (1000, 2500, "anger 0.62 [0.41, 0.83]"),
        (4000, 6000, ""),
    ]
    parameters = eaf.get_parameters_for_tier("Ana | voice | emotion")
    assert parameters["PARTICIPANT"] == "Ana"
    assert parameters["ANNOTATOR"] == "made-v1"
    assert eaf.media_descriptors[0]["RELATIVE_MEDIA_URL"] == "./a.wav"


def test_time_slots_stand_in_order_of_time_as_elan_s_schema_says():
    text = to_eaf(timeline_of(one(person="Ana"), one(0.5, 1.2), one(0.1, 0.2, person="Ben")), AT)
    times = [int(time) for time in re.findall(r'TIME_VALUE="(\d+)"', text)]
    assert times == sorted(times)
    assert len(times) == 2 * text.count("<ANNOTATION>")


def test_nothing_private_stands_in_an_elan_document():
    timeline = timeline_of(one())
    timeline = replace(timeline, origins=(replace(timeline.origins[0], private=True),))
    assert "MEDIA_DESCRIPTOR" not in to_eaf(timeline, AT)


def test_audacity_gets_a_line_a_reading():
    timeline = timeline_of(unsure(4.0, 6.0), one(person="Ana"))
    assert to_audacity(timeline) == (
        "1.000000\t2.500000\tAna voice: anger 0.62 [0.41, 0.83], valence -0.35\n"
        "4.000000\t6.000000\tvoice\n"
    )


def test_captions_hold_words_with_the_emotion_in_brackets():
    said = one(person="Ana", channel=Channel.WORDS, text="Tom & I: 1 < 2 --> x")
    mumbled = unsure(3.0, 4.0, channel=Channel.WORDS, text="Mm.")
    text = to_webvtt(timeline_of(mumbled, said, unsure(5.0, 6.0)))
    assert text == (
        "WEBVTT\n\nNOTE Made by Mien\n\n"
        "00:00:01.000 --> 00:00:02.500\n"
        "<v Ana>Tom &amp; I: 1 &lt; 2 --&gt; x [words: anger 0.62 (0.41 to 0.83)]\n\n"
        "00:00:03.000 --> 00:00:04.000\nMm.\n"
    )


def test_captions_of_mien_give_back_the_words_alone():
    emotion = max(Emotion, key=lambda emotion: len(emotion.value))
    scores, spread = Scores({emotion: 0.62}), Scores({emotion: 0.107})
    said = one(channel=Channel.WORDS, text="Fine.", scores=scores, scores_sd=spread, person="Ana")
    (turn,) = parse_subtitles(to_webvtt(timeline_of(said)), "a").conversation.turns
    assert (turn.speaker, turn.text, turn.start, turn.end) == ("Ana", "Fine.", 1.0, 2.5)


def test_two_decoders_of_a_channel_and_two_voices_at_once_get_tiers_of_their_own(tmp_path):
    found = [one(), one(1.0, 3.0, decoder="other-v2"), one(2.0, 4.0), one(2.5, 3.5)]
    grid = grid_of(tmp_path, timeline_of(*found))
    assert [name for name in grid.tierNames if "emotion" in name] == [
        "voice | emotion | made-v1",
        "voice | emotion | made-v1 (2)",
        "voice | emotion | other-v2",
    ]
    assert all(map(is_estimate, grid.tierNames))


def test_names_that_look_alike_stay_apart():
    found = [one(person="voice | emotion"), one(person="x\n y"), one(person="x y"), one()]
    names = [tier.name for tier in tiers_of(timeline_of(*found), 1000)]
    assert len(set(names)) == len(names)
    assert "x y | voice | emotion (2)" in names


def test_hostile_words_and_names_break_no_file(tmp_path):
    found = one(person=HOSTILE.replace("\ud800", ""), channel=Channel.WORDS, text=HOSTILE)
    lines = found, one(5, 6, channel=Channel.WORDS, text="after")
    timeline = Timeline.of_readings([replace(r, text=r.text.replace("\ud800", "")) for r in lines])
    eaf, grid = eaf_of(tmp_path, timeline), grid_of(tmp_path, timeline)
    shown = 'A "b" <v x> --> & | \ufffd ]]> </ANNOTATION_VALUE>'
    name = f"{shown} | words | text"
    assert eaf.get_annotation_data_for_tier(name)[0][2] == shown
    assert shown in [entry.label for entry in grid.getTier(name).entries]
    assert to_webvtt(timeline).count("-->") == 2
    assert all(line.count("\t") == 2 for line in to_audacity(timeline).splitlines())


@quick
@given(timed)
def test_intervals_of_a_tier_never_overlap_and_none_is_lost(found):
    timeline = Timeline.of_readings(found)
    for per_second in (1000, 1_000_000):
        tiers = tiers_of(timeline, per_second)
        kept = sum(round(r.end * per_second) > round(r.start * per_second) for r in timeline)
        assert sum(len(t.intervals) for t in tiers if t.kind == "emotion") == kept
        for tier in tiers:
            edges = [edge for interval in tier.intervals for edge in interval[:2]]
            assert edges == sorted(edges)


@quick
@given(timed)
def test_praatio_and_pympi_see_what_was_written(tmp_path, found):
    timeline = Timeline.of_readings(found)
    fine, coarse = tiers_of(timeline, 1_000_000), tiers_of(timeline, 1000)
    eaf = eaf_of(tmp_path, timeline)
    assert set(eaf.get_tier_names()) == {tier.name for tier in coarse}
    for tier in coarse:
        assert sorted(eaf.get_annotation_data_for_tier(tier.name)) == sorted(
            map(tuple, tier.intervals)
        )
    if not fine:
        return
    grid = grid_of(tmp_path, timeline)
    assert list(grid.tierNames) == [tier.name for tier in fine]
    for tier in fine:
        entries = [(e.start, e.end, e.label) for e in grid.getTier(tier.name).entries if e.label]
        wanted = [(i.start / 1e6, i.end / 1e6, i.text) for i in tier.intervals if i.text]
        assert entries == wanted


WORDS = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="[]()♪♫"), max_size=9
)


@quick
@given(st.lists(st.tuples(st.integers(1, 9000), WORDS), min_size=1, max_size=6))
def test_words_survive_the_way_out_and_in(rows):
    at, found = 0, []
    for length, text in rows:
        found.append(
            one(
                at / 1000,
                (at + length) / 1000,
                channel=Channel.WORDS,
                text=f"x{text}y",
                person="Ana",
            )
        )
        at += length
    timeline = timeline_of(*found)
    wanted = [("Ana", r.text, r.start, r.end) for r in found]
    for written in (
        parse_eaf(to_eaf(timeline, AT), "a"),
        parse_textgrid(to_textgrid(timeline), "a"),
    ):
        assert [(t.speaker, t.text, t.start, t.end) for t in written.conversation.turns] == wanted


@pytest.mark.parametrize("ending", [".eaf", ".TextGrid", ".labels.txt", ".vtt"])
def test_several_sources_get_a_file_each(tmp_path, ending):
    sources = ["a.wav", "day1/a.wav", "../b:c.mp4", "a.mp4"]
    parts = [Timeline.of_readings([replace(one(), source=source)]) for source in sources]
    still = Timeline.of_readings([replace(one(None, None), source="photo.jpg")])
    files = write_timelines([*parts, still], tmp_path / f"all{ending}")
    folder = tmp_path / f"all-{ending.split('.')[1]}"
    assert files.left_out == 1
    names = ["a", "day1_a", "_b_c", "a.mp4"]
    assert files.paths == tuple(folder / f"{name}{ending}" for name in names)
    assert all(path.stat().st_size > 20 for path in files.paths)
    assert sorted(p.name for p in tmp_path.iterdir()) == [folder.name]


@pytest.mark.parametrize("ending", [".eaf", ".textgrid", ".LABELS.TXT", ".vtt"])
def test_one_source_gets_the_file_that_was_asked_for(tmp_path, ending):
    path = tmp_path / f"a{ending}"
    assert write_timelines([timeline_of(one())], path).paths == (path,)
    assert "anger 0.62" in path.read_text(encoding="utf-8")


def test_without_times_it_says_what_to_write_instead(tmp_path):
    chat = Timeline.of_readings([one(None, None, channel=Channel.WORDS)])
    with pytest.raises(ConfigError, match=r"nothing in a\.eaf would have a start and an end"):
        write_timelines([chat], tmp_path / "a.eaf")
    assert not list(tmp_path.iterdir())


def test_other_texts_are_no_labels(tmp_path):
    with pytest.raises(ConfigError, match=r"end it in .*\.TextGrid, \.labels\.txt, \.vtt"):
        write_timelines([timeline_of(told(0, 1, anger=0.5))], tmp_path / "a.txt")
