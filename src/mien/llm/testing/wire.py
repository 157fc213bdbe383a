"""What goes over the socket for a reply."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from mien.llm.testing import chat, responses, transcripts
from mien.llm.testing.reply import Answer, Choices, Cut, Fault, Garbled, Held, Raw, Reply
from mien.llm.testing.request import CHAT, TRANSCRIPTIONS, Request
from mien.llm.testing.script import ScriptError

JSON = "application/json"
EVENTS = "text/event-stream"

_DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True)
class Wire:
    """An HTTP answer.

    Attributes:
        parts: The body; of a stream each part is sent by itself.
        status: Of HTTP.
        kind: Content type.
        headers: Further ones.
        cut_after: Bytes of the body after which the connection breaks; -1 for before the status.
        until: What is waited for.
        held_at: Parts that are sent before the wait.
    """

    parts: Sequence[bytes]
    status: int = 200
    kind: str = JSON
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_after: int | None = None
    until: threading.Event | None = None
    held_at: int = 0

    @property
    def streams(self) -> bool:
        """Whether parts are sent one by one."""
        return self.kind == EVENTS


def to_wire(reply: Reply, request: Request) -> Wire:
    """What is sent for a reply.

    Raises:
        BadRequest: If the request asks for a form that does not exist.
        ScriptError: If the reply does not fit what was asked.
    """
    if isinstance(reply, Held):
        whole = to_wire(reply.reply, request)
        # Of fewer pieces than may be sent at once the last waits.
        at = min(reply.after, len(whole.parts) - 1)
        return replace(whole, until=reply.until, held_at=at)
    if isinstance(reply, Cut):
        after = -1 if reply.after is None else reply.after
        return replace(to_wire(reply.reply, request), cut_after=after)
    if isinstance(reply, Garbled):
        whole = to_wire(reply.reply, request)
        body = b"".join(whole.parts)
        keep = len(body) // 2 if reply.keep is None else reply.keep
        return replace(whole, parts=[body[:keep]])
    if isinstance(reply, Raw):
        return Wire([reply.body], reply.status, reply.kind, reply.headers)
    if isinstance(reply, Fault):
        return fault(reply)
    return _answered(_answers(reply), request)


def fault(given: Fault) -> Wire:
    """An error as OpenAI words it."""
    kinds = {400: "invalid_request_error", 401: "invalid_request_error", 429: "rate_limit_error"}
    kind = kinds.get(given.status, "server_error" if given.status >= 500 else "api_error")
    error = {"message": given.message, "type": kind, "param": None, "code": given.code}
    headers = {} if given.retry_after is None else {"Retry-After": f"{given.retry_after:g}"}
    return Wire([_dump({"error": error})], given.status, JSON, headers)


def models(names: Sequence[str], wanted: str | None = None) -> Wire:
    """The list of models, or one of them."""
    cards = [{"id": n, "object": "model", "created": chat.CREATED, "owned_by": "x"} for n in names]
    if wanted is None:
        return Wire([_dump({"object": "list", "data": cards})])
    for card in cards:
        if card["id"] == wanted:
            return Wire([_dump(card)])
    return fault(Fault(404, f"the model {wanted!r} does not exist", "model_not_found"))


def _answers(reply: str | Answer | Choices) -> list[Answer]:
    given = reply.answers if isinstance(reply, Choices) else (reply,)
    return [Answer(one) if isinstance(one, str) else one for one in given]


def _answered(answers: list[Answer], request: Request) -> Wire:
    if request.path == TRANSCRIPTIONS:
        kind, body = transcripts.body(answers[0], request)
        return Wire([body], kind=kind)
    if request.path == CHAT:
        wanted = request.body.get("n") or 1
        # A model that is asked for several answers and scripted with one says it each time.
        answers = answers * wanted if len(answers) == 1 else answers
        if len(answers) != wanted:
            raise ScriptError(f"n is {wanted}, and the script has {len(answers)} answers")
        if request.streams:
            return Wire([*_events(chat.chunks(answers, request)), _DONE], kind=EVENTS)
        return Wire([_dump(chat.body(answers, request))])
    if request.streams:
        return Wire(_events(responses.events(answers[0], request)), kind=EVENTS)
    return Wire([_dump(responses.body(answers[0], request))])


def _events(objects: Iterable[Mapping[str, Any]]) -> list[bytes]:
    # Responses name their events in a line of their own too; chat chunks have no type.
    return [
        (f"event: {one['type']}\n".encode() if "type" in one else b"")
        + b"data: "
        + _dump(one)
        + b"\n\n"
        for one in objects
    ]


def _dump(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
