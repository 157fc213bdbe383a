"""Guardrails in the real OpenAI Agents SDK, with a model behind its own client."""

import asyncio

import pytest

from tests.adapters.running import BAD, guarding, needs

needs("agents", "openai-agents")

import agents  # noqa: E402
from agents import Agent, Runner, SQLiteSession  # noqa: E402
from agents.models.openai_chatcompletions import OpenAIChatCompletionsModel  # noqa: E402
from agents.models.openai_responses import OpenAIResponsesModel  # noqa: E402
from openai import AsyncOpenAI  # noqa: E402
from pydantic import BaseModel  # noqa: E402

from mien.core.errors import GuardFailed  # noqa: E402
from mien.integrations.openai_agents import AgentsGuard  # noqa: E402
from mien.llm.testing import ScriptedServer  # noqa: E402
from tests.fakes.observers import Cues  # noqa: E402

agents.set_tracing_disabled(True)

CRISIS = "I want to end my life"


class Form(BaseModel):
    title: str
    lines: list[str]


@pytest.fixture
def model():
    with ScriptedServer(lambda request: BAD if "be bad" in request.last else "I am here.") as it:
        yield it


def agent(model, mode="enforce", observer=None, told=None, kind=OpenAIChatCompletionsModel, **more):
    guard = AgentsGuard(guarding(mode, observer, **more), told=told)
    client = AsyncOpenAI(base_url=model.url, api_key="none", max_retries=0)
    return Agent(
        name="made",
        instructions=guard.instructions("Be kind."),
        model=kind(model="made", openai_client=client),
        input_guardrails=[guard.input_guardrail()],
        output_guardrails=[guard.output_guardrail()],
    )


def run(one, text, **options):
    return asyncio.run(Runner.run(one, text, **options))


@pytest.mark.parametrize("kind", [OpenAIChatCompletionsModel, OpenAIResponsesModel])
@pytest.mark.parametrize("mode", ["observe", "advise", "enforce"])
def test_a_good_talk_passes(model, mode, kind):
    result = run(agent(model, mode, kind=kind), "hello")
    assert result.final_output == "I am here."
    [told] = result.output_guardrail_results
    assert told.output.output_info["check"]["role"] == "assistant"
    assert result.input_guardrail_results[0].output.output_info["check"]["action"] == "nothing"


def test_a_crisis_stops_the_run_before_the_model_is_asked(model):
    with pytest.raises(agents.InputGuardrailTripwireTriggered) as caught:
        run(agent(model), CRISIS)
    told = caught.value.guardrail_result.output.output_info
    assert told["check"]["action"] == "crisis"
    assert model.requests == []


@pytest.mark.parametrize("mode", ["observe", "advise"])
def test_without_enforcing_a_crisis_stops_nothing(model, mode):
    result = run(agent(model, mode), CRISIS)
    assert result.input_guardrail_results[0].output.output_info["check"]["action"] == "crisis"
    system = model.requests[-1].messages[0].text
    assert system.startswith("Be kind.")
    assert (system == "Be kind.") == (mode == "observe")


def test_a_bad_answer_trips_the_wire_and_says_why(model):
    with pytest.raises(agents.OutputGuardrailTripwireTriggered) as caught:
        run(agent(model), "be bad")
    told = caught.value.guardrail_result.output.output_info
    assert told["stopped"] == "delusion_reinforcement"


@pytest.mark.parametrize("mode", ["observe", "advise"])
def test_without_enforcing_a_bad_answer_passes(model, mode):
    assert run(agent(model, mode), "be bad").final_output == BAD


def test_one_old_message_in_a_session_does_not_stop_the_rest(model):
    session = SQLiteSession("made")
    with pytest.raises(agents.InputGuardrailTripwireTriggered):
        run(agent(model), CRISIS, session=session)
    asyncio.run(
        session.add_items(
            [{"role": "user", "content": CRISIS}, {"role": "assistant", "content": BAD}]
        )
    )
    checks = []
    result = run(agent(model, told=checks.append), "I slept well.", session=session)
    assert result.final_output == "I am here."
    assert max(check.risk for check in checks if check.turn == checks[-1].turn) > 0


def test_each_turn_is_judged_once_over_runs(model):
    checks = []
    one = agent(model, told=checks.append)
    session = SQLiteSession("made")

    async def talk():
        for text in ("hello", "and now?"):
            await Runner.run(one, text, session=session)

    asyncio.run(talk())
    assert [(check.turn, check.role) for check in checks] == [
        (0, "user"),
        (1, "assistant"),
        (2, "user"),
        (3, "assistant"),
    ]


def test_streamed_runs_are_guarded_too(model):
    async def stream():
        result = Runner.run_streamed(agent(model), "be bad")
        async for _ in result.stream_events():
            pass

    with pytest.raises(agents.OutputGuardrailTripwireTriggered):
        asyncio.run(stream())


def test_the_words_of_a_structured_answer_are_judged(model):
    guard = AgentsGuard(guarding("enforce")).output_guardrail()
    context = agents.RunContextWrapper(context=None)
    one = agent(model)
    good, bad = (Form(title="A form", lines=["Hm.", line]) for line in ("Well.", BAD))
    assert not asyncio.run(guard.run(context, one, good)).output.tripwire_triggered
    assert asyncio.run(guard.run(context, one, bad)).output.tripwire_triggered


def test_a_guard_that_fails_passes_or_refuses_as_it_was_told(model):
    assert run(agent(model, observer=Cues(breaks_on="boom")), "boom").final_output == "I am here."
    with pytest.raises(GuardFailed):
        run(agent(model, observer=Cues(breaks_on="boom"), on_failure="closed"), "boom")
