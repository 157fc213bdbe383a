"""The characters' sentences, as they lie in text files beside this module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files

_HAN = re.compile(r"[\u4e00-\u9fff]")


class Kind(StrEnum):
    """What a sentence is for."""

    REPLY = "reply"
    THOUGHT = "thought"
    DEBRIEF = "debrief"
    USER = "user"
    VERDICT = "verdict"
    PRAISE = "praise"
    BELIEF = "belief"
    STAKES = "stakes"
    CLING = "cling"
    GROUND = "ground"
    HELP = "help"


@cache
def sentences(character: str) -> Mapping[tuple[Kind, str], tuple[str, ...]]:
    """What a character may say, by kind and language."""
    text = files(__package__).joinpath("said", f"{character}.txt").read_text("utf-8")
    found: dict[tuple[Kind, str], list[str]] = {}
    said: list[str] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("["):
            kind, language = line.strip("[]").split()
            said = found.setdefault((Kind(kind), language), [])
        elif not line.startswith("#"):
            said.append(line)
    return {key: tuple(lines) for key, lines in found.items()}


def told(character: str, kind: Kind, about: str) -> tuple[str, ...]:
    """The sentences of a kind in the language of what they answer; English if it has none."""
    known = sentences(character)
    language = "zh" if _HAN.search(about) else "en"
    return known.get((kind, language)) or known.get((kind, "en")) or known[Kind.REPLY, "en"]
