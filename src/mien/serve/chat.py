"""Chat completions, as the proxy reads and changes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mien.serve.dialect import Data, Heard, Said, going_on, session_in, text_of, with_instruction

_SILENT = ("role", "content", "audio")
"""Parts of a delta that do not come after words and in their place."""


class Chat:
    """`/v1/chat/completions`; a key is a choice's index."""

    path = "/chat/completions"
    free = True

    def messages(self, body: Data) -> list[Said]:
        """All messages of a request, oldest first."""
        return [Said(str(row.get("role")), text_of(row.get("content"))) for row in body["messages"]]

    def before(self, body: Data) -> str | None:
        """None: every request brings its past along."""

    def session(self, body: Data) -> str | None:
        """`metadata.session_id`."""
        return session_in(body)

    def instruct(self, body: Data, instruction: str, first: bool) -> Data:
        """The request with an instruction for the assistant in it."""
        return {**body, "messages": with_instruction(body["messages"], instruction, first)}

    def again(self, body: Data, said: str, correction: str, first: bool) -> Data:
        """The request that lets the assistant go on after what it has said."""
        return {**body, "messages": going_on(body["messages"], said, correction, first)}

    def answers(self, body: Data) -> dict[str, str]:
        """The words of each choice; of spoken ones what the transcript says."""
        found = {}
        for choice in body["choices"]:
            message = choice.get("message") or {}
            text = text_of(message.get("content"))
            found[str(choice.get("index", 0))] = text or _transcript(message)
        return found

    def answer_id(self, data: Data) -> str | None:
        """None: nobody goes on from a completion by its id."""

    def reworded(self, body: Data, texts: Mapping[str, str], stopped: frozenset[str]) -> Data:
        """A whole completion with other words, and without chances of words that changed."""
        choices = [
            _reworded(choice, texts, stopped) if str(choice.get("index", 0)) in texts else choice
            for choice in body["choices"]
        ]
        return {**body, "choices": choices}

    def hear(self, data: Data) -> Sequence[tuple[Heard, Data]]:
        """What a chunk says; one of several choices comes apart."""
        choices = data.get("choices")
        if not isinstance(choices, list) or not choices:
            return [(Heard(None, closes=True), data)]
        if len(choices) == 1:
            return [(_heard(choices[0]), data)]
        return [(_heard(one), {**data, "choices": [one]}) for one in choices]

    def part(self, data: Data, key: str, start: int, end: int | None) -> Data | None:
        """The chunk with a part of its words; its end stays with the last part."""
        choice = data["choices"][0]
        content = choice["delta"].get("content")
        if not isinstance(content, str):
            return None
        cut = {**choice, "delta": {**choice["delta"], "content": content[start:end]}}
        if end is not None and end < len(content):
            cut["finish_reason"] = None
        told = choice.get("logprobs")
        if isinstance(told, dict) and told.get("content"):
            tokens = _tokens(told["content"], start, len(content) if end is None else end)
            if tokens is None:
                return None
            cut["logprobs"] = {**told, "content": tokens}
        return {**data, "choices": [cut]}

    def spoken(self, like: Data, key: str, text: str) -> Data:
        """A chunk that says some words."""
        delta = {"role": "assistant", "content": text}
        return _frame(like, {"index": int(key), "delta": delta, "finish_reason": None})

    def ended(self, like: Data, key: str) -> list[Data]:
        """The chunk that ends a choice, as a filter of contents does."""
        choice = {"index": int(key), "delta": {}, "finish_reason": "content_filter"}
        return [_frame(like, choice)]

    def adopted(self, data: Data, first: Data) -> Data:
        """A chunk with the id, time and model of the first answer."""
        kept: Data = {name: first[name] for name in ("id", "created", "model") if name in first}
        return {**data, **kept}


def _heard(choice: Data) -> Heard:
    delta = choice.get("delta") or {}
    key = str(choice.get("index", 0))
    text = text_of(delta.get("content"))
    others = any(value for name, value in delta.items() if name not in _SILENT)
    closes = choice.get("finish_reason") is not None or others
    if not text and (spoken := _transcript(delta)):
        return Heard(key, spoken, closes, is_sound=True)
    acts = bool(delta.get("tool_calls") or delta.get("function_call"))
    return Heard(key, text, closes or not text, acts=acts)


def _transcript(message: Data) -> str:
    audio = message.get("audio")
    told = audio.get("transcript") if isinstance(audio, dict) else None
    return told if isinstance(told, str) else ""


def _reworded(choice: Data, texts: Mapping[str, str], stopped: frozenset[str]) -> Data:
    key = str(choice.get("index", 0))
    # Chances of tokens would tell of words that are not there.
    changed = {**choice, "logprobs": None} if choice.get("logprobs") else dict(choice)
    message = {**choice["message"], "content": texts[key]}
    if key in stopped:
        changed["finish_reason"] = "content_filter"
        message = {name: message[name] for name in message if name not in ("tool_calls", "audio")}
    return {**changed, "message": message}


def _tokens(rows: Sequence[Any], start: int, end: int) -> list[Any] | None:
    """The chances of the tokens between two places; None if one of these is inside a token."""
    at, kept = 0, []
    for row in rows:
        after = at + len(row["token"])
        if at < start < after or at < end < after:
            return None
        if start <= at < end:
            kept.append(row)
        at = after
    return kept


def _frame(like: Data, choice: Data) -> Data:
    frame = {k: v for k, v in like.items() if k not in ("choices", "usage", "mien")}
    if "usage" in like:
        frame["usage"] = None
    return {**frame, "choices": [{"logprobs": None, **choice}]}
