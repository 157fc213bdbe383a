"""The published prompts, with or without the part that asks for a second pass."""

from __future__ import annotations

from typing import NamedTuple

from mien.core.errors import EvalError


class _Anchors(NamedTuple):
    """Where the publisher's program cuts, in one language.

    Attributes:
        sentence: Start and end of what the first instruction is cut down to; what lies between
            them goes.
        heading: Of the first pass.
        critique: From here on the template goes.
        end: Up to here.
        answer: What is added at the very end.
    """

    sentence: tuple[str, str]
    heading: str
    critique: str
    end: str
    answer: str


_ANCHORS = {
    "en": _Anchors(
        sentence=(
            " Then critique your answer by thinking it through step by step.",
            " Finally, give your revised scores.",
        ),
        heading="First pass scores:\n",
        critique="Critique: <your critique here>",
        end="[End of answer]",
        answer="\nYour answer:\n",
    ),
    "de": _Anchors(
        sentence=(
            "Geben Sie jeder dieser möglichen Emotionen",
            " eine Punktzahl von 0-10 für die relative Intensität, die sie wahrscheinlich "
            "fühlen werden.",
        ),
        heading="Erste Bewertung:\n",
        critique="Kritik: <Ihre Kritik hier>",
        end="[Ende der Antwort]",
        answer="\nIhre Antwort:\n",
    ),
}


def without_revision(prompt: str, language: str, question: str) -> str:
    """A prompt that asks for one pass, cut as the publisher's program does since version 2.1.

    Args:
        prompt: As published.
        language: `en` or `de`.
        question: Its number, for errors.

    Raises:
        EvalError: If a place to cut is missing. The published program would go on, and cut
            somewhere else.
    """
    anchors = _ANCHORS[language]
    first, rest = anchors.sentence
    if language == "de":
        # The translated instruction varies, so that its whole line is replaced.
        start = _find(prompt, first, question)
        line_end = _find(prompt, "\n", question, start)
        prompt = prompt[:start] + first + rest + prompt[line_end:]
    else:
        prompt = _without(prompt, first + rest, question)
    prompt = _without(prompt, anchors.heading, question)
    cut = _find(prompt, anchors.critique, question)
    end = _find(prompt, anchors.end, question, cut)
    return f"{prompt[:cut]}\n{prompt[end:]}{anchors.answer}"


def _find(prompt: str, anchor: str, question: str, start: int = 0) -> int:
    found = prompt.find(anchor, start)
    if found < 0:
        raise EvalError(
            f"the prompt of question {question} has no {anchor.strip()!r}, where its second pass "
            "is cut off: is this the published file?"
        )
    return found


def _without(prompt: str, part: str, question: str) -> str:
    _find(prompt, part, question)
    return prompt.replace(part, "")
