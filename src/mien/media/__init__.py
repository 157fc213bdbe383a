"""Anything a person may have recorded or written, as sound, pictures and words on one clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mien.media.exports import Chat, Order, find_chats, one_line, pick_chat
    from mien.media.grid import Grid, check_fps
    from mien.media.live.stream import SoundStream
    from mien.media.pieces import Block, Image, Side
    from mien.media.resample import Resampler
    from mien.media.source import Source, open_source

__all__ = [
    "Block",
    "Chat",
    "Grid",
    "Image",
    "Order",
    "Resampler",
    "Side",
    "SoundStream",
    "Source",
    "check_fps",
    "find_chats",
    "one_line",
    "open_source",
    "pick_chat",
]

_HOMES = {
    "Block": "mien.media.pieces",
    "Chat": "mien.media.exports",
    "Grid": "mien.media.grid",
    "Image": "mien.media.pieces",
    "Order": "mien.media.exports",
    "Resampler": "mien.media.resample",
    "Side": "mien.media.pieces",
    "SoundStream": "mien.media.live.stream",
    "Source": "mien.media.source",
    "check_fps": "mien.media.grid",
    "find_chats": "mien.media.exports",
    "one_line": "mien.media.exports",
    "open_source": "mien.media.source",
    "pick_chat": "mien.media.exports",
}


def __getattr__(name: str) -> object:
    """Load a public name on first use: PyAV and soxr are heavy."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
