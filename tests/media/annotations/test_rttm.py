"""Diarizations, alone and beside recordings."""

import pytest

from mien.core.errors import UnreadableSource
from mien.media import open_source
from mien.media.annotations.rttm import is_rttm, parse_rttm
from mien.media.words.whisper import NotATranscript

RTTM = """;; made by hand
SPKR-INFO talk 1 <NA> <NA> <NA> unknown Ana <NA>
SPEAKER talk 1 4.00 2.00 <NA> <NA> Ben <NA> <NA>
SPEAKER talk 1 0.00 5.00 <NA> <NA> Ana <NA>
LEXEME talk 1 0.10 0.20 hello lex Ana <NA> <NA>
SPEAKER talk 1 9.00 1.00 <NA> <NA> <NA> <NA> <NA>
"""


def test_speakers_come_by_start_and_overlap():
    written = parse_rttm(RTTM, "talk.rttm")
    assert [(t.speaker, t.start, t.end) for t in written.speakers] == [
        ("Ana", 0.0, 5.0),
        ("Ben", 4.0, 6.0),
    ]
    assert not written.conversation.turns
    assert written.notes == ("lines that name no speaker's time: 2",)


def test_of_several_recordings_the_named_one_is_taken():
    both = RTTM + "SPEAKER other 1 0 9 <NA> <NA> Cy <NA> <NA>\n"
    for name in ("talk.wav", "talk"):
        assert {t.speaker for t in parse_rttm(both, "x", name).speakers} == {"Ana", "Ben"}
    with pytest.raises(NotATranscript, match=r"none of its 2 recordings is called 'third\.wav'"):
        parse_rttm(both, "x", "third.wav")


def test_a_single_recording_is_taken_whatever_its_name():
    assert parse_rttm(RTTM, "x", "renamed.wav").speakers


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("SPEAKER talk 1 0 1 <NA> <NA> Ana Lima <NA> <NA> 1", "line 7: 12 fields"),
        ("SPEAKER talk 1 0", "line 7: 4 fields"),
        ("SPEAKER talk 1 zero 1 <NA> <NA> Ana <NA>", "line 7: 'zero' and '1' are no seconds"),
        ("SPEAKER talk 1 0 -1 <NA> <NA> Ana <NA>", "are no seconds"),
        ("SPEAKER talk 1 0 nan <NA> <NA> Ana <NA>", "are no seconds"),
    ],
)
def test_a_damaged_line_is_named(line, reason):
    with pytest.raises(NotATranscript, match=reason):
        parse_rttm(RTTM + line + "\n", "x")


def test_alone_it_says_what_to_do_with_it(tmp_path):
    path = tmp_path / "talk.rttm"
    path.write_text(RTTM)
    with pytest.raises(UnreadableSource, match="without words: lay it beside its recording"):
        open_source(path)


def test_a_chat_that_begins_with_such_a_word_is_none():
    assert not is_rttm("SPEAKER one: hello\nBen: what do you all want from me today, my dear?\n")
    assert is_rttm(RTTM)
