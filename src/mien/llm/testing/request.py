"""What a client asked, taken apart."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

CHAT = "/v1/chat/completions"
RESPONSES = "/v1/responses"
TRANSCRIPTIONS = "/v1/audio/transcriptions"
MODELS = "/v1/models"

SECRETS = {"authorization", "api-key", "x-api-key", "x-goog-api-key", "cookie"}
"""Headers whose values are never recorded."""

HIDDEN = "(hidden)"


MISSHAPEN = (LookupError, TypeError, AttributeError, ValueError, RecursionError)
"""What reading a JSON value as something else raises."""


class BadRequest(Exception):
    """A request that no model server would take; the text says why."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a request, whichever protocol it came in.

    Attributes:
        role: Such as `system`, `user`, `assistant`, `tool`.
        text: Its parts of text, joined by newlines.
        images: Bytes of each picture, or its URL where it was not sent along.
        sounds: Bytes of each sound file.
    """

    role: str
    text: str
    images: tuple[bytes | str, ...] = ()
    sounds: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One request as the server keeps it.

    Attributes:
        index: 0 for the first that reached the script.
        path: Such as `/v1/chat/completions`.
        headers: By lower-case name; of secrets only that they were there.
        body: The JSON object as sent, or the fields of a form.
        messages: What was said, oldest first; of a transcription its prompt and sound.
    """

    index: int
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any] = field(repr=False)
    messages: tuple[Message, ...] = field(repr=False)

    @property
    def model(self) -> str:
        """The model that was asked for."""
        return str(self.body["model"])

    @property
    def last(self) -> str:
        """Text of the last message."""
        return self.messages[-1].text

    @property
    def streams(self) -> bool:
        """Whether the answer is wanted piece by piece."""
        return self.body.get("stream") is True

    @property
    def images(self) -> tuple[bytes | str, ...]:
        """All pictures, in order."""
        return tuple(image for message in self.messages for image in message.images)

    @property
    def sounds(self) -> tuple[bytes, ...]:
        """All sounds, in order."""
        return tuple(sound for message in self.messages for sound in message.sounds)


def parse(index: int, path: str, headers: Mapping[str, str], content: bytes) -> Request:
    """A request from what came over the wire.

    Raises:
        BadRequest: If it is not what the path takes.
    """
    told = {name.lower(): value for name, value in headers.items()}
    shown = {name: HIDDEN if name in SECRETS else value for name, value in told.items()}
    try:
        if path == TRANSCRIPTIONS:
            body, messages = _form(told.get("content-type", ""), content)
        else:
            body = _object(content)
            messages = tuple(_chat(body) if path == CHAT else _responses(body))
    except MISSHAPEN as error:
        raise BadRequest(f"a part of it has the wrong shape ({type(error).__name__})") from error
    if not isinstance(body.get("model"), str):
        raise BadRequest("you must provide a model parameter")
    if not messages:
        raise BadRequest("there is no message")
    return Request(index, path, shown, body, messages)


def _object(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except ValueError as error:
        raise BadRequest(f"the body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise BadRequest("the body is not a JSON object")
    return body


def _chat(body: Mapping[str, Any]) -> Iterator[Message]:
    messages = body.get("messages")
    if not isinstance(messages, list):
        raise BadRequest("messages is not a list")
    for message in messages:
        if not isinstance(message, dict) or not isinstance(message.get("role"), str):
            raise BadRequest("a message has no role")
        yield _message(message["role"], message.get("content"))


def _responses(body: Mapping[str, Any]) -> Iterator[Message]:
    if isinstance(body.get("instructions"), str):
        yield Message("system", body["instructions"])
    given = body.get("input")
    for item in [{"role": "user", "content": given}] if isinstance(given, str) else given or []:
        if not isinstance(item, dict):
            raise BadRequest("an item of input is not an object")
        if item.get("type", "message") == "message":
            yield _message(str(item.get("role")), item.get("content"))
        elif item["type"] == "function_call_output":
            yield _message("tool", item.get("output"))


def _message(role: str, content: object) -> Message:
    if content is None or isinstance(content, str):
        return Message(role, content or "")
    if not isinstance(content, list) or not all(isinstance(part, dict) for part in content):
        raise BadRequest("the content of a message is neither text nor a list of parts")
    texts = [str(part[key]) for part in content for key in ("text", "refusal") if part.get(key)]
    images = [_image(part["image_url"]) for part in content if part.get("image_url")]
    sounds = [_decoded(part["input_audio"]["data"]) for part in content if part.get("input_audio")]
    return Message(role, "\n".join(texts), tuple(images), tuple(sounds))


def _image(given: Any) -> bytes | str:
    url = str(given["url"] if isinstance(given, dict) else given)  # chat nests it, responses do not
    return _decoded(url.partition("base64,")[2]) if url.startswith("data:") else url


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise BadRequest(f"a part is not valid base64: {error}") from error


def _form(kind: str, content: bytes) -> tuple[dict[str, Any], tuple[Message, ...]]:
    if not kind.startswith("multipart/form-data"):
        raise BadRequest(f"a transcription is sent as multipart/form-data, not {kind!r}")
    whole = f"Content-Type: {kind}\r\n\r\n".encode("ascii", "replace") + content
    fields: dict[str, Any] = {}
    sounds = []
    for part in BytesParser(policy=HTTP).parsebytes(whole).iter_parts():
        name = part.get_param("name", header="content-disposition")
        value = part.get_payload(decode=True)
        data = value if isinstance(value, bytes) else b""
        if name == "file":
            sounds.append(data)
            fields["file"] = part.get_filename()
        elif str(name).endswith("[]"):
            fields.setdefault(str(name), []).append(data.decode())
        else:
            fields[str(name)] = data.decode()
    if not sounds:
        raise BadRequest("there is no file")
    return fields, (Message("user", fields.get("prompt", ""), sounds=tuple(sounds)),)
