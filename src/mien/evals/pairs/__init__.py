"""What tasks share that compare two models: talks from logs, who meets whom, rows for `mien rate`.

A task whose talks can be compared keeps them in Inspect's sample store under `TALK`, by `keep`.
A task of pairs reads them (`read_talks`), plans one sample a judgement (`showings`), and its log
becomes rows that `mien rate` reads (`rows_of`).
"""

from mien.evals.pairs.reading import read_talks
from mien.evals.pairs.rows import pair_metadata, rows_of, write_rows
from mien.evals.pairs.schedule import Showing, showings
from mien.evals.pairs.style import Style, style_of
from mien.evals.pairs.talks import TALK, Talk, Talks, keep

__all__ = [
    "TALK",
    "Showing",
    "Style",
    "Talk",
    "Talks",
    "keep",
    "pair_metadata",
    "read_talks",
    "rows_of",
    "showings",
    "style_of",
    "write_rows",
]
