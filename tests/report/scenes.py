"""Invented readings that a report has to show: no real person, recording or decoder."""

from __future__ import annotations

import io
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from PIL import Image, ImageDraw

from mien.emotions.emotion import Emotion
from mien.emotions.scores import Scores
from mien.reader import Veil
from mien.timeline.card import Card, Figure
from mien.timeline.origin import Kind, Origin, Skipped, Thumbnail
from mien.timeline.reading import Box, Channel, Reading, Reason, Verdict, stamp
from mien.timeline.timeline import Timeline

E = Emotion
VOICE = (E.CONTENTMENT, E.ELATION, E.SADNESS, E.ANGER, E.FEAR, E.DISGUST, E.SURPRISE, E.NEUTRAL)
FACE = (E.ELATION, E.SURPRISE, E.SADNESS, E.ANGER, E.DISGUST, E.FEAR, E.CONTEMPT, E.NEUTRAL)
WORDS = (
    *(E.AMUSEMENT, E.ELATION, E.GRATITUDE, E.AFFECTION, E.HOPE, E.PRIDE, E.INTEREST, E.SURPRISE),
    *(E.RELIEF, E.LONGING, E.DOUBT, E.FEAR, E.CONFUSION, E.EMBARRASSMENT, E.DISAPPOINTMENT),
    *(E.SADNESS, E.DISGUST, E.ANGER, E.IMPATIENCE, E.NEUTRAL),
)
COVERS = {Channel.VOICE: VOICE, Channel.FACE: FACE, Channel.WORDS: WORDS}
DECODERS = {Channel.VOICE: "voice-v1", Channel.FACE: "face-v1", Channel.WORDS: "words-v1"}

Curve = Callable[[float], Mapping[Emotion, float]]


def bump(at: float, middle: float, width: float) -> float:
    """A smooth hill of height 1."""
    return math.exp(-(((at - middle) / width) ** 2))


def scores_of(shares: Mapping[Emotion, float], channel: Channel) -> Scores:
    """Shares over all that a channel's decoder covers, Neutral filling up."""
    strongest = max(shares.values(), default=0.0)
    full = {e: shares.get(e, 0.01) for e in COVERS[channel]}
    return Scores({**full, E.NEUTRAL: max(0.05, 0.85 - strongest)})


def told(
    channel: Channel,
    shares: Mapping[Emotion, float],
    start: float | None,
    end: float | None,
    **more: object,
) -> Reading:
    """A reading whose decoder commits itself."""
    scores = scores_of(shares, channel)
    top = scores.top
    sd = {e: 0.03 + 0.12 * (s or 0) * (1 - (s or 0)) for e, s in scores.items() if s is not None}
    pleasant = sum(s * (1 if "positive" in e.group else -1) for e, s in shares.items())
    values: dict[str, object] = {
        "scores_sd": Scores(sd),
        "valence": max(-1.0, min(1.0, pleasant)),
        "valence_sd": 0.12,
        "arousal": max(-1.0, min(1.0, sum(shares.values()) - 0.4)),
        "arousal_sd": 0.09,
        "confidence": min(0.95, 0.35 + (top.share if top else 0) * 0.6),
        "quality": 0.85,
        "decoder": DECODERS[channel],
    }
    return Reading(
        start=start,
        end=end,
        channel=channel,
        scores=scores,
        **{**values, **more},  # type: ignore[arg-type]
    )


def untold(
    channel: Channel, start: float | None, end: float | None, reason: Reason, **more: object
) -> Reading:
    """A reading that cannot tell, and why."""
    return Reading(
        start=start,
        end=end,
        channel=channel,
        verdict=Verdict.CANNOT_TELL,
        reason=reason,
        quality=0.2,
        decoder=DECODERS[channel],
        **more,  # type: ignore[arg-type]
    )


def card(channel: Channel) -> Card:
    """A card with invented figures."""
    return Card(
        decoder=DECODERS[channel],
        channel=channel,
        title={"voice": "Emotion in a voice", "face": "Expressions", "words": "Written emotion"}[
            channel.value
        ],
        covers=COVERS[channel],
        dimensions=("valence", "arousal"),
        licence="CC-BY-NC-SA-4.0" if channel is Channel.VOICE else "Apache-2.0",
        commercial=channel is not Channel.VOICE,
        calibration="uncalibrated as shares; confidence: isotonic on held-out speakers",
        figures=(
            Figure(
                name="UAR",
                of="an invented corpus, unseen speakers",
                value=0.64,
                low=0.61,
                high=0.67,
                n=1440,
                clusters="24 speakers",
                chance=0.125,
            ),
            Figure(name="ECE", of="the same", value=0.021, n=1440),
            Figure(name="UAR", of="10 dB noise", value=0.53, n=1440, group="robustness"),
        ),
        limits=("Invented: it fails on all that is real.", "Children were not in the data."),
    )


CARDS = tuple(card(channel) for channel in Channel)


def face_picture(seed: int, size: int = 96) -> bytes:
    """A drawn face, as JPEG."""
    tones = ((224, 184, 150), (150, 104, 74), (196, 148, 112))
    image = Image.new("RGB", (size, size), (70 + 20 * (seed % 5), 96, 120))
    draw = ImageDraw.Draw(image)
    draw.ellipse((size * 0.18, size * 0.08, size * 0.82, size * 0.95), fill=tones[seed % 3])
    for x in (0.36, 0.64):
        draw.ellipse((size * (x - 0.05), size * 0.4, size * (x + 0.05), size * 0.48), fill="black")
    bend = (20, 160) if seed % 2 else (200, 340)
    draw.arc((size * 0.35, size * 0.6, size * 0.65, size * 0.8), *bend, fill="black", width=3)
    held = io.BytesIO()
    image.save(held, "JPEG", quality=70)
    return held.getvalue()


def _voice(at: float) -> dict[Emotion, float]:
    return {
        E.CONTENTMENT: 0.52 * bump(at, 12, 14) + 0.5 * bump(at, 168, 20),
        E.SURPRISE: 0.55 * bump(at, 48, 10),
        E.ANGER: 0.72 * bump(at, 80, 15),
        E.SADNESS: 0.6 * bump(at, 108, 16),
        E.ELATION: 0.65 * bump(at, 148, 12),
    }


def _ana(at: float) -> dict[Emotion, float]:
    return {
        E.ELATION: 0.45 * bump(at, 15, 16) + 0.75 * bump(at, 150, 18),
        E.SURPRISE: 0.6 * bump(at, 50, 9),
        E.ANGER: 0.55 * bump(at, 78, 13),
        E.CONTEMPT: 0.3 * bump(at, 92, 8),
        E.SADNESS: 0.66 * bump(at, 112, 15),
    }


def _ben(at: float) -> dict[Emotion, float]:
    return {
        E.ELATION: 0.35 * bump(at, 30, 20) + 0.6 * bump(at, 155, 16),
        E.FEAR: 0.3 * bump(at, 84, 10),
        E.SADNESS: 0.35 * bump(at, 115, 14),
        E.SURPRISE: 0.4 * bump(at, 142, 7),
    }


SAID: tuple[tuple[float, float, str, Mapping[Emotion, float]], ...] = (
    (2, 6.5, "I was hoping we’d go in May after all", {E.HOPE: 0.62, E.INTEREST: 0.3}),
    (8, 12, "yes, so was I, the house would be free then", {E.HOPE: 0.4, E.AFFECTION: 0.2}),
    (44, 50, "wait, you said you had booked it?", {E.CONFUSION: 0.71, E.SURPRISE: 0.4}),
    (56, 60, "I thought you had", {E.CONFUSION: 0.4, E.EMBARRASSMENT: 0.35}),
    (70, 76, "this is the third time we change it", {E.IMPATIENCE: 0.58, E.ANGER: 0.42}),
    (79, 84, "no, listen, I really can’t do it again", {E.ANGER: 0.66, E.IMPATIENCE: 0.3}),
    (96, 101, "so that’s it then", {E.DISAPPOINTMENT: 0.74, E.SADNESS: 0.45}),
    (142, 147, "oh, you did get the tickets?", {E.RELIEF: 0.63, E.SURPRISE: 0.48}),
    (162, 166, "thank you, really", {E.GRATITUDE: 0.83, E.RELIEF: 0.3}),
    (170, 175, "see you on Sunday", {E.AFFECTION: 0.3}),
)


def utterances(
    seconds: float, silent: Sequence[tuple[float, float]], seed: int = 3
) -> Iterator[tuple[float, float]]:
    """Spans of speech of 2 to 6 s with pauses between, none within `silent`."""
    chance = random.Random(seed)
    at = 0.8
    while at < seconds - 3:
        end = min(seconds, at + chance.uniform(2, 6))
        if not any(at < high and end > low for low, high in silent):
            yield round(at, 2), round(end, 2)
        at = end + chance.choice((0.1, 0.25, 0.4, 2.2))


def _outline(seconds: float, silent: Sequence[tuple[float, float]]) -> tuple[float, ...]:
    chance = random.Random(5)
    steps = [i * seconds / 400 for i in range(400)]
    return tuple(
        0.02 if any(a < t < b for a, b in silent) else round(chance.uniform(0.1, 1), 3)
        for t in steps
    )


@cache
def call() -> Timeline:
    """A video: the voice of an unknown speaker, two faces, words, a silence, a covered face."""
    name, seconds, silent = "sunday-call.mp4", 184.0, ((118.0, 128.0),)
    readings = [
        told(Channel.VOICE, _voice((a + b) / 2), a, b) for a, b in utterances(seconds, silent)
    ]
    readings.append(untold(Channel.VOICE, 128, 131, Reason.LOW_QUALITY))
    chance = random.Random(2)
    for person, curve, absent in (("Ana", _ana, (116.0, 126.0)), ("Ben", _ben, (60.0, 72.0))):
        for i in range(int(seconds * 2)):
            at = i / 2
            if absent[0] <= at < absent[1]:
                continue
            noisy = {e: max(0.0, s + chance.gauss(0, 0.03)) for e, s in curve(at).items()}
            readings.append(told(Channel.FACE, noisy, at, at + 0.5, person=person))
    readings += [
        untold(Channel.FACE, 60 + i, 61 + i, Reason.LOW_QUALITY, person="Ben") for i in range(8)
    ]
    readings += [
        told(Channel.WORDS, shares, a, b, text=text, turn=i)
        for i, (a, b, text, shares) in enumerate(SAID)
    ]
    readings = [stamp(r, name) for r in sorted(readings, key=lambda r: r.start or 0)]
    faces = [r for r in readings if r.channel is Channel.FACE and r.is_told]
    pictures = tuple(
        Thumbnail(person=p, at=at, jpeg=face_picture(i), reading=faces[i].id)
        for i, (p, at) in enumerate(
            [
                *(("Ana", at) for at in (15.0, 50.0, 78.0, 112.0, 150.0)),
                *(("Ben", at) for at in (30.0, 84.0, 155.0)),
            ]
        )
    )
    origin = Origin(
        source=name,
        kind=Kind.VIDEO,
        seconds=seconds,
        tracks=("picture 1: h264, 1280 x 720, 30 fps", "sound 1: aac, 48000 Hz, stereo"),
        language="en",
        envelope=_outline(seconds, silent),
        thumbnails=pictures,
        width_px=1280,
        height_px=720,
        notes=("the picture is turned by 90 degrees, and was turned back",),
    )
    skipped = (Skipped(source=name, where="2:01", reason="corrupt packet", count=2),)
    return Timeline.of_readings(readings, (origin,), skipped, CARDS)


@cache
def photo() -> Timeline:
    """A photo with three faces, one too blurred to tell."""
    name = "birthday.jpg"
    boxes = (Box(0.12, 0.22, 0.2, 0.3), Box(0.42, 0.15, 0.19, 0.29), Box(0.74, 0.34, 0.12, 0.18))
    readings = [
        told(
            Channel.FACE, {E.ELATION: 0.82, E.SURPRISE: 0.24}, 0, 0, person="face 1", box=boxes[0]
        ),
        told(Channel.FACE, {E.SURPRISE: 0.52, E.FEAR: 0.31}, 0, 0, person="face 2", box=boxes[1]),
        untold(Channel.FACE, 0, 0, Reason.LOW_QUALITY, person="face 3", box=boxes[2]),
    ]
    readings = [stamp(r, name) for r in readings]
    origin = Origin(
        source=name,
        kind=Kind.PHOTO,
        width_px=4032,
        height_px=3024,
        thumbnails=tuple(
            Thumbnail(person=r.person, at=0, jpeg=face_picture(i), reading=r.id)
            for i, r in enumerate(readings)
        ),
    )
    return Timeline.of_readings(readings, (origin,), (), CARDS)


TURNS: tuple[tuple[str, str, Mapping[Emotion, float] | None], ...] = (
    ("Mia", "the results are in!! I got the place", {E.ELATION: 0.72, E.PRIDE: 0.4}),
    ("Tom", "NO WAY congratulations", {E.ELATION: 0.5, E.SURPRISE: 0.55}),
    ("Mia", "it starts in March, in Lisbon", {E.INTEREST: 0.35}),
    ("Tom", "oh. I thought you’d stay here for another year", {E.DISAPPOINTMENT: 0.58}),
    ("Mia", "I know. I was going to tell you on Friday", {E.EMBARRASSMENT: 0.44}),
    ("Tom", "ok", None),
    ("Mia", "are you cross?", {E.DOUBT: 0.38, E.FEAR: 0.3}),
    ("Tom", "a bit. you could have said something before", {E.ANGER: 0.41, E.DISAPPOINTMENT: 0.4}),
    ("Mia", "you’re right, and I’m sorry", {E.SADNESS: 0.31, E.EMBARRASSMENT: 0.5}),
    (
        "Tom",
        "thanks for saying so. I’ll miss you, that’s all",
        {E.LONGING: 0.55, E.GRATITUDE: 0.42},
    ),
    ("Mia", "come for Easter?", {E.HOPE: 0.5, E.AFFECTION: 0.4}),
    ("Tom", "try and stop me", {E.AMUSEMENT: 0.52, E.AFFECTION: 0.45}),
)


@cache
def chat() -> Timeline:
    """A chat of two without times; one turn is too short to tell."""
    name = "mia-and-tom.json"
    readings = []
    for i, (person, text, shares) in enumerate(TURNS):
        more = {"person": person, "text": text, "turn": i}
        if shares is None:
            readings.append(untold(Channel.WORDS, None, None, Reason.TOO_SHORT, **more))
        else:
            readings.append(told(Channel.WORDS, shares, None, None, **more))
    origin = Origin(source=name, kind=Kind.CHAT, language="en")
    return Timeline.of_readings([stamp(r, name) for r in readings], (origin,), (), CARDS)


@cache
def little() -> Timeline:
    """A recording of one minute in which the decoder hardly ever commits itself."""
    name, silent = "corridor.wav", ((20.0, 34.0),)
    reasons = (Reason.LOW_CONFIDENCE, Reason.LOW_QUALITY, Reason.TOO_SHORT)
    readings = [
        untold(Channel.VOICE, a, b, reasons[i % 3])
        for i, (a, b) in enumerate(utterances(62, silent, seed=8))
    ]
    readings.append(told(Channel.VOICE, {E.SADNESS: 0.34}, 48.0, 50.5))
    origin = Origin(source=name, kind=Kind.SOUND, seconds=62.0, envelope=_outline(62.0, silent))
    return Timeline.of_readings([stamp(r, name) for r in readings], (origin,), (), CARDS)


@cache
def private() -> Timeline:
    """The call with `--private`."""
    return Veil().timeline(call())


@cache
def long() -> Timeline:
    """Three hours with 20,000 readings: two faces at nearly one a second, a voice, words."""
    name, seconds = "hearing.mkv", 10_800.0
    chance = random.Random(11)
    readings: list[Reading] = []
    feelings = (E.ELATION, E.SURPRISE, E.SADNESS, E.ANGER, E.FEAR)
    hills = [
        [(e, chance.uniform(0, seconds), chance.uniform(100, 900)) for e in feelings * 2]
        for _ in range(3)
    ]

    def drift(at: float, lane: int) -> dict[Emotion, float]:
        felt = dict.fromkeys(feelings, 0.0)
        for emotion, middle, width in hills[lane]:
            felt[emotion] = max(felt[emotion], 0.7 * bump(at, middle, width))
        return {e: share + chance.uniform(0, 0.08) for e, share in felt.items()}

    for a, b in utterances(seconds, ((3000.0, 3400.0),), seed=4):
        readings.append(told(Channel.VOICE, drift(a, 0), a, b))
        readings.append(
            told(Channel.WORDS, {E.INTEREST: chance.random()}, a, b, text=f"said at {a}")
        )
    step = 2 * seconds / (20_000 - len(readings))
    for person, lane in (("face 1", 1), ("face 2", 2)):
        at = 0.0
        while at < seconds:
            readings.append(told(Channel.FACE, drift(at, lane), at, at + step, person=person))
            at += step
    origin = Origin(source=name, kind=Kind.VIDEO, seconds=seconds, envelope=_outline(seconds, ()))
    return Timeline.of_readings([stamp(r, name) for r in readings], (origin,), (), CARDS)


@cache
def part() -> Timeline:
    """Ten seconds of a lecture of an hour, by two decoders of the same voice."""
    name = "lecture.mp3"
    readings = [
        told(Channel.VOICE, {E.INTEREST: 0.2, E.ANGER: 0.7}, a, a + 3, decoder=decoder)
        for a in (9.0, 12.5, 16.0)
        for decoder in ("voice-v1", "other-v2")
    ]
    outline = tuple(0.1 + 0.8 * (i % 7) / 7 for i in range(600))
    origin = Origin(
        source=name, kind=Kind.SOUND, seconds=3600.0, start=10.0, end=20.0, envelope=outline
    )
    return Timeline.of_readings([stamp(r, name) for r in readings], (origin,), (), CARDS)


HOSTILE = "</script><img src=x onerror=\"document.title='broken'\"><!--'\"&"


@cache
def hostile() -> Timeline:
    """A chat whose every string tries to break out of the page."""
    name = f"{HOSTILE}.json"
    readings = [
        stamp(
            told(Channel.WORDS, {E.ANGER: 0.8}, None, None, person=HOSTILE, text=HOSTILE, turn=0),
            name,
        )
    ]
    origin = Origin(source=name, kind=Kind.CHAT, notes=(HOSTILE,), tracks=(HOSTILE,))
    skipped = (Skipped(source=name, where=HOSTILE, reason=HOSTILE),)
    broken = Card(
        decoder="words-v1",
        channel=Channel.WORDS,
        title=HOSTILE,
        covers=WORDS,
        licence=HOSTILE,
        commercial=False,
        calibration=HOSTILE,
        figures=(Figure(name=HOSTILE, of=HOSTILE, value=0.5, n=1, note=HOSTILE),),
        limits=(HOSTILE,),
    )
    return Timeline.of_readings(readings, (origin,), skipped, (broken,))


ALL: Mapping[str, Callable[[], Timeline]] = {
    "call": call,
    "photo": photo,
    "chat": chat,
    "little": little,
    "private": private,
    "part": part,
}
