"""How well voices are told apart on made conversations of people that the net never heard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from mien.core.arrays import Samples
from mien.decoders.voice.diarize import Diarizer, Manner, Said
from mien.decoders.voice.embedding import SpeakerNet
from mien.decoders.voice.speech import SpeechNet
from mien.media import Block
from mien.media.annotations.speakers import Speakers
from mien.reader.voices import told_apart
from mien.timeline.card import Figure
from mien.timeline.conversation import Turn
from training.cards import bootstrap
from training.speakers.mixtures import Voice, by_emotion, talk
from training.speakers.score import Errors, errors
from training.voice.augment import telephone
from training.voice.corpora import Recordings, read_clips

REST = ("neutral", "calm")

Change = Callable[[Samples], Samples]


@dataclass(frozen=True)
class Kind:
    """A kind of made recording.

    Attributes:
        name: For the card.
        people: How many speak.
        seconds: How long, about.
        ways: What is expressed, part by part; None for anything.
        change: What the sound goes through.
    """

    name: str
    people: int
    seconds: float
    ways: tuple[Sequence[str] | None, ...] = (None,)
    change: Change | None = None


KINDS = (
    Kind("one person, emotion changing by the sentence", 1, 40.0),
    Kind("one person, neutral, then angry", 1, 40.0, (REST, ("angry",))),
    Kind("two people, emotion changing by the sentence", 2, 60.0),
    Kind("two people, neutral", 2, 60.0, (REST,)),
    Kind("two people, neutral, then angry", 2, 60.0, (REST, ("angry",))),
    Kind("two people, over a telephone", 2, 60.0, (None,), telephone),
    Kind("three people, emotion changing by the sentence", 3, 80.0),
)


@dataclass(frozen=True)
class Heard:
    """A made recording, listened to but not yet judged.

    Attributes:
        speakers: Who is in it.
        turns: What is true.
        diarizer: Holds its vectors; `close` may be called again and again.
    """

    speakers: tuple[str, ...]
    turns: tuple[tuple[float, float, str], ...]
    diarizer: Diarizer


def voices_of(
    data: Path, corpora: Sequence[str], wanted: Callable[[str], bool]
) -> dict[str, dict[str, list[Samples]]]:
    """The clips of the wanted speakers, by what they express."""
    found = []
    for corpus in corpora:
        record = Recordings(data / corpus)
        clips = [clip for clip in read_clips(data / corpus) if wanted(clip.speaker)]
        found += [(clip, record(clip)) for clip in clips]
    return by_emotion(found)


def listen(
    voices: Mapping[str, Voice], kind: Kind, n: int, nets: tuple[SpeechNet, SpeakerNet], seed: int
) -> list[Heard]:
    """`n` made recordings of one kind; the people of each are of one corpus."""
    rng = np.random.default_rng([seed, KINDS.index(kind)])
    found = []
    for _ in range(n):
        people = _people(sorted(voices), kind.people, rng)
        made = talk(
            {name: voices[name] for name in people}, rng, seconds=kind.seconds, ways=kind.ways
        )
        diarizer = Diarizer(*nets, Manner())
        sound = kind.change(made.samples) if kind.change is not None else made.samples
        diarizer.push([Block(sound, 0.0)])
        found.append(Heard(people, made.turns, diarizer))
    return found


def judged(heard: Heard, manner: Manner, people: int | None = None) -> list[Said]:
    """Who speaks when under a manner."""
    heard.diarizer.manner = manner
    return heard.diarizer.close(people)


def error_of(heard: Heard, said: Sequence[Said], *, as_one: bool = False) -> Errors:
    """Its diarization errors with a collar of .25 s, overlapped speech counted."""
    told = [(s.start, s.end, "" if as_one else str(s.voice)) for s in said]
    return errors(heard.turns, told)


def named_right(heard: Heard, said: Sequence[Said], manner: Manner) -> tuple[int, int, int]:
    """Utterances of the voice decoder under the right name, under none, under a wrong one."""
    truth = Speakers(
        [Turn(index=0, text="", speaker=who, start=low, end=high) for low, high, who in heard.turns]
    )
    speakers = told_apart(list(said), manner.sure, None).speakers
    pairs = [(truth.whose(*span), speakers.whose(*span)) for span in heard.diarizer.spans]
    names = _names(heard, said)
    right = sum(who is not None and names.get(told or "") == who for who, told in pairs)
    none = sum(told is None for _, told in pairs)
    return right, none, len(pairs) - right - none


def measure(
    voices: Mapping[str, Voice],
    of: str,
    nets: tuple[SpeechNet, SpeakerNet],
    manner: Manner,
    n: int,
    seed: int,
) -> list[Figure]:
    """All figures of one set of speakers.

    Args:
        voices: Clips of people that the net never heard.
        of: The set's name.
        nets: The speech net and the speaker net.
        manner: How vectors are grouped.
        n: Recordings of each kind.
        seed: Of the recordings.
    """
    found: list[Figure] = []
    for kind in KINDS:
        heard = listen(voices, kind, n, nets, seed)
        found += _figures(heard, f"{of}, {kind.name}", kind, manner)
    return found


def _figures(heard: list[Heard], of: str, kind: Kind, manner: Manner) -> list[Figure]:
    told = [judged(h, manner) for h in heard]
    counts = np.array([len({s.voice for s in said}) for said in told])
    is_right = (counts == kind.people).astype(float)
    name = "share taken for one" if kind.people == 1 else "share with the right number"
    figures = [_mean(name, of, is_right, heard)]
    if kind.people == 1:
        return figures
    known = [judged(h, manner, kind.people) for h in heard]
    figures += [
        _rate("DER, number known", of, heard, known),
        _rate("DER, number not known", of, heard, told),
        _rate("DER of one speaker", of, heard, known, as_one=True),
    ]
    named = np.array([named_right(h, s, manner) for h, s in zip(heard, known, strict=True)])
    share = named[:, [0, 2]].sum(axis=1) / named.sum(axis=1)
    right = named[:, 0] / np.maximum(1, named[:, [0, 2]].sum(axis=1))
    return [
        *figures,
        _mean("utterances named, number known", of, share, heard),
        _mean("of them rightly", of, right, heard),
    ]


def _mean(name: str, of: str, values: NDArray[np.float64], heard: list[Heard]) -> Figure:
    return _figure(name, of, heard, lambda rows: float(values[rows].mean()))


def _rate(
    name: str, of: str, heard: list[Heard], told: Sequence[Sequence[Said]], as_one: bool = False
) -> Figure:
    rows = zip(heard, told, strict=True)
    parts = np.array([error_of(h, said, as_one=as_one) for h, said in rows])
    return _figure(
        name, of, heard, lambda some: float(parts[some, 1:].sum() / parts[some, 0].sum())
    )


def _figure(
    name: str, of: str, heard: list[Heard], value: Callable[[NDArray[np.int64]], float]
) -> Figure:
    """With an interval by resampling the sets of people who speak together."""
    groups = [" ".join(sorted(one.speakers)) for one in heard]
    low, high = bootstrap(value, groups)
    return Figure(
        name=name,
        of=of,
        value=round(value(np.arange(len(heard))), 4),
        low=round(low, 4),
        high=round(high, 4),
        n=len(heard),
        clusters=f"{len(set(groups))} sets of speakers",
    )


def _people(names: Sequence[str], n: int, rng: Generator) -> tuple[str, ...]:
    """People of one corpus: in two recordings the rooms would differ, and give them away."""
    corpus = names[int(rng.integers(len(names)))].split("_")[0]
    same = [name for name in names if name.split("_")[0] == corpus]
    return tuple(same[i] for i in rng.permutation(len(same))[:n])


def _names(heard: Heard, said: Sequence[Said]) -> dict[str, str]:
    """The true speaker that each label shares most time with."""
    time: dict[str, dict[str, float]] = {}
    for s in said:
        row = time.setdefault(f"Voice {s.voice + 1}", {})
        for low, high, who in heard.turns:
            row[who] = row.get(who, 0.0) + max(0.0, min(high, s.end) - max(low, s.start))
    return {label: max(row, key=lambda who: row[who]) for label, row in time.items() if row}
