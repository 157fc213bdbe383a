"""Chunks of a streamed chat completion, held sentence by sentence, each choice by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mien.guard import Hold
from mien.guard.hold import Outcome
from mien.integrations.following import Following, Point

_OTHERS = (
    *("tool_calls", "function_call", "reasoning_content", "reasoning", "thinking_blocks"),
    *("audio", "images", "refusal", "annotations"),
)
"""What a delta may carry beside words; it passes, after the words that came before it."""


@dataclass(slots=True)
class _Choice:
    """One answer of a stream.

    Attributes:
        hold: What keeps its sentences.
        last: Its latest chunk, after which those that are made here are formed.
        shown: What the client has of it.
        stopped: Whether nothing more of it may leave.
        begun: Whether its notice has left.
    """

    hold: Hold
    last: Any
    shown: str = ""
    stopped: bool = False
    begun: bool = False


class Choices:
    """All answers of one stream. Without sentences to hold, chunks pass as they are.

    A chunk is an object of LiteLLM or of OpenAI's client: `choices`, each with `index`, `delta`
    and `finish_reason`. It is never changed itself; a copy is.

    Args:
        following: The conversations.
        point: The one that is answered.
    """

    def __init__(self, following: Following, point: Point) -> None:
        self._following, self._point = following, point
        self._choices: dict[int, _Choice] = {}
        self._heard: dict[int, str] = {}

    @property
    def said(self) -> str:
        """What the client has of the first answer."""
        if self._choices:
            return self._choices[min(self._choices)].shown
        return self._heard[min(self._heard)] if self._heard else ""

    @property
    def patience(self) -> float | None:
        """Seconds after which `late` is to be called if nothing comes; None for never."""
        times = [one.hold.deadline for one in self._choices.values() if not one.stopped]
        known = [at for at in times if at is not None]
        return max(min(known) - time.monotonic(), 0.0) if known else None

    def feed(self, chunk: Any) -> Iterator[Any]:
        """What may leave now that this chunk has come.

        Raises:
            GuardFailed: If it cannot be read, and nothing may pass unseen.
        """
        choices = getattr(chunk, "choices", None)
        if not isinstance(choices, list):
            self._following.unread("a chunk of a stream")
            yield chunk
            return
        if not self._following.holds and self._point.notice is None:
            self._hear(choices)
            yield chunk
            return
        if not choices:
            # Such as the count of tokens at the end.
            yield chunk
        for place in range(len(choices)):
            yield from self._one(_only(chunk, place))

    def late(self) -> Iterator[Any]:
        """What may leave if sentences have waited long enough for their end."""
        for choice in self._choices.values():
            if not choice.stopped:
                yield from self._out(choice, choice.hold.late())

    def end(self) -> Iterator[Any]:
        """What may leave if nothing more comes."""
        for choice in self._choices.values():
            if not choice.stopped:
                yield from self._out(choice, choice.hold.end())

    def _hear(self, choices: list[Any]) -> None:
        for one in choices:
            text = getattr(getattr(one, "delta", None), "content", None)
            if isinstance(text, str):
                self._heard[one.index] = self._heard.get(one.index, "") + text

    def _one(self, chunk: Any) -> Iterator[Any]:
        told = chunk.choices[0]
        choice = self._choices.get(told.index)
        if choice is None:
            hold = self._following.guard.hold(self._point.turns)
            choice = self._choices[told.index] = _Choice(hold, chunk)
            if getattr(told.delta, "role", None) is not None:
                # Whose words they are comes first, even where they have to wait.
                yield _with(chunk, "", bare=True)
        if choice.stopped:
            if _counts(chunk):
                yield _with(chunk, None, bare=True)
            return
        choice.last = chunk
        text = told.delta.content
        if isinstance(text, str) and text:
            yield from self._out(choice, choice.hold.feed(text))
        if choice.stopped or not (_says_more(told) or _counts(chunk)):
            return
        yield from self._out(choice, choice.hold.end())
        if not choice.stopped:
            yield _with(chunk, "" if text is not None else None)
        elif _counts(chunk):
            yield _with(chunk, None, bare=True)

    def _out(self, choice: _Choice, outcome: Outcome) -> Iterator[Any]:
        text = outcome.text
        if outcome.stopped is not None:
            choice.stopped = True
            text = f"{text}\n\n{self._following.blocked()}" if choice.shown or text else ""
            text = text or self._following.blocked()
        if not text:
            return
        if not choice.begun and self._point.notice:
            text = f"{self._point.notice}\n\n{text}"
        choice.begun = True
        choice.shown += text
        finish = "content_filter" if choice.stopped else None
        yield _with(choice.last, text, bare=True, finish=finish)


def _counts(chunk: Any) -> bool:
    """Whether a chunk tells what the answer cost; some servers send that beside a choice."""
    return getattr(chunk, "usage", None) is not None


def _says_more(told: Any) -> bool:
    """Whether a choice of a chunk carries anything beside words."""
    delta = told.delta
    others = any(getattr(delta, name, None) for name in _OTHERS)
    return bool(others or told.finish_reason)


def _only(chunk: Any, place: int) -> Any:
    """The chunk with one of its choices."""
    if len(chunk.choices) == 1:
        return chunk
    made = chunk.model_copy()
    made.choices = [chunk.choices[place]]
    return made


def _with(chunk: Any, text: str | None, *, bare: bool = False, finish: str | None = None) -> Any:
    """A copy of a chunk with other words; a bare one has nothing beside them."""
    made = chunk.model_copy(deep=True)
    told = made.choices[0]
    told.delta.content = text
    if bare:
        told.finish_reason = finish
        for name in _OTHERS:
            if getattr(told.delta, name, None) is not None:
                setattr(told.delta, name, None)
    return made
