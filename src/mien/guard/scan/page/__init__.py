"""The page of a scan."""

from mien.guard.scan.page.page import render_page

__all__ = ["render_page"]
