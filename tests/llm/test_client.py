"""Asking a model behind an address."""

import json
import logging
import socket
import stat
import sys
import threading
import zlib
from contextlib import suppress
from datetime import UTC, datetime

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mien.core.config import Config
from mien.core.errors import ConfigError, MissingExtra, ModelServiceError, NetworkRefused
from mien.llm import (
    Address,
    Chance,
    FolderCache,
    LanguageModel,
    Manner,
    MemoryCache,
    Message,
    Reply,
    Retries,
    Wish,
)
from mien.llm.exchange import LARGEST_ANSWER, Clock
from mien.llm.protocol import error_code, read_reply
from mien.llm.retries import retry_after
from mien.llm.testing import (
    Answer,
    Cut,
    Fault,
    Garbled,
    Held,
    Raw,
    ScriptedServer,
    Usage,
    at_most,
    first_of,
    odds,
)

pytest.importorskip("httpx2", reason="mien[models] is not installed")

HELLO = [Message("system", "Be kind."), Message("user", "Is the secret word plum?")]


COST = {"tokens_read": 9, "tokens_written": 1}

HUGE = {"token": "x", "top_logprobs": [{"token": "y", "logprob": 10**400}]}


class Waits:
    """A clock that passes only when somebody sleeps."""

    def __init__(self):
        self.slept, self.time = [], 0.0

    def sleep(self, seconds):
        self.slept.append(seconds)
        self.time += seconds

    async def asleep(self, seconds):
        self.sleep(seconds)

    @property
    def clock(self):
        return Clock(now=lambda: self.time, sleep=self.sleep, asleep=self.asleep)


@pytest.fixture
def waits():
    return Waits()


@pytest.fixture(params=["plain", "async"])
def ask(request, waits):
    """Asks a scripted server once, in both manners; gives the reply and the requests."""

    def ask(script, wish=None, **manner):
        manner = Manner(clock=waits.clock, **manner)
        with ScriptedServer(script) as server:
            address = Address(server.url, "judge", "key-1234")
            if request.param == "plain":
                with LanguageModel(address, manner) as model:
                    return model.ask(HELLO, wish), server.requests

            async def talk():
                async with LanguageModel(address, manner) as model:
                    return await model.aask(HELLO, wish)

            return anyio.run(talk), server.requests

    return ask


def test_an_answer_comes_with_what_it_cost(ask):
    reply, (request,) = ask(Answer("Yes, plum.", usage=Usage(9, 4)))
    assert reply == Reply("Yes, plum.", None, "stop", "judge", 9, 4)
    assert [(one.role, one.text) for one in request.messages] == HELLO
    assert set(request.body) == {"model", "messages", "temperature"}
    assert request.headers["authorization"] == "(hidden)"


def test_wishes_are_passed_on(ask):
    schema = {"type": "object"}
    wish = Wish(temperature=None, max_tokens=5, seed=7, top_logprobs=2, schema=schema)
    reply, (request,) = ask(odds({"Yes": 0.75, "No": 0.25}), wish)
    assert reply.chances[0].token == "Yes"
    assert [word for word, _ in reply.chances[0].others] == ["Yes", "No"]
    assert "temperature" not in request.body
    assert (request.body["max_tokens"], request.body["seed"]) == (5, 7)
    assert request.body["response_format"]["json_schema"]["schema"] == schema


def test_refusals_are_told_apart_from_answers(ask):
    refused, _ = ask(Answer(refusal="I will not."))
    assert (refused.text, refused.refusal) == ("", "I will not.")
    filtered, _ = ask(Answer("Some", finish="content_filter"))
    assert (filtered.text, filtered.refusal) == ("", "")


@pytest.mark.parametrize("fault", [Fault(429), Fault(503), Cut("x"), Cut("x", 5), Garbled("x")])
def test_what_may_pass_is_tried_again_with_longer_and_longer_waits(ask, waits, fault):
    reply, requests = ask(first_of(at_most(3, fault), "At last."))
    assert reply.text == "At last."
    assert len(requests) == 4
    assert [0.25 <= waits.slept[0] <= 0.5, 0.5 <= waits.slept[1] <= 1.0] == [True, True]
    assert 1.0 <= waits.slept[2] <= 2.0


def test_a_server_that_says_when_is_obeyed(ask, waits):
    ask(first_of(at_most(1, Fault(429, retry_after=7.5)), "At last."))
    assert waits.slept == [7.5]


def test_a_server_that_wants_longer_than_the_budget_is_not_waited_for(ask, waits):
    with pytest.raises(ModelServiceError, match="HTTP 429"):
        ask(Fault(429, retry_after=3600))
    assert waits.slept == []


def test_the_budget_of_tries_ends_it(ask, waits):
    with pytest.raises(ModelServiceError, match=r"HTTP 500.*tried 3 times"):
        ask(Fault(500), retries=Retries(tries=3))
    assert len(waits.slept) == 2


def test_the_budget_of_time_ends_it(ask, waits):
    with pytest.raises(ModelServiceError):
        ask(Fault(500, retry_after=40), retries=Retries(tries=100, seconds=100))
    assert waits.slept == [40, 40]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault(401), "check its key"),
        (Fault(403), "what the key allows"),
        (Fault(404), "the name of the model"),
        (Fault(400, code="context_length_exceeded"), "HTTP 400 context_length_exceeded"),
        (Fault(429, code="insufficient_quota"), "insufficient_quota: it is busy, or the quota"),
        (Raw(b"<html>", 302, headers={"Location": "https://example.org"}), "HTTP 302"),
    ],
)
def test_what_no_waiting_helps_against_is_told_at_once(ask, waits, fault, words):
    with pytest.raises(ModelServiceError, match=words) as raised:
        ask(fault)
    assert "judge at 127.0.0.1" in str(raised.value)
    assert waits.slept == []


def test_an_address_where_nothing_is_says_so(waits):
    with ScriptedServer("x") as server:
        address = Address(server.url, "judge")
    expected = pytest.raises(ModelServiceError, match=r"cannot be reached.*tried 4 times")
    with LanguageModel(address, Manner(clock=waits.clock)) as model, expected:
        model.ask(HELLO)


def test_a_server_that_says_nothing_is_left_after_its_time(ask):
    script = Held("Late.", threading.Event())
    with pytest.raises(ModelServiceError, match=r"did not answer within 0\.05 s"):
        ask(script, seconds=0.05, retries=Retries(tries=1))


def test_a_server_that_drips_is_left_too():
    times = iter([0.0, 0.0, 99.0])
    clock = Clock(now=lambda: next(times, 99.0))
    manner = Manner(clock=clock, seconds=60, retries=Retries(tries=1))
    expected = pytest.raises(ModelServiceError, match="did not answer within 60 s")
    with ScriptedServer("Hi.") as server:
        model = LanguageModel(Address(server.url, "m"), manner)
        with model, expected:
            model.ask(HELLO)


def test_a_server_that_drips_its_headers_is_left_by_async_callers():
    done = threading.Event()

    def drip(listener):
        connection, _ = listener.accept()
        with connection:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Endless: ")
            with suppress(OSError):
                while not done.wait(0.02):
                    connection.sendall(b"x")

    async def talk(port):
        manner = Manner(seconds=0.1, retries=Retries(tries=1))
        async with LanguageModel(Address(f"http://127.0.0.1:{port}/v1", "m"), manner) as model:
            with anyio.fail_after(10):
                await model.aask(HELLO)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=drip, args=(listener,))
        server.start()
        with pytest.raises(ModelServiceError, match=r"did not answer within 0\.1 s"):
            anyio.run(talk, listener.getsockname()[1])
        done.set()
        server.join()


def test_an_endless_answer_is_not_read_to_its_end(ask, waits):
    with pytest.raises(ModelServiceError, match="more than 16 MiB"):
        ask(Raw(b" " * (LARGEST_ANSWER + 1), kind="application/json"))
    assert waits.slept == []


def test_a_packed_answer_is_not_unpacked(ask, waits):
    # A few kilobytes can unpack to gigabytes.
    packed = zlib.compress(b" " * LARGEST_ANSWER * 2)
    with pytest.raises(ModelServiceError, match="packed, which nobody asked for"):
        ask(Raw(packed, kind="application/json", headers={"Content-Encoding": "deflate"}))
    assert waits.slept == []


def test_a_packed_answer_is_not_asked_for(ask):
    _, (request,) = ask("Hi.")
    assert request.headers["accept-encoding"] == "identity"


def test_what_was_said_reaches_neither_logs_nor_errors(ask, caplog):
    caplog.set_level(logging.DEBUG)
    echo = "the secret word is plum, says key-1234"
    with pytest.raises(ModelServiceError) as raised:
        ask(first_of(at_most(1, Fault(500, echo)), Fault(400, echo, code="Plum!")))
    told = f"{raised.value!r} {raised.value.__cause__!r} {caplog.text}"
    assert "judge" in caplog.text
    for secret in ("plum", "Plum", "key-1234"):
        assert secret not in told
    assert "key-1234" not in repr(Address("http://x/v1", "m", "key-1234"))


def test_plain_and_async_callers_share_what_is_kept():
    async def talk(model):
        async with model:
            return await model.aask(HELLO), await model.aask(HELLO, Wish(draw=1))

    with ScriptedServer(["first", "second"]) as server:
        model = LanguageModel(Address(server.url, "m"), Manner(cache=MemoryCache()))
        first = model.ask(HELLO)
        assert anyio.run(talk, model) == (first, Reply("second", model="m", **COST))


def test_equal_questions_share_an_answer_and_different_ones_do_not(tmp_path):
    for cache in (MemoryCache(), FolderCache(tmp_path)):
        with ScriptedServer(lambda request: f"answer {request.index}") as server:

            def said(model="m", text="Hello?", cache=cache, url=server.url, **wish):
                with LanguageModel(Address(url, model), Manner(cache=cache)) as asked:
                    return asked.ask([Message("user", text)], Wish(**wish)).text

            assert [said(), said()] == ["answer 0"] * 2
            assert said(model="other") == "answer 1"
            assert said(text="Hello!") == "answer 2"
            assert said(temperature=1.0) == "answer 3"
            assert said(draw=1) == "answer 4"
            assert said(url=server.url + "/") == "answer 0"
            assert len(server.requests) == 5


def test_faults_are_not_kept(tmp_path):
    cache = FolderCache(tmp_path)
    manner = Manner(cache=cache, retries=Retries(tries=1))
    with ScriptedServer([Fault(500), "Hi."]) as server:
        model = LanguageModel(Address(server.url, "m"), manner)
        with model, pytest.raises(ModelServiceError):
            model.ask(HELLO)
        with model:
            assert model.ask(HELLO).text == "Hi."
    assert len(list(tmp_path.iterdir())) == 1


def test_memory_forgets_what_was_unused_for_longest():
    cache = MemoryCache(most=2)
    for key in "ab":
        cache.put(key, Reply(key))
    assert cache.get("a") == Reply("a")
    cache.put("c", Reply("c"))
    assert [cache.get(key) for key in "abc"] == [Reply("a"), None, Reply("c")]


@given(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.none() | st.text(),
    st.lists(st.tuples(st.text(), st.floats(max_value=0, allow_infinity=False))),
)
def test_replies_are_kept_whole(text, refusal, others):
    reply = Reply(text, refusal, "stop", "m", 1, 2, (Chance(text, tuple(others)),))
    assert Reply.from_json(reply.to_json()) == reply


def test_a_folder_is_for_its_owner_and_survives_damage(tmp_path):
    cache = FolderCache(tmp_path / "kept")
    cache.put("a", Reply("Yes."))
    path = tmp_path / "kept" / "a.json"
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    for damage in [
        "",
        "{}",
        "[]",
        "[" * 200_000,
        '{"text": 1, "chances": []}',
        '{"text": 1, "chances": [1]}',
        '{"no": 1, "chances": []}',
    ]:
        path.write_text(damage, encoding="utf-8")
        assert cache.get("a") is None
    path.write_bytes(b"\xff")
    assert cache.get("a") is None


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="file"):
        FolderCache(tmp_path / "file" / "kept")


def test_a_folder_without_room_is_named_and_keeps_no_part(tmp_path, monkeypatch):
    cache = FolderCache(tmp_path)

    def full(_self, _target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("mien.llm.cache.Path.replace", full)
    with pytest.raises(ConfigError, match="No space left"):
        cache.put("a", Reply("Yes."))
    assert list(tmp_path.iterdir()) == []


@given(st.binary())
def test_no_bytes_break_the_reader(content):
    with pytest.raises(ValueError, match="not a chat completion"):
        read_reply(content)
    assert error_code(content) == ""


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"choices": []},
        {"choices": [{"message": None}]},
        {"choices": [{"message": {"content": 7}}]},
        {"choices": [{"message": {"content": "x"}, "logprobs": {"content": [{}]}}]},
        {"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": "many"}},
        {"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens": float("inf")}},
        {"choices": [{"message": {"content": "x"}, "logprobs": {"content": [HUGE]}}]},
    ],
)
def test_what_is_no_completion_is_refused_without_being_quoted(told):
    with pytest.raises(ValueError, match=r"^not a chat completion$"):
        read_reply(json.dumps(told).encode())


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after-ms": "250", "retry-after": "3"}, 0.25),
        ({"retry-after": "Mon, 23 Nov 2026 08:00:30 GMT"}, 30.0),
        ({"retry-after": "Mon, 23 Nov 2026 07:00:00 GMT"}, 0.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Mon, 23 Nov 99999999999999999999 08:00:30 GMT"}, None),
        ({"retry-after": "Mon, 23 Nov 2026 08:00:30 +99999999999999"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-1"}, None),
    ],
)
def test_the_wish_to_be_left_alone_is_read_in_every_form(headers, seconds):
    assert retry_after(headers, datetime(2026, 11, 23, 8, tzinfo=UTC)) == seconds


@given(st.integers(1, 50), st.floats(0, 1000), st.none() | st.floats(0, 1000))
def test_no_wait_goes_beyond_the_budget(tried, spent, wanted):
    retries = Retries(tries=20, seconds=300, longest=10)
    wait = retries.wait(tried, spent, wanted)
    if wait is not None:
        assert tried < 20
        assert spent + wait <= 300
        assert wait <= (10 if wanted is None else wanted)


def test_offline_refuses_every_address_but_this_machine():
    offline = Manner(config=Config(offline=True))
    with pytest.raises(NetworkRefused, match=r"api\.openai\.com"):
        LanguageModel(Address("https://api.openai.com/v1", "m"), offline)
    LanguageModel(Address("http://localhost:11434/v1", "m"), offline).close()


def test_the_query_of_an_address_stays_at_its_end():
    with ScriptedServer("Hi.") as server:
        model = LanguageModel(Address(f"{server.url}/?version=1", "m"))
        with model:
            assert model.ask(HELLO).text == "Hi."


@pytest.mark.parametrize(
    "url",
    ["", "localhost:8000", "ftp://me:secret@x/v1", "http://", "http://[x/v1", "http://x:port/v1"],
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(ConfigError, match="no address") as caught:
        LanguageModel(Address(url, "m"))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("key", ["s\u00e9cret", "secret\n", "sec\x00ret"])
def test_a_key_that_cannot_be_sent_is_refused_and_not_shown(key):
    with pytest.raises(ConfigError, match=r"the key for 127\.0\.0\.1") as caught:
        LanguageModel(Address("http://127.0.0.1:9/v1", "m", key))
    assert key not in str(caught.value)


def test_a_name_that_no_host_can_have_is_an_error_of_ours():
    address = Address("http://" + "\u00e9" * 80, "m")
    with LanguageModel(address) as model, pytest.raises(ModelServiceError, match="address"):
        model.ask(HELLO)


def test_a_proxy_that_cannot_be_used_is_an_error_of_ours(ask, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "ftp://me:secret@127.0.0.1:9")
    with pytest.raises(ConfigError, match="HTTP_PROXY") as caught:
        ask("Hello.")
    assert "secret" not in str(caught.value)


def test_without_httpx2_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx2", None)
    with pytest.raises(MissingExtra, match=r"mien\[models\]"):
        LanguageModel(Address("http://127.0.0.1/v1", "m"))
