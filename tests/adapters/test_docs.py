"""What the how-to shows runs in the library that it is about."""

import importlib.util
import re

import pytest

from tests.data import ROOT

PAGE = (ROOT / "docs/how-to/guard-frameworks.md").read_text(encoding="utf-8")


def code(heading):
    """The Python below a heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return "\n".join(re.findall(r"^```py\n(.*?)^```", section, flags=re.DOTALL | re.MULTILINE))


def run(heading, module, **given):
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed here: make test-adapters")
    known = {"__name__": "page", **given}
    exec(compile(code(heading), "page", "exec"), known)
    return known


def test_litellms_part_gives_a_class_of_its_own(monkeypatch):
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")
    made = run("LiteLLM", "litellm")["MienGuard"](guardrail_name="mien", default_on=True)
    assert made.guardrail_name == "mien"


def test_langchains_part_runs(capsys):
    if importlib.util.find_spec("langchain") is None:
        pytest.skip("langchain is not installed here: make test-adapters")
    from langchain_core.language_models import FakeListChatModel

    run("LangChain", "langchain", model=FakeListChatModel(responses=["Tell me about it."]))
    assert capsys.readouterr().out.startswith("Tell me about it. ")


def test_the_agents_sdks_part_runs(capsys):
    if importlib.util.find_spec("agents") is None:
        pytest.skip("openai-agents is not installed here: make test-adapters")
    import agents
    from agents.models.openai_chatcompletions import OpenAIChatCompletionsModel
    from openai import AsyncOpenAI

    from mien.llm.testing import ScriptedServer

    agents.set_tracing_disabled(True)
    with ScriptedServer("Tell me about it.") as server:
        client = AsyncOpenAI(base_url=server.url, api_key="none", max_retries=0)
        model = OpenAIChatCompletionsModel(model="made", openai_client=client)
        run("OpenAI Agents SDK", "agents", model=model)
    assert capsys.readouterr().out == "Tell me about it.\n"
