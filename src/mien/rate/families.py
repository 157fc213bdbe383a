"""Which maker's family a model belongs to, by its name."""

from __future__ import annotations

import re

_FAMILIES = {
    "gpt": r"(chat)?gpt|o[134](-|$)",
    "claude": r"claude",
    "gemini": r"gemini|gemma|palm|bard",
    "llama": r"(meta-)?llama|muse",
    "mistral": r"mistral|mixtral|ministral|magistral|codestral",
    "qwen": r"qwen|qwq",
    "deepseek": r"deepseek",
    "grok": r"grok",
    "kimi": r"kimi|moonshot",
    "glm": r"glm|chatglm",
    "phi": r"phi(-|\d)",
    "command": r"command|c4ai|aya",
    "minimax": r"minimax",
    "nemotron": r"nemotron",
    "yi": r"yi-",
}
_PATTERNS = {family: re.compile(pattern) for family, pattern in _FAMILIES.items()}


def family(model: str) -> str:
    """The family of a model; one that is not known is a family of its own.

    >>> family("openai/o3"), family("anthropic/claude-3.7-sonnet"), family("horizon-alpha")
    ('gpt', 'claude', 'horizon-alpha')
    """
    name = bare(model)
    return next((f for f, pattern in _PATTERNS.items() if pattern.match(name)), name)


def bare(model: str) -> str:
    """The name without its provider, in lower case, dots as hyphens.

    >>> bare("Anthropic/Claude-3.7-Sonnet")
    'claude-3-7-sonnet'
    """
    return model.rsplit("/", 1)[-1].strip().lower().replace(".", "-")
