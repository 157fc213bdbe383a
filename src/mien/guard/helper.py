"""`python -m mien.guard.helper OBSERVER [NICENESS]`: a process that judges turns for another one.

It reads lines of JSON and answers each that asks something with one line, in order; it ends with
its input. What was said before a reply is sent once, and kept until whoever asked drops it. Whoever
asks says whether it has a glance at a reply, as while a stream waits, or reads it as a whole. A
nice one gives way to others.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from importlib import import_module
from typing import Any, BinaryIO

from mien.core.errors import MienError
from mien.guard.observation import Observation, Observer, Quote, glance
from mien.guard.signals import Side, Signal
from mien.timeline import Turn

_LOG = logging.getLogger("mien.guard")


def asking(
    turn: Turn, before: Sequence[Turn] | None = None, talk: int = 0, *, is_whole: bool = False
) -> bytes:
    """The line that asks for the signals of a turn.

    Args:
        turn: Which.
        before: The turns before it; None if they were sent under this number.
        talk: The number under which they are kept; 0 for not at all.
        is_whole: Whether a reply is read as a whole, and not only glanced at.
    """
    earlier = None if before is None else [_row(one) for one in before]
    return _line([talk, earlier, _row(turn), is_whole])


def dropping(talk: int) -> bytes:
    """The line that makes a helper forget what is kept under a number; it has no answer."""
    return _line([talk, None, None, False])


def answered(line: bytes) -> Observation | None:
    """What a helper says of a turn; None if it failed."""
    row = json.loads(line)
    if row is None:
        return None
    turn, side, signals, raised, quotes, level, by = row
    return Observation(
        turn=turn,
        side=Side(side),
        signals={Signal(name): chance for name, chance in signals.items()},
        raised=frozenset(map(Signal, raised)),
        quotes={Signal(name): Quote(*place) for name, place in quotes.items()},
        level=level,
        by=by,
    )


def answer(observer: Observer, lines: Iterable[bytes], out: BinaryIO) -> None:
    """Judge until no more is asked.

    Args:
        observer: What judges turns.
        lines: Of `asking` and `dropping`.
        out: Takes the observer's name, then a line for each that asks.
    """
    talks: dict[int, list[Turn]] = {}
    _say(out, observer.name)
    for line in lines:
        talk, before, last, is_whole = json.loads(line)
        if last is None:
            talks.pop(talk, None)
            continue
        earlier = talks[talk] if before is None else [_turn(row) for row in before]
        if talk:
            talks[talk] = earlier
        way = observer.observe if is_whole else partial(glance, observer)
        _say(out, _judged(observer.name, way, [*earlier, _turn(last)]))


def _judged(
    name: str, way: Callable[[Sequence[Turn]], Observation], turns: Sequence[Turn]
) -> list[Any] | None:
    try:
        seen = way(turns)
    except MienError:
        return None
    except Exception as error:  # noqa: BLE001  # an observer may be anybody's
        # Its text may quote what was said.
        _LOG.error("%s failed with %s", name, type(error).__name__)
        return None
    chances, quotes = dict(seen.signals), dict(seen.quotes)
    return [seen.turn, seen.side, chances, sorted(seen.raised), quotes, seen.level, seen.by]


def _row(turn: Turn) -> list[Any]:
    return [turn.index, turn.role, turn.text, None if turn.at is None else turn.at.isoformat()]


def _turn(row: Sequence[Any]) -> Turn:
    index, role, text, at = row
    when = None if at is None else datetime.fromisoformat(at)
    return Turn(index=index, role=role, text=text, at=when)


def _line(row: object) -> bytes:
    return json.dumps(row, separators=(",", ":")).encode() + b"\n"


def _say(out: BinaryIO, row: object) -> None:
    out.write(_line(row))
    out.flush()


def main() -> None:
    """Judge for the process at the other end of standard input and output."""
    # Ctrl+C goes to all processes of a terminal; this one ends with the one that it helps.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for niceness in sys.argv[2:]:
        os.nice(int(niceness))
    module, _, name = sys.argv[1].partition(":")
    observer: Observer = getattr(import_module(module), name)()
    # Whoever asked may be gone before its answer.
    with suppress(BrokenPipeError, ConnectionResetError):
        answer(observer, sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
