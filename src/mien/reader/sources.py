"""Files and folders that a person named, as files with names of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mien.media.folder import Found, Listing, list_folder, named_file
from mien.reader.batch import distinct_names

Where = str | Path


def find_sources(sources: Sequence[Where], leave_out: Sequence[Path] = ()) -> Listing:
    """All files to read, in the order in which they were named, a folder's by their names.

    Files of one folder are named from there on, of several with the folder's own name before.

    Args:
        sources: Files and folders.
        leave_out: Files and folders that are no sources, such as the outputs.

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
    return Listing(tuple(found), tuple(skipped))
