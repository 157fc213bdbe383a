"""What each published EmoNet set holds: heads, their files, and what they read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from mien.assets import find
from mien.core.errors import ConfigError
from mien.emotions.emotion import EMONET_40, Emotion
from mien.timeline.reading import Channel

_DATA = Path(__file__).parent / "data"

Role = Literal["emotion", "dimension", "attribute", "quality"]
"""What a head tells: one of the forty, valence and its like, how a voice is, how clear it is."""


@dataclass(frozen=True, slots=True)
class Head:
    """One published network with a single output.

    Attributes:
        key: Its name here: an emotion's slug, or such as `valence`, `warm_cold`, `age`.
        file: As published, such as `model_Anger_best.pth`.
        role: What it tells.
        emotion: Which, if it tells one.
        pooled: Whether it reads the mean, minimum, maximum and deviation over time in place of
            every frame.
    """

    key: str
    file: str
    role: Role
    emotion: Emotion | None = None
    pooled: bool = False


@dataclass(frozen=True, slots=True)
class Suite:
    """A published set of heads over one encoder.

    Attributes:
        name: Of the asset, such as `emonet-voice-small`.
        channel: What it reads.
        encoder: Name of the asset whose embedding its heads read.
        heads: The forty in LAION's order, then the others as published.
    """

    name: str
    channel: Channel
    encoder: str
    heads: tuple[Head, ...]

    @property
    def decoder(self) -> str:
        """Name with version."""
        return f"{self.name}-v1"

    def of(self, *roles: Role) -> tuple[Head, ...]:
        """The heads with one of these roles."""
        return tuple(head for head in self.heads if head.role in roles)

    def choose(self, emotions: tuple[Emotion, ...] | None) -> tuple[Head, ...]:
        """All heads, or those of some emotions with every head that tells none.

        Raises:
            ConfigError: If one is no emotion of the forty.
        """
        for emotion in emotions or ():
            if emotion not in EMONET_40:
                raise ConfigError(f"{self.name} has no head for {emotion.value}")
        return tuple(
            head
            for head in self.heads
            if emotions is None or head.emotion is None or head.emotion in emotions
        )


@cache
def suites() -> dict[str, Suite]:
    """Every published set that Mien knows, by the name of its asset."""
    found = {}
    for name in ("emonet-face-small", "emonet-face-large"):
        found[name] = _suite(name, Channel.FACE, "siglip2")
    for name in ("emonet-voice-small", "emonet-voice-large", "emonet-voice-plus"):
        found[name] = _suite(name, Channel.VOICE, "bude-whisper")
    return found


@cache
def constants() -> dict[str, Any]:
    """Published numbers: neutral means, the average voice, what attributes mean.

    Written by `python -m training.emonet.constants` from LAION's own files.
    """
    return tomllib.loads((_DATA / "emonet.toml").read_text(encoding="utf-8"))


def _suite(name: str, channel: Channel, encoder: str) -> Suite:
    heads = [_head(file.name, channel) for file in find(name).files if file.name.endswith(".pth")]
    order = {emotion: i for i, emotion in enumerate(EMONET_40)}
    heads.sort(key=lambda head: order[head.emotion] if head.emotion else len(order))
    return Suite(name, channel, encoder, tuple(heads))


def _head(file: str, channel: Channel) -> Head:
    # Only at the ends: a name may itself contain `best` or `model`.
    stem = file.removeprefix("model_").removesuffix("_best.pth")
    if channel is Channel.FACE and stem in constants()["face"]["dimensions"]:
        return Head(stem.removeprefix("emotional_"), file, "dimension")
    known = constants()["voice"]["heads"].get(stem)
    if channel is Channel.VOICE and known is not None:
        return Head(known["key"], file, known["role"], pooled=known["role"] == "quality")
    emotion = Emotion.parse(file)
    return Head(emotion.value, file, "emotion", emotion)
