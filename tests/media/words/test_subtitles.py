"""SubRip and WebVTT as they are found in the wild."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import UnreadableSource
from mien.media import open_source

SRT = """1
00:00:01,000 --> 00:00:02,500
<i>Hello</i>, you.

2
00:00:03,000 --> 00:00:04,000
{\\an8}Where to?
"""


def read(path, text, encoding="utf-8"):
    path.write_bytes(text.encode(encoding))
    with open_source(path) as source:
        return source, [
            (turn.speaker, turn.text, turn.start, turn.end) for turn in source.conversation.turns
        ]


def test_cues_become_timed_turns(tmp_path):
    source, turns = read(tmp_path / "a.srt", SRT)
    assert source.kind == "transcript"
    assert source.conversation.is_timed
    assert source.seconds == 4.0
    assert turns == [(None, "Hello, you.", 1.0, 2.5), (None, "Where to?", 3.0, 4.0)]


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: re.sub(r"(\d),(\d)", r"\1.\2", text),
        lambda text: text.replace("1\n00", "00", 1).replace("2\n00", "00", 1),
        lambda text: text.replace("00:00:0", "0:00:0"),
        lambda text: text.rstrip(),
        lambda text: "\n\n" + text,
        lambda text: text.replace("\n\n", "\n"),
        lambda text: text + "\n\n\n",
    ],
)
def test_sloppy_files_read_the_same(tmp_path, change):
    assert read(tmp_path / "a.srt", change(SRT))[1] == read(tmp_path / "b.srt", SRT)[1]


def test_utf_16_with_a_mark_is_read(tmp_path):
    assert read(tmp_path / "a.srt", SRT, "utf-16")[1] == read(tmp_path / "b.srt", SRT)[1]


def test_old_windows_letters_are_read_and_noted(tmp_path):
    source, turns = read(tmp_path / "a.srt", SRT.replace("Hello", "Très drôle"), "cp1252")
    assert turns[0][1] == "Très drôle, you."
    assert source.origin().notes == ("not UTF-8: read as Windows-1252",)


def test_sounds_are_taken_out_of_the_words_and_counted(tmp_path):
    text = """1
00:00:01,000 --> 00:00:02,000
[laughs] Sure (I think).

2
00:00:03,000 --> 00:00:04,000
(sighs)

3
00:00:05,000 --> 00:00:06,000
♪ la la la ♪

4
00:00:07,000 --> 00:00:08,000
Fine.
"""
    source, turns = read(tmp_path / "a.srt", text)
    assert [turn[1] for turn in turns] == ["Sure (I think).", "Fine."]
    assert source.origin().notes == ("descriptions of sounds taken out of the words: 3",)


def test_two_speakers_in_a_cue_share_its_time(tmp_path):
    text = "1\n00:00:00,000 --> 00:00:03,000\n- Yes.\n- Why not, Ana?\n"
    _, turns = read(tmp_path / "a.srt", text)
    assert [turn[1] for turn in turns] == ["Yes.", "Why not, Ana?"]
    assert turns[0][2] == 0.0
    assert turns[0][3] == turns[1][2]
    assert turns[1][3] == 3.0
    assert turns[0][3] < 1.5


def test_a_dialogue_dash_within_one_line_stays(tmp_path):
    text = "1\n00:00:00,000 --> 00:00:03,000\nWell \u2013 no.\n"
    assert read(tmp_path / "a.srt", text)[1][0][1] == "Well \u2013 no."


def test_overlapping_and_unordered_cues_come_sorted(tmp_path):
    text = "1\n00:00:05,000 --> 00:00:04,000\nSecond.\n\n2\n00:00:01,000 --> 00:00:06,000\nFirst.\n"
    source, turns = read(tmp_path / "a.srt", text)
    assert turns == [(None, "First.", 1.0, 6.0), (None, "Second.", 5.0, 5.0)]
    assert "cues that end before they start: 1" in source.origin().notes


def test_names_of_capitals_are_speakers_and_other_colons_are_not(tmp_path):
    text = """1
00:00:01,000 --> 00:00:02,000
ANA: Hello.

2
00:00:03,000 --> 00:00:04,000
One thing: no.

3
00:00:05,000 --> 00:00:06,000
At 10:30, see https://example.org/.
"""
    _, turns = read(tmp_path / "a.srt", text)
    assert [turn[:2] for turn in turns] == [
        ("ANA", "Hello."),
        (None, "One thing: no."),
        (None, "At 10:30, see https://example.org/."),
    ]


VTT = """WEBVTT - made by hand

STYLE
::cue { color: red }

NOTE
a comment --- nothing to read

intro
00:01.000 --> 00:02.000 align:start position:0%
<v Roger Bingham>We are in New York</v>

01:00:03.500 --> 01:00:04.000
<v.loud Mary>Tom &amp; I <c.red>know</c>

NOTE one more

last
01:00:05.000 --> 01:00:06.000
No tag here
"""


def test_webvtt_with_comments_styles_ids_and_voices(tmp_path):
    _, turns = read(tmp_path / "a.vtt", VTT)
    assert turns == [
        ("Roger Bingham", "We are in New York", 1.0, 2.0),
        ("Mary", "Tom & I know", 3603.5, 3604.0),
        (None, "No tag here", 3605.0, 3606.0),
    ]


def test_zoom_puts_names_before_each_cue(tmp_path):
    text = """WEBVTT

1
00:00:01.000 --> 00:00:02.000
Ana Lima: Shall we begin?

2
00:00:02.500 --> 00:00:04.000
Ben: Yes.
"""
    _, turns = read(tmp_path / "a.vtt", text)
    assert [turn[:2] for turn in turns] == [("Ana Lima", "Shall we begin?"), ("Ben", "Yes.")]


def test_rolling_captions_say_each_line_once(tmp_path):
    text = """WEBVTT
Kind: captions
Language: en

00:00:00.000 --> 00:00:02.000 align:start position:0%
\x20
so<00:00:00.500><c> today</c><00:00:01.000><c> we</c>

00:00:02.000 --> 00:00:02.010 align:start position:0%
so today we
\x20

00:00:02.010 --> 00:00:04.000 align:start position:0%
so today we
talk<00:00:02.500><c> about</c><00:00:03.000><c> joy</c>

00:00:04.000 --> 00:00:04.010 align:start position:0%
talk about joy
\x20
"""
    source, turns = read(tmp_path / "a.vtt", text)
    assert [turn[1] for turn in turns] == ["so today we", "talk about joy"]
    assert turns[0][2:] == (0.0, 2.0)
    assert "rolling captions: repeated lines were dropped" in source.origin().notes


def test_a_span_keeps_the_turns_it_touches_and_their_places(tmp_path):
    (tmp_path / "a.srt").write_text(SRT)
    with open_source(tmp_path / "a.srt", start=2.6, end=9) as source:
        assert [turn.index for turn in source.conversation.turns] == [1]


def test_subtitles_without_words_say_so(tmp_path):
    path = tmp_path / "a.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:02,000\n[music]\n")
    with pytest.raises(UnreadableSource, match="holds no words"):
        open_source(path)


WORDS = st.text("abcdefghij \u00e9\u4f60", min_size=1).map(str.strip).filter(bool)


@given(
    cues=st.lists(
        st.tuples(st.integers(0, 10**7), st.integers(1, 9999), WORDS), min_size=1, max_size=12
    ),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_well_formed_files_survive_the_round_trip(tmp_path_factory, cues, newline):
    def clock(ms):
        minutes, rest = divmod(ms, 60_000)
        hours, minutes = divmod(minutes, 60)
        return f"{hours:02}:{minutes:02}:{rest // 1000:02},{rest % 1000:03}"

    cues = sorted(cues, key=lambda cue: cue[0])
    text = "\n".join(
        f"{i}\n{clock(start)} --> {clock(start + length)}\nx{words}\n"
        for i, (start, length, words) in enumerate(cues, 1)
    )
    path = tmp_path_factory.getbasetemp() / "round.srt"
    _, turns = read(path, text.replace("\n", newline))
    assert len(turns) == len(cues)
    for turn, (start, length, words) in zip(turns, cues, strict=True):
        assert turn[1] == " ".join(f"x{words}".split())
        assert turn[2:] == pytest.approx((start / 1000, (start + length) / 1000))
