"""Exports as downloaded: every form by content, archives within limits, each chat by itself."""

import json
import os
import subprocess
import sys
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mien.core.errors import ConfigError, SourceError, TooLarge, UnreadableSource
from mien.media import find_chats, limits, one_line, open_source, pick_chat
from tests.fakes import exports
from tests.fakes.exports import (
    chatgpt_chat,
    claude_chat,
    sharegpt_chat,
    telegram_all,
    telegram_chat,
    write_json,
    write_large,
    write_zip,
)

WHATSAPP = "[31/12/23, 21:05:10] Ana: hello\n[31/12/23, 21:05:11] Ben: hi\n"
TEXT = [text for _, text in exports.SMALL_TALK]


def texts(chat):
    with open_source(chat) as source:
        return [turn.text for turn in source.conversation.turns]


@pytest.mark.parametrize(
    "plain",
    [
        [chatgpt_chat(), chatgpt_chat()],
        [claude_chat(), claude_chat()],
        [sharegpt_chat(), sharegpt_chat()],
        telegram_all(telegram_chat(), telegram_chat()),
    ],
)
def test_each_chat_of_an_export_opens_by_itself_in_any_order(tmp_path, plain):
    path = write_json(tmp_path / "x.json", plain)
    chats = find_chats(path)
    assert [texts(chat) for chat in reversed(chats)] == [TEXT, TEXT]
    assert [chat.turns for chat in chats] == [3, 3]


@pytest.mark.parametrize(
    "plain", [chatgpt_chat(), [chatgpt_chat()], claude_chat(), sharegpt_chat(), telegram_chat()]
)
def test_the_only_chat_is_named_as_its_file_and_opens_by_path(tmp_path, plain):
    path = write_json(tmp_path / "x.json", plain)
    with open_source(path) as source:
        assert (source.name, source.kind) == ("x.json", "chat")
        assert [turn.text for turn in source.conversation.turns] == TEXT


def test_several_chats_do_not_open_as_one(tmp_path):
    path = write_json(tmp_path / "x.json", [chatgpt_chat("a"), chatgpt_chat("b")])
    with pytest.raises(UnreadableSource, match=r"2 chats.*--chat"):
        open_source(path)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_json_lines_of_chats_are_an_export(tmp_path, end):
    path = tmp_path / "x.jsonl"
    path.write_bytes(end.join(json.dumps(sharegpt_chat(name)) for name in "ab").encode())
    assert [chat.title for chat in find_chats(path)] == ["a", "b"]


@pytest.mark.parametrize(
    "content",
    [
        '[{"role": "user", "content": "hi"}]',
        '{"messages": [{"role": "user", "content": "hi"}]}',
        '{"text": "hi", "segments": [{"start": 0, "end": 1, "text": "hi"}]}',
        "Ana: hi",
        "[laughs] Ana: hi",
        '[{"a": 1',
        "[]",
        "{}",
    ],
)
def test_other_texts_are_no_exports(tmp_path, content):
    path = tmp_path / "x.json"
    path.write_text(content, encoding="utf-8")
    assert find_chats(path) == ()


@given(titles=st.lists(st.none() | st.text(max_size=5) | st.sampled_from("ab12"), min_size=2))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_names_are_unique_lines_that_begin_with_the_file(tmp_path, titles):
    path = tmp_path / "x.json"
    path.write_text(json.dumps([chatgpt_chat(title) for title in titles]), encoding="utf-8")
    names = [chat.name for chat in find_chats(path)]
    assert len(set(names)) == len(titles)
    assert all(name.startswith("x.json#") and name == one_line(name) for name in names)
    assert [chat.name for chat in find_chats(path)] == names


def test_titles_cannot_steer_a_terminal():
    assert one_line("a\x1b[31m\n\u202eb") == "a [31m b"
    assert one_line("👩\u200d💻 code") == "👩\u200d💻 code"


@pytest.mark.parametrize(
    ("member", "content"),
    [
        ("conversations.json", json.dumps([chatgpt_chat()])),
        ("conversations-000.json", json.dumps([chatgpt_chat()])),
        ("DataExport_2024/result.json", json.dumps(telegram_chat())),
        ("_chat.txt", WHATSAPP),
        ("WhatsApp Chat mit Ana.txt", WHATSAPP),
    ],
)
def test_an_archive_is_read_as_downloaded(tmp_path, member, content):
    path = write_zip(tmp_path / "x.zip", **{member: content, "chat.html": "<p>", "a.jpg": b"x"})
    assert len(find_chats(path)) == 1
    assert texts(path)[0] in (TEXT[0], "hello")


def test_parts_of_one_export_are_read_in_order(tmp_path):
    parts = {f"conversations-00{n}.json": json.dumps([chatgpt_chat(f"t{n}")]) for n in (1, 0)}
    assert [chat.title for chat in find_chats(write_zip(tmp_path / "x.zip", **parts))] == [
        "t0",
        "t1",
    ]


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ({"holiday.wav": b"RIFF"}, "without a chat export"),
        ({"more.zip": b"PK"}, "archives in it"),
        ({"a/b/c/conversations.json": "[]"}, "without a chat export"),
        ({"conversations.json": '{"x": 1}'}, "unknown"),
        ({"conversations.json": json.dumps([chatgpt_chat(said=())])}, "no words"),
    ],
)
def test_other_archives_are_refused_with_the_reason(tmp_path, members, reason):
    with pytest.raises(UnreadableSource, match=reason):
        find_chats(write_zip(tmp_path / "x.zip", **members))


def test_a_bomb_is_refused_by_what_its_directory_says(tmp_path):
    path = tmp_path / "x.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("conversations.json", "w") as member,
    ):
        for _ in range(1 + limits.EXPORT_RATIO):
            member.write(b" " * limits.MIB)
    with pytest.raises(TooLarge, match="times"):
        find_chats(path)


def test_an_archive_beyond_all_bounds_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "EXPORT_BYTES", 1000)
    path = write_zip(tmp_path / "x.zip", **{"conversations.json": json.dumps([chatgpt_chat()])})
    with pytest.raises(TooLarge, match="unpacked"):
        find_chats(path)


@given(st.binary(min_size=1, max_size=40), st.integers(0, 10_000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_damage_anywhere_in_an_archive_is_an_error_of_ours_or_harmless(tmp_path, noise, place):
    path = write_zip(tmp_path / "x.zip", **{"conversations.json": json.dumps([chatgpt_chat()])})
    raw = bytearray(path.read_bytes())
    at = place % len(raw)
    raw[at : at + len(noise)] = noise
    path.write_bytes(raw)
    try:
        for chat in find_chats(path):
            texts(chat)
    except SourceError:
        pass


def test_a_password_is_said(tmp_path):
    path = write_zip(tmp_path / "x.zip", **{"conversations.json": "[]"})
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    with pytest.raises(UnreadableSource, match="password"):
        find_chats(path)


def test_an_unknown_version_of_a_whole_export_names_the_field(tmp_path):
    newer = {"title": "x", "create_time": 1.0, "messages_v2": []}
    path = write_json(tmp_path / "conversations.json", [newer, newer])
    with pytest.raises(UnreadableSource, match=r"`mapping`.*unknown"):
        open_source(path)


def test_an_unknown_form_says_which_fields_were_looked_for(tmp_path):
    newest = json.dumps([{"heading": "x", "nodes": {}}]).encode()
    with pytest.raises(UnreadableSource, match=r"`mapping` \(ChatGPT\)"):
        find_chats(write_zip(tmp_path / "x.zip", **{"conversations.json": newest}))


def test_telegram_is_known_without_the_type_of_its_messages(tmp_path):
    untyped = [{"id": 1, "from_id": "user1", "date_unixtime": "1700000000", "text": "hi"}]
    path = write_json(tmp_path / "result.json", telegram_chat(messages=untyped))
    with pytest.raises(UnreadableSource, match="no field `type`"):
        find_chats(path)


@pytest.mark.parametrize("head", ["<!DOCTYPE html>\n<html>", "<html><head>"])
def test_a_page_says_that_json_is_wanted(tmp_path, head):
    path = tmp_path / "messages.html"
    path.write_text(f"{head}<title>Exported Data</title><div>Ana: hi</div>")
    with pytest.raises(UnreadableSource, match=r"web page.*JSON"):
        open_source(path)


def test_a_chat_of_whatsapp_saved_as_utf_16_is_read(tmp_path):
    (tmp_path / "x.txt").write_bytes(WHATSAPP.encode("utf-16"))
    (chat,) = find_chats(tmp_path / "x.txt")
    assert texts(chat) == ["hello", "hi"]


def test_one_unknown_chat_spoils_no_other(tmp_path):
    broken = {"title": "new", "create_time": 1.0}
    for plain in (
        [chatgpt_chat(), broken, chatgpt_chat("z")],
        telegram_all(telegram_chat(), telegram_chat(messages=[{"id": 1}, {}]), telegram_chat()),
    ):
        chats = find_chats(write_json(tmp_path / "x.json", plain))
        assert [chat.turns for chat in chats] == [3, 0, 3]
        assert texts(chats[2]) == TEXT
        with pytest.raises(UnreadableSource, match="no field"):
            open_source(chats[1])


def test_a_cut_download_says_so(tmp_path):
    path = write_json(tmp_path / "x.json", [chatgpt_chat(), chatgpt_chat()])
    os.truncate(path, path.stat().st_size - 9)
    with pytest.raises(UnreadableSource, match="cut"):
        find_chats(path)


def test_mixed_encodings_name_the_first_bad_byte(tmp_path):
    good = json.dumps([chatgpt_chat("a"), chatgpt_chat("b")])
    raw = good.encode().replace(b'"b"', '"Müller"'.encode("cp1252"))
    (tmp_path / "x.json").write_bytes(raw)
    with pytest.raises(UnreadableSource, match=f"UTF-8 at byte {raw.index(0xFC)}"):
        open_source(tmp_path / "x.json")
    with pytest.raises(UnreadableSource, match="UTF-8 at byte"):
        find_chats(write_zip(tmp_path / "x.zip", **{"conversations.json": raw}))
    (tmp_path / "x.txt").write_bytes(
        WHATSAPP.encode() + "[31/12/23, 21:05:12] Ana: ä".encode("cp1252")
    )
    with pytest.raises(UnreadableSource, match="line 3"):
        find_chats(tmp_path / "x.txt")


def test_a_chat_without_words_is_counted_and_no_failure(tmp_path):
    path = write_json(tmp_path / "x.json", [chatgpt_chat("a"), chatgpt_chat("b", said=())])
    with open_source(find_chats(path)[1]) as source:
        assert [(skip.reason, skip.count) for skip in source.skipped()] == [
            ("a chat without words", 1)
        ]


def test_halves_of_characters_in_titles_and_words_are_replaced(tmp_path):
    path = tmp_path / "x.json"
    path.write_text(json.dumps([chatgpt_chat("a\ud800", [("user", "b\ud800")])] * 2))
    chat = find_chats(path)[0]
    assert chat.title == "a\ufffd"
    assert texts(chat) == ["b\ufffd"]


class TestPicking:
    @pytest.fixture
    def chats(self, tmp_path):
        titles = ["Rome", "Trip to Rome", "Exam", "Exam", "2", "Paris in May, at 7", "x"]
        return find_chats(write_json(tmp_path / "x.json", [chatgpt_chat(t) for t in titles]))

    @pytest.mark.parametrize(
        ("wanted", "number"),
        [
            ("Rome", 1),
            ("trip", 2),
            ("2", 5),
            (2, 2),
            ("7", 7),
            ("at 7", 6),
            ("4", 4),
            ("MAY", 6),
            (" Rome ", 1),
        ],
    )
    def test_title_then_number_then_part(self, chats, wanted, number):
        assert pick_chat(chats, wanted).number == number

    @pytest.mark.parametrize(
        ("wanted", "reason"),
        [
            ("Exam", "2 chats.*3 'Exam', 4 'Exam'"),
            ("Pariss in Mai", "near are 6 'Paris in May, at 7'"),
            ("9", "no chat"),
            ("", "no chat"),
            (99, "no chat"),
        ],
    )
    def test_what_is_not_clear_is_refused_with_titles_that_are_near(self, chats, wanted, reason):
        with pytest.raises(ConfigError, match=reason):
            pick_chat(chats, wanted)


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from Linux's /proc")
def test_memory_holds_one_chat_and_not_the_export(tmp_path):
    path = write_large(tmp_path / "x.json", 100, 40 * limits.MIB)
    assert path.stat().st_size > 39 * limits.MIB
    code = (
        "import sys; from mien.media import find_chats, open_source\n"
        "def peak():\n"
        " return int(next(l for l in open('/proc/self/status') if 'VmHWM' in l).split()[1])\n"
        "find_chats(sys.argv[1]); before = peak()\n"
        "chats = find_chats(sys.argv[2])\n"
        "print(len(chats), sum(len(open_source(c).conversation.turns) for c in chats))\n"
        "print(peak() - before)"
    )
    small = write_large(tmp_path / "small.json", 2, 1000)
    ran = subprocess.run(
        [sys.executable, "-c", code, small, path], capture_output=True, text=True, check=True
    )
    counts, grown = ran.stdout.splitlines()
    assert counts == "100 2000"
    assert int(grown) < 15 * 1024  # KB: 40 MB of JSON, 400 KB a chat
