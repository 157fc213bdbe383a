"""What asking a judge came to: answers, tokens, and what of them could not be used."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from mien.guard.judge.verdict import Verdict
from mien.llm import Cache, Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts since a judge was opened.

    Attributes:
        turns: Judged.
        failed: Turns for which no usable answer came.
        answers: That the model gave and that had to be paid for.
        cached: That were kept from before.
        tokens_read: Of the paid answers; 0 where the server does not tell.
        tokens_written: Likewise.
        unsure: Signals that the judge could not tell.
        made_up: Signals that were dropped because their quote stands nowhere.
        steering: Turns that tried to give the judge orders.
    """

    turns: int = 0
    failed: int = 0
    answers: int = 0
    cached: int = 0
    tokens_read: int = 0
    tokens_written: int = 0
    unsure: int = 0
    made_up: int = 0
    steering: int = 0

    def cost(self, read: float, written: float) -> float:
        """What the answers cost.

        Args:
            read: Price of a million tokens read.
            written: Of a million written.
        """
        return (self.tokens_read * read + self.tokens_written * written) / 1e6


class Counter:
    """Counts from several threads; stands before a cache, through which every answer goes.

    Args:
        cache: Where answers are kept.
    """

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._lock = threading.Lock()
        self._tally = Tally()

    @property
    def tally(self) -> Tally:
        """The counts so far."""
        with self._lock:
            return self._tally

    def get(self, key: str) -> Reply | None:
        """What was kept under a key."""
        kept = self._cache.get(key)
        if kept is not None:
            self._add(cached=1)
        return kept

    def put(self, key: str, reply: Reply) -> None:
        """Keep an answer that was just given."""
        self._add(answers=1, tokens_read=reply.tokens_read, tokens_written=reply.tokens_written)
        self._cache.put(key, reply)

    def judged(self, verdict: Verdict) -> None:
        """Count a turn."""
        self._add(
            turns=1,
            unsure=len(verdict.unsure),
            made_up=len(verdict.made_up),
            steering=int(verdict.steering),
        )

    def failed(self) -> None:
        """Count a turn that could not be judged."""
        self._add(failed=1)

    def _add(self, **more: int) -> None:
        with self._lock:
            added = {name: getattr(self._tally, name) + n for name, n in more.items()}
            self._tally = replace(self._tally, **added)
