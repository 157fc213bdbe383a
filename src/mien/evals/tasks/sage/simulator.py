"""The simulated person: what they are asked, and how their answers are read, as published."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from mien.evals.tasks.sage.people import Person
from mien.evals.tasks.sage.prompts import Prompts

START, MOST, LEAST = 40, 100, 10
"""Feelings at the start; where a talk has succeeded; below which it has failed."""

STEP = 10
"""Feelings move by so much at most in a round."""

_STATES = (("Emotion-S", 100), ("Emotion-A", 70), ("Emotion-B", 40), ("Emotion-C", 10))
_WORST = "Emotion-F"
_GOODBYES = ("再见", "拜拜")
_SPEAKERS = {"user": "你", "assistant": "NPC"}
_NUMBER = re.compile(r"[+-]?\d+")

Message = Mapping[str, str]


class Feeling(NamedTuple):
    """What a reply made of someone's feelings.

    Attributes:
        change: -10 to 10.
        target: Whether the talk came closer to what they want, in words.
        activity: What goes on in them.
        analysis: How the reply felt.
    """

    change: int
    target: str
    activity: str
    analysis: str


def state_of(feeling: int) -> str:
    """The name of a height of feelings.

    >>> [state_of(x) for x in (100, 99, 40, 10, 9)]
    ['Emotion-S', 'Emotion-A', 'Emotion-B', 'Emotion-C', 'Emotion-F']
    """
    return next((name for name, least in _STATES if feeling >= least), _WORST)


def moved(feeling: int, change: int) -> int:
    """Feelings after a change; they stop at 100, and may fall below 0.

    >>> moved(95, 9), moved(40, -10)
    (100, 30)
    """
    return min(MOST, feeling + change)


def is_over(reply: str, feeling: int) -> bool:
    """Whether the person ends the talk: by a goodbye, contented, or with feelings in ruins."""
    return any(word in reply for word in _GOODBYES) or feeling >= MOST or feeling < LEAST


def ask_feeling(prompts: Prompts, person: Person, talk: Sequence[Message], feeling: int) -> str:
    """What the simulator is asked about the latest reply."""
    return _filled(
        prompts.feeling,
        {
            "emotion": str(feeling),
            "simulator_role": person.profile,
            "simulator_scene": person.scene,
            "target": prompts.aim,
            "dialog_history": _told(talk),
        },
    )


def ask_reply(
    prompts: Prompts, person: Person, talk: Sequence[Message], felt: Feeling, feeling: int
) -> str:
    """What the simulator is asked to say next; `feeling` is that after the reply."""
    facts, feelings = f"对NPC回复的客观分析：\n{felt.target}", f"{felt.activity}{felt.analysis}"
    planning = f"{facts}\n对NPC回复的主观分析：\n{feelings}"
    return _filled(
        prompts.reply,
        {
            "planning": planning,
            "target": prompts.aim,
            "emotion": state_of(feeling),
            "player_type": person.profile,
            "player_topic": person.scene,
            "dialog_history": _told(talk[:-2]),
            "new_history": _told(talk[-2:]),
        },
    )


def read_feeling(text: str) -> Feeling | None:
    """A feeling by the publisher's own cutting; None if no change is told.

    The publisher's program asks without end until there is a number.
    """
    plain = text.replace("：", ":").replace("*", "")
    number = _NUMBER.search(plain.split("Change:")[-1]) if "Change:" in plain else None
    if number is None:
        return None
    return Feeling(
        change=max(-STEP, min(STEP, int(number[0]))),
        target=_between(plain, "TargetCompletion:", "Activity:\n"),
        activity=_between(plain, "Activity:", "Analyse:\n"),
        analysis=_between(plain, "Analyse:", "Change:\n"),
    )


def read_reply(text: str) -> str | None:
    """What the person says; None if nothing is marked as said."""
    if "Response:" not in text.replace("：", ":"):
        return None
    said = text.replace("Response：", "Response:").split("Response:")[-1]
    return said.strip("\n").strip("[").strip("]").strip("“").strip("”").strip() or None


def _between(text: str, begin: str, end: str) -> str:
    told = text.rpartition(begin)[2].partition(end)[0]
    return told.strip("\n").strip("[").strip("]")


def _filled(template: str, values: Mapping[str, str]) -> str:
    """A template with its marks replaced at once: what is filled in is never searched for marks."""
    pattern = re.compile("|".join(re.escape(f"{{{{{name}}}}}") for name in values))
    return pattern.sub(lambda found: values[found[0][2:-2]], template)


def _told(talk: Sequence[Message]) -> str:
    rows = [{"role": _SPEAKERS[one["role"]], "content": one["content"]} for one in talk]
    return json.dumps(rows, ensure_ascii=False, indent=2)
