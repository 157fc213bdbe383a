"""One conversation through the guard, kept in a file: the work that engines do many times."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mien.core.errors import MienError, SourceError, UnreadableSource
from mien.guard.carrying import NOBODY, Person
from mien.guard.check import Mode
from mien.guard.guard import Guard
from mien.guard.observation import Observation, Observer, side_of
from mien.guard.policy import Policy, load_policy
from mien.guard.resources import Resource
from mien.guard.scan.glance import Seen, glance_of, row_of, write_shard
from mien.media import Chat, open_source
from mien.reader.options import Options
from mien.reader.private import Veil
from mien.reader.shard import Shard, Task, source_of
from mien.timeline import Conversation, Turn

_log = logging.getLogger("mien.guard")

VERSION = "mien.scan/1"
"""Of what is kept of a conversation."""

NO_WORDS = "no words in it: a chat, an export or a transcript is needed"
NOBODYS = "no turn in it is a user's or an assistant's"


def local() -> Observer:
    """The detectors that come with the package."""
    from mien.guard.local import LocalObserver

    return LocalObserver()


@dataclass(frozen=True, slots=True)
class WithJudge:
    """The detectors that come with the package, and a language model where they are in doubt.

    Attributes:
        judge: Its name, as `open_judge` takes it.
        force_uncalibrated: Use one that nobody calibrated.
    """

    judge: str
    force_uncalibrated: bool = False

    def __call__(self) -> Observer:
        """Both as one.

        Raises:
            ConfigError: If nobody calibrated the judge, and that is not forced.
        """
        # Few have a judge, and theirs brings a client for the network.
        from mien.guard.judge import Blend, JudgeOptions, open_judge

        options = JudgeOptions(force_uncalibrated=self.force_uncalibrated)
        return Blend(local(), open_judge(self.judge, options))


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """How conversations are looked at; goes to other processes.

    Attributes:
        policy: When to step in.
        mode: How much would have been carried out.
        person: What is known of every user.
        resources: Of the operator.
        observer: Makes what judges turns, once a process.
    """

    policy: Policy = field(default_factory=lambda: load_policy("default"))
    mode: Mode = Mode.OBSERVE
    person: Person = NOBODY
    resources: tuple[Resource, ...] = ()
    observer: Callable[[], Observer] = local

    def identity(self, observer: str, *, private: bool) -> dict[str, str]:
        """Everything that decides what comes out of a conversation, by option, in words.

        Args:
            observer: Its name and version.
            private: Whether words and names are left out.
        """
        told = hashlib.blake2b(repr(self.resources).encode(), digest_size=6).hexdigest()
        return {
            "--policy": self.policy.id,
            "--mode": self.mode.value,
            "--minor": str(self.person.minor),
            "--country": self.person.country or "none",
            "--language": self.person.language,
            "--resources": told if self.resources else "none",
            "--private": str(private),
            "the detectors": observer,
            "the form of scans": VERSION,
        }


class Remembering:
    """An observer that keeps its last answer, which a check holds only in part."""

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self.last: Observation | None = None

    @property
    def name(self) -> str:
        """Of the observer within."""
        return self._observer.name

    def observe(self, turns: Sequence[Turn]) -> Observation:
        """The answer of the observer within."""
        self.last = None
        self.last = self._observer.observe(turns)
        return self.last


@dataclass(frozen=True, slots=True)
class ScanShard:
    """Has the guard follow a conversation and writes what it saw, whatever became of it.

    Attributes:
        watch: How conversations are looked at.
        private: Whether words, titles and names are left out, before anything is written.
    """

    watch: Watch
    private: bool = False
    _listed: dict[Path, tuple[Chat, ...]] = field(default_factory=dict, repr=False, compare=False)
    _guards: list[tuple[Guard, Remembering]] = field(
        default_factory=list, repr=False, compare=False
    )

    def __call__(self, task: Task) -> Shard:
        """The shard of a conversation.

        Raises:
            MienError: If something is wrong that is no fault of the source, such as missing
                weights.
        """
        try:
            return self._scanned(task)
        except SourceError as error:
            # A photo or a letter among chats is no alarm, an unreadable export is.
            is_chat = task.is_promising or error.reason == NOBODYS
            is_source = is_chat and error.reason != NO_WORDS
            return self.lost(task, error.reason, is_source=is_source)
        except MienError:
            raise
        except Exception as error:  # noqa: BLE001 - one hostile file must not end the others
            _log.debug("conversation %d", task.number, exc_info=error)
            return self.lost(task, f"unexpected {type(error).__name__}")

    def lost(self, task: Task, failed: str, *, is_source: bool = True) -> Shard:
        """An empty shard, for a source that gave nothing."""
        task.shard.write_bytes(b"")
        return Shard(0, 0, failed, is_source)

    def _scanned(self, task: Task) -> Shard:
        with open_source(source_of(task, Options(), self._listed)) as source:
            conversation = source.conversation
        if conversation is None:
            raise UnreadableSource(task.path, NO_WORDS)
        seen = list(self._follow(conversation))
        if not seen:
            raise UnreadableSource(task.path, NOBODYS)
        name = Veil(first=task.number).source(task.name) if self.private else task.name
        title = None if self.private else conversation.title
        left_out = len(conversation.turns) - len(seen)
        if self.private:
            seen = [_veiled(one) for one in seen]
        glance = glance_of(task.number, name, title, seen, left_out)
        rows = [_bare(row_of(one)) if self.private else row_of(one) for one in seen]
        return Shard(len(rows), write_shard(task.shard, glance, rows))

    def _follow(self, conversation: Conversation) -> Iterator[Seen]:
        guard, observer = self._guard()
        turns = [turn for turn in conversation.turns if side_of(turn) is not None]
        steps = guard.follow(conversation.turns, self.watch.person)
        for turn, step in zip(turns, steps, strict=True):
            yield Seen(turn, step.check, observer.last)

    def _guard(self) -> tuple[Guard, Remembering]:
        if not self._guards:
            observer = Remembering(self.watch.observer())
            guard = Guard(
                self.watch.policy,
                observer=observer,
                mode=self.watch.mode,
                resources=self.watch.resources,
            )
            self._guards.append((guard, observer))
        return self._guards[0]


def _veiled(seen: Seen) -> Seen:
    """The same without words; an instruction may quote what an assistant claimed."""
    reasons = tuple(reason._replace(quote=None) for reason in seen.check.reasons)
    return seen._replace(check=replace(seen.check, reasons=reasons, instruction=None))


def _bare(row: dict[str, Any]) -> dict[str, Any]:
    raised = [{**one, "from_char": None, "to_char": None} for one in row["raised"]]
    return {**row, "text": None, "speaker": None, "raised": raised}
