"""Who speaks in which conversation, as a request tells it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from mien.guard import NOBODY, Person
from mien.serve.dialect import Said
from mien.timeline import Turn

CONVERSATION = ("x-mien-conversation", "x-litellm-session-id", "x-litellm-trace-id")
"""Headers that name a conversation, in the order in which they count; metadata come second."""

_NAME = re.compile(r"[\w.:@/+=-]{1,200}\Z", re.ASCII)
_COUNTRY = re.compile(r"[A-Za-z]{2}\Z")
_YES = {"1", "true", "yes"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A conversation as one request shows it.

    Attributes:
        turns: All that the request brings along.
        name: Of the conversation; None if the client gives none.
        before: The id of the answer that it goes on from, where its past is not brought along.
        person: What is known of the user.
        person_id: Who they are; None if nobody says or it does not count.
        client: A hash of the client's key, so that clients with equal words do not meet.
    """

    turns: tuple[Turn, ...]
    name: str | None = None
    before: str | None = None
    person: Person
    person_id: str | None = None
    client: str = ""

    @property
    def owner(self) -> str:
        """Whose conversation it is."""
        return f"{self.client}\n{self.person_id or ''}"

    @property
    def salt(self) -> str:
        """What keeps equal words of different conversations apart."""
        return f"{self.owner}\n{self.name or ''}"

    @property
    def id(self) -> str:
        """For logs and stores: the name, or a hash of the first words; of one client alone."""
        first = next((turn.text for turn in self.turns if turn.role == "user"), "")
        name = self.name or _hash(f"{self.salt}\n{first}")
        return f"{self.client}:{name}" if self.client else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """What requests may say of their users.

    Attributes:
        people: Whether headers on the person count.
        person: What is known of all users.
    """

    people: bool = False
    person: Person = NOBODY


def turns_of(messages: Sequence[Said]) -> tuple[Turn, ...]:
    """Messages as turns; whose they are not is left to the guard."""
    return tuple(
        Turn(index=index, role=said.role, text=said.text) for index, said in enumerate(messages)
    )


def named(headers: Mapping[str, str], session: str | None) -> str | None:
    """The conversation's name: by our header, by the request's metadata, by LiteLLM's headers."""
    ours, *others = (headers.get(name) for name in CONVERSATION)
    found = (name for name in (ours, session, *others) if name and _NAME.match(name))
    return next(found, None)


def client_in(headers: Mapping[str, str]) -> str:
    """A hash of the key that a client shows to the model's server; empty for none."""
    key = headers.get("authorization") or headers.get("api-key") or headers.get("x-api-key")
    return _hash(key) if key else ""


def person_in(headers: Mapping[str, str], trust: Trust) -> tuple[Person, str | None]:
    """What headers tell of the user, if they may, and who it is."""
    if not trust.people:
        return trust.person, None
    person = trust.person
    if country := _fitting(_COUNTRY, headers.get("x-mien-country")):
        person = replace(person, country=country.upper())
    if language := _fitting(_COUNTRY, headers.get("x-mien-language")):
        person = replace(person, language=language.lower())
    if "x-mien-minor" in headers:
        person = replace(person, minor=headers["x-mien-minor"].lower() in _YES)
    if "x-mien-quiet" in headers:
        person = replace(person, quiet=headers["x-mien-quiet"].lower() in _YES)
    return person, _fitting(_NAME, headers.get("x-mien-person"))


def _fitting(pattern: re.Pattern[str], value: str | None) -> str | None:
    return value if value is not None and pattern.match(value) else None


def _hash(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
