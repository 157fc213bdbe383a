"""Answers in JSON that follow a schema, or none."""

from __future__ import annotations

import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any, NoReturn

from mien.core.errors import ModelServiceError
from mien.llm.client import LanguageModel
from mien.llm.protocol import Message, Reply, Wish
from mien.llm.schema import Schema, check_schema, first_problem

LONGEST = 1 << 20
"""Letters of an answer that are looked at."""

_BAD_REQUEST = (400, 415, 422)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A JSON object as it was wanted.

    Attributes:
        value: The object.
        reply: The answer that held it.
        repaired: Whether the model had to be asked twice.
    """

    value: dict[str, Any]
    reply: Reply
    repaired: bool = False


class _Form(IntEnum):
    """How a server is told what is wanted; some know only the later ones."""

    SCHEMA = 0
    OBJECT = 1
    WORDS = 2


class Structured:
    """A model that is asked for JSON objects.

    The server is asked to enforce the schema; one that answers 400 to this is asked for any
    object, and at last in words alone, and what it could take is remembered. Whatever comes is
    checked here again. One that does not follow is sent back once with what is wrong with it.

    Args:
        model: Whom to ask.
    """

    def __init__(self, model: LanguageModel) -> None:
        self._model = model
        self._form = _Form.SCHEMA

    def ask(self, messages: Sequence[Message], schema: Schema, wish: Wish | None = None) -> Parsed:
        """An object that follows the schema.

        Raises:
            ConfigError: If the schema says more than is checked.
            ModelServiceError: If the model refuses, is cut off, or fails twice.
        """
        steps = self._steps(messages, schema, wish or Wish())
        try:
            step = next(steps)
            while True:
                try:
                    reply = self._model.ask(*step)
                except ModelServiceError as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(reply)
        except StopIteration as end:
            parsed: Parsed = end.value
            return parsed

    async def aask(
        self, messages: Sequence[Message], schema: Schema, wish: Wish | None = None
    ) -> Parsed:
        """The same without blocking.

        Raises:
            ConfigError: If the schema says more than is checked.
            ModelServiceError: If the model refuses, is cut off, or fails twice.
        """
        steps = self._steps(messages, schema, wish or Wish())
        try:
            step = next(steps)
            while True:
                try:
                    reply = await self._model.aask(*step)
                except ModelServiceError as error:
                    step = steps.throw(error)
                else:
                    step = steps.send(reply)
        except StopIteration as end:
            parsed: Parsed = end.value
            return parsed

    def _steps(
        self, messages: Sequence[Message], schema: Schema, wish: Wish
    ) -> Generator[tuple[Sequence[Message], Wish], Reply, Parsed]:
        """What to ask next; is sent the reply. One account for plain and async callers."""
        check_schema(schema)
        reply = yield from self._accepted(messages, schema, wish)
        value, problem = self._read(reply, schema)
        if value is not None:
            return Parsed(value, reply)
        talk = [*messages, Message("assistant", reply.text[:LONGEST]), _again(problem)]
        reply = yield from self._accepted(talk, schema, wish)
        value, problem = self._read(reply, schema)
        if value is None:
            self._fail(f"answered no JSON as it was asked for, twice: {problem}")
        return Parsed(value, reply, repaired=True)

    def _accepted(
        self, messages: Sequence[Message], schema: Schema, wish: Wish
    ) -> Generator[tuple[Sequence[Message], Wish], Reply, Reply]:
        """The reply to the strictest form that the server takes."""
        form = self._form
        while True:
            try:
                reply = yield _worded(messages, schema, form), _formed(wish, schema, form)
            except ModelServiceError as error:
                if error.status not in _BAD_REQUEST or form is _Form.WORDS:
                    raise
                form = _Form(form + 1)
            else:
                # Only now: what was refused may have been the message. Another caller may have
                # stepped down meanwhile.
                self._form = max(self._form, form)
                return reply

    def _read(self, reply: Reply, schema: Schema) -> tuple[dict[str, Any] | None, str]:
        """The object of a reply, or what is wrong with it."""
        if reply.refusal is not None:
            self._fail("refused to answer")
        if reply.finish == "length":
            self._fail("was cut off at its limit of tokens")
        value = _object(reply.text[:LONGEST])
        problem = "it holds no JSON object" if value is None else first_problem(value, schema)
        return (value, "") if problem is None else (None, problem)

    def _fail(self, reason: str) -> NoReturn:
        raise ModelServiceError(f"{self._model.name} {reason}")


def _worded(messages: Sequence[Message], schema: Schema, form: _Form) -> Sequence[Message]:
    if form is _Form.SCHEMA:
        return messages
    rule = (
        "Answer with one JSON object and nothing else. It must follow this JSON schema:\n"
        + json.dumps(schema)
    )
    return [Message("system", rule), *messages]


def _formed(wish: Wish, schema: Schema, form: _Form) -> Wish:
    if form is _Form.SCHEMA:
        return replace(wish, schema=schema)
    return replace(wish, schema=None, as_json=form is _Form.OBJECT)


def _again(problem: str) -> Message:
    return Message("user", f"That cannot be used: {problem}. Answer again, with the JSON alone.")


def _object(text: str) -> dict[str, Any] | None:
    """The first JSON object of a text, behind whatever thoughts and words come before it."""
    # Some servers keep the tag that opens the thoughts for themselves.
    start = text.find("{", max(0, text.find("</think>")))
    start = text.find("{") if start < 0 else start
    if start < 0:
        return None
    decoder = json.JSONDecoder(parse_constant=_no_constant)
    try:
        value, _end = decoder.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")
