"""Responses, OpenAI's newer protocol of typed events, as the proxy reads and changes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mien.serve.dialect import Data, Heard, Said, going_on, session_in, text_of, with_instruction

_WORDS = "response.output_text.delta"
_TRANSCRIPT = "response.audio_transcript.delta"


class Responses:
    """`/v1/responses`; a key is the place of a part in the output, such as `0.0`."""

    path = "/responses"
    free = False

    def messages(self, body: Data) -> list[Said]:
        """All messages of a request, oldest first, with its instructions before them."""
        given = body.get("input")
        rows = [{"role": "user", "content": given}] if isinstance(given, str) else given or []
        told = [Said("system", text_of(body["instructions"]))] if body.get("instructions") else []
        return told + [
            Said(str(row.get("role")), text_of(row.get("content")))
            for row in rows
            if row.get("type", "message") == "message"
        ]

    def before(self, body: Data) -> str | None:
        """`previous_response_id`, or the id of a conversation that the provider keeps."""
        previous = body.get("previous_response_id")
        if isinstance(previous, str) and previous:
            return previous
        kept = body.get("conversation")
        name = kept.get("id") if isinstance(kept, dict) else kept
        return name if isinstance(name, str) and name else None

    def session(self, body: Data) -> str | None:
        """`metadata.session_id`."""
        return session_in(body)

    def instruct(self, body: Data, instruction: str, first: bool) -> Data:
        """The request with an instruction for the assistant in it."""
        if first or isinstance(body.get("input"), str):
            told = body.get("instructions")
            joined = f"{told}\n\n{instruction}" if isinstance(told, str) and told else instruction
            return {**body, "instructions": joined}
        return {**body, "input": with_instruction(body["input"], instruction, first=False)}

    def again(self, body: Data, said: str, correction: str, first: bool) -> Data:
        """The request that lets the assistant go on after what it has said."""
        given = body.get("input")
        rows = [{"role": "user", "content": given}] if isinstance(given, str) else given or []
        return {**body, "input": going_on(rows, said, correction, first)}

    def answers(self, body: Data) -> dict[str, str]:
        """The words of each part of the output that is text."""
        return {key: str(part.get("text", "")) for key, part in _parts(body)}

    def answer_id(self, data: Data) -> str | None:
        """Of a response, or of one that an event carries."""
        told = data.get("response", data)
        name = told.get("id") if isinstance(told, dict) else None
        return name if isinstance(name, str) and name else None

    def reworded(self, body: Data, texts: Mapping[str, str], stopped: frozenset[str]) -> Data:
        """A whole response with other words; also an event that repeats some of them."""
        if isinstance(body.get("response"), dict):
            return {**body, "response": self.reworded(body["response"], texts, stopped)}
        if isinstance(body.get("output"), list):
            output = [_item(item, index, texts) for index, item in enumerate(body["output"])]
            return {**body, "output": output}
        return _repeated(body, texts)

    def hear(self, data: Data) -> Sequence[tuple[Heard, Data]]:
        """What an event says; all but words ends what was said before."""
        kind = data.get("type")
        if kind not in (_WORDS, _TRANSCRIPT):
            return [(Heard(None, closes=True), data)]
        key = f"{data.get('output_index', 0)}.{data.get('content_index', 0)}"
        text = data.get("delta")
        told = text if isinstance(text, str) else ""
        return [(Heard(key, told, closes=not told, is_sound=kind == _TRANSCRIPT), data)]

    def part(self, data: Data, key: str, start: int, end: int | None) -> Data | None:
        """The event with a part of its words, if no chances of tokens go with it."""
        if data.get("logprobs"):
            return None
        return {**data, "delta": data["delta"][start:end]}

    def spoken(self, like: Data, key: str, text: str) -> Data:
        """An event that says some words, at the place of another."""
        return {**like, "delta": text, "logprobs": []}

    def ended(self, like: Data, key: str) -> list[Data]:
        """Nothing: the events that end a part still come, and are reworded."""
        return []

    def adopted(self, data: Data, first: Data) -> Data:
        """Not used: streamed responses cannot go on with another one."""
        return data


def _parts(body: Data) -> Iterator[tuple[str, Data]]:
    for index, item in enumerate(body.get("output") or ()):
        if item.get("type") != "message":
            continue
        for place, part in enumerate(item.get("content") or ()):
            if part.get("type") == "output_text":
                yield f"{index}.{place}", part


def _item(item: Data, index: int, texts: Mapping[str, str]) -> Data:
    content = item.get("content")
    if item.get("type") != "message" or not isinstance(content, list):
        return item
    keyed = [(f"{index}.{place}", part) for place, part in enumerate(content)]
    return {**item, "content": [_part(part, texts.get(key)) for key, part in keyed]}


def _part(part: Any, text: str | None) -> Any:
    if text is None or part.get("type") != "output_text":
        return part
    # Annotations point to places in words that are there no more, chances to tokens.
    return {**part, "text": text, "annotations": [], "logprobs": []}


def _repeated(event: Data, texts: Mapping[str, str]) -> Data:
    """An event that repeats the words of a part or an item once they are complete."""
    index = event.get("output_index", 0)
    text = texts.get(f"{index}.{event.get('content_index', 0)}")
    kind = event.get("type")
    if kind == "response.output_text.done" and text is not None:
        return {**event, "text": text, "logprobs": []}
    if kind == "response.content_part.done":
        return {**event, "part": _part(event["part"], text)}
    if kind == "response.output_item.done":
        return {**event, "item": _item(event["item"], int(index), texts)}
    return event
