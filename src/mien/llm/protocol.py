"""The part of OpenAI's chat protocol that Mien speaks: what is sent, and what comes back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, NamedTuple

Role = Literal["system", "user", "assistant"]

_MISSHAPEN = (
    *(LookupError, TypeError, AttributeError, ValueError),
    *(RecursionError, OverflowError),
)
"""What reading a JSON value as something else raises."""


class Message(NamedTuple):
    """One thing said to or by a model."""

    role: Role
    text: str


class Chance(NamedTuple):
    """A token that was said, and what might have stood there with its log probability."""

    token: str
    others: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How an answer is wanted.

    Attributes:
        temperature: 0 for the likeliest words; None for models that refuse to be told.
        max_tokens: At most so many.
        seed: For servers that honor it.
        top_logprobs: How many likely tokens to tell at each place; 0 for none.
        as_json: Whether the answer is to be a JSON object; servers that cannot say 400.
        schema: A JSON schema that this object should follow; likewise.
        draw: Tells answers apart that are wanted independently: a cache keeps one for each.
    """

    temperature: float | None = 0.0
    max_tokens: int | None = None
    seed: int | None = None
    top_logprobs: int = 0
    as_json: bool = False
    schema: Mapping[str, Any] | None = None
    draw: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What a model said.

    Attributes:
        text: Its words; empty if it refused.
        refusal: What it said in place of an answer; empty if a filter kept even that.
            None if it did not refuse.
        finish: Why it ended, such as `stop` or `length`.
        model: As the server calls it.
        tokens_read: What it cost; 0 where the server does not tell.
        tokens_written: Likewise.
        chances: One a token, if they were asked for and the server gives them.
    """

    text: str
    refusal: str | None = None
    finish: str = "stop"
    model: str = ""
    tokens_read: int = 0
    tokens_written: int = 0
    chances: tuple[Chance, ...] = ()

    def to_json(self) -> str:
        """As a cache keeps it."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Reply:
        """What `to_json` gave.

        Raises:
            ValueError: If it is something else.
        """
        try:
            kept = json.loads(text)
            kept["chances"] = tuple(
                Chance(token, tuple((other, logprob) for other, logprob in others))
                for token, others in kept["chances"]
            )
            if not isinstance(kept["text"], str):
                raise TypeError(type(kept["text"]).__name__)
            return cls(**kept)
        except (TypeError, KeyError, RecursionError) as error:
            raise ValueError("not a kept reply") from error


def body(model: str, messages: Sequence[Message], wish: Wish) -> dict[str, Any]:
    """The JSON object of a request; what nobody wished for is left out."""
    sent: dict[str, Any] = {
        "model": model,
        "messages": [{"role": one.role, "content": one.text} for one in messages],
        "temperature": wish.temperature,
        "max_tokens": wish.max_tokens,
        "seed": wish.seed,
    }
    if wish.top_logprobs:
        sent |= {"logprobs": True, "top_logprobs": wish.top_logprobs}
    if wish.schema is not None:
        named = {"name": "answer", "schema": dict(wish.schema), "strict": True}
        sent["response_format"] = {"type": "json_schema", "json_schema": named}
    elif wish.as_json:
        sent["response_format"] = {"type": "json_object"}
    return {name: value for name, value in sent.items() if value is not None}


def read_reply(content: bytes) -> Reply:
    """The first choice of a completion.

    Raises:
        ValueError: If it is no completion; the text says nothing of what it is.
    """
    try:
        told = json.loads(content)
        choice = told["choices"][0]
        message = choice["message"]
        text, refusal = message.get("content"), message.get("refusal")
        used = told.get("usage") or {}
        finish = str(choice.get("finish_reason") or "stop")
        if refusal is None and finish == "content_filter":
            refusal = ""
        return Reply(
            "" if refusal is not None or text is None else _text(text),
            None if refusal is None else _text(refusal),
            finish,
            str(told.get("model") or ""),
            int(used.get("prompt_tokens") or 0),
            int(used.get("completion_tokens") or 0),
            tuple(_chances(choice)),
        )
    except _MISSHAPEN as error:
        raise ValueError("not a chat completion") from error


def error_code(content: bytes) -> str:
    """The short code of an error object, such as `context_length_exceeded`; empty if none.

    Nothing else of it is used: a message may repeat what was sent.
    """
    try:
        error = json.loads(content)["error"]
        code = error.get("code") or error.get("type")
    except _MISSHAPEN:
        return ""
    return code if isinstance(code, str) and re.fullmatch(r"[a-z_]{1,40}", code) else ""


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("a message that is no text")
    return value


def _chances(choice: Mapping[str, Any]) -> list[Chance]:
    tokens = (choice.get("logprobs") or {}).get("content") or []
    return [
        Chance(
            _text(token["token"]),
            tuple(
                (_text(other["token"]), float(other["logprob"]))
                for other in token.get("top_logprobs") or []
            ),
        )
        for token in tokens
    ]
