"""A file's pieces, several at once for decoders that read them faster together.

A live stream never waits; of a file everything is there already. Where pieces are cut changes
no reading, so only the order in which a stream gives them does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from mien.media import Block, Image

SECONDS = 8.0
"""Of sound that hold an utterance, about."""

_JITTER = 1e-3  # seconds that two blocks may be apart or overlap and still be one


def gathered_sound(blocks: Iterable[Block], at_once: int) -> Iterator[Block]:
    """The same sound in blocks that hold about `at_once` utterances, each party's apart.

    Args:
        blocks: In order of time.
        at_once: One or less leaves them as they are.
    """
    if at_once <= 1:
        yield from blocks
        return
    waiting: dict[str | None, list[Block]] = {}
    for block in blocks:
        held = waiting.setdefault(block.side, [])
        if held and not _goes_on(held, block, at_once * SECONDS):
            yield _join(held)
            held.clear()
        held.append(block)
    for held in sorted(filter(None, waiting.values()), key=lambda held: held[0].start):
        yield _join(held)


def gathered_images(images: Iterable[Image], at_once: int) -> Iterator[list[Image]]:
    """The same pictures, `at_once` together."""
    held: list[Image] = []
    for image in images:
        held.append(image)
        if len(held) >= at_once:
            yield held
            held = []
    if held:
        yield held


def _goes_on(held: Sequence[Block], block: Block, seconds: float) -> bool:
    is_next = abs(block.start - held[-1].end) <= _JITTER
    return is_next and block.end - held[0].start <= seconds


def _join(blocks: Sequence[Block]) -> Block:
    return replace(blocks[0], samples=np.concatenate([block.samples for block in blocks]))
