"""ELAN documents as ELAN and others write them, and as an attacker would."""

import pympi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import UnreadableSource
from mien.media import open_source
from mien.media.annotations.eaf import is_eaf, parse_eaf

EAF = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT AUTHOR="" DATE="2026-01-01T00:00:00+00:00" FORMAT="3.0" VERSION="3.0">
<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds"></HEADER>
<TIME_ORDER>
<TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="1000"/>
<TIME_SLOT TIME_SLOT_ID="ts2"/>
<TIME_SLOT TIME_SLOT_ID="ts3" TIME_VALUE="3000"/>
</TIME_ORDER>
<TIER TIER_ID="tx@A" PARTICIPANT="Ana" LINGUISTIC_TYPE_REF="t">
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">
<ANNOTATION_VALUE>Tom &amp; I</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts2" TIME_SLOT_REF2="ts3">
<ANNOTATION_VALUE>know (sighs)</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>
</TIER>
<TIER TIER_ID="ft@A" PARENT_REF="tx@A" LINGUISTIC_TYPE_REF="t">
<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="a3" ANNOTATION_REF="a1">
<ANNOTATION_VALUE>translated</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>
</TIER>
</ANNOTATION_DOCUMENT>
"""


def test_slots_without_values_are_spread_and_participants_speak(tmp_path):
    path = tmp_path / "a.eaf"
    path.write_text(EAF)
    with open_source(path) as source:
        assert source.kind == "transcript"
        assert [(t.speaker, t.text, t.start, t.end) for t in source.conversation.turns] == [
            ("Ana", "Tom & I", 1.0, 2.0),
            ("Ana", "know", 2.0, 3.0),
        ]
        assert source.origin().notes == (
            "annotations with estimated times: 2",
            "tiers not used for words: 1",
            "descriptions of sounds taken out of the words: 1",
        )


def test_a_speaker_may_stand_in_the_name_of_a_tier():
    written = parse_eaf(EAF.replace(' PARTICIPANT="Ana"', "").replace("tx@A", "tx@Ben"), "a")
    assert {t.speaker for t in written.conversation.turns} == {"Ben"}


def test_text_on_a_tier_that_refers_to_another_has_its_times():
    text = EAF.replace('"tx@A"', '"ref@A"').replace('"ft@A"', '"tx@A"')
    (turn,) = parse_eaf(text, "a").conversation.turns
    assert (turn.text, turn.start, turn.end) == ("translated", 1.0, 2.0)


def test_a_recording_that_begins_later_moves_the_times():
    media = '<MEDIA_DESCRIPTOR MEDIA_URL="a" MIME_TYPE="b" TIME_ORIGIN="500"/></HEADER>'
    written = parse_eaf(EAF.replace("</HEADER>", media), "a")
    assert written.conversation.turns[0].start == 1.5
    assert "the recording begins 0.5 s in: times were moved" in written.notes


def test_annotations_without_any_time_are_counted():
    written = parse_eaf(EAF.replace(' TIME_VALUE="1000"', ""), "a")
    assert "annotations without any time, not read: 3" in written.notes
    assert not written.conversation.turns


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 9))


@pytest.mark.parametrize(
    "doctype",
    [
        f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>',
        '<!DOCTYPE x [<!ENTITY file SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
    ids=["laughs", "file", "network"],
)
def test_document_types_and_their_entities_are_refused(tmp_path, doctype):
    path = tmp_path / "a.eaf"
    text = EAF.replace("<ANNOTATION_DOC", f"{doctype}<ANNOTATION_DOC", 1)
    path.write_text(text.replace("Tom &amp; I", "&l8;&file;"))
    with pytest.raises(UnreadableSource, match="document type"):
        open_source(path)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda t: t[:900], "XML that is broken in line"),
        (lambda t: t.replace("&amp;", "&nobody;"), "XML that is broken in line 11"),
        (lambda t: t.replace('"1000"', '"soon"'), "TIME_VALUE 'soon' is no number"),
        (lambda t: t.replace('"ts2"/>', '"ts9"/>'), "without its time slots 'ts1' and 'ts2'"),
        (lambda t: t.replace("milliseconds", "PAL-frames"), "no milliseconds"),
        (lambda t: t.replace(' TIER_ID="tx@A"', ""), "TIER without TIER_ID"),
    ],
)
def test_damaged_ones_say_what(tmp_path, change, reason):
    path = tmp_path / "a.eaf"
    path.write_text(change(EAF))
    with pytest.raises(UnreadableSource, match=reason):
        open_source(path)


def test_a_long_chain_of_references_ends():
    chain = "".join(
        f'<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="r{i}" ANNOTATION_REF="r{(i + 1) % 5000}">'
        "<ANNOTATION_VALUE>x</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>"
        for i in range(5000)
    )
    tier = f'<TIER TIER_ID="tx@B" PARENT_REF="tx@A" LINGUISTIC_TYPE_REF="t">{chain}</TIER>'
    written = parse_eaf(EAF.replace("</ANNOTATION_DOCUMENT>", tier + "</ANNOTATION_DOCUMENT>"), "a")
    assert "annotations without any time, not read: 5000" in written.notes


def test_other_xml_is_no_elan_document():
    assert not is_eaf("<html><body>ANNOTATION_DOCUMENT</body></html>")


SPANS = st.lists(st.integers(1, 5000), min_size=2, max_size=12).filter(lambda s: len(s) % 2 == 0)
TEXT = st.text(
    st.characters(exclude_categories=["C", "Z"], exclude_characters="[]()♪♫"), max_size=8
)


@given(SPANS, st.data())
def test_what_pympi_writes_is_read_back(tmp_path_factory, lengths, data):
    made, at, wanted = pympi.Elan.Eaf(), 0, []
    made.add_tier("Ana")
    for gap, length in zip(lengths[::2], lengths[1::2], strict=True):
        text = f"y{data.draw(TEXT)}y"
        made.add_annotation("Ana", at + gap, at + gap + length, text)
        wanted.append((text, (at + gap) / 1000, (at + gap + length) / 1000))
        at += gap + length
    path = tmp_path_factory.getbasetemp() / "round.eaf"
    path.unlink(missing_ok=True)
    made.to_file(str(path))
    found = parse_eaf(path.read_text(encoding="utf-8"), "a").conversation.turns
    assert [(t.text, t.start, t.end) for t in found] == wanted
