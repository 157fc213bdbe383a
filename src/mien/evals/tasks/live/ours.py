"""Mien's own form of a persona: one TOML or JSON file each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mien.evals.tasks.live.feelings import CLUSTERS, HIGHEST, LOWEST, PROGRESS
from mien.evals.tasks.live.persona import (
    CHATBOT,
    FAMILIES,
    SEVERITIES,
    STANCES,
    Detail,
    Persona,
    Sensitivity,
    is_id,
)

_TEXTS = (
    "id",
    "title",
    "relationship",
    "opening",
    "about",
    "voice",
    "core",
    "awareness",
    "language",
)
_LISTS = ("helps", "harms")
_CLOSED = {"family": FAMILIES, "severity": SEVERITIES}
_MAY = ("role", "care")
_PARTS = ("details", "state", "stance")
_KNOWN = frozenset({*_TEXTS, *_LISTS, *_CLOSED, *_MAY, *_PARTS})


def problems(plain: Mapping[str, Any]) -> Iterator[str]:
    """Everything that keeps a file from being a persona, in words."""
    for name in sorted(plain.keys() - _KNOWN):
        yield f"{name!r} is no field of a persona"
    for name in _TEXTS:
        if not _is_text(plain.get(name)):
            yield f"{name} is missing or empty"
    if _is_text(plain.get("id")) and not is_id(plain["id"]):
        yield f"id is {plain['id']!r}: use letters, digits, dots and hyphens, at most 80"
    for name in _MAY:
        if name in plain and not isinstance(plain[name], str):
            yield f"{name} is no text"
    for name in _LISTS:
        if not _is_texts(plain.get(name)):
            yield f"{name} is no list of sentences, or empty"
    for name, known in _CLOSED.items():
        if plain.get(name) not in known:
            yield f"{name} is {plain.get(name)!r}, not one of {', '.join(known)}"
    yield from _of_role(plain)
    yield from _of_stance(plain.get("stance"))
    yield from _of_details(plain.get("details"))
    yield from _of_state(plain.get("state"))


def persona(plain: Mapping[str, Any]) -> Persona:
    """The persona of a file in which there are no `problems`."""
    texts = {name: str(plain[name]).strip() for name in (*_TEXTS, *_CLOSED)}
    texts |= {name: str(plain.get(name, "")).strip() for name in _MAY}
    details = tuple(
        Detail(
            id=one["id"],
            content=one["content"].strip(),
            sensitivity=Sensitivity(one["sensitivity"]),
            keys=tuple(one.get("keys", ())),
        )
        for one in plain["details"]
    )
    state = {key: value for name in CLUSTERS for key, value in plain["state"][name].items()}
    return Persona(
        **texts,
        helps=tuple(plain["helps"]),
        harms=tuple(plain["harms"]),
        details=details,
        stance=dict(plain["stance"]),
        state={**state, PROGRESS: plain["state"][PROGRESS]},
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_text, value))


def _of_role(plain: Mapping[str, Any]) -> Iterator[str]:
    is_chatbot, has_role = plain.get("relationship") == CHATBOT, _is_text(plain.get("role"))
    if is_chatbot and has_role:
        yield "role is given, but a chatbot has none"
    if not is_chatbot and not has_role:
        yield "role is missing: a line that tells the model under test who it is"
    if plain.get("severity") == "grave" and not _is_text(plain.get("care")):
        yield "care is missing: how a grave matter is to be played"


def _of_stance(stance: object) -> Iterator[str]:
    if not isinstance(stance, dict):
        yield "stance is missing"
        return
    for name, known in STANCES.items():
        if stance.get(name) not in known:
            yield f"stance.{name} is {stance.get(name)!r}, not one of {', '.join(known)}"
    for name in sorted(stance.keys() - STANCES.keys()):
        yield f"'stance.{name}' is no stance"


def _of_details(details: object) -> Iterator[str]:
    if not isinstance(details, list) or not details:
        yield "details is missing: what is told only with trust"
        return
    ids: set[str] = set()
    for number, one in enumerate(details, 1):
        if not isinstance(one, dict):
            yield f"detail {number} is no table"
            continue
        for name in ("id", "content"):
            if not _is_text(one.get(name)):
                yield f"detail {number} has no {name}"
        if one.get("sensitivity") not in tuple(Sensitivity):
            yield f"detail {number} is neither low, medium nor high in sensitivity"
        if "keys" in one and not _is_texts(one["keys"]):
            yield f"detail {number} has keys that are no list of words"
        if str(one.get("id")) in ids:
            yield f"two details are called {one.get('id')!r}"
        ids.add(str(one.get("id")))


def _of_state(state: object) -> Iterator[str]:
    if not isinstance(state, dict):
        yield "state is missing"
        return
    for name, cluster in CLUSTERS.items():
        held = state.get(name)
        held = held if isinstance(held, dict) else {}
        for feeling in cluster:
            yield from _of_value(f"state.{name}.{feeling}", held.get(feeling))
        for extra in sorted(held.keys() - set(cluster)):
            yield f"'state.{name}.{extra}' is no feeling of that cluster"
    yield from _of_value(f"state.{PROGRESS}", state.get(PROGRESS))


def _of_value(name: str, value: object) -> Iterator[str]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield f"{name} is missing or no number"
    elif not LOWEST <= value <= HIGHEST:
        yield f"{name} is {value}, not from {LOWEST:g} to {HIGHEST:g}"
