"""Pairwise judgements and votes into a table whose order holds."""

from mien.rate.columns import Style
from mien.rate.files import rate_files, write_table
from mien.rate.judgement import Judgement, Response, Sides
from mien.rate.ladders import Ladder, read_ladder
from mien.rate.page import render
from mien.rate.rating import Options, rate
from mien.rate.scale import Anchor
from mien.rate.sequential import Method
from mien.rate.sources import Logged, gather
from mien.rate.table import Table
from mien.rate.terminal import render_terminal

__all__ = [
    "Anchor",
    "Judgement",
    "Ladder",
    "Logged",
    "Method",
    "Options",
    "Response",
    "Sides",
    "Style",
    "Table",
    "gather",
    "rate",
    "rate_files",
    "read_ladder",
    "render",
    "render_terminal",
    "write_table",
]
