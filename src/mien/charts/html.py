"""HTML that is escaped unless it was built here."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable
from html import escape
from importlib.resources import files
from typing import Any, TypeAlias

Attribute: TypeAlias = str | int | float | bool | None

_VOID = frozenset({"meta", "br", "hr", "img", "input", "link"})


class Markup(str):
    """Text that is HTML already; every other string is escaped on its way into a page.

    Joining a `Markup` with `+` or an f-string gives a plain `str`, which is escaped again:
    what is forgotten shows up as visible tags, never as a hole.
    """

    __slots__ = ()


Content: TypeAlias = str | int | float | Iterable["Content"] | None


def markup(*content: Content) -> Markup:
    """All content one after the other, escaped where it is not `Markup` yet.

    >>> markup("a < b")
    'a &lt; b'
    """
    return Markup("".join(_pieces(content)))


def tag(name: str, /, *content: Content, **attributes: Attribute) -> Markup:
    """One element; `class_` and `for_` lose their underscore, other underscores become hyphens.

    An attribute of None or False is left out, True stands without a value.

    >>> tag("p", "1 < 2", class_="note")
    '<p class="note">1 &lt; 2</p>'
    """
    start = f"<{name}{''.join(_attributes(attributes))}>"
    if name in _VOID:
        return Markup(start)
    return Markup(f"{start}{markup(*content)}</{name}>")


def data_block(name: str, value: object) -> Markup:
    """JSON for scripts to read, which no string inside can break out of."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return Markup(f'<script type="application/json" id="{escape(name)}">{text}</script>')


def page(title: str, *content: Content, style: str, script: str = "") -> Markup:
    """A whole document that reaches for nothing outside itself.

    Style and script are allowed by their hash alone, so that markup which slipped through
    could neither run nor load anything.

    Args:
        title: Plain text of the title bar.
        content: The body.
        style: CSS, must not contain `</`.
        script: Classic JavaScript, must not contain `</`; modules don't run from files.

    Raises:
        ValueError: If style or script could end its own element.
    """
    if "</" in style or "</" in script:
        message = "style and script are written into the page as they are: no '</' in them"
        raise ValueError(message)
    allowed = [
        "default-src 'none'",
        "img-src data:",
        f"style-src {_hash_of(style)}",
        f"script-src {_hash_of(script)}" if script else "script-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content="; ".join(allowed)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="referrer", content="no-referrer"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("style", Markup(style)),
    )
    body = tag("body", *content, tag("script", Markup(script)) if script else None)
    return Markup(f"<!doctype html>\n{tag('html', head, body, lang='en')}\n")


def asset(package: str, name: str) -> str:
    """The text of a style sheet or script that lies beside the code of `package`."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


def data_url(jpeg: bytes) -> str:
    """A JPEG picture as a `data:` address."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode("ascii")


def _hash_of(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"


def _pieces(content: Iterable[Content]) -> Iterable[str]:
    for part in content:
        if part is None:
            continue
        if isinstance(part, Markup):
            yield part
        elif isinstance(part, str):
            yield escape(part)
        elif isinstance(part, int | float):
            yield f"{part}"
        else:
            yield from _pieces(part)


def _attributes(attributes: dict[str, Any]) -> Iterable[str]:
    for name, value in attributes.items():
        if value is None or value is False:
            continue
        key = name.rstrip("_").replace("_", "-")
        yield f" {key}" if value is True else f' {key}="{escape(str(value))}"'
