"""The scripted server, asked by the real client."""

import base64
import http.client
import json
import socket
import threading
import urllib.request
from contextlib import suppress
from urllib.error import HTTPError

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mien.core.errors import MienError
from mien.llm.testing import (
    Answer,
    Choices,
    Cut,
    Fault,
    Garbled,
    Held,
    Raw,
    ScriptedServer,
    ScriptError,
    Segment,
    Token,
    ToolCall,
    Usage,
    at_most,
    first_of,
    in_order,
    odds,
    when,
)
from mien.llm.testing.fixtures import scripted_server  # noqa: F401  # a fixture
from mien.llm.testing.request import CHAT, RESPONSES, TRANSCRIPTIONS, BadRequest, parse

openai = pytest.importorskip("openai", reason="the real client is not installed")

HELLO = [{"role": "user", "content": "Hello?"}]


def client(server, retries=0):
    return openai.OpenAI(base_url=server.url, api_key="secret-key", max_retries=retries)


def ask(server, messages=HELLO, **options):
    return client(server).chat.completions.create(model="m", messages=messages, **options)


def test_one_reply_answers_everything():
    with ScriptedServer("Hi.") as server:
        assert [ask(server).choices[0].message.content for _ in range(2)] == ["Hi.", "Hi."]


def run(script, n, **options):
    """Asks so often, whatever comes back."""
    with ScriptedServer(script) as server:
        for _ in range(n):
            with suppress(openai.APIStatusError):
                ask(server, **options)


def test_a_list_answers_in_order_and_then_fails_aloud():
    with ScriptedServer(["one", "two"]) as server:
        assert [ask(server).choices[0].message.content for _ in range(2)] == ["one", "two"]
    reason = r"ran out: it has 2 replies, and request 3 \(model 'm'\)"
    with pytest.raises(ScriptError, match=reason):
        run(["one", "two"], 3)
    assert issubclass(ScriptError, MienError)


def test_who_asks_beyond_the_script_is_told_and_does_not_retry():
    server = ScriptedServer([])
    with pytest.raises(openai.BadRequestError, match="ran out"):
        client(server, retries=3).chat.completions.create(model="m", messages=HELLO)
    server.close()
    assert len(server.requests) == 1


def test_a_script_that_ran_out_does_not_hide_the_failure_of_the_test():
    def failing():
        with ScriptedServer([]) as server:
            with suppress(openai.APIStatusError):
                ask(server)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()


def test_a_function_answers_by_request_and_its_own_failure_is_told():
    with ScriptedServer(lambda request: request.last.upper()) as server:
        assert ask(server).choices[0].message.content == "HELLO?"
    with pytest.raises(ScriptError, match="KeyError: 'x'"):
        run(lambda request: {}["x"], 1)
    with pytest.raises(ScriptError, match="answered with int"):
        run(lambda request: 7, 1)


def test_scripts_combine_by_message_and_by_model():
    script = first_of(
        at_most(1, "first"),
        when("about cats", message=r"\bcats?\b"),
        when(in_order("a", "b"), model="gpt-*"),
        "else",
    )
    with ScriptedServer(script) as server:
        talk = client(server).chat.completions
        said = [
            talk.create(model=model, messages=[{"role": "user", "content": text}])
            for model, text in [
                ("m", ""),
                ("gpt-5", "My cat"),
                ("gpt-5", ""),
                ("gpt-4", ""),
                ("m", ""),
            ]
        ]
    assert [one.choices[0].message.content for one in said] == [
        "first",
        "about cats",
        "a",
        "b",
        "else",
    ]


def test_a_script_without_an_answer_is_an_error():
    with pytest.raises(ScriptError, match="no answer to request 1"):
        run(when("x", model="other"), 1)


def test_what_was_asked_is_kept_without_secrets():
    picture, sound = b"\x89PNG picture", b"RIFF sound"
    parts = [
        {"type": "text", "text": "Who is this?"},
        {"type": "image_url", "image_url": {"url": _data("image/png", picture)}},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
        {"type": "input_audio", "input_audio": {"data": _base64(sound), "format": "wav"}},
    ]
    talk = [{"role": "system", "content": "Be kind."}, {"role": "user", "content": parts}]
    with ScriptedServer("Hi.") as server:
        ask(server, talk, temperature=0.5)
    (request,) = server.requests
    assert (request.index, request.path, request.model) == (0, "/v1/chat/completions", "m")
    assert [message.role for message in request.messages] == ["system", "user"]
    assert request.last == "Who is this?"
    assert request.images == (picture, "https://example.org/a.png")
    assert request.sounds == (sound,)
    assert request.body["temperature"] == 0.5
    assert "secret-key" not in str(request.headers)
    assert request.headers["authorization"] == "(hidden)"


def test_streams_come_in_pieces_with_their_cost_at_the_end():
    with ScriptedServer("One two, three.") as server:
        options = {"stream": True, "stream_options": {"include_usage": True}}
        chunks = list(ask(server, **options))
    pieces = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
    assert [piece for piece in pieces if piece] == ["One ", "two, ", "three."]
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == 5
    assert all(chunk.usage is None for chunk in chunks[:-1])


@given(text=st.text(st.characters(exclude_categories=["Cs"])))
@settings(max_examples=25)
def test_pieces_of_a_stream_join_to_the_answer(text):
    assert "".join(Answer(text).pieces()) == text


def test_the_asynchronous_client_gets_whole_and_streamed_answers():
    import anyio

    async def talk(url):
        async with openai.AsyncOpenAI(base_url=url, api_key="k", max_retries=0) as talker:
            whole = await talker.chat.completions.create(model="m", messages=HELLO)
            stream = await talker.chat.completions.create(model="m", messages=HELLO, stream=True)
            pieces = [chunk.choices[0].delta.content or "" async for chunk in stream]
            return whole.choices[0].message.content, "".join(pieces)

    with ScriptedServer("Good day.") as server:
        assert anyio.run(talk, server.url) == ("Good day.", "Good day.")


def test_many_at_once_are_all_answered():
    with ScriptedServer(lambda request: request.last) as server:
        said = {}

        def one(n):
            said[n] = ask(server, [{"role": "user", "content": f"{n}"}]).choices[0].message.content

        threads = [threading.Thread(target=one, args=(n,)) for n in range(24)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert said == {n: f"{n}" for n in range(24)}
    assert sorted(request.index for request in server.requests) == list(range(24))


def test_several_answers_come_to_who_asks_for_several():
    with ScriptedServer([Choices(("a", "b")), "same"]) as server:
        assert [c.message.content for c in ask(server, n=2).choices] == ["a", "b"]
        assert [c.message.content for c in ask(server, n=3).choices] == ["same"] * 3
    with pytest.raises(ScriptError, match="n is 1, and the script has 2"):
        run(Choices(("a", "b")), 1)


def test_chances_come_only_to_who_asks_for_them():
    with ScriptedServer(odds({"Yes": 0.7, "No": 0.2, "yes": 0.1})) as server:
        told = ask(server, logprobs=True, top_logprobs=2).choices[0]
        untold = ask(server).choices[0]
        streamed = list(ask(server, logprobs=True, top_logprobs=1, stream=True))
    (token,) = told.logprobs.content
    assert (token.token, [one.token for one in token.top_logprobs]) == ("Yes", ["Yes", "No"])
    assert untold.logprobs is None
    assert streamed[1].choices[0].logprobs.content[0].token == "Yes"


def test_tool_calls_arrive_whole_and_streamed():
    answer = Answer(None, tool_calls=(ToolCall("look", '{"at": 1}'),))
    with ScriptedServer(answer) as server:
        whole = ask(server).choices[0]
        with client(server).chat.completions.stream(model="m", messages=HELLO) as stream:
            streamed = stream.get_final_completion().choices[0]
    for choice in (whole, streamed):
        assert choice.finish_reason == "tool_calls"
        (call,) = choice.message.tool_calls
        assert (call.id, call.function.name, call.function.arguments) == (
            call.id,
            "look",
            '{"at": 1}',
        )
    assert whole.message.tool_calls[0].id == "call_0_0"


def test_refusals_come_in_their_field_and_by_filter():
    script = [Answer(refusal="I will not."), Answer("", finish="content_filter")]
    with ScriptedServer(script) as server:
        refused, filtered = (ask(server).choices[0] for _ in range(2))
    assert (refused.message.refusal, refused.message.content) == ("I will not.", None)
    assert (filtered.finish_reason, filtered.message.content) == ("content_filter", "")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (403, "PermissionDeniedError"),
        (404, "NotFoundError"),
        (429, "RateLimitError"),
        (500, "InternalServerError"),
        (503, "InternalServerError"),
    ],
)
def test_every_status_becomes_the_error_that_clients_know(status, error):
    fault, expected = Fault(status, "no luck", "some_code", retry_after=2.5), getattr(openai, error)
    with ScriptedServer(fault) as server, pytest.raises(expected, match="no luck") as raised:
        ask(server)
    assert raised.value.code == "some_code"
    assert raised.value.response.headers["retry-after"] == "2.5"


def test_a_client_that_retries_gets_through():
    script = first_of(at_most(2, Fault(429, retry_after=0.001)), "at last")
    with ScriptedServer(script) as server:
        said = client(server, retries=2).chat.completions.create(model="m", messages=HELLO)
    assert said.choices[0].message.content == "at last"
    assert len(server.requests) == 3


@pytest.mark.parametrize("after", [None, 0, 20])
def test_a_cut_connection_is_a_connection_error(after):
    with ScriptedServer(Cut("Hi.", after)) as server, pytest.raises(openai.APIConnectionError):
        ask(server)


def test_a_stream_can_break_off_in_the_middle():
    import httpx2

    broken = (httpx2.TransportError, openai.APIConnectionError)
    with ScriptedServer(Cut("One two three.", 400)) as server, pytest.raises(broken):
        list(ask(server, stream=True))


def test_truncated_json_is_no_answer():
    with ScriptedServer([Garbled("Hi."), Garbled("Hi.", keep=0)]) as server:
        for _ in range(2):
            with pytest.raises((openai.APIResponseValidationError, json.JSONDecodeError)):
                ask(server)


def test_anything_at_all_can_be_sent():
    page, expected = Raw(b"<html>gateway</html>", 502), openai.InternalServerError
    with ScriptedServer(page) as server, pytest.raises(expected) as raised:
        ask(server)
    assert raised.value.response.text == "<html>gateway</html>"


def test_a_held_answer_waits_for_its_event_and_not_for_ever():
    event, said = threading.Event(), []
    with ScriptedServer(Held("Late.", event)) as server:
        thread = threading.Thread(target=lambda: said.append(ask(server)))
        thread.start()
        assert not said
        event.set()
        thread.join(10)
    assert said[0].choices[0].message.content == "Late."
    with ScriptedServer(Held("Never.", threading.Event())) as server:
        impatient = openai.OpenAI(base_url=server.url, api_key="k", max_retries=0, timeout=0.05)
        with pytest.raises(openai.APITimeoutError):
            impatient.chat.completions.create(model="m", messages=HELLO)


def test_a_stream_can_be_held_in_the_middle():
    event = threading.Event()
    with ScriptedServer(Held("One two.", event, after=2)) as server:
        stream = iter(ask(server, stream=True))
        assert [next(stream).choices[0].delta.content for _ in range(2)] == ["", "One "]
        event.set()
        assert next(stream).choices[0].delta.content == "two."
        stream.close()


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_of_fewer_pieces_than_are_sent_at_once_is_held_all_the_same(stream):
    sent = json.dumps({"model": "m", "messages": HELLO, "stream": stream})
    with ScriptedServer(Held("Never.", threading.Event(), after=99)) as server:
        port = int(server.url.split(":")[2].split("/")[0])
        impatient = http.client.HTTPConnection("127.0.0.1", port, timeout=0.05)
        impatient.request("POST", CHAT, sent)
        with pytest.raises(TimeoutError):
            impatient.getresponse().read()
        impatient.close()


def test_closing_leaves_no_thread_and_no_port_behind():
    before = threading.active_count()
    with ScriptedServer("Hi.") as server:
        kept = client(server)
        kept.chat.completions.create(model="m", messages=HELLO)
    assert threading.active_count() == before
    port = int(server.url.split(":")[2].split("/")[0])
    with pytest.raises(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        pass


def test_models_are_listed_and_found_by_name():
    with ScriptedServer("", models=("a", "b/c")) as server:
        assert [model.id for model in client(server).models.list()] == ["a", "b/c"]
        assert client(server).models.retrieve("b/c").id == "b/c"
        with pytest.raises(openai.NotFoundError):
            client(server).models.retrieve("d")
    assert server.requests == []


def test_responses_come_whole_and_streamed_and_agree():
    answer = Answer("Good day.", usage=Usage(7, 3))
    with ScriptedServer(answer) as server:
        talker = client(server).responses
        whole = talker.create(model="m", instructions="Be kind.", input="Hello?")
        with talker.stream(model="m", input=HELLO) as stream:
            streamed = stream.get_final_response()
    assert whole.output_text == streamed.output_text == "Good day."
    assert whole.usage.total_tokens == streamed.usage.total_tokens == 10
    first, second = server.requests
    assert [message.text for message in first.messages] == ["Be kind.", "Hello?"]
    assert [message.text for message in second.messages] == ["Hello?"]


def test_responses_know_refusals_filters_tools_and_chances():
    script = [
        Answer(refusal="No."),
        Answer("Ha", finish="length"),
        Answer(None, tool_calls=(ToolCall("look", "{}"),)),
        odds({"Yes": 0.9, "No": 0.1}),
    ]
    with ScriptedServer(script) as server:
        talker = client(server).responses
        refused, short, called = (talker.create(model="m", input="?") for _ in range(3))
        told = talker.create(
            model="m", input="?", include=["message.output_text.logprobs"], top_logprobs=1
        )
    assert refused.output[0].content[0].refusal == "No."
    assert (short.status, short.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    assert [item.type for item in called.output] == ["function_call"]
    assert told.output[0].content[0].logprobs[0].top_logprobs[0].token == "Yes"


def test_streamed_responses_carry_refusals_and_tools():
    script = [Answer(refusal="No."), Answer("Look", tool_calls=(ToolCall("look", '{"a": 1}'),))]
    with ScriptedServer(script) as server:
        finals = []
        for _ in script:
            with client(server).responses.stream(model="m", input="?") as stream:
                finals.append(stream.get_final_response())
    assert finals[0].output[0].content[0].refusal == "No."
    assert [item.type for item in finals[1].output] == ["message", "function_call"]
    assert finals[1].output[1].arguments == '{"a": 1}'


def test_responses_take_pictures_and_results_of_tools():
    picture = b"picture"
    given = [
        {
            "role": "user",
            "content": [
                {"type": "input_text", "text": "Who?"},
                {"type": "input_image", "image_url": _data("image/png", picture), "detail": "low"},
            ],
        },
        {"type": "function_call", "call_id": "c", "name": "look", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": "A cat."},
    ]
    with ScriptedServer("Hi.") as server:
        client(server).responses.create(model="m", input=given)
    (request,) = server.requests
    assert request.images == (picture,)
    assert [(m.role, m.text) for m in request.messages] == [("user", "Who?"), ("tool", "A cat.")]


SPOKEN = Answer("Hi there.", segments=(Segment(0.0, 0.5, " Hi"), Segment(0.5, 1.25, " there.")))


def test_transcriptions_come_in_every_form():
    with ScriptedServer(SPOKEN) as server:
        listen = client(server).audio.transcriptions

        def hear(form):
            file = ("talk.wav", b"RIFF\r\n--sound", "audio/wav")
            return listen.create(model="w", file=file, response_format=form, prompt="Names: Ann")

        assert hear("json").text == "Hi there."
        assert hear("text") == "Hi there.\n"
        assert [(s.start, s.end, s.text) for s in hear("verbose_json").segments] == [
            (0.0, 0.5, " Hi"),
            (0.5, 1.25, " there."),
        ]
        assert "00:00:00,500 --> 00:00:01,250\nthere." in hear("srt")
        assert hear("vtt").startswith("WEBVTT\n\n1\n00:00:00.000")
    request = server.requests[0]
    assert request.sounds == (b"RIFF\r\n--sound",)
    assert (request.model, request.last, request.body["file"]) == ("w", "Names: Ann", "talk.wav")


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("/chat/completions", b"{", "not JSON"),
        ("/chat/completions", b"[]", "not a JSON object"),
        ("/chat/completions", b'{"model": "m"}', "messages is not a list"),
        ("/chat/completions", b'{"model": "m", "messages": []}', "no message"),
        ("/chat/completions", b'{"messages": [{"role": "user"}]}', "provide a model"),
        ("/chat/completions", b'{"model": "m", "messages": [{}]}', "no role"),
        (
            "/chat/completions",
            b'{"model": "m", "messages": [{"role": "u", "content": 1}]}',
            "neither",
        ),
        ("/responses", b'{"model": "m", "input": [1]}', "not an object"),
        ("/responses", b'{"model": "m", "input": 1}', "wrong shape"),
        ("/responses", b'{"model": "m", "input": ' + b"[" * 100_000, "wrong shape"),
        ("/audio/transcriptions", b"{}", "multipart"),
    ],
)
def test_bad_requests_are_refused_with_a_reason_and_reach_no_script(path, body, reason):
    with ScriptedServer([]) as server:
        with pytest.raises(HTTPError) as raised:
            urllib.request.urlopen(urllib.request.Request(server.url + path, body))
        assert reason in raised.value.read().decode()
    assert (raised.value.code, server.requests) == (400, [])


def test_fields_of_the_wrong_type_are_refused():
    with ScriptedServer("Hi.") as server:
        for wrong in ({"n": "x"}, {"stream": True, "stream_options": [1]}):
            with pytest.raises(openai.BadRequestError, match="wrong type"):
                ask(server, extra_body=wrong)


WORDS = ["messages", "role", "content", "type", "text", "image_url", "input_audio", "data", "input"]
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(WORDS), inner),
)


@given(VALUES, st.sampled_from([CHAT, RESPONSES, TRANSCRIPTIONS]))
def test_whatever_is_sent_is_taken_or_refused(value, path):
    body = {"model": "m", **value} if isinstance(value, dict) else value
    with suppress(BadRequest):
        assert parse(0, path, {}, json.dumps(body).encode()).model == "m"


@pytest.mark.parametrize(
    ("header", "status"),
    [({"Transfer-Encoding": "chunked"}, 411), ({"Content-Length": str(1 << 40)}, 413)],
)
def test_bodies_of_unknown_or_mad_size_are_not_read(header, status):
    with ScriptedServer([]) as server:
        connection = http.client.HTTPConnection(server.url.split("/")[2], timeout=10)
        connection.putrequest("POST", "/v1/chat/completions")
        for name, value in header.items():
            connection.putheader(name, value)
        connection.endheaders()
        assert connection.getresponse().status == status
        connection.close()


def test_unknown_places_are_not_found():
    with ScriptedServer("Hi.") as server, pytest.raises(openai.NotFoundError):
        client(server).embeddings.create(model="m", input="x")


def test_two_runs_are_the_same_to_the_byte():
    def run():
        with ScriptedServer([Answer("Hi.", tokens=(Token("Hi.", -0.1),)), "There."]) as server:
            return [ask(server, logprobs=True).to_json() for _ in range(2)]

    assert run() == run()


def test_the_fixture_starts_servers_that_end_with_the_test(scripted_server):  # noqa: F811
    first, second = scripted_server("a"), scripted_server(["b"])
    assert ask(first).choices[0].message.content == "a"
    assert ask(second).choices[0].message.content == "b"


def _base64(data):
    return base64.b64encode(data).decode()


def _data(kind, data):
    return f"data:{kind};base64,{_base64(data)}"
