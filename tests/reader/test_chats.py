"""Exports of chats in Python: as many sources as they have chats."""

import pytest

import mien
from mien.core.config import Config
from mien.core.errors import ConfigError, SourceError
from mien.media import find_chats
from mien.reader import Options, read_folder
from mien.reader.sources import find_sources
from tests.fakes.exports import chatgpt_chat, write_json

WORDS = {"channels": ["words"]}


@pytest.fixture
def export(tmp_path):
    (tmp_path / "in").mkdir()
    return write_json(tmp_path / "in/x.json", [chatgpt_chat("a"), chatgpt_chat("b")])


def test_read_takes_all_chats_or_one(export):
    assert mien.read(export, **WORDS).sources == ("x.json#a", "x.json#b")
    assert mien.read(export, chat="b", **WORDS).sources == ("x.json#b",)
    assert mien.read(export, chat=1, **WORDS).sources == ("x.json#a",)
    assert mien.read(find_chats(export)[1], **WORDS).sources == ("x.json#b",)


def test_stream_goes_through_all_chats(export):
    told = [reading.source for reading in mien.stream(export, **WORDS)]
    assert told == ["x.json#a"] * 3 + ["x.json#b"] * 3


def test_a_chat_of_several_sources_or_of_none_is_refused(export, tmp_path):
    with pytest.raises(ConfigError, match="one export"):
        mien.read([export, export], chat="a")
    (tmp_path / "a.txt").write_text("Ana: hi")
    with pytest.raises(ConfigError, match="is none"):
        mien.read(tmp_path / "a.txt", chat="a")


def test_dates_may_be_set(tmp_path):
    (tmp_path / "_chat.txt").write_text("04/03/24, 10:00 - Ana: hi\n")
    with pytest.raises(SourceError, match="--dates"):
        mien.read(tmp_path / "_chat.txt", **WORDS)
    assert len(mien.read(tmp_path / "_chat.txt", config=Config(dates="day"), **WORDS)) == 1


def test_chats_of_two_exports_of_one_name_are_told_apart(tmp_path):
    for folder in ("mon", "tue"):
        (tmp_path / folder).mkdir()
        write_json(tmp_path / folder / "x.json", [chatgpt_chat("a"), chatgpt_chat("b")])
    sources = mien.read([tmp_path / "mon/x.json", tmp_path / "tue/x.json"], **WORDS).sources
    assert len(set(sources)) == 4


def test_a_folder_with_an_export_has_all_its_chats(export, tmp_path):
    broken = [chatgpt_chat("ok"), {"title": "new", "create_time": 1}]
    write_json(tmp_path / "in/y.json", broken)
    names = [found.name for found in find_sources([tmp_path / "in"]).found]
    assert names == ["x.json#a", "x.json#b", "y.json#ok", "y.json#new"]
    corpus = read_folder(tmp_path / "in", tmp_path / "ledger", Options(**WORDS))
    assert list(corpus.names) == names
    assert list(corpus.failed) == ["y.json#new"]
    assert [len(timeline) for timeline in corpus] == [3, 3, 3, 0]


def test_private_chats_of_a_folder_are_numbers(export, tmp_path):
    corpus = read_folder(tmp_path / "in", tmp_path / "ledger", Options(**WORDS), private=True)
    assert list(corpus.names) == ["source-1.json", "source-2.json"]
