"""The shape of JSON that a prompt shows, read though it is not JSON itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

Shape: TypeAlias = "dict[str, Shape] | list[Shape] | str"
"""An object by key, a list with an example, or the words that stand in place of a value."""

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:]+')
_LONGEST = 6000  # characters; templates are far shorter, and transcripts full of braces are not
_WHOLE = re.compile(r"\{\s*[\w\"]")


@dataclass(slots=True)
class _Reader:
    tokens: list[str]
    at: int = 0
    depth: int = field(default=0)

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self.at += 1
        return token

    def value(self) -> Shape:
        self.depth += 1
        if self.depth > 20:
            raise ValueError("nested too deeply to be a template")
        try:
            if self.peek().startswith("{"):
                return self.members()
            return self.entries() if self.peek() == "[" else self.words()
        finally:
            self.depth -= 1

    def members(self) -> dict[str, Shape]:
        self.take()
        found: dict[str, Shape] = {}
        names: list[str] = []
        while self.peek() and not self.peek().startswith("}"):
            names.append(self.words())
            if self.peek() == ":":
                self.take()
                value = self.value()
                # "warmth, tact: a number each" names two members at once.
                found |= dict.fromkeys(names, value)
                names = []
            if self.peek() == ",":
                self.take()
            elif self.peek() in ("]", "["):
                raise ValueError("brackets that do not match")
        if not self.take():
            raise ValueError("an object that does not end")
        return found

    def entries(self) -> list[Shape]:
        self.take()
        found = []
        while self.peek() and self.peek() != "]":
            found.append(self.value())
            if self.peek() == ",":
                self.take()
        if not self.take():
            raise ValueError("a list that does not end")
        return found

    def words(self) -> str:
        said = []
        while (token := self.peek()) and token not in (",", ":", "[", "]") and token[0] not in "{}":
            said.append(self.take().strip('"'))
        if not said:
            raise ValueError("nothing where a name or a value belongs")
        return " ".join(said)


def skeleton(prompt: str) -> dict[str, Shape] | None:
    """The last object that a prompt shows as the form of an answer; None if it shows none.

    >>> skeleton('Answer as {"why": "in short", "scores": {warmth, tact: a number each},}')
    {'why': 'in short', 'scores': {'warmth': 'a number each', 'tact': 'a number each'}}
    """
    last = None
    end = 0
    for start in _starts(prompt):
        if start < end:
            continue
        reader = _Reader([])
        spans = list(_TOKEN.finditer(prompt, start, start + _LONGEST))
        reader.tokens = [span[0] for span in spans]
        try:
            shape = reader.members()
        except ValueError:
            continue
        if shape:
            last, end = shape, spans[reader.at - 1].end()
    return last


def _starts(prompt: str) -> Iterator[int]:
    return (match.start() for match in _WHOLE.finditer(prompt))
