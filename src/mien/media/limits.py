"""All limits on what a source may ask of this machine, in one place, each with its reason."""

from __future__ import annotations

MIB = 1024 * 1024

TEXT_BYTES = 64 * MIB
"""Chats and transcripts are read whole; a million messages of 60 letters fit."""

EXPORT_BYTES = 4096 * MIB
"""Exports of chats are read a conversation at a time, but somebody waits for them."""

EXPORT_RATIO = 200
"""Times that an archive may grow: chats grow 3 to 15 times, a bomb 1,000 times."""

CHATS = 100_000
"""Every conversation of an export is a source with a name."""

RECORD_BYTES = 64 * MIB
"""A conversation of an export is held whole while it is read, at up to ten times its size."""

TURNS = 1_000_000
"""Turns are held in memory, about 300 bytes each."""

PHOTO_PIXELS = 120_000_000
"""The largest common phone sensor has 108 million; this many are 360 MB as RGB."""

PHOTO_LONG_PX = 2048
"""Photos are shrunk to this; a face of 24 px in a group of 4000 px is still 12 px high."""

VIDEO_PIXELS = 8192 * 4320
"""8K. FFmpeg keeps up to 17 such frames, so a made-up size must not get through."""

VIDEO_LONG_PX = 1280
"""Video frames are shrunk to this while they are converted; more only costs time."""

SECONDS = 7 * 24 * 3600.0
"""A week: longer sources are headers that lie, or should be cut."""

SOUND_RATE_HZ = (1_000, 768_000)
"""Rates outside of this come from damaged headers."""

SOUND_CHANNELS = 64
"""More come from damaged headers."""

TRACKS = 64
"""A container with more streams than this is made to harm."""

FPS = (0.001, 240.0)
"""Sampled pictures a second."""
