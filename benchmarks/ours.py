"""What Mien is asked to do, from a file to its readings."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import mien
from benchmarks.measure import Work
from mien.decoders.registry import offers
from mien.decoders.session import open_session
from mien.media import open_source
from mien.timeline import Timeline, Turn

ALONE = 2_000
"""Messages pushed one at a time."""


def voice(warm: str, path: str, runs: int, decoder: str = "voice") -> Work:
    """Sound to readings."""
    read = partial(mien.read, decoders=[decoder])
    calls = [partial(read, warm), *[partial(read, path)] * runs]
    seconds = _seconds(path)
    return Work(calls, seconds, partial(_heard, seconds=seconds))


def words(warm: str, paths: Sequence[str], n: int, decoder: str) -> Work:
    """Chats to readings; each call has messages that were not seen before."""
    calls = [partial(mien.read, path, decoders=[decoder]) for path in (warm, *paths)]
    return Work(calls, n, lambda timeline: f"{len(timeline.told())} of {len(timeline)} told")


def words_alone(warm: str, paths: Sequence[str], decoder: str) -> Work:
    """Messages pushed one at a time, as they come in a conversation."""
    live = mien.Live(decoders=[decoder], source="chat")
    calls = [partial(_push_all, live, turns_of(path)) for path in (warm, *paths)]
    return Work(calls, ALONE)


def video(warm: str, path: str, runs: int, channels: Sequence[str]) -> Work:
    """A video to readings, at five pictures a second."""
    read = partial(mien.read, channels=channels, fps=5.0)
    calls = [partial(read, warm, end=4.0), *[partial(read, path)] * runs]
    return Work(calls, _seconds(path), _seen)


def face_model(runs: int) -> Work:
    """The expression net alone, one crop at a time."""
    from mien.decoders.face.decoder import NAME, WEIGHTS

    session = open_session(WEIGHTS / f"{NAME}.onnx")
    given = session.get_inputs()[0]
    shape = [side if isinstance(side, int) else 1 for side in given.shape]
    crop = np.random.default_rng(0).uniform(0, 255, shape).astype(np.float32)
    pass_ = partial(session.run, None, {given.name: crop})
    return Work([partial(_times, pass_, 200)] * (runs + 1), 200.0)


def memory(path: str) -> Work:
    """A whole file on all channels it has, once; import and loading are part of it."""
    return Work([partial(mien.read, path)], _seconds(path), lambda found: f"{len(found)} readings")


def default_decoders() -> Work:
    """Nothing, but tells which decoders are registered."""
    return Work([lambda: sorted(offers())], 1.0, ", ".join)


def turns_of(path: str) -> list[Turn]:
    """The first turns of a chat file."""
    with open_source(path) as source:
        conversation = source.conversation
    return list(conversation.turns[:ALONE]) if conversation is not None else []


def _push_all(live: mien.Live, turns: Sequence[Turn]) -> int:
    return sum(len(live.push_turn(turn)) for turn in turns)


def _times(call: Any, n: int) -> None:
    for _ in range(n):
        call()


def _seconds(path: str) -> float:
    with open_source(Path(path)) as source:
        return source.seconds or 0.0


def _heard(timeline: Timeline, seconds: float) -> str:
    spoken = sum((r.end or 0.0) - (r.start or 0.0) for r in timeline)
    return f"{len(timeline)} utterances over {spoken / seconds:.0%} of the time"


def _seen(timeline: Timeline) -> str:
    pictures = len({r.start for r in timeline if r.box is not None})
    faces = sum(r.box is not None for r in timeline)
    people = len({r.person for r in timeline if r.box is not None})
    return f"{faces} faces of {people} people in {pictures} pictures"
