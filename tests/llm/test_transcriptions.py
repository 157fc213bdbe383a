"""Asking a transcription service."""

import pytest

from mien.core.errors import ModelServiceError
from mien.llm import Address, Manner, Retries, Transcriber
from mien.llm.exchange import LARGEST_ANSWER, Clock
from mien.llm.testing import Answer, Cut, Fault, Garbled, Raw, ScriptedServer, at_most, first_of
from mien.llm.transcriptions import read_transcript

pytest.importorskip("httpx2", reason="mien[models] is not installed")

WAV = b"RIFF\0\0\0\0WAVE--not-really\r\n--"


@pytest.fixture
def slept():
    return []


@pytest.fixture
def hear(slept):
    def hear(script, place="", **manner):
        clock = Clock(now=lambda: sum(slept), sleep=slept.append)
        with ScriptedServer(script) as server:
            address = Address(server.url + place, "whisper-1", "key-1")
            transcriber = Transcriber(address, Manner(clock=clock, **manner))
            try:
                return transcriber.hear(WAV), server.requests
            finally:
                transcriber.close()

    return hear


def test_the_sound_arrives_byte_by_byte(hear):
    told, (request,) = hear(Answer("Hello."))
    assert told["text"] == "Hello."
    assert request.sounds == (WAV,)
    assert "language" not in request.body


def test_the_whole_address_may_be_given(hear):
    _, (request,) = hear(Answer("Hello."), place="/audio/transcriptions")
    assert request.path == "/v1/audio/transcriptions"


@pytest.mark.parametrize(
    "fault", [Fault(429, retry_after=2.0), Fault(503), Fault(500), Cut("x"), Garbled("xxxx")]
)
def test_what_may_pass_is_asked_again(hear, slept, fault):
    told, requests = hear(first_of(at_most(1, fault), Answer("Hello.")))
    assert told["text"] == "Hello."
    assert len(requests) == 2
    assert len(slept) == 1


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(401), "check its key"),
        (Fault(404), "check the address"),
        (Fault(413), "HTTP 413"),
        (Fault(400, code="unsupported_value"), "gives words with times, such as whisper-1"),
    ],
)
def test_what_will_not_pass_is_told_at_once(hear, slept, fault, words):
    with pytest.raises(ModelServiceError, match=words):
        hear(fault)
    assert slept == []


def test_tries_end(hear, slept):
    with pytest.raises(ModelServiceError, match="tried 3 times") as caught:
        hear(Fault(500), retries=Retries(tries=3))
    assert caught.value.status == 500
    assert len(slept) == 2


def test_an_answer_that_never_ends_is_not_kept_in_memory(hear):
    with pytest.raises(ModelServiceError, match="more than 16 MiB"):
        hear(Raw(b" " * (LARGEST_ANSWER + 1), kind="application/json"))


@pytest.mark.parametrize("content", [b"", b"words", b"[]", b"3", b"{}", b'{"text": 1}', b"\xff"])
def test_what_is_no_transcript_is_refused(content):
    with pytest.raises(ValueError, match="not"):
        read_transcript(content)


@pytest.mark.parametrize("content", [b'{"text": ""}', b'{"segments": []}'])
def test_an_empty_transcript_is_one(content):
    assert read_transcript(content)
