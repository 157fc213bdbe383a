import json

import pytest

from mien.core.errors import ConfigError, UnreadableSource
from mien.reader.ledger import Entry, Ledger

OPTIONS = {"--fps": "5", "--decoders": "words-v1"}


def opened(folder, options=OPTIONS):
    return Ledger(folder / "r.ledger", options)


def added(ledger, key, content=b"shard", **more):
    ledger.shard(key).write_bytes(content)
    number = ledger.next_number()
    ledger.add(Entry(key=key, number=number, source=key, readings=1, bytes=len(content), **more))


@pytest.fixture
def folder(tmp_path):
    ledger = opened(tmp_path)
    added(ledger, "one")
    added(ledger, "two", failed="broken")
    ledger.close()
    return tmp_path


def test_what_was_added_is_there_the_next_time(folder):
    ledger = opened(folder)
    assert ledger.entry("one").failed is None
    assert ledger.entry("two").failed == "broken"
    assert ledger.entry("three") is None
    assert ledger.next_number() == 3


def test_the_last_word_on_a_source_holds(folder):
    ledger = opened(folder)
    ledger.add(Entry(key="two", number=2, source="two", readings=1, bytes=5))
    ledger.close()
    assert opened(folder).entry("two").failed is None


@pytest.mark.parametrize("cut", [1, 20, 60])
def test_half_a_line_is_forgotten_and_the_next_one_is_whole(folder, cut):
    done = folder / "r.ledger/done.jsonl"
    done.write_bytes(done.read_bytes()[:-cut])
    ledger = opened(folder)
    assert ledger.entry("one") is not None
    assert ledger.entry("two") is None
    added(ledger, "three")
    ledger.close()
    assert opened(folder).entry("three") is not None
    assert all(json.loads(line) for line in done.read_text().splitlines())


def test_a_shard_that_is_not_as_it_was_written_does_not_count(folder):
    ledger = opened(folder)
    ledger.shard("one").write_bytes(b"shar")
    ledger.shard("two").unlink()
    assert ledger.entry("one") is None
    assert ledger.entry("two") is None


def test_other_options_are_refused_by_name_with_both_values_and_the_way_out(folder):
    with pytest.raises(ConfigError, match=r"--fps was 5 and is 2") as caught:
        opened(folder, {**OPTIONS, "--fps": "2"})
    assert "--decoders" not in str(caught.value)
    assert "delete that folder" in str(caught.value)
    opened(folder)


def test_an_option_of_a_newer_mien_is_a_difference(folder):
    with pytest.raises(ConfigError, match="--new was unknown and is 1"):
        opened(folder, {**OPTIONS, "--new": "1"})


def test_two_runs_do_not_work_on_one_ledger(folder):
    ledger = opened(folder)
    with pytest.raises(ConfigError, match="another run"):
        opened(folder)
    ledger.close()
    opened(folder).close()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"schema": "mien.ledger/9", "options": {}}'])
def test_a_damaged_ledger_is_named(folder, text):
    (folder / "r.ledger/ledger.json").write_text(text)
    with pytest.raises(UnreadableSource, match=r"r\.ledger"):
        opened(folder)


def test_what_a_killed_run_left_half_written_is_removed(folder):
    torn = folder / "r.ledger/shards/.three.parquet.x1"
    torn.write_bytes(b"half")
    opened(folder)
    assert not torn.exists()


def test_a_file_in_the_place_of_the_ledger_is_an_error_that_names_it(tmp_path):
    (tmp_path / "r.ledger").write_text("mine")
    with pytest.raises(ConfigError, match=r"r\.ledger"):
        opened(tmp_path)
