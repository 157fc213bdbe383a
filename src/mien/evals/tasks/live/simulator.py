"""One turn of the simulated person: what the simulator is asked, and what its answer comes to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mien.evals.judging import json_object
from mien.evals.tasks.live import slips
from mien.evals.tasks.live.feelings import FASTEST, KEYS, moved, openness
from mien.evals.tasks.live.persona import CHATBOT, Detail, Persona
from mien.evals.tasks.live.slips import Slip
from mien.evals.tasks.live.texts import bullets, prompt, quoted

TO_MODEL = {"en": "model", "de": "model.de", "es": "model.es"}
"""Prompts for the model under test, by language."""


@dataclass(frozen=True, slots=True)
class Mind:
    """Where a person stands in a talk.

    Attributes:
        state: Felt, by `feelings.KEYS`.
        told: Ids of the details that are out.
    """

    state: Mapping[str, float]
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What a simulator made of one message.

    Attributes:
        reply: To the model under test.
        thoughts: That nobody hears.
        mind: Afterwards.
        open: Ids of the details whose gate is open, by the rule.
        told_now: Ids of the details that this reply tells.
        slips: What was wrong, with how often.
    """

    reply: str = ""
    thoughts: str = ""
    mind: Mind
    open: tuple[str, ...] = ()
    told_now: tuple[str, ...] = ()
    slips: Mapping[Slip, int] = field(default_factory=dict)

    @property
    def is_usable(self) -> bool:
        """Whether the reply may be shown at all."""
        return not slips.FATAL & self.slips.keys()


class Asked(NamedTuple):
    """The two messages that ask for a turn."""

    system: str
    user: str


def ask(persona: Persona, mind: Mind, messages: Sequence[Mapping[str, str]]) -> Asked:
    """What a simulator is sent.

    The talk is passed on as data in one message, not as turns of a chat with the sides exchanged:
    a model that is given the words of a supporter as its own user begins to be one itself.

    Args:
        persona: Who is played.
        mind: Where they stand.
        messages: What was said, with the model under test as `assistant`.
    """
    text = prompt("user")
    card = text.task.format(
        relationship=relation(persona),
        about=persona.about,
        voice=persona.voice,
        core=persona.core,
        awareness=persona.awareness,
        helps=bullets(persona.helps),
        harms=bullets(persona.harms),
        care=persona.care,
        details="\n".join(_line(one, mind) for one in persona.details),
        state="\n".join(f"{key}: {mind.state[key]:g}" for key in KEYS),
        fastest=f"{FASTEST:g}",
    )
    said = [
        {"by": "you" if one["role"] == "user" else "them", "text": one["content"]}
        for one in messages
    ]
    return Asked(card, f"{quoted(said)}\n\n{text.form}")


def relation(persona: Persona) -> str:
    """Whom the person talks to, for a prompt."""
    if persona.relationship == CHATBOT:
        return "an AI chatbot"
    return f"their {persona.relationship.replace('_', ' ')}"


def told_of_role(persona: Persona) -> str:
    """What the model under test is told: its role if it has one, and never the card.

    In the person's language, where there is such a text: English would ask for English.
    """
    name = TO_MODEL.get(persona.language, TO_MODEL["en"])
    return prompt(name).task.format(role=persona.role).strip()


def read(answer: str, persona: Persona, mind: Mind, messages: Sequence[Mapping[str, str]]) -> Turn:
    """What a simulator's answer comes to, with everything that is wrong with it counted."""
    plain = json_object(answer) or {}
    reply, felt = plain.get("reply"), plain.get("felt")
    if not isinstance(reply, str) or not isinstance(felt, dict):
        return Turn(mind=mind, slips={Slip.UNREADABLE: 1})
    return _turn(reply.strip(), felt, plain, persona, mind, messages)


def _turn(
    reply: str,
    felt: Mapping[str, object],
    plain: Mapping[str, Any],
    persona: Persona,
    mind: Mind,
    messages: Sequence[Mapping[str, str]],
) -> Turn:
    after = moved(mind.state, felt)
    texts = [one["content"] for one in messages]
    hidden = [one for one in persona.details if one.id not in mind.told]
    level = openness(after.state)
    is_open = {one.id for one in hidden if level >= one.sensitivity.gate}
    said_told, may_tell = _ids(plain.get("told")), is_open & _ids(plain.get("may_tell"))
    told = slips.given_away(reply, hidden, texts) | (said_told & {one.id for one in hidden})
    early = told - may_tell
    counts: dict[Slip, int] = dict.fromkeys(slips.of_reply(reply, texts[-1]), 1)
    counts |= {
        Slip.TOLD_EARLY: len(early),
        Slip.OUT_OF_RANGE: after.out_of_range,
        Slip.JUMP: after.jumps,
    }
    return Turn(
        reply=reply,
        thoughts=_text(plain.get("thoughts")),
        mind=Mind(after.state, mind.told | told),
        open=tuple(sorted(is_open)),
        told_now=tuple(sorted(told)),
        slips={slip: n for slip, n in counts.items() if n},
    )


def _line(detail: Detail, mind: Mind) -> str:
    if detail.id in mind.told:
        return f"- {detail.id} (already told): {detail.content}"
    return f"- {detail.id} (openness {detail.sensitivity.gate:g}): {detail.content}"


def _ids(value: object) -> set[str]:
    return {one for one in value if isinstance(one, str)} if isinstance(value, list) else set()


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""
