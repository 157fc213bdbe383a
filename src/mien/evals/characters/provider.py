"""The characters as models of Inspect: `mien/empathic` and its kin."""

from __future__ import annotations

from typing import Any

import anyio
from inspect_ai.model import (
    ChatMessage,
    ChatMessageAssistant,
    ChatMessageSystem,
    GenerateConfig,
    ModelAPI,
    ModelOutput,
    ModelUsage,
)
from inspect_ai.tool import ToolChoice, ToolInfo

from mien.core.errors import ConfigError
from mien.evals.characters import CHARACTERS
from mien.evals.characters.speaking import Prompt, speak
from mien.evals.tokens import tokens_in

SLOWNESS_S = 0.5
"""How long the slow character thinks."""


class Scripted(ModelAPI):
    """One character; in this process, without a key, with no address."""

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig | None = None,
        **model_args: Any,
    ) -> None:
        if model_name not in CHARACTERS:
            known = ", ".join(f"mien/{name}" for name in CHARACTERS)
            raise ConfigError(f"no character is called {model_name!r}: choose from {known}")
        super().__init__(model_name, None, None, [], config or GenerateConfig())

    async def generate(
        self,
        input: list[ChatMessage],  # noqa: A002  # the parent's name
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> ModelOutput:
        """What the character says, with its length in tokens as Mien estimates them."""
        if self.model_name == "slow":
            await anyio.sleep(SLOWNESS_S)
        spoken = speak(self.model_name, _prompt(input))
        read, written = sum(tokens_in(one.text) for one in input), tokens_in(spoken.text)
        output = ModelOutput.from_content(
            f"mien/{self.model_name}", spoken.text, stop_reason=spoken.stop
        )
        # Without it Inspect would fetch a tokenizer.
        output.usage = ModelUsage(
            input_tokens=read, output_tokens=written, total_tokens=read + written
        )
        return output

    async def count_text_tokens(self, text: str) -> int:
        """An estimate, since the parent's count fetches a tokenizer."""
        return tokens_in(text)

    def max_connections(self) -> int:
        """As many as there are samples: nothing waits for a network."""
        return 64


def _prompt(messages: list[ChatMessage]) -> Prompt:
    last = messages[-1].text if messages else ""
    told = [one.text for one in messages if isinstance(one, ChatMessageSystem)]
    spoken = sum(isinstance(one, ChatMessageAssistant) for one in messages)
    return Prompt("\n\n".join([*told, last]), last, spoken)
