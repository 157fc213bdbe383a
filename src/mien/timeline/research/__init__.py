"""Timelines in the files of those who annotate by hand: ELAN, Praat, Audacity, captions."""

from mien.timeline.research.tiers import is_estimate
from mien.timeline.research.writing import RESEARCH, Files, research_folder, write_research

__all__ = ["RESEARCH", "Files", "is_estimate", "research_folder", "write_research"]
