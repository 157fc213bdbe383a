"""What the proxy passes on as it is, and how it and its neighbors end."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading

import httpx2
import openai
import pytest

from mien.llm.testing import Answer, Choices, Cut, Fault, Raw, ScriptedServer, ToolCall, Usage
from tests.data import ROOT
from tests.fakes.upstreams import Pieces
from tests.serve.running import asked, chunk, guarding, post, proxying, said, settle

DONE = b"data: [DONE]\n\n"
MODES = pytest.mark.parametrize("mode", ["observe", "advise", "enforce"])


def client(proxy: str) -> openai.OpenAI:
    return openai.OpenAI(base_url=f"{proxy}/v1", api_key="k", max_retries=0, timeout=20)


@MODES
def test_the_real_client_gets_what_it_would_without_the_proxy(mode):
    answer = Answer(
        "Sleep well. See you.", tool_calls=(ToolCall("look", '{"at": 1}', "t"),), usage=Usage(9, 4)
    )
    with ScriptedServer(answer) as server, proxying(server.url, guarding(mode)) as proxy:
        found = [
            [
                one.model_dump(exclude={"created", "id"})
                for one in openai.OpenAI(base_url=url, api_key="k").chat.completions.create(
                    **asked(stream=True, stream_options={"include_usage": True})
                )
            ]
            for url in (server.url, f"{proxy}/v1")
        ]
    assert found[0] == found[1]
    assert found[1][-1]["usage"]["total_tokens"] == 13


@MODES
def test_the_real_client_streams_responses(mode):
    with (
        ScriptedServer("Sleep well. See you.") as server,
        proxying(server.url, guarding(mode)) as proxy,
        client(proxy).responses.stream(model="m", input="Bye") as stream,
    ):
        events = [event.type for event in stream]
        assert stream.get_final_response().output_text == "Sleep well. See you."
    assert events.count("response.completed") == 1


@MODES
def test_a_whole_answer_arrives_byte_for_byte(mode):
    body = b'{"id" : "c1", "choices":[{"index":0,"message":{"content":"Hi.","odd":1}}]}\n'
    with (
        ScriptedServer(Raw(body, kind="application/json")) as server,
        proxying(server.url, guarding(mode)) as proxy,
    ):
        assert post(proxy, asked()).content == body


def test_what_the_guard_does_not_know_passes_and_is_counted():
    with ScriptedServer("Hi.") as server, proxying(server.url) as proxy:
        assert [one.id for one in client(proxy).models.list()] == ["scripted"]
        response = post(proxy, {"model": "m", "input": "x"}, "/v1/embeddings")
        assert response.status_code == 404
        assert proxy.watch.metrics.total("mien_proxy_unguarded_total") == 1
        assert proxy.watch.metrics.total("mien_guard_checks_total") == 0


@MODES
@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503, 529])
def test_errors_of_the_models_server_pass_with_body_and_retry_after(mode, status):
    error = b'{"error": {"message": "no", "odd": true}}'
    raw = Raw(error, status, "application/json", {"Retry-After": "7", "X-Request-Id": "r1"})
    with ScriptedServer(raw) as server, proxying(server.url, guarding(mode)) as proxy:
        response = post(proxy, asked(stream=True))
        assert len(server.requests) == 1
    assert (response.status_code, response.content) == (status, error)
    assert response.headers["retry-after"] == "7"
    assert response.headers["x-request-id"] == "r1"


def test_headers_about_one_connection_stay_on_it():
    head = b"content-type: application/json\r\nconnection: x-hop\r\nx-hop: 1\r\nx-end: 2\r\n"
    headers = {"connection": "x-mine, keep-alive", "x-mine": "1", "te": "trailers", "x-yours": "2"}
    with Pieces([b"{}"], head) as upstream, proxying(upstream.url) as proxy:
        response = post(proxy, asked(), headers=headers)
        (taken,) = upstream.taken
    assert taken.header("x-yours") == "2"
    assert not {"x-mine", "te", "proxy-connection"} & {name for name, _ in taken.headers}
    assert response.headers["x-end"] == "2"
    assert "x-hop" not in response.headers


def test_what_is_about_mien_does_not_reach_the_model():
    headers = {"x-mien-conversation": "c", "x-mien-person": "p", "cookie": "a=b"}
    with Pieces([b"{}"]) as upstream, proxying(upstream.url) as proxy:
        post(proxy, asked(), headers=headers)
        names = {name for name, _ in upstream.taken[0].headers}
    assert not {*headers, "x-mien-token"} & names


def test_the_clients_key_is_passed_on_or_replaced():
    with Pieces([b"{}"]) as upstream:
        for key, sent in (("", "Bearer theirs"), ("ours", "Bearer ours")):
            with proxying(upstream.url, key=key) as proxy:
                post(proxy, asked(), headers={"authorization": "Bearer theirs"})
            assert upstream.taken[-1].header("authorization") == sent


def test_one_clients_cookies_do_not_reach_the_next():
    head = b"content-type: application/json\r\nset-cookie: who=first; Path=/\r\n"
    with Pieces([b"{}"], head) as upstream, proxying(upstream.url) as proxy:
        post(proxy, asked())
        post(proxy, asked())
        assert upstream.taken[1].header("cookie") is None


def test_a_redirect_is_passed_on_and_not_followed():
    with (
        Pieces([], b"location: http://127.0.0.1:9/\r\n", "307 Temporary Redirect") as upstream,
        proxying(upstream.url) as proxy,
    ):
        assert post(proxy, asked()).status_code == 307


def test_a_server_that_is_not_there_is_said_so():
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with proxying(url) as proxy:
        response = post(proxy, asked())
        assert response.status_code == 502
        assert response.json()["error"]["code"] == "upstream_unreachable"
        assert proxy.watch.metrics.total("mien_proxy_upstream_errors_total") == 1


def test_a_server_that_is_silent_is_given_up():
    with Pieces([threading.Event()]) as upstream:
        with (
            proxying(upstream.url, seconds=0.2) as proxy,
            pytest.raises(httpx2.RemoteProtocolError),
        ):
            post(proxy, asked())
        assert upstream.left.wait(10)


@MODES
def test_a_server_that_breaks_off_breaks_off_the_client_once(mode):
    pieces = [chunk("One. Two"), chunk(" is")]
    body = bytearray()

    def read(proxy):
        with httpx2.stream("POST", f"{proxy}/v1/chat/completions", json=asked()) as response:
            for part in response.iter_raw():
                body.extend(part)

    with Pieces(pieces, breaks=True) as upstream, proxying(upstream.url, guarding(mode)) as proxy:
        with pytest.raises(httpx2.RemoteProtocolError):
            read(proxy)
        # What had come is not lost, and nothing is asked twice.
        assert said(bytes(body)) == "One. Two is"
        assert len(upstream.taken) == 1


def test_a_server_that_breaks_off_before_its_first_byte_is_not_asked_again():
    with ScriptedServer(Cut("Hi.")) as server, proxying(server.url) as proxy:
        assert post(proxy, asked()).status_code == 502
        assert len(server.requests) == 1


@pytest.mark.parametrize("before", [[], [chunk("Hi.")]])
def test_a_client_that_leaves_frees_the_models_server(before):
    with Pieces([*before, threading.Event()]) as upstream, proxying(upstream.url) as proxy:
        host, port = proxy.removeprefix("http://").split(":")
        body = json.dumps(asked(stream=True)).encode()
        with socket.create_connection((host, int(port))) as leaver:
            leaver.sendall(
                b"POST /v1/chat/completions HTTP/1.1\r\nhost: 127.0.0.1\r\n"
                b"content-length: %d\r\n\r\n%s" % (len(body), body)
            )
            if before:
                assert b"200 OK" in leaver.recv(100)
            while not upstream.taken:
                threading.Event().wait(0.01)
        assert upstream.left.wait(10)
        settle(proxy)
        assert proxy.watch.metrics.total("mien_proxy_clients_gone_total") == 1


def test_a_proxy_that_is_killed_leaves_no_client_waiting():
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    with Pieces([chunk("Hi."), threading.Event()]) as upstream:
        code = (
            "import sys; from tests.serve.running import *; from mien.serve import *\n"
            f"one = server(proxy_app(guarding(), Upstream({upstream.url!r})), Place(port=0))\n"
            "one.on_start = lambda url: print(url, flush=True)\none.run()"
        )
        running = subprocess.Popen(
            [sys.executable, "-c", code], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True
        )
        try:
            assert running.stdout is not None
            url = running.stdout.readline().strip()
            rows = iter(client(url).chat.completions.create(**asked(stream=True)))
            assert next(rows).choices[0].delta.content == "Hi."
            os.kill(running.pid, signal.SIGKILL)
            with pytest.raises((openai.APIConnectionError, httpx2.TransportError)):
                next(rows)
        finally:
            running.kill()
            running.communicate()
        assert upstream.left.wait(10)


def test_what_clients_ask_of_usage_reaches_the_model():
    with (
        ScriptedServer(Choices((Answer("A."), Answer("B.")))) as server,
        proxying(server.url, guarding("enforce")) as proxy,
    ):
        rows = list(
            client(proxy).chat.completions.create(
                **asked(stream=True, n=2, stream_options={"include_usage": True})
            )
        )
    assert rows[-1].usage is not None
    assert rows[-1].choices == []


def test_a_fault_that_openai_knows_is_raised_as_such():
    with (
        ScriptedServer(Fault(429, code="rate_limit_exceeded", retry_after=3)) as server,
        proxying(server.url, guarding("enforce")) as proxy,
        pytest.raises(openai.RateLimitError) as caught,
    ):
        client(proxy).chat.completions.create(**asked())
    assert caught.value.response.headers["retry-after"] == "3"
