"""The part of JSON schema that servers enforce, checked once more on this side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from mien.core.errors import ConfigError

Schema: TypeAlias = Mapping[str, Any]

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}
_CHECKED = frozenset(
    {
        *("type", "enum", "properties", "required", "additionalProperties"),
        *("items", "minItems", "maxItems", "minimum", "maximum", "maxLength"),
    }
)
_TOLD = frozenset({"title", "description"})


def check_schema(schema: Schema, at: str = "$") -> None:
    """Return if every word of a schema is one that `first_problem` checks.

    Raises:
        ConfigError: If it uses another, names a type that is none, or an object is open to keys
            that nobody asked for.
    """
    unknown = sorted(set(schema) - _CHECKED - _TOLD)
    if unknown:
        raise ConfigError(f"schema at {at} uses {', '.join(unknown)}, which is not checked")
    if unknown := sorted(set(_names(schema)) - set(_TYPES)):
        raise ConfigError(
            f"schema at {at} has the type {', '.join(unknown)}, which is none of JSON"
        )
    if "properties" in schema and schema.get("additionalProperties") is not False:
        raise ConfigError(f"schema at {at} needs additionalProperties: false")
    for name, part in schema.get("properties", {}).items():
        check_schema(part, f"{at}.{name}")
    if "items" in schema:
        check_schema(schema["items"], f"{at}[]")


def first_problem(value: object, schema: Schema) -> str | None:
    """Where and how a value does not follow a schema; None if it does.

    Names places and what is expected there, never what was found.

    >>> first_problem({"turn": "2"}, {"properties": {"turn": {"type": "integer"}}})
    '$.turn must be integer'
    """
    return next(_problems(value, schema, "$"), None)


def _problems(value: object, schema: Schema, at: str) -> Iterator[str]:
    names = _names(schema)
    if names and not any(_is(value, name) for name in names):
        yield f"{at} must be {' or '.join(names)}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at} must be one of {', '.join(map(str, schema['enum']))}"
    if isinstance(value, dict):
        yield from _of_object(value, schema, at)
    elif isinstance(value, list):
        yield from _of_array(value, schema, at)
    elif isinstance(value, str) and len(value) > schema.get("maxLength", len(value)):
        yield f"{at} must have at most {schema['maxLength']} letters"
    elif isinstance(value, int | float) and not isinstance(value, bool):
        low, high = schema.get("minimum", -math.inf), schema.get("maximum", math.inf)
        if not low <= value <= high:
            yield f"{at} must be from {low} to {high}"


def _names(schema: Schema) -> list[str]:
    """The types that a schema allows; none for any."""
    wanted = schema.get("type", [])
    return [wanted] if isinstance(wanted, str) else list(wanted)


def _of_object(value: dict[str, Any], schema: Schema, at: str) -> Iterator[str]:
    parts = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield f"{at}.{name} is missing"
    for name, one in value.items():
        if name in parts:
            yield from _problems(one, parts[name], f"{at}.{name}")
        elif schema.get("additionalProperties") is False:
            yield f"{at} must have no other keys than {', '.join(parts)}"


def _of_array(value: list[Any], schema: Schema, at: str) -> Iterator[str]:
    n, fewest, most = len(value), schema.get("minItems", 0), schema.get("maxItems", math.inf)
    if not fewest <= n <= most:
        yield f"{at} must have {fewest} to {most} items"
    for i, one in enumerate(value):
        yield from _problems(one, schema.get("items", {}), f"{at}[{i}]")


def _is(value: object, name: str) -> bool:
    # True is an int to Python, not to JSON.
    return isinstance(value, _TYPES[name]) and (name == "boolean" or not isinstance(value, bool))
