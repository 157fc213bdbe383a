"""Which files a command may replace: never a person's own beside what is read."""

from __future__ import annotations

import re
from pathlib import Path

_OURS = {
    ".json": rb'{"schema": "mien\.(reading|scan)/',
    ".jsonl": rb'{"id": "',
    ".csv": rb"id,source,start,|source,person,",
    # As Mien writes them: Praat and ELAN write a corrected file in ways of their own.
    ".textgrid": rb'File type = "ooTextFile"\nObject class = "TextGrid"\n\nxmin = 0\n',
    ".eaf": rb"<\?xml [^>]+>\n<ANNOTATION_DOCUMENT AUTHOR=\"Mien\"[^>]*>\n    <HEADER[^>]*>\n"
    rb"(        <MEDIA_DESCRIPTOR[^>]*/>\n)?    </HEADER>",
    ".txt": rb"\d+\.\d{6}\t\d+\.\d{6}\t[^\t\n]*\b(voice|face|words)\b",
    ".vtt": rb"WEBVTT\n\nNOTE Made by Mien\n",
}
"""How files begin that Mien wrote."""

_BESIDE = (".json", ".textgrid", ".eaf", ".vtt")
"""Of these, those that may hold the words of a recording of the same name."""

_HEAD_BYTES = 8192


def is_input(path: Path, source: Path) -> bool:
    """Whether writing to a path would destroy what is read, or somebody's work that lies there.

    Args:
        path: What is to be written.
        source: A file or folder that is read.
    """
    if not path.exists():
        return False
    ending = path.suffix.lower()
    if source.is_dir():
        inside = source.resolve() in path.resolve().parents
        return inside and ending in _OURS and not _is_ours(path)
    if source.exists() and path.samefile(source):
        return True
    # `talk.json` may be the words of `talk.mp4`; one that Mien wrote may be replaced.
    names = (source.with_suffix("").absolute(), source.absolute())
    is_beside = path.with_suffix("").absolute() in names
    return is_beside and ending in _BESIDE and not _is_ours(path)


def _is_ours(path: Path) -> bool:
    with path.open("rb") as handle:
        return re.match(_OURS[path.suffix.lower()], handle.read(_HEAD_BYTES)) is not None
