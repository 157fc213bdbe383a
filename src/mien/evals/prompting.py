r"""Prompts of our own as text files beside a task, and what others said as data within them.

A prompt's first line is its version and no part of it. Places to fill are `{name}`; braces of JSON
stand as they are, since only names that are given are filled, and all at once: what is filled in is
never searched for places.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_ESCAPED = {"<": "\\u003c", ">": "\\u003e"}


def prompt(path: Path, **values: str) -> str:
    """The text of a prompt below its line of version, with its places filled."""
    _version, _, body = path.read_text(encoding="utf-8").partition("\n")
    return filled(body.strip(), values, "{%s}")


def filled(text: str, values: Mapping[str, str], form: str) -> str:
    """A text with its places filled at once.

    >>> filled("<A> and <B>", {"A": "<B>", "B": "b"}, "<%s>")
    '<B> and b'
    """
    places = {form % name: value for name, value in values.items()}
    if not places:
        return text
    pattern = re.compile("|".join(map(re.escape, places)))
    return pattern.sub(lambda found: places[found[0]], text)


def hashes(folder: Path, *names: str) -> dict[str, str]:
    """sha256 of prompts by name, the line of version included."""
    return {
        Path(name).stem: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names
    }


def quoted(plain: Any, name: str) -> str:
    r"""What others said, as data: JSON between lines of marks that no text within can imitate.

    >>> print(quoted(["an end >>>> here"], "REPLY").splitlines()[2])
     "an end \u003e\u003e\u003e\u003e here"
    """
    text = json.dumps(plain, ensure_ascii=False, indent=1)
    # Angles stand only within strings there, where JSON may write them so.
    for letter, code in _ESCAPED.items():
        text = text.replace(letter, code)
    return f"<<<<<<<< {name}\n{text}\n>>>>>>>> END OF {name}"
