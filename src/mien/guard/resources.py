"""People and services to offer, from a file that the operator owns and keeps checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from mien.core.errors import ConfigError, PolicyError
from mien.guard.tables import flag, only

STALE = timedelta(days=180)
"""Numbers change: older checks are warned of."""

_LARGEST = 1 << 20
_TEXTS = ("id", "name", "country", "contact")
_KEYS = (*_TEXTS, "hours", "languages", "crisis", "checked")
_CODE = re.compile(r"[A-Za-z]{2}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """Somebody to turn to.

    Attributes:
        id: For logs and for not offering the same twice.
        name: As people know it.
        country: ISO 3166 code, upper case.
        contact: How to reach it: a number, an address of a page.
        hours: When it answers; `24/7` where always.
        languages: ISO 639-1 codes that it speaks; empty for unknown.
        crisis: Whether it is for people in danger.
        checked: When the operator last made sure that it answers.
    """

    id: str
    name: str
    country: str
    contact: str
    hours: str
    languages: tuple[str, ...]
    crisis: bool
    checked: date

    @property
    def line(self) -> str:
        """As it is offered."""
        return f"{self.name}: {self.contact} ({self.hours})"


def read_resources(path: str | Path) -> tuple[Resource, ...]:
    """The operator's list.

    Args:
        path: A TOML file with a table `[[resource]]` for each.

    Raises:
        ConfigError: If it cannot be used; an entry that nobody has checked is refused.
    """
    path = Path(path)
    try:
        if path.stat().st_size > _LARGEST:
            raise ConfigError(
                f"{path} holds more than {_LARGEST >> 20} MB: it is no list of people"
            )
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot read resources {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"cannot read resources {path}: {error}") from error
    rows = told.get("resource", [])
    if not isinstance(rows, list) or not rows:
        raise ConfigError(f"{path} names nobody: write [[resource]] tables")
    found = tuple(_resource(path, row) for row in rows)
    if len({one.id for one in found}) < len(found):
        raise ConfigError(f"{path}: two resources share an id")
    return found


def fitting(
    resources: Sequence[Resource],
    *,
    country: str | None,
    language: str | None = None,
    crisis: bool,
    without: Sequence[str] = (),
    most: int = 2,
) -> tuple[Resource, ...]:
    """Those to offer here: of the country, fit for the need, in the language first.

    Args:
        resources: All.
        country: ISO 3166 code; without one nobody is named, since a wrong number is worse.
        language: ISO 639-1 code of the user.
        crisis: Whether there is danger; else lines for danger are left out.
        without: Ids that were offered before.
        most: How many.
    """
    near = [
        one
        for one in resources
        if one.country == country and one.crisis == crisis and one.id not in without
    ]
    near.sort(key=lambda one: (language not in one.languages, one.hours != "24/7"))
    return tuple(near[:most])


def stale(resources: Sequence[Resource], today: date) -> tuple[Resource, ...]:
    """Those whose last check is too old, or lies in the future."""
    return tuple(one for one in resources if not timedelta() <= today - one.checked <= STALE)


def _resource(path: Path, row: Any) -> Resource:
    if not isinstance(row, dict):
        raise ConfigError(f"{path}: a resource must be a table")
    name = row.get("id") or row.get("name") or "one without id"
    _check(f"{path}: {name}", row)
    return Resource(
        id=row["id"],
        name=row["name"],
        country=row["country"].upper(),
        contact=row["contact"],
        hours=str(row.get("hours", "hours unknown")),
        languages=tuple(str(code).lower() for code in row.get("languages", [])),
        crisis=row.get("crisis", False),
        checked=row["checked"],
    )


def _check(where: str, row: Mapping[str, Any]) -> None:
    """Refuse what would never be offered, or offered wrongly, without anybody being told."""
    checked = row.get("checked")
    if not isinstance(checked, date) or isinstance(checked, datetime):
        raise ConfigError(f"{where} has no `checked = YYYY-MM-DD`: call it, and write the day down")
    for key in _TEXTS:
        if not isinstance(row.get(key), str) or not row[key].strip():
            raise ConfigError(f"{where} has no {key}")
    if not _CODE.match(row["country"]):
        raise ConfigError(
            f"{where} is in {row['country']!r}: a country is a code of two letters, such as US"
        )
    if not isinstance(row.get("languages", []), list):
        raise ConfigError(f'{where} has no list of languages, such as ["en"]')
    try:
        only(row, _KEYS, "a resource")
        flag(row, "crisis")
    except PolicyError as error:
        raise ConfigError(f"{where}: {error}") from error
