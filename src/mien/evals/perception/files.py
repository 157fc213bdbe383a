"""What lies in a folder that a user named, also inside its zip archives."""

from __future__ import annotations

import ast
import csv
import gzip
import math
import shutil
import tempfile
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from mien.core.arrays import RATE_HZ, Frame, Samples
from mien.core.errors import SourceNotFound, TooLarge, UnreadableSource
from mien.timeline.origin import Skipped

SOUNDS = frozenset({".wav", ".flac", ".ogg", ".opus", ".mp3", ".m4a"})
PICTURES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp"})

STRANGE = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
"""What comes of reading a file that is something else."""

_MEMBER_BYTES = 64 * 2**20  # of one unpacked file: a zip may promise anything
_CLIP_SECONDS = 600.0
_CELL_CHARS = 20_000  # forty emotions with their groups need a tenth
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    KeyError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
)


@dataclass(frozen=True, slots=True)
class Held:
    """One file, in a folder or in an archive.

    Attributes:
        path: Of the file, or of the archive that holds it.
        member: Its name in the archive; empty for a file of its own.
    """

    path: Path
    member: str = ""

    @property
    def name(self) -> str:
        """Its last part."""
        return PurePosixPath(self.member).name if self.member else self.path.name

    @property
    def stem(self) -> str:
        """Its name without the ending."""
        return PurePosixPath(self.name).stem

    @contextmanager
    def local(self) -> Iterator[Path]:
        """A path to its bytes; what is unpacked for it is deleted afterwards.

        Raises:
            UnreadableSource: If the archive is damaged.
            TooLarge: If the member is.
        """
        if not self.member:
            yield self.path
            return
        with tempfile.TemporaryDirectory(prefix="mien-") as folder:
            unpacked = Path(folder) / f"item{PurePosixPath(self.member).suffix}"
            self._unpack(unpacked)
            yield unpacked

    def _unpack(self, target: Path) -> None:
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(self.member) as member:
                if archive.getinfo(self.member).file_size > _MEMBER_BYTES:
                    raise TooLarge(f"{self.path}:{self.member}", "the unpacked file is too large")
                with target.open("wb") as unpacked:
                    shutil.copyfileobj(member, unpacked)
        except _DAMAGED as error:
            raise UnreadableSource(
                f"{self.path}:{self.member}", "the archive is damaged"
            ) from error


def held(folder: Path, endings: Collection[str]) -> Iterator[Held]:
    """Files with one of these endings, in folders and zip archives below `folder`, in order.

    Raises:
        UnreadableSource: If an archive is damaged: what it holds cannot be passed over in silence.
    """
    for path in sorted(folder.rglob("*")):
        ending = path.suffix.lower()
        if ending in endings and path.is_file():
            yield Held(path)
        elif ending == ".zip" and zipfile.is_zipfile(path):
            for name in _names(path):
                if PurePosixPath(name).suffix.lower() in endings:
                    yield Held(path, name)


def _names(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return sorted(archive.namelist())
    except _DAMAGED as error:
        raise UnreadableSource(path, "the archive is damaged") from error


def by_stem(folder: Path, endings: Collection[str]) -> dict[str, Held]:
    """The same by name without ending; of two with one name the first counts."""
    found: dict[str, Held] = {}
    for one in held(folder, endings):
        found.setdefault(one.stem, one)
    return found


def find(folder: Path, *patterns: str) -> Path | None:
    """The first file below `folder` that fits one of the patterns, in their order."""
    for pattern in patterns:
        fits = sorted(path for path in folder.rglob(pattern) if path.is_file())
        if fits:
            return fits[0]
    return None


def need(folder: Path, what: str, *patterns: str) -> Path:
    """As `find`, with an error that says what should lie there.

    Raises:
        SourceNotFound: If nothing fits.
    """
    found = find(folder, *patterns)
    if found is None:
        raise SourceNotFound(folder, f"it holds no {what}")
    return found


@contextmanager
def table(path: Path, separator: str = ",") -> Iterator[Iterator[dict[str, str]]]:
    """The rows of a CSV file, plain or gzipped, one at a time, by the names of its first line.

    Cells that a short row lacks are empty.

    Raises:
        SourceNotFound: If it is not there.
        UnreadableSource: If it is no such file.
    """
    is_packed = path.suffix == ".gz"
    try:
        with (
            gzip.open(path, "rb") if is_packed else path.open("rb") as raw,
            TextIOWrapper(raw, encoding="utf-8-sig", newline="") as text,
        ):
            yield csv.DictReader(text, delimiter=separator, restval="")
    except FileNotFoundError as error:
        raise SourceNotFound(path, "no such file") from error
    except (csv.Error, UnicodeDecodeError, OSError, EOFError, zlib.error) as error:
        raise UnreadableSource(path, f"not a table in UTF-8 ({error})") from error


def literal(text: str) -> Any:
    """A Python literal that a publisher wrote into a cell; no code in it is run.

    Raises:
        ValueError: If it is none, too deep, or longer than any cell of these sets.
    """
    if len(text) > _CELL_CHARS:
        raise ValueError("a cell too long to be one")
    try:
        return ast.literal_eval(text)
    except (SyntaxError, TypeError, RecursionError, MemoryError) as error:
        raise ValueError("no Python literal") from error


def votes_of(cells: Iterable[Any], path: Path) -> list[float]:
    """How many chose each label, from the cells of a row.

    Raises:
        UnreadableSource: If one is no number from 0.
    """
    try:
        counts = [float(cell) for cell in cells]
    except (ValueError, TypeError, OverflowError) as error:
        raise UnreadableSource(path, f"no count of votes in one of its rows ({error})") from error
    if not all(math.isfinite(count) and count >= 0 for count in counts):
        raise UnreadableSource(path, "a count of votes in one of its rows is no number from 0")
    return counts


def load_sound(one: Held) -> Samples:
    """A clip as mono float32 at 16 kHz, shape (n,).

    Raises:
        SourceError: If it cannot be read or is longer than ten minutes.
    """
    with one.local() as path:
        return read_span(path, None, None)


def read_span(path: Path, start: float | None, end: float | None) -> Samples:
    """A stretch of a recording as mono float32 at 16 kHz, shape (n,), parties added up.

    Raises:
        SourceError: If it cannot be read, holds no sound, or is longer than ten minutes.
    """
    from mien.media import open_source

    begun, parts = start or 0.0, list[tuple[int, Samples]]()
    with open_source(path, start=start, end=end) as source:
        for block in source.sound():
            place = max(0, round((block.start - begun) * RATE_HZ))
            if place > _CLIP_SECONDS * RATE_HZ:
                raise TooLarge(path, f"longer than {_CLIP_SECONDS:.0f} s: give start and end")
            parts.append((place, block.samples))
    if not parts:
        raise UnreadableSource(path, "it holds no sound here")
    whole = np.zeros(max(place + len(samples) for place, samples in parts), dtype=np.float32)
    for place, samples in parts:
        whole[place : place + len(samples)] += samples
    return whole


def load_picture(one: Held) -> Frame:
    """A picture as upright RGB, shape (height, width, 3).

    Raises:
        SourceError: If it cannot be read.
    """
    from mien.media.photo import read_photo

    with one.local() as path:
        return read_photo(path)


def picture_of(data: bytes, name: str) -> Frame:
    """A picture held in a table, as RGB, shape (height, width, 3).

    Raises:
        SourceError: If it cannot be read.
    """
    from mien.media.photo import read_photo

    with tempfile.TemporaryDirectory(prefix="mien-") as folder:
        path = Path(folder) / name
        path.write_bytes(data)
        return read_photo(path)


class Tally:
    """Counts what could not be used, by reason."""

    def __init__(self, source: Path | str) -> None:
        self._source, self._counts = str(source), Counter[str]()

    def add(self, reason: str, count: int = 1) -> None:
        """One more."""
        self._counts[reason] += count

    def skipped(self) -> tuple[Skipped, ...]:
        """One entry a reason."""
        name = Path(self._source).name
        return tuple(
            Skipped(source=name, where="", reason=reason, count=count)
            for reason, count in self._counts.items()
        )
