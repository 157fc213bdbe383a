"""Readings for tests of moments."""

from mien.emotions import Emotion, Scores
from mien.moments.spoken import Spoken
from mien.timeline import Channel, Reading, stamp


def reading(channel, start=None, end=None, person=None, *, turn=None, source="call", **values):
    """A reading of one channel; shares as `shares={"anger": .5}`, of no emotion by default."""
    shares = values.pop("shares", {"neutral": 0.6})
    made = Reading(
        channel=Channel(channel),
        start=start,
        end=end,
        person=person,
        turn=turn,
        scores=Scores({Emotion(slug): share for slug, share in shares.items()}),
        confidence=values.pop("confidence", 0.7),
        decoder=f"{channel}-v1",
        **values,
    )
    return stamp(made, source)


def words(text, turn, person=None, start=None, end=None, **values):
    """A reading of one turn's words."""
    return reading("words", start, end, person, turn=turn, text=text, **values)


def spoken(text, turn, person=None, *, shares=None, scores=None):
    """A turn as the models of a conversation see it."""
    shown = scores or Scores({Emotion(slug): share for slug, share in (shares or {}).items()})
    return Spoken(turn=turn, speaker=person, text=text, alone=shown, scores=shown)
