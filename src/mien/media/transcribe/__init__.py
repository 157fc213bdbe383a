"""Words from sound: a recording in windows to whatever hears words, and back as turns."""

from mien.media.transcribe.hearing import Heard, Hearing
from mien.media.transcribe.recognizer import Recognizer, open_recognizer

__all__ = ["Heard", "Hearing", "Recognizer", "open_recognizer"]
