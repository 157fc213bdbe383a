"""What a scripted server can say, and how it can fail."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Finish = Literal["stop", "length", "tool_calls", "content_filter"]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A function that the model wants called.

    Attributes:
        name: Of the function.
        arguments: JSON as text, so that a model's broken JSON can be played too.
        id: By default numbered.
    """

    name: str
    arguments: str = "{}"
    id: str = ""


@dataclass(frozen=True, slots=True)
class Token:
    """One token of an answer with its chances.

    Attributes:
        text: The token.
        logprob: Natural logarithm of its probability.
        others: What else might have stood here and its logarithm, itself included, likeliest first.
    """

    text: str
    logprob: float
    others: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a transcript, in seconds from the start."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that an answer is said to have cost."""

    read: int
    written: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says.

    Attributes:
        text: Its words; None for a null content.
        refusal: What it says in place of an answer, in the field that OpenAI has for it.
        finish: Why it ended; by default `tool_calls` with tools, else `stop`.
        tool_calls: Functions it wants called.
        tokens: Chances of its tokens; sent only to who asks for `logprobs`.
        usage: What it cost; by default a count of words.
        segments: Parts of a transcript with their times, for `verbose_json`, `srt` and `vtt`.
        language: Of a transcript.
    """

    text: str | None = ""
    refusal: str | None = None
    finish: Finish | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    tokens: tuple[Token, ...] = ()
    usage: Usage | None = None
    segments: tuple[Segment, ...] = ()
    language: str = "english"

    @property
    def reason(self) -> Finish:
        """Why it ended."""
        return self.finish or ("tool_calls" if self.tool_calls else "stop")

    def pieces(self) -> list[str]:
        """The text as it is streamed: by tokens if they are known, else by words."""
        if self.tokens:
            return [token.text for token in self.tokens]
        return re.findall(r"\s*\S+\s*", self.text or "") or ([self.text] if self.text else [])


def odds(chances: Mapping[str, float]) -> Answer:
    """The answer of one token that is likeliest of several.

    >>> odds({"No": 0.25, "Yes": 0.75}).text
    'Yes'

    Args:
        chances: Probability of each, above 0.
    """
    ranked = sorted(chances.items(), key=lambda one: -one[1])
    others = tuple((text, math.log(chance)) for text, chance in ranked)
    return Answer(others[0][0], tokens=(Token(*others[0], others),))


@dataclass(frozen=True, slots=True)
class Choices:
    """Several answers to one request that asked for `n` of them."""

    answers: tuple[Answer | str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """An error status with OpenAI's error object.

    Attributes:
        status: Such as 401, 403, 404, 429, 500, 503.
        message: Text of the error.
        code: Such as `rate_limit_exceeded`, `content_filter`, `insufficient_quota`.
        retry_after: Seconds, sent as `Retry-After`.
    """

    status: int
    message: str = "scripted fault"
    code: str | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Raw:
    """Any bytes: a page of a proxy, a format of one's own."""

    body: bytes
    status: int = 200
    kind: str = "text/html"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Held:
    """A reply that waits for an event, in place of a delay.

    Attributes:
        reply: Sent at last.
        until: Waited for; a closing server does not wait.
        after: Pieces of a streamed answer that are sent at once.
    """

    reply: Reply
    until: threading.Event
    after: int = 0


@dataclass(frozen=True, slots=True)
class Cut:
    """A reply whose connection breaks.

    Attributes:
        reply: Begun.
        after: Bytes of the body that are sent; None if not even the status is.
    """

    reply: Reply
    after: int | None = None


@dataclass(frozen=True, slots=True)
class Garbled:
    """A reply whose body ends early though the transfer is whole: truncated JSON.

    Attributes:
        reply: Cut short.
        keep: Bytes of the body that are sent; by default half.
    """

    reply: Reply
    keep: int | None = None


Reply: TypeAlias = str | Answer | Choices | Fault | Raw | Held | Cut | Garbled
"""Everything a script can answer with; plain text is the answer that says it."""
