"""From a source and decoders to a timeline."""

from mien.reader.live import Live
from mien.reader.passes import Options, Pass, distinct_names
from mien.reader.plan import Plan
from mien.reader.private import Veil
from mien.reader.read import aread, prepare, read, stream

__all__ = [
    "Live",
    "Options",
    "Pass",
    "Plan",
    "Veil",
    "aread",
    "distinct_names",
    "prepare",
    "read",
    "stream",
]
