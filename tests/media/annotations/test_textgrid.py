"""Praat's TextGrids as Praat and others write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from praatio import textgrid
from praatio.utilities.constants import Interval

from mien.core.errors import UnreadableSource
from mien.media import open_source
from mien.media.annotations.textgrid import is_textgrid, parse_textgrid

LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 4
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "Ana"
        xmin = 0
        xmax = 4
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 1
            text = ""
        intervals [2]:
            xmin = 1
            xmax = 2.5
            text = "He said ""no"" [laughs] to 3 of us! ok?"
        intervals [3]:
            xmin = 2.5
            xmax = 4
            text = ""
    item [2]:
        class = "TextTier"
        name = "clicks"
        xmin = 0
        xmax = 4
        points: size = 1
        points [1]:
            number = 1.5
            mark = "click"
"""
SHORT = """File type = "ooTextFile"
Object class = "TextGrid"

0
4
<exists>
2
"IntervalTier"
"Ana"
0
4
3
0
1
""
1
2.5
"He said ""no"" [laughs] to 3 of us! ok?"
2.5
4
""
"TextTier"
"clicks"
0
4
1
1.5
"click"
"""
TURN = ("Ana", 'He said "no" to 3 of us! ok?', 1.0, 2.5)


def turns(path, encoding="utf-8", text=LONG):
    path.write_bytes(text.encode(encoding))
    with open_source(path) as source:
        assert source.kind == "transcript"
        return [(t.speaker, t.text, t.start, t.end) for t in source.conversation.turns]


def grid(*tiers):
    """A short TextGrid of (name, [(start, end, text), ...])."""
    lines = ['"ooTextFile"', '"TextGrid"', "0", "99", "<exists>", str(len(tiers))]
    for name, intervals in tiers:
        lines += ['"IntervalTier"', f'"{name}"', "0", "99", str(len(intervals))]
        lines += [f'{start} {end} "{text}"' for start, end, text in intervals]
    return "\n".join(lines)


@pytest.mark.parametrize("text", [LONG, SHORT], ids=["long", "short"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_both_forms_are_read_in_every_encoding(tmp_path, text, encoding):
    assert turns(tmp_path / "a.TextGrid", encoding, text) == [TURN]


def test_windows_line_ends_and_old_letters_are_read(tmp_path):
    text = LONG.replace("\n", "\r\n").replace("said", "dit très")
    assert turns(tmp_path / "a.TextGrid", "cp1252", text)[0][1].startswith("He dit très")


def test_tiers_of_points_and_sounds_are_counted():
    written = parse_textgrid(LONG, "a")
    assert written.notes == (
        "tiers of points, not read: 1",
        "descriptions of sounds taken out of the words: 1",
    )


def test_comments_are_passed_over():
    assert parse_textgrid(LONG.replace("size = 2", 'size = 2 ! "two" 3 tiers'), "a").conversation


def test_words_one_by_one_become_turns_at_pauses_and_phones_are_left_out():
    words = [(0, 0.4, "so"), (0.4, 0.5, "sp"), (0.5, 1, "what"), (1, 3, ""), (3, 4, "nothing")]
    text = grid(("Ana - words", words), ("Ana - phones", [(0, 0.2, "s"), (0.2, 0.4, "oU")]))
    written = parse_textgrid(text, "a")
    assert [(t.speaker, t.text, t.start, t.end) for t in written.conversation.turns] == [
        ("Ana", "so what", 0, 1),
        ("Ana", "nothing", 3, 4),
    ]
    assert written.notes == ("tiers not used for words: 1",)


def test_speakers_may_overlap_and_come_by_time():
    text = grid(("Ben", [(2, 5, "later")]), ("Ana", [(0, 3, "first")]))
    written = parse_textgrid(text, "a")
    assert [t.speaker for t in written.conversation.turns] == ["Ana", "Ben"]
    assert [t.speaker for t in written.speakers] == ["Ana", "Ben"]


def test_a_tier_of_speakers_names_the_words_of_another():
    text = grid(
        ("speaker", [(0, 2, "Ana"), (2, 4, "Ben")]), ("words", [(0.1, 1, "hi"), (3, 4, "ho")])
    )
    written = parse_textgrid(text, "a")
    assert [(t.speaker, t.text) for t in written.conversation.turns] == [
        ("Ana", "hi"),
        ("Ben", "ho"),
    ]


def test_marks_of_activity_say_who_speaks_and_are_no_words():
    written = parse_textgrid(grid(("Ana", [(0, 1, "sounding"), (1, 2, "silent")])), "a")
    assert not written.conversation.turns
    assert [(t.speaker, t.start, t.end) for t in written.speakers] == [("Ana", 0, 1)]


def test_a_tier_s_name_may_be_of_any_length():
    name = "words " * 20_000 + "- phones"
    assert parse_textgrid(grid((name, [(0, 1, "hi")])), "a").conversation.turns


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (LONG[: LONG.index("[3]")], "ends too early"),
        (LONG.replace("xmax = 2.5", "xmax = 1e400"), "line 21: '1e400' is no time"),
        (LONG.replace("xmax = 2.5", "xmax = nan"), "line 22: a number should stand here"),
        (LONG.replace("size = 3", "size = 2.5"), "line 14: 2.5 is not how many"),
        (LONG.replace("size = 3", "size = 999999999"), "a number should stand here"),
        (LONG.replace('"TextTier"', '"PitchTier"'), "unknown class 'PitchTier'"),
        ('"Praat chronological TextGrid text file"\n0 4', "chronological"),
        (LONG.replace("<exists>", "<absent>"), "no words"),
    ],
)
def test_damaged_ones_say_what_and_where(tmp_path, text, reason):
    path = tmp_path / "a.TextGrid"
    path.write_text(text)
    with pytest.raises(UnreadableSource, match=reason):
        open_source(path)


def test_a_binary_one_says_what_to_do(tmp_path):
    path = tmp_path / "a.TextGrid"
    path.write_bytes(b"ooBinaryFile\x08TextGrid" + bytes(50))
    with pytest.raises(UnreadableSource, match="save a TextGrid as a text file"):
        open_source(path)


def test_other_texts_are_no_textgrids():
    assert not is_textgrid('Ana: "ooTextFile" is what it says\nBen: Yes')
    assert not is_textgrid(LONG.replace('"TextGrid"', '"Pitch 1"'))


TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), max_size=8).map(lambda t: f"x{t}x")
PLACES = st.lists(st.integers(0, 10**6), min_size=2, max_size=12, unique=True).map(sorted)


@given(PLACES, st.data(), st.sampled_from(["long_textgrid", "short_textgrid"]))
def test_what_praatio_writes_is_read_back(tmp_path_factory, places, data, form):
    spans = list(zip(places[::2], places[1::2], strict=False))
    spans = [Interval(a / 1000, b / 1000, data.draw(TEXT)) for a, b in spans]
    made = textgrid.Textgrid()
    made.addTier(textgrid.IntervalTier("Ana", spans, 0, 1001))
    path = tmp_path_factory.getbasetemp() / "round.TextGrid"
    made.save(str(path), form, includeBlankSpaces=True)
    found = parse_textgrid(path.read_text(encoding="utf-8"), "a").speakers
    from mien.media.words.cleaning import without_sounds

    kept = [span for span in spans if without_sounds(span.label)[0]]
    assert [t.text for t in found] == [without_sounds(span.label)[0] for span in kept]
    assert [(t.start, t.end) for t in found] == [(span.start, span.end) for span in kept]
