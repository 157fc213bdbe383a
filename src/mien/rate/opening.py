"""A file of judgements as text or rows, whatever it is packed in."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mien.core.errors import EvalError

LARGEST = 4 << 30
"""Bytes of text that are unpacked; a gzip bomb ends here."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file holds.

    Attributes:
        text: All of it; empty of a Parquet file.
        rows: Of a Parquet file, else None.
        sha256: Of the file's bytes, as they lie there.
    """

    text: str
    rows: list[dict[str, Any]] | None
    sha256: str


def opened(path: Path) -> Opened:
    """The text of a file, unpacked if it is gzip, or the rows of a Parquet file.

    Raises:
        EvalError: If it cannot be opened, is cut off, is no UTF-8, or is a log of Inspect.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise EvalError(f"cannot open {path}: {error.strerror}") from error
    sha256 = hashlib.sha256(raw).hexdigest()
    if raw[:4] == b"PAR1":
        return Opened("", _parquet(path, raw), sha256)
    if raw[:2] == b"PK":
        raise EvalError(
            f"{path} is a zip archive, such as a log of Inspect: mien rate reads pairwise "
            "judgements as JSON, JSON lines, CSV or Parquet"
        )
    plain = _unzipped(path, raw) if raw[:2] == b"\x1f\x8b" else raw
    try:
        text = plain.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = plain.count(b"\n", 0, error.start) + 1
        raise EvalError(
            f"{path}, line {line}: byte 0x{plain[error.start]:02x} is not UTF-8: save the "
            "file as UTF-8"
        ) from error
    if not text.strip():
        raise EvalError(f"{path} is empty")
    return Opened(text, None, sha256)


def _unzipped(path: Path, raw: bytes) -> bytes:
    try:
        with gzip.open(io.BytesIO(raw)) as handle:
            plain = handle.read(LARGEST + 1)
    except (EOFError, OSError, zlib.error) as error:
        raise EvalError(
            f"{path} is cut off or damaged gzip ({error}): was the download or the run interrupted?"
        ) from error
    if len(plain) > LARGEST:
        raise EvalError(f"{path} unpacks to more than {LARGEST >> 30} GB")
    return plain


def _parquet(path: Path, raw: bytes) -> list[dict[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return list(pq.read_table(pa.BufferReader(raw)).to_pylist())
    except pa.ArrowException as error:
        raise EvalError(f"{path} is cut off or damaged Parquet: {error}") from error
