"""The guardrail in LiteLLM's real proxy, asked by a real client."""

import os
import socket
import threading
import time

import pytest

from tests.adapters.running import BAD, BLOCKED, needs

needs("litellm", "litellm")
needs("uvicorn", "litellm")

# Else the library fetches a list of prices from the network when it is imported.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
os.environ["LITELLM_MASTER_KEY"] = KEY = "sk-made-for-these-tests-0123456789abcdef"

import httpx  # noqa: E402
import openai  # noqa: E402
import uvicorn  # noqa: E402

from mien.llm.testing import Answer, ScriptedServer, ToolCall  # noqa: E402

CONFIG = """
model_list:
  - model_name: made
    litellm_params: {{model: openai/made, api_base: "{url}", api_key: none}}
guardrails:
{guardrails}
litellm_settings: {{telemetry: false, num_retries: 0}}
"""
GUARDRAIL = """
  - guardrail_name: {name}
    litellm_params: {{guardrail: mien_guard.{name}, mode: [pre_call, post_call]}}
"""
MODULE = """
from mien.integrations.litellm import guardrail_class
from tests.adapters.running import guarding
from tests.fakes.observers import Cues

CHECKS = []
observe, advise, enforce = (
    guardrail_class(guarding(mode), told=CHECKS.append) for mode in ("observe", "advise", "enforce")
)
failing, closed = (
    guardrail_class(guarding("enforce", Cues(breaks_on="boom"), on_failure=on), told=CHECKS.append)
    for on in ("open", "closed")
)
"""


def script(request):
    if "call a tool" in request.last:
        return Answer("Good morning.", tool_calls=(ToolCall("look", '{"at": "it"}'),))
    if "be bad" in request.last:
        return f"Good morning. {BAD} Goodbye."
    if "three lines" in request.last:
        return "One.\nTwo.\nThree."
    return "I am here."


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """The proxy's URL, and the server behind it."""
    folder = tmp_path_factory.mktemp("proxy")
    names = ("observe", "advise", "enforce", "failing", "closed")
    (folder / "mien_guard.py").write_text(MODULE, encoding="utf-8")
    with ScriptedServer(script, models=("made",)) as upstream:
        rails = "".join(GUARDRAIL.format(name=name) for name in names)
        config = folder / "config.yaml"
        config.write_text(CONFIG.format(url=upstream.url, guardrails=rails), encoding="utf-8")
        os.environ["CONFIG_FILE_PATH"] = str(config)
        from litellm.proxy.proxy_server import app

        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started and thread.is_alive():
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}", upstream
        server.should_exit = True
        thread.join()


def ask(served, text, guardrail, *, stream=False, before=(), **options):
    url, _ = served
    client = openai.OpenAI(base_url=url, api_key=KEY, max_retries=0)
    return client.chat.completions.create(
        model="made",
        messages=[*before, {"role": "user", "content": text}],
        stream=stream,
        extra_body={"guardrails": [guardrail]},
        **options,
    )


def streamed(served, text, guardrail, **options):
    """The words of a stream, and how it ended."""
    words, finish = "", None
    for chunk in ask(served, text, guardrail, stream=True, **options):
        for choice in chunk.choices:
            words += choice.delta.content or ""
            finish = choice.finish_reason or finish
    return words, finish


def plain(text):
    return " ".join(text.split())


@pytest.mark.parametrize("guardrail", ["observe", "advise", "enforce"])
@pytest.mark.parametrize("text", ["hello", "three lines"])
def test_a_good_answer_is_the_models_own(served, guardrail, text):
    whole = ask(served, text, guardrail).choices[0].message.content
    words, finish = streamed(served, text, guardrail)
    assert words == whole == ("I am here." if text == "hello" else "One.\nTwo.\nThree.")
    assert finish == "stop"


def test_observing_changes_no_word_of_a_bad_answer(served):
    expected = f"Good morning. {BAD} Goodbye."
    assert ask(served, "be bad", "observe").choices[0].message.content == expected
    assert streamed(served, "be bad", "observe")[0] == expected


def test_enforcing_cuts_an_answer_before_the_bad_sentence(served):
    whole = ask(served, "be bad", "enforce").choices[0].message.content
    words, finish = streamed(served, "be bad", "enforce")
    assert plain(whole) == plain(words) == f"Good morning. {BLOCKED}"
    assert finish == "content_filter"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("guardrail", ["observe", "advise", "enforce"])
def test_a_crisis_instructs_the_model_but_for_observing(served, guardrail, stream):
    _, upstream = served
    text = f"I want to end my life {guardrail} {stream}"
    if stream:
        streamed(served, text, guardrail)
    else:
        ask(served, text, guardrail)
    sent = upstream.requests[-1]
    told = [one.text for one in sent.messages if one.role == "system"]
    assert bool(told) == (guardrail != "observe")
    assert sent.last == text


@pytest.mark.parametrize("stream", [False, True])
def test_calls_of_tools_pass_after_the_words_before_them(served, stream):
    if not stream:
        message = ask(served, "call a tool", "enforce").choices[0].message
        assert message.content == "Good morning."
        assert message.tool_calls[0].function.arguments == '{"at": "it"}'
        return
    order, arguments, finish = [], "", None
    for chunk in ask(served, "call a tool", "enforce", stream=True):
        for choice in chunk.choices:
            order += ["words"] if choice.delta.content else []
            for call in choice.delta.tool_calls or ():
                order.append("tool")
                arguments += call.function.arguments or ""
            finish = choice.finish_reason or finish
    assert order[0] == "words"
    assert "words" not in order[order.index("tool") :]
    assert arguments == '{"at": "it"}'
    assert finish == "tool_calls"


def test_the_count_of_tokens_reaches_the_client(served):
    chunks = list(
        ask(served, "be bad", "enforce", stream=True, stream_options={"include_usage": True})
    )
    assert [chunk.usage.total_tokens > 0 for chunk in chunks if chunk.usage] == [True]


def test_one_old_message_does_not_stop_the_rest_of_a_talk(served):
    before = [
        {"role": "user", "content": "I want to end my life"},
        {"role": "assistant", "content": BAD},
    ]
    assert streamed(served, "hello", "enforce", before=before)[0] == "I am here."


def test_a_guard_that_fails_passes_or_refuses_as_it_was_told(served):
    assert ask(served, "boom", "failing").choices[0].message.content == "I am here."
    with pytest.raises(openai.APIStatusError) as caught:
        ask(served, "boom", "closed")
    assert "boom" not in str(caught.value)


def test_other_routes_are_guarded_whole(served):
    url, _ = served
    client = openai.OpenAI(base_url=url, api_key=KEY, max_retries=0)
    asked = {"model": "made", "input": "be bad", "extra_body": {"guardrails": ["enforce"]}}
    assert plain(client.responses.create(**asked).output_text) == f"Good morning. {BLOCKED}"


def posted(served, route, text, stream, guardrail):
    """What a route answers, as it is on the wire."""
    url, _ = served
    asked = {"model": "made", "stream": stream, "guardrails": [guardrail], "max_tokens": 50}
    asked |= (
        {"input": text}
        if route == "/v1/responses"
        else {"messages": [{"role": "user", "content": text}]}
    )
    headers = {"Authorization": f"Bearer {KEY}"}
    return httpx.post(url + route, json=asked, headers=headers, timeout=60)


@pytest.mark.parametrize("route", ["/v1/messages", "/v1/responses"])
@pytest.mark.parametrize("stream", [False, True])
def test_no_route_lets_a_bad_answer_pass(served, route, stream):
    told = posted(served, route, "be bad", stream, "enforce")
    assert "prophecy" not in told.text
    assert "delusion_reinforcement" in told.text if stream else BLOCKED in told.text


@pytest.mark.parametrize("route", ["/v1/messages", "/v1/responses"])
@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("guardrail", ["observe", "enforce"])
def test_every_route_lets_a_good_answer_pass(served, route, stream, guardrail):
    told = posted(served, route, "hello", stream, guardrail)
    assert told.status_code == 200
    assert "delusion_reinforcement" not in told.text
    assert "here." in told.text
