"""The HTML of a reading and its story, and the same in a terminal."""

from mien.report.report import render, write_report
from mien.report.terminal import render_terminal

__all__ = ["render", "render_terminal", "write_report"]
