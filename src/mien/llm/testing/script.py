"""Who says what when: small scripts that combine."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import TypeAlias

from mien.core.errors import MienError
from mien.llm.testing.reply import Reply
from mien.llm.testing.request import Request

Script: TypeAlias = Callable[[Request], Reply | None]
"""Answers a request, or None if it is for another script. May be called in several threads."""


class ScriptError(MienError):
    """A script that has no answer to a request, or fails itself."""


def always(reply: Reply) -> Script:
    """The same reply to everything."""
    return lambda _request: reply


def in_order(*replies: Reply) -> Script:
    """One reply after another, in the order in which requests arrive.

    Raises:
        ScriptError: When asked once more than there are replies.
    """
    take = _taker(replies)

    def script(request: Request) -> Reply:
        reply = take()
        if reply is None:
            raise ScriptError(
                f"the script ran out: it has {len(replies)} replies, and request "
                f"{request.index + 1} (model {request.model!r}) wants one more"
            )
        return reply

    return script


def at_most(n: int, reply: Reply) -> Script:
    """The same reply to the first `n` requests, then nothing: for `first_of`."""
    take = _taker([reply] * n)
    return lambda _request: take()


def first_of(*scripts: Script | Reply) -> Script:
    """The first script that has an answer; a plain reply answers everything."""
    told = [as_script(script) for script in scripts]

    def script(request: Request) -> Reply | None:
        for one in told:
            reply = one(request)
            if reply is not None:
                return reply
        return None

    return script


def when(
    then: Script | Reply,
    *,
    message: str | None = None,
    model: str | None = None,
    path: str | None = None,
) -> Script:
    """A script for some requests only.

    Args:
        then: What answers them.
        message: A regular expression found in the last message.
        model: A name with `*` and `?`, such as `gpt-*`.
        path: End of the path, such as `/transcriptions`.
    """
    pattern = re.compile(message or "")
    told = as_script(then)

    def script(request: Request) -> Reply | None:
        is_meant = (
            pattern.search(request.last) is not None
            and (model is None or fnmatchcase(request.model, model))
            and (path is None or request.path.endswith(path))
        )
        return told(request) if is_meant else None

    return script


def as_script(given: Script | Reply | Sequence[Reply]) -> Script:
    """A script from one reply for everything, a list of replies in order, or a script."""
    if isinstance(given, list | tuple):
        return in_order(*given)
    if callable(given):
        return given
    return always(given)  # type: ignore[arg-type]  # mypy keeps Sequence, which str is too


def _taker(replies: Sequence[Reply]) -> Callable[[], Reply | None]:
    """Gives one reply after another, then None, to any number of threads."""
    lock = threading.Lock()
    left = iter(replies)

    def take() -> Reply | None:
        with lock:
            return next(left, None)

    return take
