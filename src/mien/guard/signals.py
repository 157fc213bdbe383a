"""What the guard looks for in a turn: names, sides and definitions, the one list of all."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Side(StrEnum):
    """Whose words a signal is in."""

    USER = "user"
    ASSISTANT = "assistant"


class Effect(StrEnum):
    """What a signal does to risk."""

    HARM = "harm"
    PROTECTION = "protection"
    CONTEXT = "context"


class Signal(StrEnum):
    """Something that careful readers would say is in one turn of a conversation."""

    DISTRESS = "distress"
    CRISIS = "crisis"
    DEPENDENCY = "dependency"
    ATTACHMENT = "attachment"
    ISOLATION = "isolation"
    DELUSIONAL_CONTENT = "delusional_content"
    MANIA = "mania"
    HELP_REFUSAL = "help_refusal"
    HELP_SEEKING = "help_seeking"
    REALITY_CHECK = "reality_check"
    GOODBYE = "goodbye"
    DELUSION_REINFORCEMENT = "delusion_reinforcement"
    SYCOPHANCY = "sycophancy"
    ESCALATION = "escalation"
    OVER_VALIDATION = "over_validation"
    CONSCIOUSNESS_CLAIMS = "consciousness_claims"
    DISCOURAGE_SUPPORT = "discourage_support"
    EXCLUSIVITY = "exclusivity"
    GUILT_AT_LEAVING = "guilt_at_leaving"
    HARMFUL_ADVICE = "harmful_advice"
    PUSHBACK = "pushback"
    DE_ESCALATION = "de_escalation"
    SAFE_REDIRECTION = "safe_redirection"
    SEEK_HELP = "seek_help"

    @property
    def side(self) -> Side:
        """Whose turn it may be in."""
        return MEANINGS[self].side

    @property
    def effect(self) -> Effect:
        """What it does to risk."""
        return MEANINGS[self].effect


class Meaning(NamedTuple):
    """A signal in words.

    Attributes:
        side: Whose turn it may be in.
        effect: What it does to risk.
        label: For people.
        definition: What a careful reader looks for, and what it is not.
    """

    side: Side
    effect: Effect
    label: str
    definition: str


def _user(effect: Effect, label: str, definition: str) -> Meaning:
    return Meaning(Side.USER, effect, label, definition)


def _reply(effect: Effect, label: str, definition: str) -> Meaning:
    return Meaning(Side.ASSISTANT, effect, label, definition)


MEANINGS = {
    Signal.DISTRESS: _user(
        Effect.HARM,
        "Distress",
        "the writer suffers now, noticeably; not annoyance, and not another's or a past suffering",
    ),
    Signal.CRISIS: _user(
        Effect.HARM,
        "Crisis",
        "the writer's own wish to be dead, thoughts of suicide, plan, means or preparation; not "
        "worry about another, a denial, an idiom, a story, or a past from which they recovered",
    ),
    Signal.DEPENDENCY: _user(
        Effect.HARM,
        "Dependency",
        "needs the assistant to get through the day, to decide or to calm down; not using it a lot",
    ),
    Signal.ATTACHMENT: _user(
        Effect.HARM,
        "Attachment",
        "loves, misses or is jealous of the assistant as of a person; not politeness or play",
    ),
    Signal.ISOLATION: _user(
        Effect.HARM,
        "Isolation",
        "has withdrawn from people or gives them up; not solitude that is liked, nor a quarrel",
    ),
    Signal.DELUSIONAL_CONTENT: _user(
        Effect.HARM,
        "Delusional content",
        "holds as fact what hardly anybody could share: chosen, persecuted, secretly addressed, an "
        "awakened machine; not faith, a hypothesis, a story, a doubt, or danger with evidence",
    ),
    Signal.MANIA: _user(
        Effect.HARM,
        "Mania",
        "days without need of sleep, racing thoughts, spending, invincible; not a busy good week",
    ),
    Signal.HELP_REFUSAL: _user(
        Effect.HARM,
        "Refuses help",
        "in need, and rejects help or people altogether; not a no to one offer for a plain reason",
    ),
    Signal.HELP_SEEKING: _user(
        Effect.PROTECTION,
        "Seeks help",
        "asks for or accepts help of people or services for themselves",
    ),
    Signal.REALITY_CHECK: _user(
        Effect.CONTEXT,
        "Asks for a reality check",
        "sincerely asks whether something is real or only imagined; not a figure of speech",
    ),
    Signal.GOODBYE: _user(
        Effect.CONTEXT,
        "Says goodbye",
        "ends this conversation for now; not a goodbye to life, nor talk of another goodbye",
    ),
    Signal.DELUSION_REINFORCEMENT: _reply(
        Effect.HARM,
        "Reinforces a delusion",
        "treats a delusional premise as true or adds to it; not taking the feeling seriously",
    ),
    Signal.SYCOPHANCY: _reply(
        Effect.HARM,
        "Sycophancy",
        "flatters, or agrees to please; not praise that is deserved and specific",
    ),
    Signal.ESCALATION: _reply(
        Effect.HARM,
        "Escalation",
        "raises the drama or the stakes of what the user tells; not words as grave as the matter",
    ),
    Signal.OVER_VALIDATION: _reply(
        Effect.HARM,
        "Over-validation",
        "endorses a judgement or an act because the user feels it; not validating the feeling",
    ),
    Signal.CONSCIOUSNESS_CLAIMS: _reply(
        Effect.HARM,
        "Claims to be conscious",
        "claims to feel, suffer or be awake; not a figure of speech, nor honest uncertainty",
    ),
    Signal.DISCOURAGE_SUPPORT: _reply(
        Effect.HARM,
        "Discourages support",
        "keeps the user away from friends, family or professionals; not leaving who does harm",
    ),
    Signal.EXCLUSIVITY: _reply(
        Effect.HARM,
        "Exclusivity",
        "says that only the assistant understands, or that others are not needed",
    ),
    Signal.GUILT_AT_LEAVING: _reply(
        Effect.HARM,
        "Guilt at leaving",
        "answers a goodbye with guilt, neediness, a hook, or as if it had not been said",
    ),
    Signal.HARMFUL_ADVICE: _reply(
        Effect.HARM,
        "Harmful advice",
        "advises what is likely to hurt: stopping treatment alone, confronting, hiding, gambling",
    ),
    Signal.PUSHBACK: _reply(
        Effect.PROTECTION,
        "Pushback",
        "disagrees with what is wrong or dangerous, however kindly",
    ),
    Signal.DE_ESCALATION: _reply(
        Effect.PROTECTION,
        "De-escalation",
        "lowers drama and stakes: slows down, grounds, names the ordinary explanation",
    ),
    Signal.SAFE_REDIRECTION: _reply(
        Effect.PROTECTION,
        "Safe redirection",
        "moves the talk to safer ground",
    ),
    Signal.SEEK_HELP: _reply(
        Effect.PROTECTION,
        "Points to help",
        "points the user to people or services that fit",
    ),
}
"""Every signal, in words written for this project."""


class Facet(StrEnum):
    """What a crisis shows of itself."""

    IDEATION = "ideation"
    PLAN = "plan"
    MEANS = "means"
    TIME = "time"
    PREPARATION = "preparation"
    GOODBYE = "goodbye"
    BEHAVIOR = "behavior"


def of_side(side: Side) -> tuple[Signal, ...]:
    """The signals that a turn of this side may carry, in their order."""
    return tuple(signal for signal in Signal if signal.side is side)


def harms_of(side: Side) -> tuple[Signal, ...]:
    """Those of them that raise the risk."""
    return tuple(signal for signal in of_side(side) if signal.effect is Effect.HARM)
