"""Answers in the form of OpenAI's responses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mien.llm.testing import chat
from mien.llm.testing.reply import Answer
from mien.llm.testing.request import Request

LOGPROBS = "message.output_text.logprobs"


def body(answer: Answer, request: Request) -> dict[str, Any]:
    """A whole response."""
    used = chat.usage([answer], request)
    filtered = {"length": "max_output_tokens", "content_filter": "content_filter"}
    why = filtered.get(answer.reason)
    return _frame(request) | {
        "status": "incomplete" if why else "completed",
        "incomplete_details": {"reason": why} if why else None,
        "output": _output(answer, request),
        "usage": {
            "input_tokens": used.read,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": used.written,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": used.read + used.written,
        },
    }


def events(answer: Answer, request: Request) -> Iterator[dict[str, Any]]:
    """The same as a stream of numbered events."""
    for number, event in enumerate(_events(answer, request)):
        yield event | {"sequence_number": number}


def _events(answer: Answer, request: Request) -> Iterator[dict[str, Any]]:
    begun = _frame(request) | {"status": "in_progress", "output": []}
    yield {"type": "response.created", "response": begun}
    for index, item in enumerate(_output(answer, request)):
        place = {"output_index": index}
        empty = {"content": [], "status": "in_progress"}
        bare = item | (empty if item["type"] == "message" else {"arguments": ""})
        yield {"type": "response.output_item.added", "item": bare} | place
        within = place | {"item_id": item["id"]}
        if item["type"] == "message":
            yield from _part(answer, item["content"][0], within | {"content_index": 0})
        else:
            told = {"delta": item["arguments"]}
            yield {"type": "response.function_call_arguments.delta"} | told | within
            done = {"arguments": item["arguments"], "name": item["name"]}
            yield {"type": "response.function_call_arguments.done"} | done | within
        yield {"type": "response.output_item.done", "item": item} | place
    whole = body(answer, request)
    yield {"type": f"response.{whole['status']}", "response": whole}


def _part(answer: Answer, part: dict[str, Any], within: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if part["type"] == "refusal":
        name, bare, pieces = "refusal", part | {"refusal": ""}, [part["refusal"]]
        extra: dict[str, Any] = {}
    else:
        name, bare, pieces = "output_text", part | {"text": "", "logprobs": []}, answer.pieces()
        extra = {"logprobs": []}
    yield {"type": "response.content_part.added", "part": bare} | within
    for piece in pieces:
        yield {"type": f"response.{name}.delta", "delta": piece} | extra | within
    key = "refusal" if name == "refusal" else "text"
    yield {"type": f"response.{name}.done", key: part[key]} | extra | within
    yield {"type": "response.content_part.done", "part": part} | within


def _frame(request: Request) -> dict[str, Any]:
    """What every response repeats of its request."""
    given = request.body
    return {
        "id": f"resp_{request.index}",
        "object": "response",
        "created_at": chat.CREATED,
        "model": request.model,
        "error": None,
        "incomplete_details": None,
        "instructions": given.get("instructions"),
        "metadata": given.get("metadata") or {},
        "parallel_tool_calls": True,
        "temperature": given.get("temperature"),
        "tool_choice": given.get("tool_choice", "auto"),
        "tools": given.get("tools") or [],
        "top_p": given.get("top_p"),
    }


def _output(answer: Answer, request: Request) -> list[dict[str, Any]]:
    called = [
        {
            "type": "function_call",
            "id": f"fc_{id_}",
            "call_id": id_,
            "name": call.name,
            "arguments": call.arguments,
            "status": "completed",
        }
        for id_, call in chat.calls(answer, request)
    ]
    says = answer.refusal is not None or answer.text or not called
    return ([_said(answer, request)] if says else []) + called


def _said(answer: Answer, request: Request) -> dict[str, Any]:
    if answer.refusal is not None:
        part: dict[str, Any] = {"type": "refusal", "refusal": answer.refusal}
    else:
        part = {"type": "output_text", "text": answer.text or "", "annotations": []}
        if LOGPROBS in (request.body.get("include") or ()):
            n = request.body.get("top_logprobs") or 0
            part["logprobs"] = [chat.chances(token, n) for token in answer.tokens]
    return {
        "type": "message",
        "id": f"msg_{request.index}",
        "role": "assistant",
        "status": "completed",
        "content": [part],
    }
