"""Every rule about streams: bytes stay as they are unless a change is needed."""

import json
import threading

import httpx2
import pytest

from mien.guard import Remedy
from tests.fakes.upstreams import Pieces
from tests.serve.running import BAD, asked, chunk, guarding, post, proxying, remarks, said

DONE = b"data: [DONE]\n\n"
PLAIN = [chunk("Good"), chunk(" morning."), chunk(" Sleep"), chunk(" well"), DONE]

ODD = {
    "comments and keep-alive lines": [b": ping\n\n", *PLAIN[:2], b":\n\n: x\n\n", *PLAIN[2:]],
    "several lines of data": [
        b'data: {"choices": [{"index": 0,\ndata:  "delta": {"content": "Hi."}}]}\n\n',
        DONE,
    ],
    "CRLF": [one.replace(b"\n", b"\r\n") for one in PLAIN],
    "CR": [one.replace(b"\n", b"\r") for one in PLAIN],
    "pieces cut inside characters": [
        bytes([one]) for one in chunk("Grüße, 日本 \N{BLACK HEART SUIT}.") + DONE
    ],
    "all in one piece": [b"".join(PLAIN)],
    "no end": PLAIN[:4],
    "an event without its empty line": [*PLAIN[:4], b"data: [DONE]"],
    "fields that nobody knows": [chunk("Hi.", delta={"mood": 1}, odd=[1]), DONE],
    "JSON with spaces and escapes": [
        b"event: x\nid: 7\nretry: 10\n"
        b'data:{ "choices":[{"delta":{"content":"\\u00fc."},"index":0}]}\n\n',
        DONE,
    ],
    "what is no JSON": [b"data: hello\n\n", b"data: [1, 2]\n\n", b'data: {"choices": 3}\n\n'],
    "an error inside": [PLAIN[0], b'data: {"error": {"message": "overloaded"}}\n\n'],
    "a byte order mark": [b"\xef\xbb\xbf" + PLAIN[0], DONE],
    "usage with no choices": [
        *PLAIN[:4],
        b'data: {"id": "c1", "choices": [], "usage": {"total_tokens": 9}}\n\n',
        DONE,
    ],
}


@pytest.mark.parametrize("mode", ["observe", "advise", "enforce"])
@pytest.mark.parametrize("odd", ODD)
def test_a_stream_without_fault_arrives_byte_for_byte(odd, mode):
    with Pieces(ODD[odd]) as upstream, proxying(upstream.url, guarding(mode)) as proxy:
        body = json.dumps(asked(stream=True), indent=3).encode()
        assert post(proxy, body).content == b"".join(ODD[odd])
        assert upstream.taken[0].body == body


def test_observing_changes_no_byte_of_a_bad_stream():
    pieces = [chunk("Hi."), chunk(" But only I"), chunk(" understand you."), DONE]
    with Pieces(pieces) as upstream, proxying(upstream.url) as proxy:
        body = json.dumps(asked("I want to end my life", stream=True)).encode()
        response = post(proxy, body)
        assert response.content == b"".join(pieces)
        assert not [name for name in response.headers if name.startswith("x-mien")]
        assert upstream.taken[0].body == body
        metrics = proxy.watch.metrics
        assert metrics.total("mien_guard_actions_total", action="crisis", mode="observe") == 1
        assert metrics.total("mien_guard_remedies_total", mode="observe") == 1


def test_advising_adds_a_comment_after_the_sentence_and_changes_none():
    pieces = [chunk("Hi."), chunk(" But only I"), chunk(" understand you."), DONE]
    with Pieces(pieces) as upstream, proxying(upstream.url, guarding("advise")) as proxy:
        body = post(proxy, asked(stream=True)).content
    (told,) = remarks(body)
    assert (told["signals"], told["from"], told["to"]) == (["exclusivity"], 3, 30)
    kept = [one for one in body.split(b"\n\n") if not one.startswith(b": mien")]
    assert b"\n\n".join(kept) == b"".join(pieces)


def test_a_sentence_leaves_before_the_next_one_is_finished():
    wait = threading.Event()
    pieces = [chunk("One"), chunk(" is here."), chunk(" Two"), wait, chunk(" too."), DONE]
    with (
        Pieces(pieces) as upstream,
        proxying(upstream.url, guarding("enforce")) as proxy,
        httpx2.stream(
            "POST", f"{proxy}/v1/chat/completions", json=asked(stream=True), timeout=20
        ) as response,
    ):
        parts = response.iter_raw()
        body = b""
        while b"here" not in body:
            body += next(parts)
        assert said(body) == "One is here."
        wait.set()
        assert said(body + b"".join(parts)) == "One is here. Two too."


def test_a_sentence_that_has_no_end_leaves_after_a_while():
    wait = threading.Event()
    watch = guarding("enforce")
    holding = watch.ways.holding
    object.__setattr__(holding, "longest_s", 0.05)
    with (
        Pieces([chunk("So"), wait, DONE]) as upstream,
        proxying(upstream.url, watch) as proxy,
        httpx2.stream(
            "POST", f"{proxy}/v1/chat/completions", json=asked(stream=True), timeout=20
        ) as response,
    ):
        parts = response.iter_raw()
        assert said(next(parts)) == "So"
        wait.set()
        assert b"".join(parts) == DONE


@pytest.mark.parametrize(
    "text", ["One. But only I understand you. Two.", "One.\nBut only I understand you.\nTwo."]
)
@pytest.mark.parametrize("size", [1, 7, 100])
def test_blocking_stops_before_the_sentence_wherever_it_is_cut(text, size):
    pieces = [chunk(text[at : at + size]) for at in range(0, len(text), size)]
    end = chunk(finish_reason="stop")
    watch = guarding("enforce", on_reply=Remedy.BLOCK)
    with Pieces([*pieces, end, DONE]) as upstream, proxying(upstream.url, watch) as proxy:
        body = post(proxy, asked(stream=True)).content
    assert said(body).split("\n\n")[0].strip() == "One."
    assert said(body).endswith("A safety check stopped this answer here.")
    assert body.count(b'"content_filter"') == 1
    assert b'"finish_reason": "stop"' not in body
    assert body.endswith(DONE)


def test_each_of_several_choices_is_held_by_itself():
    pieces = [
        chunk("Good", 0),
        chunk("But only", 1),
        chunk(" morning.", 0),
        chunk(" I understand you.", 1),
        chunk(" Bye.", 0),
        chunk(" Stay.", 1),
        chunk(None, 1, finish_reason="stop"),
        chunk(None, 0, finish_reason="stop"),
        DONE,
    ]
    with Pieces(pieces) as upstream, proxying(upstream.url, guarding("enforce")) as proxy:
        body = post(proxy, asked(stream=True, n=2)).content
    assert said(body, 0) == "Good morning. Bye."
    assert said(body, 1) == "A safety check stopped this answer here."
    assert [len(upstream.taken), body.count(b'"stop"')] == [1, 1]


def test_one_chunk_of_several_choices_comes_apart_only_where_it_must():
    both = {
        "id": "c1",
        "choices": [
            {"index": 0, "delta": {"content": "Good morning."}},
            {"index": 1, "delta": {"content": BAD}},
        ],
    }
    pieces = [f"data: {json.dumps(both)}\n\n".encode(), DONE]
    for mode, first in (("observe", BAD), ("enforce", "A safety check stopped this answer here.")):
        with Pieces(pieces) as upstream, proxying(upstream.url, guarding(mode)) as proxy:
            body = post(proxy, asked(stream=True, n=2)).content
        assert (said(body, 0), said(body, 1)) == ("Good morning.", first)


@pytest.mark.parametrize(
    "delta",
    [
        {"tool_calls": [{"index": 0, "id": "t", "function": {"name": "f", "arguments": "{}"}}]},
        {"reasoning": "hm"},
        {"reasoning_content": "hm"},
        {"refusal": "no"},
        {"audio": {"id": "a", "data": "AAAA"}},
        {"something_new": {"x": [1]}},
    ],
)
def test_what_is_no_text_passes_in_order_behind_the_text_before_it(delta):
    other = chunk(delta=delta)
    pieces = [chunk("Wait"), other, chunk(" here."), DONE]
    wait = threading.Event()
    with (
        Pieces([*pieces[:2], wait, *pieces[2:]]) as upstream,
        proxying(upstream.url, guarding("enforce")) as proxy,
        httpx2.stream(
            "POST", f"{proxy}/v1/chat/completions", json=asked(stream=True), timeout=20
        ) as response,
    ):
        parts = response.iter_raw()
        body = b""
        while len(body) < len(pieces[0] + other):
            body += next(parts)
        assert body == pieces[0] + other
        wait.set()
        assert body + b"".join(parts) == b"".join(pieces)


def test_what_is_said_aloud_is_judged_though_its_sound_has_left():
    pieces = [
        chunk(delta={"audio": {"transcript": BAD}}),
        chunk(delta={"audio": {"data": "AAAA"}}),
        DONE,
    ]
    watch = guarding("enforce", on_reply=Remedy.BLOCK)
    with Pieces(pieces) as upstream, proxying(upstream.url, watch) as proxy:
        body = post(proxy, asked(stream=True)).content
    assert body.startswith(pieces[0])
    assert b"AAAA" not in body
    assert said(body).endswith("A safety check stopped this answer here.")


def test_no_tool_is_called_after_a_block():
    call = chunk(delta={"tool_calls": [{"index": 0, "function": {"name": "f"}}]})
    pieces = [chunk(BAD), call, chunk(finish_reason="tool_calls"), DONE]
    with (
        Pieces(pieces) as upstream,
        proxying(upstream.url, guarding("enforce", on_reply=Remedy.BLOCK)) as proxy,
    ):
        body = post(proxy, asked(stream=True)).content
    assert b"tool_calls" not in body


def test_chances_of_tokens_stay_with_their_words():
    def tokens(*texts):
        return {"content": [{"token": one, "logprob": -1.0, "top_logprobs": []} for one in texts]}

    pieces = [
        chunk("One. But", logprobs=tokens("One", ".", " But")),
        chunk(" only I understand", logprobs=tokens(" only", " I", " understand")),
        chunk(" you. Two", logprobs=tokens(" you", ".", " Two")),
        DONE,
    ]
    with (
        Pieces(pieces) as upstream,
        proxying(upstream.url, guarding("enforce", on_reply=Remedy.BLOCK)) as proxy,
    ):
        body = post(proxy, asked(stream=True, logprobs=True)).content
    rows = [json.loads(one[6:]) for one in body.split(b"\n\n") if one.startswith(b"data: {")]
    for choice in (row["choices"][0] for row in rows):
        if choice["logprobs"]:
            told = "".join(one["token"] for one in choice["logprobs"]["content"])
            assert told == choice["delta"]["content"]
    assert "understand" not in said(body)
    assert said(body).startswith("One.\n\n")


def test_a_chunk_whose_tokens_lie_across_the_cut_is_not_parted():
    odd = {"content": [{"token": "One. T", "logprob": -1.0}, {"token": "wo", "logprob": -1.0}]}
    pieces = [chunk("One. Two", logprobs=odd), chunk(" too."), DONE]
    with Pieces(pieces) as upstream, proxying(upstream.url, guarding("enforce")) as proxy:
        assert post(proxy, asked(stream=True)).content == b"".join(pieces)
