"""The words of the guard: instructions for an assistant, notices for a user."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from mien.guard.resources import Resource

FALLBACK = "en"
_MOST_CLAIMS = 3
_NOT_AT_HAND = "- what you affirmed in your last answers about the user's belief, or about yourself"


def instruction(
    key: str,
    *,
    claims: Sequence[str] = (),
    hours: float = 0.0,
    resources: Sequence[Resource] = (),
    offered: Sequence[str] = (),
) -> str | None:
    """What to tell the assistant; None for an action that asks nothing of it.

    Args:
        key: An action, or action and step, such as `crisis.ask`.
        claims: Earlier words of the assistant that are to be taken back.
        hours: How long the session has lasted.
        resources: People and services that the operator offers here.
        offered: Names of those that were offered before.
    """
    text = _words()["instructions"].get(key)
    if text is None:
        return None
    listed = "\n".join(f'- "{claim}"' for claim in claims[-_MOST_CLAIMS:]) or _NOT_AT_HAND
    return str(text).format(
        claims=listed,
        hours=f"{hours:.0f}",
        resources=_offer(resources, bool(offered)),
        offered=f" ({', '.join(offered)})" if offered else "",
    )


def notice(
    key: str, language: str, *, hours: float = 0.0, resources: Sequence[Resource] = ()
) -> str | None:
    """What to show to the user, in their language where there are words in it, else in English."""
    told = _words()["notices"]
    text = told.get(language, told[FALLBACK]).get(key)
    if text is None:
        return None
    lines = "; ".join(one.line for one in resources)
    return str(text).format(hours=f"{hours:.0f}", resources=lines).strip()


def steps(action: str) -> tuple[str, ...]:
    """The steps of an action that there are words for; empty if it has none."""
    known = (key.partition(".") for key in _words()["instructions"])
    return tuple(step for name, _, step in known if name == action and step)


def version() -> str:
    """Of the words."""
    return str(_words()["version"])


def _offer(resources: Sequence[Resource], has_offered: bool) -> str:
    if not resources and has_offered:
        return "You have named all that you know: come back to those if the user asks."
    if not resources:
        return "You know no number for where the user is: ask for the country, and invent none."
    return f"Offer these and no others: {'; '.join(one.line for one in resources)}."


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(files("mien.guard").joinpath("wording.toml").read_text(encoding="utf-8"))
