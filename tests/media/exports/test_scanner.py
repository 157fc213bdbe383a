"""JSON in pieces: the same values wherever the pieces are cut, and places to return to."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.errors import TooLarge, UnreadableSource
from mien.media.exports import scanner as scanning
from mien.media.exports.scanner import Scanner

PATH = Path("x.json")
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


class Crumbs(io.BytesIO):
    """Gives a few bytes at a time, whatever is asked for."""

    def __init__(self, raw, size):
        super().__init__(raw)
        self.size = size

    def read(self, _=-1):
        return super().read(self.size)


@given(
    rows=st.lists(plain, max_size=6),
    size=st.integers(1, 9),
    escaped=st.booleans(),
    mark=st.booleans(),
)
def test_values_and_places_do_not_depend_on_where_pieces_are_cut(rows, size, escaped, mark):
    text = json.dumps(rows, ensure_ascii=escaped, indent=1)
    raw = (b"\xef\xbb\xbf" if mark else b"") + text.encode("utf-8", "replace")
    rows = json.loads(raw.decode("utf-8-sig"))
    scanner = Scanner(PATH, Crumbs(raw, size))
    places, read = [], []
    for _ in scanner.items():
        scanner.peek()
        places.append(scanner.offset)
        read.append(scanner.value())
    assert read == rows
    for place, row in reversed(list(zip(places, rows, strict=True))):
        scanner.seek(place)
        assert scanner.value() == row


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), plain, max_size=5), st.data())
def test_fields_that_are_not_taken_are_skipped(row, data):
    row = json.loads(json.dumps(row))
    taken = data.draw(st.sets(st.sampled_from(sorted(row)))) if row else set()
    scanner = Scanner(PATH, Crumbs(json.dumps(row).encode(), 3))
    assert {key: scanner.value() for key in scanner.fields() if key in taken} == {
        key: row[key] for key in taken
    }
    assert scanner.peek() == ""


def test_json_lines_are_records_too():
    assert whole(b'{"a": 1}\n\n{"a": 2}\n') == [{"a": 1}, {"a": 2}]


def whole(raw):
    scanner = Scanner(PATH, io.BytesIO(raw))
    return [scanner.value() for _ in scanner.records()]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'[{"a": 1}, {"a": ', "too early"),
        (b'[{"a": 1}', "too early"),
        (b'[{"a": 1} {"a": 2}]' + b" " * 99, "broken after byte"),
        (b'[{"a": nope, "b": "' + b"x" * 99 + b'"}]', "broken after byte"),
        (b'["a", "\xff\xfe"]', "invalid UTF-8 at byte 7"),
        (b"[" * 200_000, "nested too deeply"),
        (b"[" + b"9" * 5000 + b"]", "too long"),
        (b"[1] 2", "broken|too early"),
    ],
)
def test_what_is_broken_says_where(raw, reason):
    with pytest.raises(UnreadableSource, match=reason):
        whole(raw)


def test_one_endless_value_is_refused_before_it_fills_memory(monkeypatch):
    monkeypatch.setattr(scanning, "CHUNK", 1 << 10)

    class Endless(io.BytesIO):
        taken = 0

        def read(self, size=-1):
            self.taken += size
            return b'["' + b"x" * size if self.taken == size else b"x" * size

    endless = Endless()
    with pytest.raises(TooLarge, match="beyond"):
        Scanner(PATH, endless, limit=1 << 20).value()
    assert endless.taken < 1 << 23
