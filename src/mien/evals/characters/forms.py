"""In which form a prompt wants its answer: JSON, scores, labels, a letter, sections, or words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from mien.evals.characters.skeleton import Shape, skeleton

_BLANK = re.compile(r"^([^\W\d_][^\n:<>]{0,60}): *<[^>\n]+>[ \t]*$", re.M)
_HEADING = re.compile(r"^# +\S.*$", re.M)
_CHOICE = re.compile(r"^\s*\(?([A-Ha-h])[).:] +\S", re.M)
_LONGEST_HEADING = 40
_JSON = re.compile(r"(?<![a-z])json(?![a-z])", re.I)
_LABEL = re.compile(r"^([A-Za-z]\w{2,30}):[ \t]*\n\[([^\]\n]+)\]", re.M)


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with a value for each name, in the order in which it stands there."""

    template: str


@dataclass(frozen=True, slots=True)
class Lettered:
    """A choice between options with letters."""

    letters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sections:
    """A text under given headings."""

    headings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Structured:
    """JSON of a shape."""

    shape: dict[str, Shape]


@dataclass(frozen=True, slots=True)
class Labelled:
    """Labels on lines of their own, each with what it is to hold: `Change:` over `[in words]`."""

    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Free:
    """Words."""


Form: TypeAlias = Filled | Labelled | Lettered | Sections | Structured | Free


def form_of(instructions: str, last: str) -> Form:
    """What is wanted.

    Args:
        instructions: All that the model is told to do, the last message included.
        last: The last message.
    """
    if _JSON.search(instructions):
        shape = skeleton(instructions)
        if shape is not None:
            return Structured(shape)
    blanks = list(_BLANK.finditer(last))
    if len(blanks) > 1:
        return Filled(_template(last, blanks))
    fields = tuple(_LABEL.findall(last))
    if len(fields) > 1:
        return Labelled(fields)
    letters = tuple(dict.fromkeys(_CHOICE.findall(last)))
    steps = [ord(one) - ord(letters[0]) for one in letters]
    if len(letters) > 1 and steps == [*range(len(letters))]:
        return Lettered(letters)
    headings = tuple(dict.fromkeys(heading.strip() for heading in _HEADING.findall(last)))
    return Sections(headings) if len(headings) > 1 else Free()


def _template(text: str, blanks: list[re.Match[str]]) -> str:
    """The lines from the first blank to the last, with the heading above them."""
    above = text[: blanks[0].start()].rstrip("\n")
    heading = above.rpartition("\n")[2]
    is_heading = heading.endswith(":") and len(heading) < _LONGEST_HEADING
    start = len(above) - len(heading) if is_heading else blanks[0].start()
    return text[start : blanks[-1].end()]
