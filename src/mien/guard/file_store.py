"""A store in one SQLite file, where what was forgotten is gone from the file too."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from mien.core.errors import StoreError
from mien.guard.case import Case
from mien.guard.keeping import case_from_json, case_to_json
from mien.guard.store import MOST_OF_PERSON, Kept, last_of, quoted_turns
from mien.timeline import Turn

_APPLICATION = 0x4D69656E
_SCHEMA = 1
_TABLE = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, person TEXT, at REAL NOT NULL, state TEXT NOT NULL, words TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS of_person ON conversations (person, at);
CREATE INDEX IF NOT EXISTS by_time ON conversations (at);
"""


class FileStore:
    """Keeps cases in a file that only its owner can read; several programs may share it.

    A kill loses nothing that `put` returned from; a power cut may lose the last second. The file
    must be on a disk of this machine: SQLite's write-ahead log does not work on network drives.

    Args:
        path: Made if it is not there.
        words: Whether quoted turns are kept too; else no word of a conversation is in the file.

    Raises:
        StoreError: If the file cannot be used, or is damaged or another program's.
    """

    def __init__(self, path: str | Path, *, words: bool = False) -> None:
        self.path, self._words = Path(path), words
        self._lock = threading.Lock()
        with self._faults("be opened"):
            # Readable for its owner alone from its first byte on; its -wal and -shm follow it.
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            self._base = sqlite3.connect(
                self.path, isolation_level=None, check_same_thread=False, timeout=10
            )
            try:
                self._prepare()
            except BaseException:
                self._base.close()
                raise

    def get(self, conversation: str) -> Kept | None:
        """What is kept of a conversation.

        Raises:
            StoreError: If it cannot be read.
        """
        with self._lock, self._faults("be read"):
            row = self._base.execute(f"{_SELECT} WHERE id = ?", (conversation,)).fetchone()
        return None if row is None else self._kept(row)

    def put(
        self,
        conversation: str,
        case: Case,
        *,
        person: str | None = None,
        turns: Sequence[Turn] = (),
    ) -> None:
        """Keep a case; see `Store.put`.

        Raises:
            StoreError: If it cannot be written.
        """
        with self._lock, self._faults("be written"), self._change():
            told = self._told(conversation, case, turns) if self._words else "[]"
            at = last_of(case).timestamp()
            self._base.execute(
                "INSERT OR REPLACE INTO conversations VALUES (?, ?, ?, ?, ?)",
                (conversation, person, at, case_to_json(case), told),
            )

    def of_person(self, person: str) -> tuple[Kept, ...]:
        """A person's conversations, the newest first.

        Raises:
            StoreError: If they cannot be read.
        """
        with self._lock, self._faults("be read"):
            rows = self._base.execute(
                f"{_SELECT} WHERE person = ? ORDER BY at DESC LIMIT ?", (person, MOST_OF_PERSON)
            ).fetchall()
        return tuple(self._kept(row) for row in rows)

    def forget(self, person: str) -> int:
        """Erase all conversations of a person; how many there were.

        Afterwards no byte of them is in the file or its log. Copies elsewhere are outside: backups,
        snapshots of the file system, spare blocks of the disk.

        Raises:
            StoreError: If they cannot be erased, or another program keeps the log open.
        """
        return self._erase("person = ?", person)

    def forget_conversation(self, conversation: str) -> bool:
        """Erase one, as `forget` does; whether it was there."""
        return self._erase("id = ?", conversation) > 0

    def forget_before(self, at: datetime) -> int:
        """Erase all whose last turn is older, as `forget` does; how many there were."""
        return self._erase("at < ?", at.timestamp())

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._base.close()

    def _prepare(self) -> None:
        (application,) = self._base.execute("PRAGMA application_id").fetchone()
        (schema,) = self._base.execute("PRAGMA user_version").fetchone()
        (others,) = self._base.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if application != _APPLICATION and (application or others):
            raise StoreError(f"{self.path} is another program's database: choose another file")
        if schema > _SCHEMA:
            raise StoreError(f"{self.path} was written by a newer Mien: update this one")
        for pragma in ("journal_mode = WAL", "synchronous = NORMAL", "secure_delete = ON"):
            self._base.execute(f"PRAGMA {pragma}")
        # VACUUM would put a copy of everything into a temporary file.
        self._base.execute("PRAGMA temp_store = MEMORY")
        self._base.executescript(_TABLE)
        self._base.execute(f"PRAGMA application_id = {_APPLICATION}")
        self._base.execute(f"PRAGMA user_version = {_SCHEMA}")

    def _erase(self, where: str, value: str | float) -> int:
        with self._lock, self._faults("be erased from"):
            found = self._base.execute(f"DELETE FROM conversations WHERE {where}", (value,))  # noqa: S608  # a constant
            # Deleting leaves the bytes in the log, and copies where pages were split: the file is
            # written anew, and its log cut to nothing, whether or not anything was found now, so
            # that asking again finishes what was interrupted.
            self._base.execute("VACUUM")
            (is_busy, *_) = self._base.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if is_busy:
                raise StoreError(
                    f"{found.rowcount} conversations are forgotten, but {self.path}-wal may still "
                    "hold their bytes, since another program reads it: ask again when it is done"
                )
            return found.rowcount

    def _told(self, conversation: str, case: Case, turns: Sequence[Turn]) -> str:
        row = self._base.execute(
            "SELECT words FROM conversations WHERE id = ?", (conversation,)
        ).fetchone()
        known = _turns(row[0]) if row else ()
        return json.dumps([[t.index, t.role, t.text] for t in quoted_turns(case, (*known, *turns))])

    def _kept(self, row: tuple[str, str | None, float, str, str]) -> Kept:
        conversation, person, at, state, told = row
        try:
            case, turns = case_from_json(state), _turns(told)
        except ValueError as error:
            raise StoreError(f"{self.path} is damaged at {conversation!r}: {error}") from error
        return Kept(case=case, turns=turns, person=person, at=datetime.fromtimestamp(at, UTC))

    @contextmanager
    def _change(self) -> Iterator[None]:
        """All or nothing, and nobody between reading and writing."""
        self._base.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")

    @contextmanager
    def _faults(self, what: str) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise StoreError(f"{self.path} cannot {what}: {error}") from error


_SELECT = "SELECT id, person, at, state, words FROM conversations"


def _turns(words: str) -> tuple[Turn, ...]:
    try:
        return tuple(
            Turn(index=int(i), role=role, text=str(text)) for i, role, text in json.loads(words)
        )
    except (TypeError, ValueError, RecursionError) as error:
        raise ValueError("no turns") from error
