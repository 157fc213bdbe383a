"""What the guardrail does with LiteLLM's data, without LiteLLM."""

import asyncio
from types import SimpleNamespace

import pytest

from mien.core.errors import MissingPackage
from mien.guard import Guard
from mien.integrations.following import Following
from mien.integrations.langchain import guard_middleware
from mien.integrations.litellm import _Calls, _session, _timed, guardrail_class
from mien.integrations.openai_agents import AgentsGuard
from tests.fakes.observers import Cues

CRISIS = "I want to end my life"
LEAVING = [{"role": "user", "content": "Good night."}]


def calls(mode="enforce", told=None):
    return _Calls(Following(Guard(observer=Cues(), mode=mode), told=told))


def request(one, rows, call="call", **data):
    inputs = {"texts": [row["content"] for row in rows], "structured_messages": rows}
    return asyncio.run(one.request(inputs, data, call))


def response(one, text, call="call", **data):
    return asyncio.run(one.response({"texts": [text]}, data, call))["texts"][0]


def test_a_request_without_need_is_the_very_same():
    inputs = {"texts": ["hi"], "structured_messages": [{"role": "user", "content": "hi"}]}
    assert asyncio.run(calls().request(inputs, {}, "call")) is inputs


def test_an_instruction_comes_before_the_users_last_message():
    rows = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": CRISIS}]
    told = request(calls(), rows)["structured_messages"]
    assert [row["role"] for row in told] == ["system", "system", "user"]
    assert told[0] == rows[0]
    assert told[2] == rows[1]


def test_a_reply_without_its_conversation_is_judged_by_that_of_its_call():
    checks = []
    one = calls(told=checks.append)
    request(one, LEAVING)
    assert response(one, "Sleep well.") == "Sleep well."
    assert [(check.turn, check.role) for check in checks] == [(0, "user"), (1, "assistant")]


def test_a_conversation_that_is_named_goes_on_over_calls():
    checks = []
    one = calls(told=checks.append)
    request(one, LEAVING, "1", litellm_session_id="a")
    response(one, "Sleep well.", "1", litellm_session_id="a")
    request(one, [{"role": "user", "content": "Still awake."}], "2", litellm_session_id="a")
    assert [check.turn for check in checks] == [0, 1, 2]


def test_a_reply_of_which_nothing_is_known_is_judged_by_itself():
    checks = []
    assert "safety check" in response(calls(told=checks.append), "Yes, it is a prophecy.")
    assert [check.turn for check in checks] == [0]


def test_texts_keep_their_number_and_order():
    one = calls()
    request(one, LEAVING)
    texts = ["One.", "", "Yes, it is a prophecy.", "Two."]
    shown = asyncio.run(one.response({"texts": texts}, {}, "call"))["texts"]
    assert shown[:2] == texts[:2]
    assert shown[3] == "Two."
    assert "prophecy" not in shown[2]


@pytest.mark.parametrize(
    "data",
    [
        {"litellm_session_id": "a"},
        {"metadata": {"session_id": "a"}},
        {"litellm_metadata": {"session_id": "a"}},
        {"proxy_server_request": {"headers": {"x-litellm-session-id": "a"}}},
        {"proxy_server_request": {"headers": {"x-litellm-trace-id": "a"}}},
    ],
)
def test_a_conversations_name_is_found_wherever_clients_put_it(data):
    assert _session(data) == "a"


@pytest.mark.parametrize("data", [{}, {"metadata": None}, {"litellm_session_id": 7}])
def test_what_names_no_conversation_is_none(data):
    assert _session({"litellm_call_id": "of this call alone", **data}) is None


def test_nothing_is_lost_while_a_stream_pauses():
    async def collected():
        goes_on = asyncio.Event()

        async def stream():
            yield 1
            await goes_on.wait()
            yield 2

        found = []
        async for one in _timed(stream(), SimpleNamespace(patience=0)):
            found.append(one)
            if found.count(None) == 3:
                goes_on.set()
        return found

    found = asyncio.run(collected())
    assert [one for one in found if one is not None] == [1, 2]


def test_a_client_that_leaves_closes_the_stream():
    closed = []

    async def leave():
        async def stream():
            try:
                yield 1
                await asyncio.Event().wait()
            finally:
                closed.append(True)

        source = _timed(stream(), SimpleNamespace(patience=0))
        assert await anext(source) == 1
        assert await anext(source) is None
        await source.aclose()

    asyncio.run(leave())
    assert closed == [True]


@pytest.mark.parametrize(
    ("make", "package"),
    [
        (guardrail_class, "litellm"),
        (guard_middleware, "langchain"),
        (AgentsGuard, "openai-agents"),
    ],
)
def test_without_its_framework_an_adapter_says_what_to_install(make, package, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingPackage, match=f"pip install {package}"):
        make(Guard(observer=Cues()))
