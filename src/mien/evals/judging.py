"""Asking a judge until its answer can be read, and reading JSON that is almost right."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, NoReturn, TypeVar

if TYPE_CHECKING:
    from inspect_ai.model import CachePolicy, ChatMessage, Model

TRIES = 3
"""Answers that a judge may give before its verdict counts as missing."""

STEP = 0.3
"""What each further try adds to the temperature: at the same one, the same answer comes."""

LONGEST = 1 << 17
"""Letters of an answer that are read."""

# A string that never ends is one token, too: else each quotation mark in it is tried anew.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[{}]', re.DOTALL)
_PIECE = re.compile(r'\\.|[",]|[^\\",]+|\\', re.DOTALL)
_SPACE = re.compile(r"\s*")

Verdict = TypeVar("Verdict")


class Asked(NamedTuple, Generic[Verdict]):
    """What came of asking.

    Attributes:
        verdict: None if no answer could be read.
        tries: Answers that the judge gave.
        text: The last of them.
    """

    verdict: Verdict | None
    tries: int
    text: str


async def ask(
    judge: Model,
    prompt: str | list[ChatMessage],
    read: Callable[[str], Verdict | None],
    *,
    cache: CachePolicy | bool = False,
    temperature: float = 0.0,
    max_tokens: int = 8_000,
) -> Asked[Verdict]:
    """Ask a judge until its answer can be read, three times at most.

    An answer that its provider cut off or held back is never read.

    Args:
        judge: Whom to ask.
        prompt: All that it is told.
        read: The verdict in an answer; None if there is none.
        cache: As in Inspect; see `inspecting.cache_policy`.
        temperature: Of the first try.
        max_tokens: Of one answer.
    """
    from inspect_ai.model import GenerateConfig

    text = ""
    for tried in range(TRIES):
        config = GenerateConfig(
            temperature=round(temperature + STEP * tried, 2), max_tokens=max_tokens
        )
        output = await judge.generate(prompt, config=config, cache=cache)
        text = output.completion
        verdict = read(text) if output.stop_reason not in ("max_tokens", "content_filter") else None
        if verdict is not None:
            return Asked(verdict, tried + 1, text)
    return Asked(None, TRIES, text)


def json_object(text: str) -> dict[str, Any] | None:
    """The first JSON object in an answer, forgiving what judges commonly get wrong.

    As the program of EQ-Bench 3 does: of several fenced blocks the last counts, line breaks and
    quotation marks within strings are repaired. Trailing commas, which its own example shows, are
    forgiven too.

    >>> json_object('Well. {"why": "a "kind" one", "warmth": 12,}')
    {'why': 'a "kind" one', 'warmth': 12}
    """
    text = text[:LONGEST]
    # Thoughts may hold braces; what looks like their end may be quoted in the answer itself.
    return _object(text.rpartition("</think>")[2]) or _object(text)


def _object(text: str) -> dict[str, Any] | None:
    if text.count("```json") > 1:
        text = text[text.rfind("```json") :]
    found = _balanced(text)
    return _parsed(found) or _parsed(_repaired(found))


def _balanced(text: str) -> str:
    """From the first brace to its partner; empty if there is none."""
    start, depth = text.find("{"), 0
    for token in _TOKEN.finditer(text, start) if start >= 0 else ():
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return text[start : token.end()]
    return ""


def _repaired(text: str) -> str:
    """With quotation marks within strings escaped and commas before a closing bracket dropped.

    A mark ends its string only where JSON goes on behind it, which is EQ-Bench 3's rule.
    """
    told, in_string = [], False
    for token in _PIECE.finditer(text):
        piece, rest = token[0], _SPACE.match(text, token.end())
        follows = text[rest.end() : rest.end() + 1] if rest else ""
        if piece == '"' and in_string and follows not in ",}]:":
            piece = '\\"'
        elif piece == '"':
            in_string = not in_string
        elif piece == "," and not in_string and follows in "}]":
            piece = ""
        told.append(piece)
    return "".join(told)


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text, parse_constant=_no_constant, strict=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
