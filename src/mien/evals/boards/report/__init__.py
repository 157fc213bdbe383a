"""Boards for people: a page, a terminal, a spreadsheet, JSON."""

from mien.evals.boards.report.files import write_boards
from mien.evals.boards.report.page import render_page
from mien.evals.boards.report.terminal import render_terminal
from mien.evals.boards.report.transcripts import Talk, sample_talks

__all__ = ["Talk", "render_page", "render_terminal", "sample_talks", "write_boards"]
