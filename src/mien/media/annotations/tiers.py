"""Tiers of hand-made annotations to turns: which hold words, and whose they are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from itertools import chain
from typing import NamedTuple

from mien.media.annotations.speakers import Speakers
from mien.media.words.cleaning import without_sounds
from mien.media.words.text import Written
from mien.timeline import Conversation, Turn, is_estimate

PAUSE = 0.5
"""Seconds between two words that end a turn where words are marked one by one."""

_SENTENCES = (
    "utterances?|sentences?|transcripts?|transcriptions?|text|txt|tx|ipus?|phrases?|turns?|speech"
    "|orthography|orthographic|default"
)
_WORDS = "words?|tokens?|wrd|ort-mau|ort"
_OTHERS = (
    "phones?|phonemes?|phons?|mau|kan|kan-mau|syllables?|syll|tones?|tobi|pitch|f0|gloss(?:es)?|gls"
    "|translations?|ft|pos|lemmas?|morphemes?|mb|ge|ps|ref|notes?|comments?"
)
_SPEAKERS = "speakers?|spkr?|diari[sz]ations?"
_JOINT = r"[\s|_.\-/@:]+"
_LONGEST = 200  # letters of a tier's name that are looked at
_OURS = re.compile(r"(?:(?P<person>.*) \| )?(?:voice|face|words) \| text")
_SUFFIX = re.compile(r"( \| [\w.-]+-v\d+)?( \(\d+\))?$")
_SILENCE = frozenset({
    "#", "-", "_", "<eps>", "<p:>", "<p>", "<sil>", "<unk>", "pau", "pause", "sil", "silence",
    "silent", "sp", "spn",
})  # fmt: skip
_ACTIVITY = frozenset({"sounding", "speech", "speaking", "talking", "voice", "x"})


class _Role(Enum):
    SENTENCES = _SENTENCES
    WORDS = _WORDS
    OTHERS = _OTHERS
    SPEAKERS = _SPEAKERS
    UNKNOWN = ""


class Interval(NamedTuple):
    """A labeled stretch of time, in seconds."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Tier:
    """Intervals under one name.

    Attributes:
        name: As it stands in the file.
        intervals: In any order.
        participant: Who it belongs to, where the file says so apart from the name.
        is_top: Whether it depends on no other tier.
    """

    name: str
    intervals: tuple[Interval, ...]
    participant: str | None = None
    is_top: bool = True


def written_of(tiers: Sequence[Tier], name: str, notes: Sequence[str] = ()) -> Written:
    """The turns of those tiers that hold words, by time, and who speaks when.

    Tiers named as utterances or text come first, then those named as words, then all that are
    named otherwise, as after their speakers; phones, glosses, comments and what Mien wrote itself
    are never words. Words one by one are joined up to a pause.

    Args:
        tiers: Of a file.
        name: Becomes the conversation's id.
        notes: What was odd so far.
    """
    labeled = [tier for tier in tiers if _role(tier.name) is _Role.SPEAKERS]
    chosen = _chosen(tiers)
    spoken = sorted(chain.from_iterable(map(_spoken, chosen)), key=lambda turn: turn.start or 0.0)
    clean = [(turn, *without_sounds(turn.text)) for turn in spoken]
    said = [replace(turn, text=text) for turn, text, _ in clean if text]
    words = [turn for turn in said if turn.text.lower() not in _ACTIVITY]
    talk = Conversation(id=name, turns=tuple(replace(t, index=i) for i, t in enumerate(words)))
    whose = [_turn(label.text, "", label) for tier in labeled for label in _labels(tier)]
    whose += [turn for turn in said if turn.speaker]
    counts = {
        "tiers not used for words": len(tiers) - len(chosen) - len(labeled),
        "intervals that end before they start": sum(map(_backward, chosen)),
        "descriptions of sounds taken out of the words": sum(count for *_, count in clean),
    }
    counted = (f"{what}: {count}" for what, count in counts.items() if count)
    return Written(Speakers(whose).named(talk), (*notes, *counted), tuple(whose))


def _turn(speaker: str | None, text: str, label: Interval) -> Turn:
    return Turn(index=0, text=text, speaker=speaker, start=label.start, end=label.end)


def _backward(tier: Tier) -> int:
    return sum(label.end < label.start for label in tier.intervals)


def _chosen(tiers: Sequence[Tier]) -> list[Tier]:
    """The tiers that hold words, by what their names say."""
    own = [
        (tier, _role(tier.name))
        for tier in tiers
        if not is_estimate(tier.name) and any(i.text.strip() for i in tier.intervals)
    ]
    choices = (
        [tier for tier, role in own if role is _Role.SENTENCES],
        [tier for tier, role in own if role is _Role.WORDS and tier.is_top],
        [tier for tier, role in own if role is _Role.UNKNOWN and tier.is_top],
        [tier for tier, role in own if role is _Role.WORDS],
    )
    return next((choice for choice in choices if choice), [])


def _role(name: str) -> _Role:
    """What a tier holds by its name's last part, or else by its first."""
    bare = _bare(name)
    if _is(bare, _SPEAKERS):  # the whole of it: SPEAKER_00 is somebody
        return _Role.SPEAKERS
    for place in (rf"(?:.*{_JOINT})?(?:{{}})", rf"(?:{{}}){_JOINT}.*"):
        for role in (_Role.WORDS, _Role.OTHERS, _Role.SENTENCES):
            if _is(bare, place.format(role.value)):
                return role
    return _Role.UNKNOWN


def _is(name: str, form: str) -> bool:
    return re.fullmatch(form, name, re.IGNORECASE | re.DOTALL) is not None


def _bare(name: str) -> str:
    return _SUFFIX.sub("", name.strip()[:_LONGEST])


def _speaker(tier: Tier) -> str | None:
    """The participant, or what is left of the name without what says its role.

    >>> _speaker(Tier("Ana - words", ())), _speaker(Tier("tx@Ben", ())), _speaker(Tier("text", ()))
    ('Ana', 'Ben', None)
    """
    if tier.participant:
        return tier.participant
    roles = f"{_SENTENCES}|{_WORDS}"
    bare = _bare(tier.name)
    ours = _OURS.fullmatch(bare)
    if ours is not None:
        return ours["person"]
    ends = rf"^(?:{roles})(?:{_JOINT}|$)|(?:{_JOINT}|^)(?:{roles})$"
    while bare != (shorter := re.sub(ends, "", bare, count=1, flags=re.IGNORECASE)):
        bare = shorter
    return " ".join(bare.split()) or None


def _spoken(tier: Tier) -> Iterator[Turn]:
    speaker, labels = _speaker(tier), _labels(tier)
    is_single = _role(tier.name) is _Role.WORDS
    for label in _joined(labels) if is_single else labels:
        yield _turn(speaker, label.text, label)


def _labels(tier: Tier) -> list[Interval]:
    """What is no silence, by start."""
    tidy = map(_tidy, tier.intervals)
    return sorted(label for label in tidy if label.text and label.text.lower() not in _SILENCE)


def _tidy(interval: Interval) -> Interval:
    end = max(interval.start, interval.end)
    return Interval(interval.start, end, " ".join(interval.text.split()))


def _joined(words: Iterable[Interval]) -> Iterator[Interval]:
    held: list[Interval] = []
    for word in words:
        if held and word.start - held[-1].end > PAUSE:
            yield _phrase(held)
            held = []
        held.append(word)
    if held:
        yield _phrase(held)


def _phrase(words: Sequence[Interval]) -> Interval:
    return Interval(words[0].start, words[-1].end, " ".join(word.text for word in words))
