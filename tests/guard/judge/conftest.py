"""Scripted servers, closed and checked after each test."""

from mien.llm.testing.fixtures import scripted_server

__all__ = ["scripted_server"]
