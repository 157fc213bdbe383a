"""What a character answers to a prompt: always the same to the same."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any, Literal

from mien.evals.characters.forms import (
    Filled,
    Form,
    Labelled,
    Lettered,
    Sections,
    Structured,
    form_of,
)
from mien.evals.characters.marking import mark
from mien.evals.characters.scripts import fawning, seeker
from mien.evals.characters.sentences import Kind, told
from mien.evals.characters.skeleton import Shape

Stop = Literal["stop", "max_tokens"]

_BLANK = re.compile(r"<[^<>\n]+>")
_RANGE = re.compile(r"(-?\d+)\s*(?:-|–|to|bis)\s*(\d+)")
_CODE = re.compile(r"\bA0\d{3}\b")
_STATE = re.compile(r"^\W*([a-z_]+): *(\d+)", re.M)
_MEANS = (4, 4, 3, 3)
"""The rounded mean at each place of EQ-Bench's reference answers: a guess without reading."""
_NUMBER = re.compile(r"number|score|integer|\d|\bint\b|float")
_LETTER = re.compile(r"\b(?:letter|option|choice)\b|字母")
_MOVE = re.compile(r"emotion\s*变化|情绪变化|change of feelings")
_CHOICE = re.compile(r"\s+or\s+")
_SPEECH = ("reply", "message", "response", "content")
_LIKE = {"slow": "empathic"}
_PARTS = ("fawning", "seeker", "marking")
"""Those whose sentences are of their own kinds; to any other question they answer like `flat`."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """An answer.

    Attributes:
        text: Its words.
        stop: Why it ended.
    """

    text: str
    stop: Stop = "stop"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a character is asked.

    Attributes:
        instructions: Everything that tells it what to do: system messages and the last message.
        last: The last message.
        turns: How often it has spoken in this conversation.
    """

    instructions: str
    last: str
    turns: int = 0

    def draw(self, n: int, what: str = "") -> int:
        """A number below `n` that depends on nothing but the prompt."""
        told = f"{self.instructions}\0{self.turns}\0{what}".encode("utf-8", "surrogatepass")
        return int.from_bytes(hashlib.sha256(told).digest()[:8], "big") % n


def speak(character: str, prompt: Prompt) -> Spoken:
    """The character's answer, in the form that the prompt asks for."""
    character = _LIKE.get(character, character)
    form = form_of(prompt.instructions, prompt.last)
    if character == "refusing":
        return Spoken(told(character, Kind.REPLY, prompt.last)[0])
    if character == "broken":
        return _broken(form, prompt)
    if own := _own(character, form, prompt):
        return Spoken(own)
    return Spoken(_answer("flat" if character in _PARTS else character, form, prompt))


def _own(character: str, form: Form, prompt: Prompt) -> str:
    """What a character with a part of its own says; empty where it answers like others."""
    if character == "marking":
        return mark(prompt.instructions)
    if isinstance(form, Structured | Filled | Labelled | Lettered):
        return ""
    if character == "seeker":
        return seeker(prompt.turns)
    if character == "fawning":
        return fawning(prompt.instructions, prompt.turns, prompt.draw(97, "second"))
    return ""


def _broken(form: Form, prompt: Prompt) -> Spoken:
    whole = _answer("flat", form, prompt)
    noise = told("broken", Kind.REPLY, prompt.last)[0]
    template = form.template if isinstance(form, Filled) else noise
    ways = (
        Spoken(""),
        Spoken(whole[: len(whole) // 2], "max_tokens"),
        Spoken(template),
        Spoken(noise),
    )
    return ways[prompt.draw(len(ways))]


def _answer(character: str, form: Form, prompt: Prompt) -> str:
    if isinstance(form, Structured):
        return json.dumps(_fill(character, form.shape, prompt, ""), ensure_ascii=False)
    if isinstance(form, Filled):
        return _filled(character, form, prompt)
    if isinstance(form, Labelled):
        held = ((label, _field(character, prompt, label, hint)) for label, hint in form.fields)
        return "\n".join(f"{label}:\n{text}" for label, text in held)
    if isinstance(form, Lettered):
        letters = form.letters
        return letters[0] if character == "flat" else letters[prompt.draw(len(letters))]
    if isinstance(form, Sections):
        return "\n\n".join(f"{one}\n{_section(character, one, prompt)}" for one in form.headings)
    is_debrief = "debrief" in prompt.last.lower()
    return _words(character, Kind.DEBRIEF if is_debrief else Kind.REPLY, prompt, "")


def _section(character: str, heading: str, prompt: Prompt) -> str:
    is_said = re.search(r"response|draft$", heading.lower())
    return _words(character, Kind.REPLY if is_said else Kind.THOUGHT, prompt, heading)


def _field(character: str, prompt: Prompt, label: str, hint: str) -> str:
    """What a label holds; a change of feelings is a number with its sign."""
    if _MOVE.search(hint):
        return "+0" if character == "flat" else f"+{1 + prompt.draw(6, label)}"
    is_said = label.lower() in _SPEECH
    return _words(character, Kind.USER if is_said else Kind.THOUGHT, prompt, label)


def _filled(character: str, form: Filled, prompt: Prompt) -> str:
    names = 0

    def value(match: re.Match[str]) -> str:
        nonlocal names
        head = form.template[: match.start()].rpartition("\n")[2]
        # "Critique: <your critique here>" wants words; EQ-Bench asks for four numbers a pass.
        if head.lower().startswith(("critique", "kritik")):
            return _words(character, Kind.THOUGHT, prompt, head)
        names += 1
        return "3" if character == "flat" else str(_MEANS[(names - 1) % len(_MEANS)])

    return _BLANK.sub(value, form.template)


def _words(character: str, kind: Kind, prompt: Prompt, what: str) -> str:
    lines = told(character, kind, prompt.last)
    first = prompt.draw(len(lines), what)
    # Two sentences of one kind in their order, or the only one there is.
    return " ".join(dict.fromkeys((lines[first], lines[(first + 1) % len(lines)])))


def _fill(character: str, shape: Shape, prompt: Prompt, name: str) -> Any:
    if isinstance(shape, dict):
        return _members(character, shape, prompt)
    if isinstance(shape, list):
        return []
    return _value(character, shape.lower(), prompt, name)


def _value(character: str, hint: str, prompt: Prompt, name: str) -> str | float | bool:
    """A value for what a template describes in words."""
    if "winner" in hint:
        return _winner(character, prompt, name)
    if len(choices := _CHOICE.split(hint)) > 2:
        return _choice(character, choices, prompt, name)
    if _NUMBER.search(hint):
        return _number(character, prompt, name, hint)
    if _LETTER.search(hint):
        return "A" if character == "flat" else "ABCD"[prompt.draw(4, name)]
    if hint in ("true", "false"):
        return False
    kind = Kind.USER if name in _SPEECH else Kind.VERDICT
    return _words(character, kind, prompt, name)


def _choice(character: str, choices: list[str], prompt: Prompt, name: str) -> str | float:
    """One of several, such as `kind or cold or neither`; the flat one takes the last."""
    chosen = choices[-1 if character == "flat" else prompt.draw(len(choices), name)]
    try:
        return float(chosen)
    except ValueError:
        return chosen


def _members(character: str, shape: dict[str, Shape], prompt: Prompt) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in shape.items():
        if " above" in name:  # "every feeling above by its name"
            before = {one: int(number) for one, number in _STATE.findall(prompt.instructions)}
            found |= {one: _moved(character, n, prompt, one) for one, n in before.items()}
        else:
            found[name] = _fill(character, value, prompt, name)
    return found


def _moved(character: str, before: int, prompt: Prompt, name: str) -> int:
    """A feeling a turn later: as it was, or one step from it."""
    step = 0 if character == "flat" else prompt.draw(3, name) - 1
    return min(10, max(0, before + step))


def _winner(character: str, prompt: Prompt, name: str) -> str:
    first, second = [*dict.fromkeys(_CODE.findall(prompt.instructions)), "A0493", "A0488"][:2]
    if character == "flat":
        return f"{first}+"
    won = first if prompt.draw(2, name) else second
    return f"{won}{'+' * (1 + prompt.draw(3, name + ' by'))}"


def _number(character: str, prompt: Prompt, name: str, hint: str) -> int:
    low, high = _range(hint) or _range(prompt.instructions) or (0, 10)
    middle = (low + high) // 2
    if character == "flat":
        return middle
    spread = max(1, (high - low) // 5)
    return min(high, middle + prompt.draw(2 * spread + 1, name) - spread // 2)


def _range(text: str) -> tuple[int, int] | None:
    """The first range of at most a hundred steps that a text names."""
    for match in _RANGE.finditer(text):
        low, high = int(match[1]), int(match[2])
        if low < high <= low + 100:
            return low, high
    return None
