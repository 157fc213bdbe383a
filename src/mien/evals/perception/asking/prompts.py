"""What models are asked, word for word, and the hash of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from string import Template

from mien.emotions.emotion import Emotion
from mien.timeline.reading import Channel

HIGHEST = 7.0
"""Top of the scale that the prompts for grades name; 0 is its bottom."""

_FOLDER = Path(__file__).parent / "prompts"
_WORDS = 6


class Way(StrEnum):
    """How a model is asked about emotions.

    `YES_NO` needs a provider that gives logarithms of probabilities. On EmoNet-Face HQ open
    vision models read so beat LAION's own heads, while the best of those asked for JSON did not
    (arXiv 2610.08162).
    """

    GRADES = "grades"
    """Once an item: all forty in one JSON object, the form of LAION's zero-shot baselines."""
    YES_NO = "yes-no"
    """Once an emotion, read by the probability of yes."""
    YES_NO_SAID = "yes-no-said"
    """Once an emotion, read by what is said: for providers that give no probabilities."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt as it lies in its file.

    Attributes:
        title: Name and version, such as `grades-face v1`.
        text: With `$` before what is filled in.
        sha256: Of the whole file.
    """

    title: str
    text: str
    sha256: str

    def fill(self, **parts: str) -> str:
        """The text with its parts; what they say is never filled in again."""
        return Template(self.text).substitute(parts)


@cache
def prompt(way: Way, channel: Channel) -> Prompt:
    """What is asked in a way about a channel."""
    kind = "grades" if way is Way.GRADES else "yes-no"
    content = (_FOLDER / f"{kind}-{channel}.txt").read_bytes()
    title, _, text = content.decode("utf-8").partition("\n")
    return Prompt(title.removeprefix("# "), text, hashlib.sha256(content).hexdigest())


def fingerprint(way: Way) -> str:
    """Eight letters that change when any prompt of a way does."""
    hashes = "".join(prompt(way, channel).sha256 for channel in Channel)
    return hashlib.sha256(hashes.encode()).hexdigest()[:8]


def key(emotion: Emotion) -> str:
    """How an emotion is called in a JSON answer: `<Group>|<Emotion>`.

    >>> key(Emotion.ANGER)
    'Negative High-Energy|Anger'
    """
    return f"{emotion.group.value.title()}|{emotion.label}"


def ask_grades(channel: Channel, emotions: Sequence[Emotion], message: str) -> str:
    """The one question about all emotions; `message` is used for words alone."""
    keys = "\n".join(f'"{key(emotion)}"' for emotion in emotions)
    return prompt(Way.GRADES, channel).fill(keys=keys, message=message)


def ask_yes_no(channel: Channel, emotion: Emotion, message: str) -> str:
    """The question about one emotion; `message` is used for words alone."""
    words = ", ".join(emotion.words[:_WORDS])
    return prompt(Way.YES_NO, channel).fill(emotion=emotion.label, words=words, message=message)
