"""Mien reads emotion in voices, faces and words, offline, and says how sure it is.

>>> import mien
>>> timeline = mien.read("sunday-call.mp4")  # doctest: +SKIP
>>> timeline.top(3)  # doctest: +SKIP

A reading is an estimate of what people would say they see or hear, never a fact about a mind.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from mien.core.errors import MienError
    from mien.emotions import EMONET_40, Emotion, Scores
    from mien.guard import Guard
    from mien.moments import Follower, Moment, situate
    from mien.reader import Live, aread, read, stream
    from mien.report import write_report
    from mien.timeline import (
        Conversation,
        Reading,
        Timeline,
        Turn,
        read_timeline,
        write_timeline,
    )

# Names are loaded when they are first asked for: numpy alone costs more than all of this.
_HOMES = {
    "EMONET_40": "mien.emotions",
    "Conversation": "mien.timeline",
    "Emotion": "mien.emotions",
    "Follower": "mien.moments",
    "Guard": "mien.guard",
    "Live": "mien.reader",
    "MienError": "mien.core.errors",
    "Moment": "mien.moments",
    "Reading": "mien.timeline",
    "Scores": "mien.emotions",
    "Timeline": "mien.timeline",
    "Turn": "mien.timeline",
    "aread": "mien.reader",
    "read": "mien.reader",
    "read_timeline": "mien.timeline",
    "situate": "mien.moments",
    "stream": "mien.reader",
    "write_report": "mien.report",
    "write_timeline": "mien.timeline",
}

__all__ = [
    "EMONET_40",
    "Conversation",
    "Emotion",
    "Follower",
    "Guard",
    "Live",
    "MienError",
    "Moment",
    "Reading",
    "Scores",
    "Timeline",
    "Turn",
    "__version__",
    "aread",
    "read",
    "read_timeline",
    "situate",
    "stream",
    "write_report",
    "write_timeline",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'mien' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
