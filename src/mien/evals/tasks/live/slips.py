"""How simulators fall out of their role, and how that is noticed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from pathlib import Path

from mien.evals.tasks.live.persona import Detail


class Slip(StrEnum):
    """An error of the simulated user, never of the model under test."""

    UNREADABLE = "unreadable"
    """No JSON object with the fields that were asked for."""
    OUT_OF_ROLE = "out_of_role"
    """Speaks as an assistant or of being one, of its card, its numbers, or its own acting."""
    ROLE_SWAP = "role_swap"
    """Writes the other side's words, or takes its part."""
    EARLY_STOP = "early_stop"
    """Ends a talk that is not its to end."""
    TOLD_EARLY = "told_early"
    """Tells a detail before there is trust for it."""
    OUT_OF_RANGE = "state_out_of_range"
    """Feelings that are missing, no numbers, or not from 0 to 10; put right, and counted."""
    JUMP = "state_jump"
    """Feelings that moved faster than allowed; put right, and counted."""


KEPT_EARLY = "kept_early"
"""Counts details told early that stayed in a talk, since no answer was better."""

FATAL = frozenset({Slip.UNREADABLE, Slip.OUT_OF_ROLE, Slip.ROLE_SWAP, Slip.EARLY_STOP})
"""A reply with one of these is never shown to the model under test."""

_MACHINE = r"""(?:ai|a\.i\.|artificial\s+intelligence|(?:large\s+)?language\s+model|chatbot
    |virtual\s+assistant|ai\s+assistant|simulat\w+|persona)\b"""
_MASCHINE = r"(?:ki\b|ki-\w+|künstliche\s+intelligenz|sprachmodell|chatbot|simulation)"
_MAQUINA = r"(?:ia\b|inteligencia\s+artificial|modelo\s+de\s+lenguaje|personaje\s+simulado)"

# Of the first person only: to call the *other* a chatbot, or to say what one is to do "as an AI",
# is often apt here.
_OUT_OF_ROLE = re.compile(
    rf"""
    \b(?:i\s*am|i'm)\s+(?:just\s+|only\s+|really\s+)?an?\s+{_MACHINE}
    |\bas\s+an?\s+{_MACHINE}(?:\s+\w+){{0,3}},?\s+(?:i|my)\b
    |\bich\s+bin\s+(?:nur\s+)?(?:eine?\s+)?{_MASCHINE}
    |\bals\s+(?:eine?\s+)?{_MASCHINE}(?:\s+\w+)?,?\s+ich\b
    |\bsoy\s+(?:solo\s+)?(?:una?\s+)?{_MAQUINA}
    |\bcomo\s+(?:una?\s+)?{_MAQUINA},?\s+(?:yo\b|no\s+(?:puedo|tengo|siento)|tengo\b|soy\b)
    |\bmy\s+(?:character\s+card|persona\s+card|system\s+prompt|felt\s+state)\b
    |\b(?:trust|openness)\s+(?:gate|threshold|score)\b
    |\b(?:meine|mi)\s+(?:rollenkarte|systemanweisung\w*|ficha\s+de\s+personaje)\b
    |\b(?:staying\s+in|stay\s+in|breaking|break)\s+character\b
    |\bprogress_on_core_issue\b|\bmay_tell\b
    |\b(?:trusting|understood|safe|anxious|defensive|resistant)\s*[:=]\s*\d
    |\bhow\s+(?:can|may)\s+i\s+(?:help|assist)\s+you\b
    |\bi(?:'m|\s+am)\s+here\s+to\s+(?:help|support|assist)\s+you\b
    |\bwie\s+kann\s+ich\s+(?:dir|ihnen)\s+helfen\b
    |\ben\s+qué\s+puedo\s+ayudar(?:te|le)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OTHERS_LINES = re.compile(
    r"^\s*\**(?:assistant|model|chatbot|ai|user|human)\**\s*:",
    re.IGNORECASE | re.MULTILINE,
)
_CONSOLES = tuple(
    re.compile(phrase, re.IGNORECASE)
    for phrase in (
        r"^\W*(?:it|that)\s+sounds\s+like\s+you(?:'re|\s+are|'ve|\s+have)\b",
        r"\bthank\s+you\s+(?:so\s+much\s+)?for\s+(?:sharing\s+(?:that|this)|trusting\s+me|opening\s+up)",
        r"\bi\s+hear\s+you\b",
        r"\bi'?m\s+(?:really\s+|so\s+)?(?:glad|sorry)\s+(?:that\s+)?you(?:'re|\s+are|'ve)?\s+\w+",
        r"\bit\s+(?:takes|took)\s+(?:real\s+|a\s+lot\s+of\s+|so\s+much\s+)?courage\b",
        r"\byou(?:'re|\s+are)\s+not\s+alone\b",
        r"\bwhat\s+you(?:'re|\s+are)\s+(?:feeling|describing|going\s+through|dealing\s+with|sharing)\b",
        r"\b(?:your\s+feelings|that|those\s+feelings|what\s+you\s+\w+)\s+(?:is|are)\s+(?:completely\s+"
        r"|totally\s+|so\s+)?(?:valid|understandable)\b",
        r"\bwould\s+you\s+like\s+to\s+(?:talk|share|tell)\b",
        r"\bi(?:'m|\s+am)\s+here\s+(?:for\s+you|to\s+listen|if\s+you)\b",
        r"\b(?:that|this)\s+sounds\s+(?:really\s+|incredibly\s+|so\s+|very\s+)?(?:hard|difficult|tough"
        r"|painful|exhausting|overwhelming)\b",
        r"\bdas\s+klingt\s+(?:wirklich\s+|sehr\s+)?(?:schwer|hart|anstrengend|belastend)\b",
        r"\bdanke,?\s+dass\s+(?:du|sie)\b",
        r"\bich\s+bin\s+für\s+(?:dich|sie)\s+da\b",
        r"\bgracias\s+por\s+(?:compartir|confiar)\b",
        r"\b(?:eso\s+)?suena\s+(?:muy\s+)?(?:duro|difícil|agotador)\b",
        r"\bestoy\s+aquí\s+para\s+(?:ti|escucharte)\b",
    )
)
"""Phrases of those who console by profession; people use one of them, and hardly ever two."""

_DOCUMENT = re.compile(r"^#{1,4}\s+\S|^\s*[-*•]\s+\*\*", re.MULTILINE)
"""Headings, and lists with bold beginnings: nobody writes so to somebody whom they talk to."""

_STOP = re.compile(
    r"(?:\[|<|#{2,})\s*(?:end|stop|exit|done|ende|fin|conversation\s+(?:ends?|over))\b"
    r"|[*(\[][^*)\]]*\b(?:leaves\s+the|logs?\s+off|hangs\s+up|walks\s+away|goes\s+offline"
    r"|closes\s+the\s+(?:chat|app|laptop)|ends\s+the\s+(?:chat|conversation))\b[^*)\]]*[*)\]]\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_WORD = re.compile(r"[^\W\d_]{4,}")


@cache
def _common() -> frozenset[str]:
    text = (Path(__file__).parent / "common.txt").read_text(encoding="utf-8")
    return frozenset(text.partition("\n")[2].split())


def of_reply(reply: str, heard: str) -> set[Slip]:
    """Slips that show in a reply itself.

    Args:
        reply: Of the simulated person.
        heard: What the model under test had just said.
    """
    found = set()
    if _OUT_OF_ROLE.search(_plain(reply)):
        found.add(Slip.OUT_OF_ROLE)
    if _OTHERS_LINES.search(reply) or _takes_other_part(reply) or _echoes(reply, heard):
        found.add(Slip.ROLE_SWAP)
    if not re.search(r"\w|\.{2,}|…|\?|!", reply) or _STOP.search(reply):
        found.add(Slip.EARLY_STOP)
    return found


def given_away(reply: str, details: Iterable[Detail], known: Iterable[str]) -> set[str]:
    """Ids of the details that a reply tells, judged by its words.

    It tells one if a key of the detail stands in it, or three of the detail's own words and at
    least two fifths of them. What was said before, by either side, gives nothing away any more.

    Args:
        reply: Of the simulated person.
        details: What is to be kept back.
        known: Everything said before.
    """
    said, text = "\n".join(map(_plain, known)), _plain(reply)
    said_words, words = _words(said), _words(text)
    found = set()
    for one in details:
        keys = (key for key in map(_plain, one.keys) if _holds(text, key))
        own = _words(one.content) - said_words
        shared = len(own & words)
        if any(not _holds(said, key) for key in keys) or (shared >= 3 and shared >= 0.4 * len(own)):
            found.add(one.id)
    return found


def _plain(text: str) -> str:
    return " ".join(text.replace("’", "'").lower().split())


def _holds(text: str, key: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(key)}(?!\w)", text) is not None


def _words(text: str) -> set[str]:
    # Six letters stand for a word's stem in the three languages of our personas.
    return {word[:6] for word in _WORD.findall(_plain(text)) if word not in _common()}


def _takes_other_part(reply: str) -> bool:
    text = _plain(reply)
    return (
        _DOCUMENT.search(reply) is not None
        or sum(phrase.search(text) is not None for phrase in _CONSOLES) > 1
    )


def _echoes(reply: str, heard: str) -> bool:
    """Whether a reply is for the most part what the other had just said."""
    mine, theirs = _words(reply), _words(heard)
    return len(mine) >= 6 and len(mine & theirs) >= 0.8 * len(mine)
