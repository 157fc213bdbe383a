"""A publisher's files: found in a folder or where they were pulled, and never changed unseen."""

import gzip
import hashlib
import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.assets import Asset, AssetFile, Shelf
from mien.core.errors import AssetError, EvalError
from mien.evals import source
from mien.evals.bench import Setup
from mien.evals.info import TaskInfo
from mien.evals.source import Published, content, parse, published

WORDS = b'{"one": 1}\n\n{"two": 2}\n'


def asset(raw=WORDS, name="words.jsonl"):
    digest = hashlib.sha256(raw).hexdigest()
    return Asset(
        name="words",
        title="Words",
        use="nothing",
        repository="https://example.org/words",
        revision="0" * 40,
        licence="CC0-1.0",
        commercial=True,
        notice="nobody",
        citation="Nobody (2026).",
        memory_mb=1,
        files=(AssetFile(name=name, bytes=len(raw), sha256=digest),),
        is_data=True,
    )


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "shelf")


@pytest.fixture
def here(tmp_path, shelf):
    folder = tmp_path / "data"
    folder.mkdir()
    return Published(asset(), folder, shelf)


@pytest.mark.parametrize(
    "place", ["words.jsonl", "deep/er/words.jsonl", "words.jsonl.gz", "a/words.jsonl.gz"]
)
def test_a_file_is_found_plain_or_packed_in_any_folder_below(here, place):
    path = here.folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(WORDS) if path.suffix == ".gz" else WORDS)
    assert here.read("words.jsonl") == WORDS
    assert here.hashes == {"words.jsonl": hashlib.sha256(WORDS).hexdigest()}
    assert here.changed == ()
    assert here.variant == {}


def test_the_exact_path_comes_before_files_below(here):
    (here.folder / "old").mkdir()
    (here.folder / "old/words.jsonl").write_bytes(b"other")
    (here.folder / "words.jsonl").write_bytes(WORDS)
    assert here.read("words.jsonl") == WORDS


def test_two_files_that_differ_are_an_error_and_two_copies_are_none(here):
    for name in ("a", "b"):
        (here.folder / name).mkdir()
        (here.folder / name / "words.jsonl").write_bytes(WORDS)
    assert here.read("words.jsonl") == WORDS
    (here.folder / "b/words.jsonl").write_bytes(b"other")
    with pytest.raises(EvalError, match="differ: name the folder of one"):
        here.read("words.jsonl")


def test_a_name_with_a_folder_is_found_in_that_folder_alone(here):
    for name in ("EA/words.jsonl", "deep/EU/words.jsonl"):
        (here.folder / name).parent.mkdir(parents=True)
        (here.folder / name).write_bytes(name.encode())
    assert here.read("EU/words.jsonl") == b"deep/EU/words.jsonl"
    assert here.read("EA/words.jsonl") == b"EA/words.jsonl"


def test_changed_bytes_are_named_by_their_own_hash(here):
    (here.folder / "words.jsonl").write_bytes(b"{}")
    here.read("words.jsonl")
    first = here.variant
    assert here.changed == ("words.jsonl",)
    (here.folder / "words.jsonl").write_bytes(b'{"a": 1}')
    here.read("words.jsonl")
    assert first["data"].startswith("changed ")
    assert here.variant != first


def test_a_file_that_is_not_there_says_where_to_get_it(here, shelf):
    with pytest.raises(EvalError, match=r"example\.org/words @ 0000.*models pull words"):
        here.read("words.jsonl")
    with pytest.raises(AssetError, match=r"mien models pull words.*--data DIR"):
        Published(asset(), None, shelf).read("words.jsonl")


def test_what_was_pulled_is_read_and_must_be_as_published(shelf):
    pulled = Published(asset(), None, shelf)
    place = shelf.place(pulled.asset)
    place.mkdir(parents=True)
    (place / "words.jsonl").write_bytes(WORDS)
    assert pulled.rows("words.jsonl") == [{"one": 1}, {"two": 2}]
    (place / "words.jsonl").write_bytes(WORDS + b" ")
    with pytest.raises(AssetError, match="mien models verify words"):
        pulled.read("words.jsonl")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"\xff\xfe", "not UTF-8 .byte 0"),
        (b'{"a": 1}\n{"b"', "line 2 of words.jsonl is not JSON"),
        (b"{}\n[]", "line 2 of words.jsonl is no JSON object"),
        (b'{"a": 1, "a": 2}', "'a' is there twice"),
        (b'{"a": ' + b"1" * 5000 + b"}", "not JSON that can be used"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_a_damaged_file_of_rows_names_the_line(here, raw, reason):
    (here.folder / "words.jsonl").write_bytes(raw)
    with pytest.raises(EvalError, match=reason):
        here.rows("words.jsonl")


def test_a_packed_file_that_is_too_large_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(source, "LARGEST", 1000)
    (tmp_path / "big.gz").write_bytes(gzip.compress(b"x" * 1001))
    with pytest.raises(EvalError, match="holds more than"):
        content(tmp_path / "big.gz")
    (tmp_path / "fits.gz").write_bytes(gzip.compress(b"x" * 1000))
    assert content(tmp_path / "fits.gz") == b"x" * 1000


def test_a_folder_of_too_many_files_is_not_searched(here, monkeypatch):
    monkeypatch.setattr(source, "_MOST_FILES", 2)
    for i in range(3):
        (here.folder / f"{i}.txt").touch()
    with pytest.raises(EvalError, match="name one below it"):
        here.read("words.jsonl")


def test_a_folder_that_is_none_and_a_task_without_files_are_refused(tmp_path):
    info = TaskInfo(
        name="t",
        title="",
        version="1",
        measures="",
        main_score="",
        scale="",
        citation="",
        licence="",
    )
    with pytest.raises(EvalError, match="has no published files"):
        published(info, Setup())
    with pytest.raises(EvalError, match="must name a folder"):
        published(replace(info, asset="eq-bench-v2"), Setup(data=tmp_path / "none"))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(values)
def test_json_is_read_as_it_was_written(value):
    assert parse(json.dumps(value), "value") == value
