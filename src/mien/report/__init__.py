"""The HTML of a reading and its story, and the same in a terminal."""

from mien.report.report import render, reports_folder, write_report, write_reports
from mien.report.story_terminal import render_story
from mien.report.terminal import render_terminal

__all__ = [
    "render",
    "render_story",
    "render_terminal",
    "reports_folder",
    "write_report",
    "write_reports",
]
