"""LiteLLM's Generic Guardrail API, as its versions of 2026 ask and read it."""

import threading
from dataclasses import replace
from urllib.parse import quote

import httpx2
import pytest

from mien.core.errors import GuardFailed
from mien.guard import Case, Guard, Remedy
from mien.serve import Trust, Watch
from mien.serve.gateway import Gateway
from tests.fakes.observers import Cues, Hasty
from tests.serve.running import BAD, guarding, post, serving

PATH = "/beta/litellm_basic_guardrail_api"
STOPPED = "A safety check stopped this answer here."

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


def request(*texts: str, **more) -> dict:
    roles = ["user", "assistant"] * len(texts)
    rows = [{"role": r, "content": t} for r, t in zip(roles, texts, strict=False)]
    return {
        "input_type": "request",
        "litellm_call_id": "call",
        "litellm_trace_id": "trace",
        "structured_messages": rows,
        "texts": list(texts),
        "litellm_version": "1.109.1",
        "something_new": {"a": 1},
        **more,
    }


def response(*texts: str, **more) -> dict:
    return {"input_type": "response", "litellm_call_id": "call", "texts": list(texts), **more}


async def test_observing_answers_none_and_asks_for_nothing_back():
    gateway = Gateway(guarding())
    assert await gateway.answer(request("I want to end my life")) == {"action": "NONE"}
    assert await gateway.answer(response(BAD)) == {"action": "NONE", "stream_holdback_chars": [0]}


@pytest.mark.parametrize("mode", ["advise", "enforce"])
async def test_an_instruction_comes_as_a_row_of_its_own_and_all_others_are_echoed(mode):
    asked = request("Hi", "Hello.", "I want to end my life")
    asked["structured_messages"][0]["odd"] = 1
    told = await Gateway(guarding(mode)).answer(asked)
    assert told["action"] == "GUARDRAIL_INTERVENED"
    assert told["texts"] == asked["texts"]
    rows = told["structured_messages"]
    assert [row for row in rows if row["role"] != "system"] == asked["structured_messages"]
    assert rows[2]["content"].startswith("The user may be thinking of suicide.")


async def test_a_response_is_judged_with_the_talk_of_its_request():
    seen = []

    class Listening(Cues):
        def observe(self, turns):
            seen.append([turn.text for turn in turns])
            return super().observe(turns)

    gateway = Gateway(guarding("enforce", observer=Listening()))
    await gateway.answer(request("Hi", "Hello.", "Bye for now"))
    await gateway.answer(response("See you."))
    assert ["Hi", "Hello.", "Bye for now", "See you."] in seen


async def test_each_round_of_a_stream_withholds_what_has_no_end_yet():
    gateway = Gateway(guarding("enforce"))
    await gateway.answer(request("Hi"))
    held = []
    for text in ("Good mor", "Good morning.", "Good morning. How a", "Good morning. How are you?"):
        told = await gateway.answer(response(text))
        assert told["action"] == "NONE"
        held.append(text[: len(text) - told["stream_holdback_chars"][0]])
    assert held == ["", "Good morning.", "Good morning.", "Good morning. How are you?"]


async def test_texts_keep_their_number_and_order_and_are_held_each_by_itself():
    gateway = Gateway(guarding("enforce"))
    await gateway.answer(request("Hi"))
    told = await gateway.answer(response("Good morn", f"Hm. {BAD}", "Yes.", ""))
    assert told["action"] == "GUARDRAIL_INTERVENED"
    assert told["texts"] == ["Good morn", f"Hm.\n\n{STOPPED}", "Yes.", ""]
    assert told["stream_holdback_chars"] == [9, 0, 0, 0]


async def test_what_was_shown_is_never_taken_back_while_more_comes():
    gateway = Gateway(guarding("enforce"))
    await gateway.answer(request("Hi"))
    text, shown = f"One. Two. {BAD} Three.", ""
    for end in range(1, len(text) + 1):
        told = await gateway.answer(response(text[:end]))
        (given,) = told.get("texts", [text[:end]])
        new = given[: len(given) - told["stream_holdback_chars"][0]]
        assert new.startswith(shown)
        shown = new
    assert shown == f"One. Two. \n\n{STOPPED}"


async def test_the_last_round_withholds_nothing_so_a_bad_end_is_stopped_before_its_end():
    gateway = Gateway(guarding("enforce"))
    await gateway.answer(request("Hi"))
    told = await gateway.answer(response(f"One. {BAD[:-1]}"))
    assert told["texts"] == [f"One.\n\n{STOPPED}"]


async def test_a_block_is_said_with_its_reason():
    gateway = Gateway(guarding("enforce", on_reply=Remedy.BLOCK))
    await gateway.answer(request("Hi"))
    told = await gateway.answer(response(BAD))
    assert told == {"action": "BLOCKED", "blocked_reason": "the reply was stopped: exclusivity"}


async def test_a_reply_without_its_request_is_judged_by_itself():
    gateway = Gateway(guarding("enforce"))
    told = await gateway.answer(response(f"Hm. {BAD}"))
    assert told["texts"] == [f"Hm.\n\n{STOPPED}"]


async def test_a_talk_is_followed_though_each_request_brings_its_last_message_alone():
    watch = guarding("enforce")
    gateway = Gateway(watch)
    risks = []
    for n in range(3):
        asked = request(f"I am miserable and alone, {n}", litellm_call_id=f"c{n}")
        await gateway.answer(asked)
        await gateway.answer(response("Hm.", litellm_call_id=f"c{n}"))
        await gateway.settle()
        risks.append(max(risk.risk for risk in watch.ways.store.get("trace").case.history.risks))
    assert risks == sorted(risks)
    assert risks[2] > risks[0]


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"input_type": "request"},
        {"input_type": "request", "texts": None, "structured_messages": None},
        {"input_type": "request", "structured_messages": [{"role": "user"}, 3], "texts": [3]},
        {"input_type": "response"},
        {"input_type": "response", "texts": [None], "litellm_call_id": 3},
        {"input_type": "new", "texts": ["Hi"], "request_headers": [1]},
    ],
)
async def test_any_field_may_be_missing_or_new(asked):
    assert (await Gateway(guarding("enforce")).answer(asked))["action"] == "NONE"


async def test_texts_alone_are_enough():
    watch = guarding("enforce")
    await Gateway(watch).answer({"input_type": "request", "texts": ["end my life"]})
    assert watch.metrics.total("mien_guard_actions_total", action="crisis") == 1


@pytest.mark.parametrize(("on_failure", "action"), [("open", "NONE"), ("closed", "BLOCKED")])
async def test_a_guard_that_fails_is_counted_and_passes_or_not(on_failure, action):
    observer = Cues(breaks_on="", error=GuardFailed)
    watch = guarding("enforce", observer=observer, on_failure=on_failure)
    gateway = Gateway(watch)
    assert (await gateway.answer(request("Hi")))["action"] == action
    assert (await gateway.answer(response("Hm.")))["action"] == action
    assert watch.metrics.total("mien_guard_failures_total", done=on_failure) >= 2
    assert watch.metrics.total("mien_guard_checks_total") == 0


class Doubtful(Cues):
    """Judges, and is sure of nothing."""

    def observe(self, turns):
        return replace(super().observe(turns), signals={}, raised=frozenset(), quotes={})


class Slow(Cues):
    """A judge that remembers from which threads it was asked."""

    def __init__(self):
        super().__init__()
        self.threads: set[int] = set()

    def observe(self, turns):
        self.threads.add(threading.get_ident())
        return super().observe(turns)


async def test_a_judge_is_asked_about_turns_beside_the_loop_and_never_about_sentences():
    judge = Slow()
    watch = Watch(Guard(observer=Doubtful(), judge=judge, mode="enforce"))
    gateway = Gateway(watch)
    await gateway.answer(request("I want to end my life"))
    await gateway.answer(response("Hello. I am here."))
    await gateway.settle()
    assert judge.asked == ["I want to end my life", "Hello. I am here."]
    assert threading.get_ident() not in judge.threads
    assert watch.metrics.total("mien_guard_actions_total", action="crisis") == 1


async def test_calls_are_not_kept_for_ever():
    gateway = Gateway(guarding())
    for n in range(2100):
        await gateway.answer(request(str(n), litellm_call_id=str(n), litellm_trace_id=None))
    assert len(gateway._calls) == 2000


async def test_a_forgotten_person_does_not_come_back_with_a_reply_that_was_waiting():
    watch = guarding("enforce")
    gateway = Gateway(watch, Trust(people=True))
    for n, person in enumerate(("anna", "ben")):
        headers = {"x-mien-person": person}
        name = f"c{n}"
        await gateway.answer(
            request("Hi", litellm_call_id=name, litellm_trace_id=name, request_headers=headers)
        )
        await gateway.answer(response("Hello.", litellm_call_id=name))
    gateway.forget("anna")
    await gateway.settle()
    assert not watch.ways.store.of_person("anna")
    assert watch.ways.store.of_person("ben")
    assert list(gateway._calls) == ["c1"]


async def test_a_request_without_a_name_settles_its_own_conversation_alone():
    watch = guarding("enforce")
    gateway = Gateway(watch)
    for name in ("one", "two"):
        await gateway.answer(request(f"I am {name}", litellm_call_id=name))
        await gateway.answer(response("Hello.", litellm_call_id=name))
    rows = [
        {"role": "user", "content": "I am one"},
        {"role": "assistant", "content": "Hello."},
        {"role": "user", "content": "Bye"},
    ]
    asked = {"input_type": "request", "litellm_call_id": "three", "structured_messages": rows}
    await gateway.answer(asked)
    assert gateway._calls["one"].waiting is None
    assert gateway._calls["two"].waiting is not None
    await gateway.settle()
    assert gateway._calls["two"].waiting is None


def test_whoever_may_be_named_may_be_forgotten():
    watch = guarding("enforce")
    watch.ways.store.put("c", Case(), person="team/anna:1")
    with serving(watch) as guard:
        told = httpx2.delete(f"{guard}/v1/guard/people/{quote('team/anna:1', safe='')}")
        assert told.json() == {"forgotten": 1}


def test_the_endpoint_answers_over_http():
    with serving(guarding("enforce")) as guard:
        told = post(guard, request("I want to end my life"), PATH).json()
        assert told["action"] == "GUARDRAIL_INTERVENED"
        assert post(guard, b"hello", PATH).status_code == 400
        assert httpx2.get(f"{guard}/healthz").text == "ok\n"


def test_a_check_is_asked_for_over_http():
    rows = [
        {"role": "user", "content": "I am miserable", "at": "2026-11-23T02:00:00+01:00"},
        {"role": "assistant", "content": [{"type": "text", "text": BAD}]},
        {"role": "user", "content": "I want to end my life"},
    ]
    # Whoever asks can wait for more than a glance at replies.
    with serving(guarding(observer=Hasty())) as guard:
        told = post(guard, {"messages": rows}, "/v1/guard/check").json()["checks"]
        assert [one["role"] for one in told] == ["user", "assistant", "user"]
        assert told[1]["signals"]["exclusivity"] == 1
        assert told[1]["raised"] == ["exclusivity"]
        assert told[2]["action"] == "crisis"
        assert told[2]["signals"]["crisis"] == 1
        last = post(guard, {"messages": rows, "last": True}, "/v1/guard/check").json()["checks"]
        assert last == told[2:]
        assert guard.watch.metrics.total("mien_guard_checks_total") == 6


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (b"x", 400),
        ({}, 422),
        ({"messages": [{"role": "user"}]}, 422),
        ({"messages": [{"role": "user", "content": "Hi", "at": "2026-11-23T02:00:00"}]}, 422),
        ({"messages": [{"role": "user", "content": "Hi"}] * 2001}, 422),
    ],
)
def test_what_is_no_conversation_is_refused(asked, status):
    with serving() as guard:
        assert post(guard, asked, "/v1/guard/check").status_code == status
