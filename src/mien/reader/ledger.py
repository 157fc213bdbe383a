"""What a run over many sources has done so far, on disk, so that the next one goes on from there.

A ledger is a folder: `ledger.json` with the options that all of it was read under, `done.jsonl`
with a line a source, and `shards`, a file a source. A line is written after its shard is whole;
whenever a run ends, killed or not, each source is either done or not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from mien.core.errors import ConfigError, UnreadableSource
from mien.reader.alone import alone

VERSION = "mien.ledger/1"

_ABOUT = "ledger.json"
_DONE = "done.jsonl"
_SHARDS = "shards"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What became of a source.

    Attributes:
        key: Of the source as it was: its name, size and time of change, and its words'.
        number: Place in the order in which sources were first seen, from 1.
        source: What readings carry.
        readings: How many there are in its shard.
        bytes: Size of the shard; one that differs was tampered with or cut by a power failure.
        failed: Why it could not be read to its end; None if it was.
        is_source: Whether it is one at all; a file that is none failed and is not tried again.
    """

    key: str
    number: int
    source: str
    readings: int
    bytes: int
    failed: str | None = None
    is_source: bool = True


class Ledger:
    """An opened ledger, held alone until it is closed."""

    def __init__(
        self, folder: Path, options: Mapping[str, str], *, ending: str = ".parquet"
    ) -> None:
        """Open a ledger, or begin one.

        Args:
            folder: Where it is or shall be.
            options: Everything that decides what comes out of a source, by option.
            ending: Of the names of shards.

        Raises:
            ConfigError: If it was begun under other options, or cannot be written.
            UnreadableSource: If it is damaged, or a newer Mien made it.
        """
        self.folder = folder
        self._ending = ending
        self._entries: dict[str, Entry] = {}
        with ExitStack() as held, _writing(folder):
            (folder / _SHARDS).mkdir(parents=True, exist_ok=True)
            held.enter_context(alone(folder))
            if (folder / _ABOUT).exists():
                self._check(options)
                self._load()
            else:
                self._begin(options)
            for torn in (folder / _SHARDS).glob(".*"):
                torn.unlink()
            self._held = held.pop_all()

    def close(self) -> None:
        """Let others have it."""
        self._held.close()

    def entry(self, key: str) -> Entry | None:
        """What is known of a source, if its shard is as it was written."""
        entry = self._entries.get(key)
        return entry if entry is not None and self._is_whole(entry) else None

    def shard(self, key: str) -> Path:
        """Where what was found in a source is kept."""
        return self.folder / _SHARDS / f"{key}{self._ending}"

    def next_number(self) -> int:
        """The first number that no source has."""
        return max((entry.number for entry in self._entries.values()), default=0) + 1

    def add(self, entry: Entry) -> None:
        """Write down a source whose shard is whole.

        Raises:
            ConfigError: If there is no room.
        """
        line = json.dumps(asdict(entry), ensure_ascii=False) + "\n"
        path = self.folder / _DONE
        with _writing(path), path.open("ab") as file:
            before = file.tell()
            try:
                file.write(line.encode())
                file.flush()
            except OSError:
                file.truncate(before)
                raise
        self._entries[entry.key] = entry

    def _is_whole(self, entry: Entry) -> bool:
        try:
            return self.shard(entry.key).stat().st_size == entry.bytes
        except OSError:
            return False

    def _begin(self, options: Mapping[str, str]) -> None:
        (self.folder / _DONE).unlink(missing_ok=True)
        text = json.dumps({"schema": VERSION, "options": dict(options)}, indent=1)
        part = self.folder / f".{_ABOUT}"
        part.write_text(text + "\n", encoding="utf-8")
        part.replace(self.folder / _ABOUT)

    def _check(self, options: Mapping[str, str]) -> None:
        about = self._about()
        if about.get("schema") != VERSION:
            reason = f"a ledger of another Mien ({about.get('schema')}): give another --out"
            raise UnreadableSource(self.folder, reason)
        old = about["options"]
        differing = [
            f"{name} was {old.get(name, 'unknown')} and is {options.get(name, 'unknown')}"
            for name in dict.fromkeys([*old, *options])
            if old.get(name) != options.get(name)
        ]
        if differing:
            raise ConfigError(
                f"{self.folder} was begun under other options ({'; '.join(differing)}): give the "
                "old ones again, give another --out, or delete that folder to read all anew"
            )

    def _about(self) -> dict[str, Any]:
        try:
            about = json.loads((self.folder / _ABOUT).read_text(encoding="utf-8"))
            if isinstance(about, dict) and isinstance(about.get("options"), dict):
                return about
        except ValueError:
            pass
        reason = f"its {_ABOUT} is damaged: delete the folder to read all anew"
        raise UnreadableSource(self.folder, reason)

    def _load(self) -> None:
        path = self.folder / _DONE
        if not path.exists():
            return
        raw = path.read_bytes()
        whole = raw[: raw.rfind(b"\n") + 1]
        if len(whole) < len(raw):
            # A run that was killed may have left half a line, which the next one must not continue.
            with path.open("r+b") as file:
                file.truncate(len(whole))
        for line in whole.splitlines():
            entry = _entry(line)
            if entry is not None:
                self._entries[entry.key] = entry


def _entry(line: bytes) -> Entry | None:
    """The entry of a line; one that is damaged only means that its source is read again."""
    try:
        row = json.loads(line)
        return Entry(**{field.name: row[field.name] for field in fields(Entry)})
    except (ValueError, KeyError, TypeError):
        return None


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConfigError(f"cannot write {path}: {reason}") from error
