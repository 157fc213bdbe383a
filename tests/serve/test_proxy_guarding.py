"""What the guard does between an application and a model."""

import json

import httpx2
import openai
import pytest

from mien.guard import Remedy
from mien.llm.testing import Answer, Fault, Raw, ScriptedServer, ToolCall, first_of
from tests.fakes.observers import Cues
from tests.fakes.upstreams import Pieces
from tests.serve.running import BAD, asked, chunk, guarding, post, proxying, said

DONE = b"data: [DONE]\n\n"
CRISIS = "I want to end my life"
STOPPED = "A safety check stopped this answer here."
CHANGING = pytest.mark.parametrize("mode", ["advise", "enforce"])


def talk(*texts: str) -> list[dict[str, str]]:
    return [
        {"role": "assistant" if i % 2 else "user", "content": text} for i, text in enumerate(texts)
    ]


def plain(text: str) -> str:
    return " ".join(text.split())


def events(text: str) -> list[dict]:
    return [json.loads(line[6:]) for line in text.splitlines() if line.startswith("data: {")]


def corrected(request):
    """A model that does better once it has been corrected."""
    is_again = any("stopped while you answered" in one.text for one in request.messages)
    return "Call a friend." if is_again else f"Good morning. {BAD} Stay."


@CHANGING
@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/responses"])
def test_an_instruction_reaches_the_model_before_the_users_last_message(mode, path):
    rows = [{"role": "system", "content": "Be kind."}, *talk("Hi", "Hello.", CRISIS)]
    key = "messages" if path.endswith("completions") else "input"
    with ScriptedServer("Are you safe?") as server, proxying(server.url, guarding(mode)) as proxy:
        response = post(proxy, {"model": "m", key: rows}, path)
        sent = [one.text for one in server.requests[0].messages]
    assert response.headers["x-mien-action"] == "crisis.ask"
    assert sent[:3] == ["Be kind.", "Hi", "Hello."]
    assert sent[3].startswith("The user may be thinking of suicide.")
    assert sent[4:] == [CRISIS]


def test_an_instruction_goes_into_the_first_system_message_where_models_take_no_other():
    from mien.serve import Manner

    rows = [{"role": "system", "content": "Be kind."}, *talk(CRISIS)]
    with ScriptedServer("Are you safe?") as server:
        with proxying(server.url, guarding("enforce"), manner=Manner(first=True)) as proxy:
            post(proxy, {"model": "m", "messages": rows})
        sent = server.requests[0].messages
    assert [one.role for one in sent] == ["system", "user"]
    assert sent[0].text.startswith("Be kind.\n\nThe user may be thinking of suicide.")


def test_fields_that_the_proxy_does_not_know_are_kept_when_a_request_is_changed():
    with Pieces([b"{}"]) as upstream, proxying(upstream.url, guarding("enforce")) as proxy:
        post(proxy, asked(CRISIS, odd={"a": [1.5, None]}, stream=False))
        sent = json.loads(upstream.taken[0].body)
    assert (sent["odd"], sent["stream"]) == ({"a": [1.5, None]}, False)


@CHANGING
@pytest.mark.parametrize("stream", [True, False])
def test_a_notice_is_shown_before_the_answer(mode, stream):
    watch = guarding(mode, policy="default+new_york")
    with ScriptedServer("Hello. Hi.") as server, proxying(server.url, watch) as proxy:
        ours = openai.OpenAI(base_url=f"{proxy}/v1", api_key="k")
        if stream:
            rows = ours.chat.completions.create(**asked(stream=True))
            text = "".join(row.choices[0].delta.content or "" for row in rows)
        else:
            text = ours.chat.completions.create(**asked()).choices[0].message.content
    assert text == "I am an AI, not a person.\n\nHello. Hi."


@CHANGING
@pytest.mark.parametrize("stream", [True, False])
def test_a_notice_is_in_all_that_a_response_says_of_its_words(mode, stream):
    watch = guarding(mode, policy="default+new_york")
    with ScriptedServer("Hello. Hi.") as server, proxying(server.url, watch) as proxy:
        body = post(proxy, {"model": "m", "input": "Hello", "stream": stream}, "/v1/responses")
    words = json.dumps("I am an AI, not a person.\n\nHello. Hi.")
    if not stream:
        assert body.json()["output"][0]["content"][0]["text"] == json.loads(words)
        return
    rows = [
        json.loads(one.split("data: ")[1]) for one in body.text.split("\n\n") if "data: " in one
    ]
    told = {row["type"]: json.dumps(row) for row in rows}
    deltas = [row["delta"] for row in rows if row["type"] == "response.output_text.delta"]
    assert "".join(deltas) == json.loads(words)
    for kind in ("output_text.done", "content_part.done", "output_item.done", "completed"):
        assert words in told[f"response.{kind}"], kind


@pytest.mark.parametrize("stream", [True, False])
def test_a_bad_sentence_is_rewritten_by_asking_again(stream):
    with ScriptedServer(corrected) as server, proxying(server.url, guarding("enforce")) as proxy:
        ours = openai.OpenAI(base_url=f"{proxy}/v1", api_key="k")
        if stream:
            rows = list(ours.chat.completions.create(**asked(stream=True)))
            text = "".join(row.choices[0].delta.content or "" for row in rows)
            assert {row.id for row in rows} == {"chatcmpl-0"}
        else:
            text = ours.chat.completions.create(**asked()).choices[0].message.content
        first, second = server.requests
        assert plain(text) == "Good morning. Call a friend."
        said_first = "Good morning. " if stream else "Good morning."
        assert proxy.watch.metrics.total("mien_guard_rewrites_total", outcome="asked") == 1
    assert [one.text for one in second.messages[:2]] == [first.last, said_first]
    assert BAD in second.messages[2].text


def test_a_model_that_repeats_itself_is_blocked():
    with ScriptedServer(f"Good morning. {BAD}") as server:
        with proxying(server.url, guarding("enforce")) as proxy:
            body = post(proxy, asked(stream=True)).content
        assert len(server.requests) == 2
    assert plain(said(body)) == f"Good morning. Good morning. {STOPPED}"


def test_an_answer_that_cannot_be_asked_for_again_is_blocked_and_ends():
    script = first_of(
        lambda r: Fault(503) if r.messages[-1].role == "system" else f"Good morning. {BAD}"
    )
    with ScriptedServer(script) as server, proxying(server.url, guarding("enforce")) as proxy:
        body = post(proxy, asked(stream=True)).content
    assert plain(said(body)) == f"Good morning. {STOPPED}"
    assert body.endswith(DONE)


def test_an_answer_that_has_called_a_tool_is_not_asked_for_again():
    pieces = [
        chunk(delta={"tool_calls": [{"index": 0, "function": {"name": "f"}}]}),
        chunk(BAD),
        DONE,
    ]
    with Pieces(pieces) as upstream, proxying(upstream.url, guarding("enforce")) as proxy:
        body = post(proxy, asked(stream=True)).content
        assert len(upstream.taken) == 1
    assert body.startswith(pieces[0])
    assert "stopped" in said(body)


@pytest.mark.parametrize("stream", [True, False])
def test_a_response_is_blocked_with_one_text_everywhere(stream):
    watch = guarding("enforce", on_reply=Remedy.BLOCK)
    with (
        ScriptedServer(f"Good morning. {BAD} Stay.") as server,
        proxying(server.url, watch) as proxy,
    ):
        body = post(proxy, {"model": "m", "input": "Hi", "stream": stream}, "/v1/responses")
    assert "understand" not in body.text
    if not stream:
        texts = [body.json()["output"][0]["content"][0]["text"]]
    else:
        rows = [
            json.loads(one.split("data: ")[1]) for one in body.text.split("\n\n") if "data: " in one
        ]
        texts = [row["text"] for row in rows if row["type"] == "response.output_text.done"]
        texts.append(rows[-1]["response"]["output"][0]["content"][0]["text"])
        deltas = [row["delta"] for row in rows if row["type"] == "response.output_text.delta"]
        texts.append("".join(deltas))
    assert {plain(text) for text in texts} == {f"Good morning. {STOPPED}"}


def test_a_whole_answer_that_is_blocked_says_so_and_calls_no_tool():
    answer = Answer(f"Good morning. {BAD}", tool_calls=(ToolCall("f"),))
    watch = guarding("enforce", on_reply=Remedy.BLOCK)
    with ScriptedServer(answer) as server, proxying(server.url, watch) as proxy:
        response = post(proxy, asked())
    (choice,) = response.json()["choices"]
    assert choice["finish_reason"] == "content_filter"
    assert "tool_calls" not in choice["message"]
    assert response.headers["x-mien-remedy"] == "block"
    assert response.headers["x-mien-signals"] == "exclusivity"
    assert int(response.headers["content-length"]) == len(response.content)


def test_chances_of_tokens_that_are_gone_are_gone_too():
    body = {
        "choices": [
            {
                "index": 0,
                "message": {"content": f"Hi. {BAD}"},
                "logprobs": {"content": [{"token": "Hi"}]},
            }
        ]
    }
    raw = Raw(json.dumps(body).encode(), kind="application/json")
    watch = guarding("enforce", on_reply=Remedy.BLOCK)
    with ScriptedServer(raw) as server, proxying(server.url, watch) as proxy:
        assert post(proxy, asked()).json()["choices"][0]["logprobs"] is None


def test_one_old_message_of_either_side_does_not_block_the_rest_of_a_talk():
    rows = talk(CRISIS, BAD, "Thank you. What is for dinner?")
    watch = guarding("enforce", on_reply=Remedy.BLOCK)
    with ScriptedServer("Soup.") as server, proxying(server.url, watch) as proxy:
        response = post(proxy, {"model": "m", "messages": rows})
        assert [one.text for one in server.requests[0].messages if one.role != "system"] == [
            one["content"] for one in rows
        ]
    assert response.json()["choices"][0]["message"]["content"] == "Soup."


def test_a_request_is_judged_once_and_its_past_not_again():
    observer = Cues()
    rows = talk("One", "Soup.", "Two", "Soup.", "Three")
    with (
        ScriptedServer("Soup.") as server,
        proxying(server.url, guarding("enforce", observer=observer)) as proxy,
    ):
        for n in (1, 3, 5):
            post(proxy, {"model": "m", "messages": rows[:n]})
        post(proxy, {"model": "m", "messages": rows})
    turns = [text for text in observer.asked if text in ("One", "Two", "Three")]
    assert turns == ["One", "Two", "Three"]


def test_risk_adds_up_over_requests_and_a_branch_goes_on_from_its_own_past():
    with ScriptedServer("Hm.") as server, proxying(server.url, guarding("advise")) as proxy:

        def risk(*texts):
            response = post(proxy, {"model": "m", "messages": talk(*texts)})
            return float(response.headers["x-mien-risk"])

        first = risk("miserable")
        second = risk("miserable", "Hm.", "so miserable")
        branch = risk("miserable", "Hm.", "better now")
    assert second > first > branch


@pytest.mark.parametrize(
    ("headers", "more"),
    [
        ({"x-mien-conversation": "c1"}, {}),
        ({"x-litellm-session-id": "c1"}, {}),
        ({"x-litellm-trace-id": "c1"}, {}),
        ({}, {"metadata": {"session_id": "c1"}}),
    ],
)
def test_a_named_talk_is_known_though_its_beginning_is_cut_off(headers, more):
    with ScriptedServer("Hm.") as server, proxying(server.url, guarding("advise")) as proxy:

        def risk(text, **named):
            body = {"model": "m", "messages": talk(text), **named.get("more", {})}
            response = post(proxy, body, headers=named.get("headers", {}))
            return float(response.headers["x-mien-risk"])

        first = risk("I am miserable", headers=headers, more=more)
        assert risk("miserable still", headers=headers, more=more) > first
        assert risk("miserable still") == pytest.approx(first)


def test_a_response_goes_on_from_an_answer_whose_past_the_proxy_does_not_see():
    with ScriptedServer("Hm.") as server, proxying(server.url, guarding("advise")) as proxy:

        def ask(text, before=None):
            body = {"model": "m", "input": text, "previous_response_id": before}
            response = post(proxy, body, "/v1/responses")
            return response.json()["id"], float(response.headers["x-mien-risk"])

        name, first = ask("I am miserable")
        _, second = ask("miserable still", name)
        _, stranger = ask("miserable still", "resp_nobody")
    assert second > first
    assert stranger == pytest.approx(first)


def test_equal_words_of_two_clients_are_two_talks():
    observer = Cues()
    with (
        ScriptedServer("Hm.") as server,
        proxying(server.url, guarding(observer=observer)) as proxy,
    ):
        for key in ("a", "b"):
            post(proxy, asked(), headers={"authorization": f"Bearer {key}"})
    assert observer.asked.count("Hello") == 2


@pytest.mark.parametrize("error", [None, ValueError])
@pytest.mark.parametrize("mode", ["observe", "enforce"])
def test_a_guard_that_fails_open_lets_all_pass_and_counts_no_check(mode, error):
    observer = Cues(breaks_on="", **({"error": error} if error else {}))
    with (
        ScriptedServer("Hm. So.") as server,
        proxying(server.url, guarding(mode, observer=observer)) as proxy,
    ):
        response = post(proxy, asked())
        metrics = proxy.watch.metrics
        assert response.json()["choices"][0]["message"]["content"] == "Hm. So."
        # The user's turn, two sentences, and the reply.
        assert metrics.total("mien_guard_skipped_total", reason="observer") == 4
        assert metrics.total("mien_guard_failures_total", done="open") == 4
        assert metrics.total("mien_guard_checks_total") == 0
        assert metrics.total("mien_guard_actions_total") == 0
    if mode == "enforce":
        assert response.headers["x-mien-judged"] == "no"


def test_a_guard_that_fails_closed_lets_nothing_pass():
    watch = guarding("enforce", observer=Cues(breaks_on=""), on_failure="closed")
    with ScriptedServer("Hm.") as server, proxying(server.url, watch) as proxy:
        response = post(proxy, asked())
        assert server.requests == []
        assert watch.metrics.total("mien_guard_failures_total", done="closed") == 1
    assert response.status_code == 503
    assert response.json()["error"]["code"] == "guard_failed"


def test_a_sentence_that_cannot_be_judged_is_blocked_where_nothing_may_pass():
    watch = guarding("enforce", observer=Cues(breaks_on="odd"), on_failure="closed")
    with ScriptedServer("Good. This is odd. Bye.") as server, proxying(server.url, watch) as proxy:
        body = post(proxy, asked(stream=True)).content
    assert plain(said(body)) == f"Good. {STOPPED}"


@pytest.mark.parametrize(
    "body", [b"", b"hello", b"[1]", b'{"messages": 3}', b'{"messages": [3]}', b"[" * 10_000]
)
def test_a_request_that_the_guard_cannot_read_passes_or_not_and_is_counted(body):
    for on_failure, status in (("open", 418), ("closed", 400)):
        watch = guarding("enforce", on_failure=on_failure)
        with Pieces([b"no"], b"", "418 Odd") as upstream, proxying(upstream.url, watch) as proxy:
            assert post(proxy, body).status_code == status
            assert len(upstream.taken) == (on_failure == "open")
            skipped = watch.metrics.total("mien_guard_skipped_total", reason="unreadable_request")
            assert skipped == 1


@pytest.mark.parametrize(("on_failure", "status"), [("open", 200), ("closed", 502)])
def test_an_answer_that_is_packed_passes_or_not_and_is_counted(on_failure, status):
    head = b"content-type: application/json\r\ncontent-encoding: zstd\r\n"
    watch = guarding("enforce", on_failure=on_failure)
    with Pieces([b"\x28\xb5"], head) as upstream, proxying(upstream.url, watch) as proxy:
        with httpx2.stream("POST", f"{proxy}/v1/chat/completions", json=asked()) as response:
            assert response.status_code == status
            assert (b"".join(response.iter_raw()) == b"\x28\xb5") is (status == 200)
        assert upstream.taken[0].header("accept-encoding") == "identity"
        assert watch.metrics.total("mien_guard_skipped_total", reason="packed_answer") == 1


def test_metrics_are_served_in_the_text_format():
    with ScriptedServer("Hm.") as server, proxying(server.url, guarding("enforce")) as proxy:
        post(proxy, asked("I am miserable", stream=True))
        text = httpx2.get(f"{proxy}/metrics").text
        assert httpx2.get(f"{proxy}/healthz").text == "ok\n"
    rows = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert rows['mien_guard_checks_total{point="user_turn"}'] == "1"
    assert rows['mien_guard_checks_total{point="sentence"}'] == "1"
    assert rows["mien_guard_hold_seconds_count"] == "1"
    assert rows["mien_guard_release_seconds_count"] == "1"
    assert rows['mien_guard_judge_seconds_bucket{le="+Inf"}'] == "3"
    assert float(rows["mien_guard_judge_seconds_sum"]) > 0
