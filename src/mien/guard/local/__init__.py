"""Detectors without a language model: English, German, Spanish, NumPy alone."""

from mien.guard.local.observer import LocalObserver

__all__ = ["LocalObserver"]
