"""Answers in the form of transcriptions."""

from __future__ import annotations

import json
from typing import Any

from mien.llm.testing.reply import Answer, Segment
from mien.llm.testing.request import BadRequest, Request


def body(answer: Answer, request: Request) -> tuple[str, bytes]:
    """Content type and bytes of a transcript in the wanted format.

    Raises:
        BadRequest: If the format is not one of OpenAI's.
    """
    wanted = request.body.get("response_format", "json")
    text = answer.text or ""
    if wanted in ("text", "srt", "vtt"):
        told = text + "\n" if wanted == "text" else _subtitles(answer, wanted)
        return "text/plain; charset=utf-8", told.encode()
    if wanted not in ("json", "verbose_json"):
        raise BadRequest(f"response_format is {wanted!r}")
    told_all: dict[str, Any] = {"text": text}
    if wanted == "verbose_json":
        told_all |= {
            "task": "transcribe",
            "language": answer.language,
            "duration": answer.segments[-1].end if answer.segments else 0.0,
            "segments": [_segment(i, one) for i, one in enumerate(answer.segments)],
        }
    return "application/json", json.dumps(told_all, ensure_ascii=False).encode()


def _segment(index: int, segment: Segment) -> dict[str, Any]:
    return {
        "id": index,
        "seek": 0,
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "tokens": [],
        "temperature": 0.0,
        "avg_logprob": -0.1,
        "compression_ratio": 1.0,
        "no_speech_prob": 0.0,
    }


def _subtitles(answer: Answer, form: str) -> str:
    mark = "," if form == "srt" else "."
    cues = [
        f"{i}\n{_clock(one.start, mark)} --> {_clock(one.end, mark)}\n{one.text.strip()}\n"
        for i, one in enumerate(answer.segments, 1)
    ]
    return "\n".join(cues if form == "srt" else ["WEBVTT\n", *cues])


def _clock(seconds: float, mark: str) -> str:
    """Hours, minutes, seconds and thousandths.

    >>> _clock(3661.5, ",")
    '01:01:01,500'
    """
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours:02}:{minute:02}:{second:02}{mark}{thousandths:03}"
