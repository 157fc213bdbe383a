"""The middleware in LangChain's real agents, with a model of its own kind."""

import asyncio

import pytest

from tests.adapters.running import BAD, BLOCKED, guarding, needs

needs("langchain", "langchain")

from langchain.agents import create_agent  # noqa: E402
from langchain_core.language_models import BaseChatModel  # noqa: E402
from langchain_core.messages import AIMessage, AIMessageChunk, SystemMessage  # noqa: E402
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult  # noqa: E402
from langchain_core.runnables import RunnableBinding  # noqa: E402
from langgraph.checkpoint.memory import InMemorySaver  # noqa: E402

from mien.core.errors import GuardFailed  # noqa: E402
from mien.integrations.langchain import CHECK, guard_middleware  # noqa: E402
from mien.llm.testing import Answer, ScriptedServer, ToolCall  # noqa: E402
from tests.fakes.observers import Cues  # noqa: E402

asked: list = []


def look(at: str) -> str:
    """Look something up."""
    return f"seen: {at}"


class Model(BaseChatModel):
    """Says what it was given, in order; streams by words."""

    answers: list
    blocks: bool = False

    @property
    def _llm_type(self):
        return "made"

    def bind_tools(self, tools, **kwargs):
        return RunnableBinding(bound=self, kwargs={"tools": [tool.name for tool in tools]})

    def _next(self, messages):
        asked.append(messages)
        return self.answers.pop(0)

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        answer = self._next(messages)
        message = answer if isinstance(answer, AIMessage) else AIMessage(self._worded(answer))
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _worded(self, text):
        return [{"type": "text", "text": text, "index": 0}] if self.blocks else text


class Streaming(Model):
    def _stream(self, messages, stop=None, run_manager=None, **kwargs):
        answer = self._next(messages)
        text = answer if isinstance(answer, str) else answer.text
        words = text.split(" ")
        for i, word in enumerate(words):
            content = self._worded(word if i == len(words) - 1 else f"{word} ")
            yield ChatGenerationChunk(message=AIMessageChunk(content=content, id="made"))
        for call in [] if isinstance(answer, str) else answer.tool_calls:
            chunk = {"name": call["name"], "args": '{"at": "it"}', "id": call["id"], "index": 0}
            yield ChatGenerationChunk(
                message=AIMessageChunk(content="", tool_call_chunks=[chunk], id="made")
            )


@pytest.fixture(autouse=True)
def _nothing_asked():
    asked.clear()


def agent(*answers, mode="enforce", kind=Streaming, observer=None, **options):
    made = {key: options.pop(key) for key in ("blocks",) if key in options}
    tools = options.pop("tools", [])
    saver = options.pop("checkpointer", None)
    told = options.pop("told", None)
    return create_agent(
        kind(answers=list(answers), **made),
        tools=tools,
        system_prompt="Be kind.",
        middleware=[guard_middleware(guarding(mode, observer, **options), told=told)],
        checkpointer=saver,
    )


def given(text):
    return {"messages": [{"role": "user", "content": text}]}


def invoked(one, text, **options):
    return one.invoke(given(text), **options)["messages"][-1].text


async def ainvoked(one, text):
    return (await one.ainvoke(given(text)))["messages"][-1].text


def tokens(one, text):
    return [
        chunk.text
        for chunk, _ in one.stream(given(text), stream_mode="messages")
        if isinstance(chunk, AIMessage)
    ]


async def atokens(one, text):
    return [
        chunk.text
        async for chunk, _ in one.astream(given(text), stream_mode="messages")
        if isinstance(chunk, AIMessage)
    ]


WAYS = {
    "invoke": invoked,
    "ainvoke": lambda one, text: asyncio.run(ainvoked(one, text)),
    "stream": lambda one, text: "".join(tokens(one, text)),
    "astream": lambda one, text: "".join(asyncio.run(atokens(one, text))),
}
ways = pytest.mark.parametrize("way", WAYS)
kinds = pytest.mark.parametrize(
    ("kind", "blocks"), [(Model, False), (Streaming, False), (Streaming, True)]
)


@ways
@kinds
@pytest.mark.parametrize("mode", ["observe", "advise", "enforce"])
def test_a_good_answer_is_the_models_own(way, kind, blocks, mode):
    text = "One. Two,\nthree! "
    one = agent(text, mode=mode, kind=kind, blocks=blocks)
    assert WAYS[way](one, "hello") == text


@ways
def test_observing_changes_no_word_of_a_bad_answer(way):
    assert WAYS[way](agent(f"Hm. {BAD} Bye.", mode="observe"), "hello") == f"Hm. {BAD} Bye."


@ways
@kinds
def test_a_bad_sentence_never_leaves_and_the_model_goes_on_without_it(way, kind, blocks):
    one = agent(f"Good morning. {BAD} Bye.", "It is a signal lamp.", kind=kind, blocks=blocks)
    assert " ".join(WAYS[way](one, "hello").split()) == "Good morning. It is a signal lamp."
    system, *rest = asked[-1]
    assert system.text.startswith("Be kind.")
    assert BAD.split(".")[0] in system.text
    assert [message.type for message in rest] == ["human", "ai", "human"]
    assert rest[1].text.strip() == "Good morning."


@ways
def test_one_space_parts_a_second_answer_from_the_first(way):
    one = agent(f"Good morning. {BAD} Bye.", "It is a signal lamp.")
    assert WAYS[way](one, "hello") == "Good morning. It is a signal lamp."


@ways
@kinds
def test_a_model_that_repeats_itself_is_stopped(way, kind, blocks):
    one = agent(f"Hm. {BAD}", f"So. {BAD} Bye.", kind=kind, blocks=blocks)
    assert WAYS[way](one, "hello").split() == f"Hm. So. {BLOCKED}".split()
    assert len(asked) == 2


def test_a_sentence_leaves_before_the_answer_is_whole():
    pieces = [piece for piece in tokens(agent("One is here. Two is here."), "hello") if piece]
    assert [piece.strip() for piece in pieces] == ["One is here.", "Two is here."]


@ways
@pytest.mark.parametrize("mode", ["observe", "advise", "enforce"])
def test_a_crisis_instructs_the_model_but_for_observing(way, mode):
    WAYS[way](agent("I am here.", mode=mode), "I want to end my life")
    [system] = [one for one in asked[-1] if isinstance(one, SystemMessage)]
    assert (system.text == "Be kind.") == (mode == "observe")
    assert system.text.startswith("Be kind.")


@ways
def test_calls_of_tools_are_made(way):
    call = AIMessage("Let me see.", tool_calls=[{"name": "look", "args": {"at": "it"}, "id": "1"}])
    one = agent(call, "It is there.", tools=[look])
    assert WAYS[way](one, "where?").endswith("It is there.")
    assert [message.text for message in asked[-1] if message.type == "tool"] == ["seen: it"]


def test_the_last_check_is_in_the_state():
    state = agent(BAD, mode="observe").invoke(given("hello"))
    assert state[CHECK]["role"] == "assistant"
    assert state[CHECK]["signals"]["delusion_reinforcement"] == 1


def test_each_turn_is_judged_once_over_the_calls_of_a_thread():
    checks = []
    saver = InMemorySaver()
    one = agent("One.", "Two.", checkpointer=saver, told=checks.append)
    config = {"configurable": {"thread_id": "a"}}
    for text in ("hello", "and now?"):
        invoked(one, text, config=config)
    assert [(check.turn, check.role) for check in checks] == [
        (0, "user"),
        (1, "assistant"),
        (2, "user"),
        (3, "assistant"),
    ]


def test_one_old_message_does_not_stop_the_rest_of_a_talk():
    before = [
        {"role": "user", "content": "I want to end my life"},
        {"role": "assistant", "content": BAD},
    ]
    one = agent("Good to hear.")
    state = one.invoke({"messages": [*before, {"role": "user", "content": "I slept well."}]})
    assert state["messages"][-1].text == "Good to hear."


def test_a_guard_that_fails_passes_or_refuses_as_it_was_told():
    assert invoked(agent("Fine.", observer=Cues(breaks_on="boom")), "boom") == "Fine."
    with pytest.raises(GuardFailed):
        invoked(agent("Fine.", observer=Cues(breaks_on="boom"), on_failure="closed"), "boom")


@ways
@pytest.mark.parametrize("responses", [False, True])
@pytest.mark.parametrize(
    ("text", "said"),
    [("hello", "Good morning. It is a lamp."), ("where is it?", "It is there. Fine.")],
)
def test_openais_own_model_is_held_in_both_protocols(way, responses, text, said):
    openai = pytest.importorskip("langchain_openai")

    def script(request):
        if any(message.role == "tool" for message in request.messages):
            return "It is there. Fine."
        if "where" in request.last:
            return Answer("Let me see.", tool_calls=(ToolCall("look", '{"at": "it"}'),))
        return "It is a lamp." if "Go on" in request.last else f"Good morning. {BAD} Bye."

    with ScriptedServer(script) as server:
        model = openai.ChatOpenAI(
            model="made", base_url=server.url, api_key="none", use_responses_api=responses
        )
        one = create_agent(model, tools=[look], middleware=[guard_middleware(guarding("enforce"))])
        assert " ".join(WAYS[way](one, text).split()).endswith(said)
