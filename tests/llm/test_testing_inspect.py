"""The scripted server behind Inspect's own providers, found through the environment."""

import base64
import io
import wave

import anyio
import pytest

from mien.llm.testing import Answer, Fault, ScriptedServer, Usage, at_most, first_of, odds, when

inspect_ai = pytest.importorskip("inspect_ai", reason="inspect-ai is not installed")

MODELS = ["openai/gpt-4o", "openai/gpt-5.1", "openai-api/scripted/some-model"]


@pytest.fixture
def ask(monkeypatch):
    from inspect_ai.model import GenerateConfig, get_model

    def ask(server, model, content="Hello?", **config):
        for name, value in server.environ().items():
            monkeypatch.setenv(name, value)

        async def talk():
            async with get_model(model, memoize=False) as told:
                return await told.generate(content, config=GenerateConfig(**config))

        return anyio.run(talk)

    return ask


@pytest.mark.parametrize("model", MODELS)
def test_every_provider_gets_its_answer_and_what_it_cost(ask, model):
    with ScriptedServer(Answer("Good day.", usage=Usage(7, 3))) as server:
        output = ask(server, model)
    assert output.completion == "Good day."
    assert (output.usage.input_tokens, output.usage.output_tokens) == (7, 3)
    assert output.stop_reason == "stop"
    # Of a reasoning model Inspect first tries out whether it gives summaries.
    request = server.requests[-1]
    assert request.last == "Hello?"
    assert request.model == model.removeprefix("openai/").removeprefix("openai-api/scripted/")
    assert request.path.endswith("responses") == ("gpt-5" in model)


@pytest.mark.parametrize("model", MODELS)
def test_chances_reach_inspect(ask, model):
    with ScriptedServer(odds({"Yes": 0.6, "No": 0.4})) as server:
        output = ask(server, model, logprobs=True, top_logprobs=2, max_tokens=16)
    (token,) = output.choices[0].logprobs.content
    assert [one.token for one in token.top_logprobs] == ["Yes", "No"]


@pytest.mark.parametrize("model", MODELS)
def test_filtered_answers_are_seen_as_such(ask, model):
    with ScriptedServer(Answer("", finish="content_filter")) as server:
        assert ask(server, model).stop_reason == "content_filter"


@pytest.mark.parametrize("model", MODELS)
def test_inspect_retries_as_it_is_told(ask, model):
    failing = when(at_most(1, Fault(429, retry_after=0.01)), message="^Hello")
    with ScriptedServer(first_of(failing, "At last.")) as server:
        assert ask(server, model, max_retries=2).completion == "At last."
    assert [request.last for request in server.requests].count("Hello?") == 2


@pytest.mark.parametrize("model", MODELS)
def test_pictures_arrive(ask, model):
    from inspect_ai.model import ChatMessageUser, ContentImage, ContentText

    picture = b"\x89PNG not really"
    url = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
    content = [ChatMessageUser(content=[ContentImage(image=url), ContentText(text="Who?")])]
    with ScriptedServer("A cat.") as server:
        ask(server, model, content)
    assert server.requests[-1].images == (picture,)
    assert server.requests[-1].last == "Who?"


def test_sounds_arrive(ask):
    from inspect_ai.model import ChatMessageUser, ContentAudio, ContentText

    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setparams((1, 2, 16_000, 0, "NONE", ""))
        file.writeframes(bytes(320))
    url = f"data:audio/wav;base64,{base64.b64encode(sound.getvalue()).decode()}"
    audio = ContentAudio(audio=url, format="wav")
    content = [ChatMessageUser(content=[audio, ContentText(text="Who?")])]
    with ScriptedServer("A cat.") as server:
        ask(server, "openai-api/scripted/some-model", content)
    assert server.requests[-1].sounds == (sound.getvalue(),)
