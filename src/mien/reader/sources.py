"""Files and folders that a person named, as files with names of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mien.core.errors import SourceError
from mien.media.folder import Found, Listing, list_folder, named_file
from mien.reader.batch import distinct_names
from mien.reader.chats import chats_in
from mien.reader.options import Options

Where = str | Path


def find_sources(
    sources: Sequence[Where], leave_out: Sequence[Path] = (), options: Options | None = None
) -> Listing:
    """All files to read, in the order in which they were named, a folder's by their names.

    An export of chats is as many sources as it has chats.

    Files of one folder are named from there on, of several with the folder's own name before.

    Args:
        sources: Files and folders.
        leave_out: Files and folders that are no sources, such as the outputs.
        options: Say how dates of chats are to be read.

    Raises:
        SourceError: If a folder cannot be listed.
    """
    found: list[Found] = []
    skipped = []
    names = distinct_names(sources)
    for source, name in zip(sources, names, strict=True):
        path = Path(source)
        if not path.is_dir():
            found.append(named_file(path, name))
            continue
        listing = list_folder(path, leave_out)
        before = f"{name}/" if len(sources) > 1 else ""
        found += [file._replace(name=f"{before}{file.name}") for file in listing.found]
        skipped += [replace(skip, source=f"{before}{skip.source}") for skip in listing.skipped]
    options = options if options is not None else Options()
    spread = (one for file in found for one in _chats(file, options))
    return Listing(tuple(spread), tuple(skipped))


def _chats(file: Found, options: Options) -> list[Found]:
    try:
        chats = chats_in(file.path, options, name=file.name)
    except SourceError:
        # Reading it says why, in its place among the others.
        return [file]
    return [file._replace(name=chat.name, chat=chat.number) for chat in chats] or [file]
