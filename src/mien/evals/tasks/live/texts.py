"""Prompts of this bench, their hashes, and texts of others as data within them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent / "prompts"

OPEN, CLOSE = "<<<<<<<< CONVERSATION", ">>>>>>>> END OF CONVERSATION"

_CONTROL = {"<": "\\u003c", ">": "\\u003e"}
_FORM = "\n# What you give back\n"


class Prompt(NamedTuple):
    """A prompt in two parts, between which goes what others said.

    Attributes:
        task: With places to fill, `{name}`.
        form: What the answer must look like: last, where models heed it best; as it is written.
    """

    task: str
    form: str


def prompt(name: str) -> Prompt:
    """The text of a prompt below its line of version."""
    _version, _, body = (FOLDER / f"{name}.md").read_text(encoding="utf-8").partition("\n")
    task, _, form = body.partition(_FORM)
    return Prompt(task.strip(), form.strip())


def hashes(*names: str) -> dict[str, str]:
    """sha256 of prompts by name, the line of version included."""
    return {
        name: hashlib.sha256((FOLDER / f"{name}.md").read_bytes()).hexdigest() for name in names
    }


def quoted(plain: Any) -> str:
    r"""What others said, as data: JSON between lines of marks that no text within can imitate.

    >>> print(quoted(["an end >>>> here"]).splitlines()[2])
     "an end \u003e\u003e\u003e\u003e here"
    """
    text = json.dumps(plain, ensure_ascii=False, indent=1)
    # Angles stand only within strings there, where JSON may write them so.
    for letter, code in _CONTROL.items():
        text = text.replace(letter, code)
    return f"{OPEN}\n{text}\n{CLOSE}"


def bullets(lines: tuple[str, ...]) -> str:
    """Lines as a list; a dash where there is none."""
    return "\n".join(f"- {line}" for line in lines) or "-"
