"""`--transcribe` and `--keep-transcript`: whether words are heard, and whether they stay."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mien.cli.output import advise
from mien.core.errors import ConfigError, MienError

if TYPE_CHECKING:
    from mien.reader import Pass


class Transcript:
    """The words of one recording, kept in a file if a person wants that.

    Attributes:
        wish: What `prepare` is told: whether words are heard, or the address that hears them.
        is_written: False once a file that was asked for could not be written.
    """

    def __init__(self, transcribe: bool, url: str | None, path: Path | None) -> None:
        self.wish: bool | str = url or transcribe
        self.is_written = True
        self._path = path

    def check(self, sources: Sequence[str], *, private: bool, is_many: bool) -> None:
        """Refuse before the work what makes no sense or must not be written.

        Args:
            sources: What is read.
            private: Whether words are left out.
            is_many: Whether processes of their own read it.

        Raises:
            ConfigError: If words are not heard or not of one recording, are to be private, or the
                file exists, is of another form, or cannot be written.
        """
        from mien.timeline.transcript_file import TRANSCRIPTS

        path = self._path
        if path is None:
            return
        if not self.wish:
            raise ConfigError("--keep-transcript keeps what --transcribe hears: add that")
        if private:
            raise ConfigError("--keep-transcript writes words, and --private leaves them out")
        if is_many or len(sources) != 1 or Path(sources[0]).is_dir():
            raise ConfigError("--keep-transcript is for one recording: name one")
        if path.suffix.lower() not in TRANSCRIPTS:
            forms = " or ".join(TRANSCRIPTS)
            raise ConfigError(f"cannot tell the form of {path.name!r}: end it in {forms}")
        if path.exists():
            # Somebody may have corrected it by hand.
            raise ConfigError(f"{path} exists: name another file, or read with its words instead")
        if not os.access(path.parent, os.W_OK | os.X_OK):
            raise ConfigError(f"cannot write {path}: no folder {path.parent} to write to")

    def keep(self, reading: Pass) -> None:
        """Write what was heard so far, if it is wanted; a fault is told and loses nothing else."""
        from mien.timeline.transcript_file import write_transcript

        words = reading.conversation
        if self._path is None or words is None:
            return
        try:
            write_transcript(words, self._path)
        except MienError as error:
            self.is_written = False
            advise(f"mien: {error}")
        else:
            advise(f"wrote {self._path}")
