"""From a source and decoders to a timeline."""

from mien.reader.batch import Batch, distinct_names
from mien.reader.chats import chats_in
from mien.reader.corpus import Corpus
from mien.reader.folder import Done, FolderRun, read_folder
from mien.reader.live import Live
from mien.reader.naming import called
from mien.reader.options import Options, prepare
from mien.reader.passes import Pass
from mien.reader.plan import Plan
from mien.reader.private import Veil
from mien.reader.read import aread, read, stream

__all__ = [
    "Batch",
    "Corpus",
    "Done",
    "FolderRun",
    "Live",
    "Options",
    "Pass",
    "Plan",
    "Veil",
    "aread",
    "called",
    "chats_in",
    "distinct_names",
    "prepare",
    "read",
    "read_folder",
    "stream",
]
