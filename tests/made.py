"""Readings, cards and origins for tests, from hypothesis or by hand."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from mien.emotions import Emotion, Scores
from mien.timeline import (
    Adapted,
    Box,
    Card,
    Channel,
    Figure,
    Kind,
    Origin,
    Reading,
    Reason,
    Skipped,
    Thumbnail,
    Training,
    Verdict,
    stamp,
)

shares = st.floats(0, 1, width=32)
dimension = st.none() | st.floats(-1, 1)
names = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)

scores = st.dictionaries(st.sampled_from(list(Emotion)), st.none() | shares, max_size=41).map(
    Scores
)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    """Any reading, stamped."""
    start = draw(st.none() | st.floats(0, 10_000))
    length = draw(st.floats(0.01, 20))
    is_told = draw(st.booleans())
    reading = Reading(
        start=start,
        end=None if start is None else start + length,
        turn=draw(st.none() | st.integers(0, 2**31 - 1)),
        channel=draw(st.sampled_from(list(Channel))),
        person=draw(names),
        scores=draw(scores),
        scores_sd=draw(scores),
        valence=draw(dimension),
        valence_sd=draw(dimension),
        arousal=draw(dimension),
        confidence=draw(st.floats(0, 1)),
        quality=draw(st.floats(0, 1)),
        verdict=Verdict.TOLD if is_told else Verdict.CANNOT_TELL,
        reason=None if is_told else draw(st.sampled_from(list(Reason))),
        text=draw(names),
        box=draw(st.none() | st.builds(Box, shares, shares, shares, shares)),
        caption=draw(names),
        adapted=draw(st.sampled_from(list(Adapted))),
        extra=draw(st.dictionaries(st.text("abc", min_size=1), st.floats(-9, 9), max_size=3)),
        decoder="made-v1",
    )
    return stamp(reading, draw(st.sampled_from(["a.wav", "b.mp4", "c"])))


def told(start: float, end: float, **shares_of: float) -> Reading:
    """A told voice reading with some shares, stamped."""
    reading = Reading(
        start=start,
        end=end,
        channel=Channel.VOICE,
        scores=Scores({Emotion(name): share for name, share in shares_of.items()}),
        confidence=0.8,
        decoder="made-v1",
    )
    return stamp(reading, "a.wav")


def card() -> Card:
    """A whole card."""
    return Card(
        decoder="made-v1",
        channel=Channel.VOICE,
        title="Made for tests",
        covers=(Emotion.ANGER, Emotion.NEUTRAL),
        dimensions=("valence",),
        licence="CC0-1.0",
        commercial=True,
        calibration="uncalibrated as shares",
        data=(Training(name="made", use="training", licence="CC0-1.0", n=1, source="here"),),
        figures=(Figure(name="UAR", of="made", value=0.5, low=0.4, high=0.6, n=10, chance=0.5),),
        limits=("none known",),
    )


def origin() -> Origin:
    """A whole origin."""
    return Origin(
        source="a.wav",
        kind=Kind.SOUND,
        seconds=12.5,
        tracks=("sound 1: pcm_s16le",),
        language="en",
        envelope=(0.0, 0.5, 1.0),
        thumbnails=(Thumbnail(person="Face 1", at=1.5, jpeg=b"\xff\xd8\x00", reading="x"),),
        width_px=640,
        height_px=480,
        notes=("ends early",),
    )


def skipped() -> Skipped:
    """Something left out."""
    return Skipped(source="a.wav", where="1:00", reason="corrupt packet", count=2)


def random_scores(n: int, seed: int = 0) -> np.ndarray:
    """Shares of shape (n, 41) with gaps."""
    rng = np.random.default_rng(seed)
    array = rng.random((n, len(Emotion))).astype(np.float32)
    array[rng.random(array.shape) < 0.3] = np.nan
    return array
