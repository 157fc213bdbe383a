"""Answers in the form of chat completions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mien.llm.testing.reply import Answer, Token, ToolCall, Usage
from mien.llm.testing.request import Request

CREATED = 1_700_000_000
"""Every answer's time, in seconds since 1970, so that two runs are the same to the byte."""


def body(answers: Sequence[Answer], request: Request) -> dict[str, Any]:
    """A whole completion."""
    choices = [
        {
            "index": index,
            "message": _message(answer, request),
            "logprobs": _logprobs(answer.tokens, request),
            "finish_reason": answer.reason,
        }
        for index, answer in enumerate(answers)
    ]
    return _frame(request, "chat.completion", choices) | {"usage": _usage(answers, request)}


def chunks(answers: Sequence[Answer], request: Request) -> Iterator[dict[str, Any]]:
    """The same piece by piece, with what it cost at the end if that was asked for."""
    for index, answer in enumerate(answers):
        for delta, tokens in _deltas(answer, request):
            choice = {"index": index, "delta": delta, "finish_reason": None}
            choice["logprobs"] = _logprobs(tokens, request)
            yield _frame(request, "chat.completion.chunk", [choice])
        last = {"index": index, "delta": {}, "logprobs": None, "finish_reason": answer.reason}
        yield _frame(request, "chat.completion.chunk", [last])
    if (request.body.get("stream_options") or {}).get("include_usage"):
        costs = {"usage": _usage(answers, request)}
        yield _frame(request, "chat.completion.chunk", []) | costs


def usage(answers: Sequence[Answer], request: Request) -> Usage:
    """What was said to be used: as scripted, or words and signs counted."""
    said = answers[0].usage
    if said is not None:
        return said
    read = sum(count(message.text) for message in request.messages)
    return Usage(read, sum(count(answer.text or answer.refusal or "") for answer in answers))


def count(text: str) -> int:
    """Words and signs of a text, which is what a token is here."""
    return len(re.findall(r"\w+|[^\w\s]", text))


def calls(answer: Answer, request: Request) -> list[tuple[str, ToolCall]]:
    """The functions to call, each with an id."""
    return [
        (call.id or f"call_{request.index}_{i}", call) for i, call in enumerate(answer.tool_calls)
    ]


def chances(token: Token, n: int) -> dict[str, Any]:
    """A token with the logarithms of its probability and of its `n` likeliest others."""
    others = [_chance(text, logprob) for text, logprob in token.others[:n]]
    return _chance(token.text, token.logprob) | {"top_logprobs": others}


def _chance(text: str, logprob: float) -> dict[str, Any]:
    return {"token": text, "logprob": logprob, "bytes": list(text.encode())}


def _frame(request: Request, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{request.index}",
        "object": kind,
        "created": CREATED,
        "model": request.model,
        "choices": choices,
    }


def _message(answer: Answer, request: Request) -> dict[str, Any]:
    said: dict[str, Any] = {"role": "assistant", "refusal": answer.refusal}
    said["content"] = None if answer.refusal is not None else answer.text
    if answer.tool_calls:
        said["tool_calls"] = [_call(id_, call) for id_, call in calls(answer, request)]
    return said


def _call(id_: str, call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": call.arguments}
    return {"id": id_, "type": "function", "function": function}


def _deltas(answer: Answer, request: Request) -> Iterator[tuple[dict[str, Any], tuple[Token, ...]]]:
    yield {"role": "assistant", "content": None if answer.text is None else ""}, ()
    if answer.refusal is not None:
        yield {"refusal": answer.refusal}, ()
        return
    for i, piece in enumerate(answer.pieces()):
        yield {"content": piece}, answer.tokens[i : i + 1]
    for i, (id_, call) in enumerate(calls(answer, request)):
        # Arguments come after the call is announced, as with OpenAI.
        opened = _call(id_, ToolCall(call.name, ""))
        yield {"tool_calls": [{"index": i} | opened]}, ()
        yield {"tool_calls": [{"index": i, "function": {"arguments": call.arguments}}]}, ()


def _logprobs(tokens: Sequence[Token], request: Request) -> dict[str, Any] | None:
    if not tokens or request.body.get("logprobs") is not True:
        return None
    n = request.body.get("top_logprobs") or 0
    return {"content": [chances(token, n) for token in tokens], "refusal": None}


def _usage(answers: Sequence[Answer], request: Request) -> Mapping[str, int]:
    used = usage(answers, request)
    return {
        "prompt_tokens": used.read,
        "completion_tokens": used.written,
        "total_tokens": used.read + used.written,
    }
