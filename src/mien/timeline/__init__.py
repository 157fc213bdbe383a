"""What was read, in time, and what is known of where it comes from."""

from mien.timeline.card import Card, Figure, Training, read_card
from mien.timeline.conversation import Conversation, Turn
from mien.timeline.files import (
    FORMS,
    read_timeline,
    replacing,
    write_timeline,
    write_timelines,
)
from mien.timeline.origin import Kind, Origin, Skipped, Thumbnail
from mien.timeline.plain import plain_reading, reading_of
from mien.timeline.reading import (
    Adapted,
    Box,
    Channel,
    Reading,
    Reason,
    Verdict,
    stamp,
)
from mien.timeline.sinks import json_line
from mien.timeline.summary import Peak, mean_shares, peaks
from mien.timeline.timeline import Builder, Lane, Timeline

__all__ = [
    "FORMS",
    "Adapted",
    "Box",
    "Builder",
    "Card",
    "Channel",
    "Conversation",
    "Figure",
    "Kind",
    "Lane",
    "Origin",
    "Peak",
    "Reading",
    "Reason",
    "Skipped",
    "Thumbnail",
    "Timeline",
    "Training",
    "Turn",
    "Verdict",
    "json_line",
    "mean_shares",
    "peaks",
    "plain_reading",
    "read_card",
    "read_timeline",
    "reading_of",
    "replacing",
    "stamp",
    "write_timeline",
    "write_timelines",
]
