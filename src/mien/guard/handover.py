"""Handing a conversation over to people: a signed webhook that never holds anybody up.

Each request carries `Mien-Timestamp` (seconds since 1970), `Mien-Event` (the same for every try,
so that a receiver can drop what it has) and `Mien-Signature: v1=HEX`, the HMAC-SHA256 of the
timestamp, a dot and the body under the shared secret.
"""

from __future__ import annotations

import hashlib
import heapq
import hmac
import json
import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol
from uuid import uuid4

from mien.core.config import Config
from mien.core.errors import ConfigError, MienError
from mien.core.network import Purpose
from mien.guard.check import Action, Check
from mien.llm import Post, Retries, Sent

_LOG = logging.getLogger("mien.guard")

VERSION = 1
"""Of the body."""

TOLERANCE_S = 300
"""Older signatures are refused: somebody may have recorded them."""

SHORTEST_SECRET = 16

PATIENT = Retries(tries=20, seconds=6 * 3600.0, first=2.0, longest=1800.0)
"""People's systems are down for hours, and a hand-over is still wanted then."""


class Counts(NamedTuple):
    """What became of hand-overs since the start.

    Attributes:
        sent: Taken by the receiver.
        failed: Tries that were not; most are tried again.
        given_up: Hand-overs that nobody took.
        dropped: Hand-overs that never left, since too many waited.
        waiting: Still to be sent.
    """

    sent: int = 0
    failed: int = 0
    given_up: int = 0
    dropped: int = 0
    waiting: int = 0


class Receiver(Protocol):
    """Where hand-overs go; `mien.llm.Post` is one."""

    def send(self, body: bytes, headers: Mapping[str, str]) -> Sent:
        """Try once."""

    def close(self) -> None:
        """Let go of connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverOptions:
    """How conversations are handed over.

    Attributes:
        secret: Shared with the receiver.
        actions: Which decisions are, by action or action and step such as `crisis.imminent`.
        text: Whether quotes go along; else ids, signals and figures alone.
        retries: When to try again.
        most: How many may wait; further ones are dropped and counted.
    """

    secret: str = field(repr=False)
    actions: frozenset[str] = frozenset({Action.CRISIS.value})
    text: bool = False
    retries: Retries = field(default_factory=lambda: PATIENT)
    most: int = 1000


class HandOver:
    """Sends decisions to people's own system, from a thread of its own; a context manager.

    What waits is in memory: a kill loses it, and a close tries each once more.

    Args:
        receiver: Where to.
        options: How.
        clock: Seconds, for waiting.
    """

    def __init__(
        self,
        receiver: Receiver,
        options: HandOverOptions,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if len(options.secret) < SHORTEST_SECRET:
            raise ConfigError(
                f"the secret of a hand-over needs {SHORTEST_SECRET} characters or more: "
                "whoever guesses it can call people out"
            )
        self._receiver, self._options, self._clock = receiver, options, clock
        self._counts = Counts()
        self._queue: list[_Waiting] = []
        self._changed = threading.Condition()
        self._is_closing = False
        self._thread = threading.Thread(target=self._work, name="mien-hand-over", daemon=True)
        self._thread.start()

    @classmethod
    def to(cls, url: str, options: HandOverOptions, config: Config | None = None) -> HandOver:
        """A hand-over to a web address.

        Raises:
            ConfigError: If the address is none, or the secret too short.
            MissingExtra: If `mien[models]` is not installed.
            NetworkRefused: If Mien is offline and the address is not on this machine.
        """
        return cls(Post(url, Purpose.HAND_OVER, config=config), options)

    @property
    def counts(self) -> Counts:
        """What became of hand-overs so far."""
        with self._changed:
            return self._counts._replace(waiting=len(self._queue))

    def tell(self, check: Check, *, conversation: str, person: str | None = None) -> bool:
        """Hand a decision over if it is one of those; returns at once, whether it is."""
        if not self._options.actions & {check.action.value, f"{check.action}.{check.step}"}:
            return False
        event = uuid4().hex
        told = body(check, event=event, conversation=conversation, person=person, **self._words())
        with self._changed:
            if len(self._queue) >= self._options.most or self._is_closing:
                self._counts = self._counts._replace(dropped=self._counts.dropped + 1)
                _LOG.error("hand-over %s was dropped: %d wait already", event, len(self._queue))
                return True
            now = self._clock()
            heapq.heappush(self._queue, _Waiting(now, event, told, now, 0))
            self._changed.notify()
        return True

    def close(self, seconds: float = 5.0) -> None:
        """Try what waits once more, and stop; what is left after some seconds is given up."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join(seconds)
        self._receiver.close()

    def __enter__(self) -> HandOver:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _words(self) -> dict[str, bool]:
        return {"text": self._options.text}

    def _work(self) -> None:
        while (one := self._next()) is not None:
            try:
                headers = signed(self._options.secret, one.event, one.body)
                came = self._receiver.send(one.body, headers)
            except (MienError, OSError, ValueError) as error:
                came = Sent(f"could not be asked ({type(error).__name__})", again=True)
            self._settle(one, came)

    def _next(self) -> _Waiting | None:
        """The next that is due; None if there is nothing left to do."""
        with self._changed:
            while True:
                if self._queue and (self._is_closing or self._queue[0].due <= self._clock()):
                    return heapq.heappop(self._queue)
                if self._is_closing:
                    return None
                pause = self._queue[0].due - self._clock() if self._queue else None
                self._changed.wait(pause)

    def _settle(self, one: _Waiting, came: Sent) -> None:
        with self._changed:
            counts, tried = self._counts, one.tried + 1
            if came.is_taken:
                self._counts = counts._replace(sent=counts.sent + 1)
                return
            counts = counts._replace(failed=counts.failed + 1)
            spent = self._clock() - one.began
            wait = self._options.retries.wait(tried, spent, came.wanted) if came.again else None
            if wait is None or self._is_closing:
                self._counts = counts._replace(given_up=counts.given_up + 1)
                _LOG.error("hand-over %s was given up: its receiver %s", one.event, came.reason)
                return
            self._counts = counts
            due = self._clock() + wait
            heapq.heappush(self._queue, one._replace(due=due, tried=tried))


class _Waiting(NamedTuple):
    """A hand-over on its way; sorts by when it is due."""

    due: float
    event: str
    body: bytes
    began: float
    tried: int


def body(
    check: Check, *, event: str, conversation: str, person: str | None, text: bool = False
) -> bytes:
    """The JSON of a hand-over.

    Args:
        check: The decision.
        event: Its id.
        conversation: Id of the conversation.
        person: Id of the user, if the application gave one.
        text: Whether quotes go along.
    """
    told = check.to_dict()
    reasons = [{k: v for k, v in r.items() if text or k != "quote"} for r in told["reasons"]]
    kept = ("turn", "action", "step", "level", "risk", "risk_sd", "trend", "tracks")
    whole: dict[str, Any] = {
        "version": VERSION,
        "event": event,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "conversation": conversation,
        "person": person,
        **{name: told[name] for name in kept},
        "reasons": reasons,
        **{name: told[name] for name in ("because", "policy", "by", "mode")},
    }
    return json.dumps(whole, ensure_ascii=False).encode()


def signed(secret: str, event: str, content: bytes, at: int | None = None) -> dict[str, str]:
    """The headers of a request.

    Args:
        secret: Shared with the receiver.
        event: Id of the hand-over.
        content: The body, byte for byte.
        at: Seconds since 1970; by default now.
    """
    at = int(time.time()) if at is None else at
    return {
        "Mien-Event": event,
        "Mien-Timestamp": str(at),
        "Mien-Signature": f"v1={_digest(secret, str(at), content)}",
    }


def is_genuine(
    secret: str, headers: Mapping[str, str], content: bytes, now: float | None = None
) -> bool:
    """Whether a request came from who knows the secret, and lately; for receivers.

    Args:
        secret: Shared with the sender.
        headers: With names in any case.
        content: The body as it came, before anything parses it.
        now: Seconds since 1970; by default the machine's.
    """
    named = {name.lower(): value for name, value in headers.items()}
    stamp, signature = named.get("mien-timestamp", ""), named.get("mien-signature", "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 16):
        return False
    if abs((time.time() if now is None else now) - int(stamp)) > TOLERANCE_S:
        return False
    expected = f"v1={_digest(secret, stamp, content)}"
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))


def _digest(secret: str, stamp: str, content: bytes) -> str:
    return hmac.new(secret.encode(), stamp.encode() + b"." + content, hashlib.sha256).hexdigest()
