"""What was read, in time, and what is known of where it comes from."""

from mien.timeline.card import Card, Figure, Training, read_card
from mien.timeline.conversation import Conversation, Turn
from mien.timeline.files import (
    FORMS,
    form_of,
    read_timeline,
    write_timeline,
    write_timelines,
)
from mien.timeline.origin import Kind, Origin, Skipped, Thumbnail
from mien.timeline.people import PersonSummary, people_of
from mien.timeline.people_file import codebook_path, write_people
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
from mien.timeline.replacing import replacing
from mien.timeline.research import Files, is_estimate, research_folder
from mien.timeline.sinks import json_line
from mien.timeline.summary import Peak, mean_shares, peaks
from mien.timeline.thin import seconds_of, thinned
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
    "Files",
    "Kind",
    "Lane",
    "Origin",
    "Peak",
    "PersonSummary",
    "Reading",
    "Reason",
    "Skipped",
    "Thumbnail",
    "Timeline",
    "Training",
    "Turn",
    "Verdict",
    "codebook_path",
    "form_of",
    "is_estimate",
    "json_line",
    "mean_shares",
    "peaks",
    "people_of",
    "plain_reading",
    "read_card",
    "read_timeline",
    "reading_of",
    "replacing",
    "research_folder",
    "seconds_of",
    "stamp",
    "thinned",
    "write_people",
    "write_timeline",
    "write_timelines",
]
