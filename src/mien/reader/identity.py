"""What decides which readings come out: of a source, and of a caller's wishes."""

from __future__ import annotations

import hashlib
from dataclasses import fields

import numpy as np

from mien.core.config import load_config
from mien.core.redact import without_secrets
from mien.media.folder import Found
from mien.reader.live import References
from mien.reader.options import Options
from mien.reader.plan import choose
from mien.timeline.schema import VERSION

_OWN = frozenset({"channels", "decoders", "references", "notes", "config"})
_SETTINGS = (
    *("attributes", "captions", "dates", "detector"),
    *("transcribe_url", "transcribe_model"),
)


def wishes(options: Options, *, private: bool) -> dict[str, str]:
    """Everything that decides what readings come out, by option, in words.

    Channels and decoders count as the decoders that they amount to, with their versions; a
    baseline as what was learned from it. Threads and the device change nothing worth a new start.
    """
    config = options.config if options.config is not None else load_config()
    chosen = choose(options.channels, options.decoders, config)
    found = {"--decoders": ",".join(offer.name for offer in chosen)}
    for field in fields(Options):
        if field.name not in _OWN:
            found[f"--{field.name}"] = _said(getattr(options, field.name))
    found["--baseline"] = _learned(options.references)
    found["--private"] = _said(private)
    found |= {name: without_secrets(_said(getattr(config, name))) for name in _SETTINGS}
    return {**found, "the form of readings": VERSION}


def key_of(found: Found) -> str:
    """What stands for a source as it is now: its name, size and time of change, and its words'."""
    digest = hashlib.blake2b(digest_size=12)
    for path in (found.path, *found.beside):
        name = found.name if path == found.path else path.name
        try:
            status = path.stat()
            state = f"{status.st_size} {status.st_mtime_ns}"
        except OSError:
            state = "missing"
        digest.update(f"{name}\0{state}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _said(value: object) -> str:
    if value is None or value in (False, ""):
        return "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _learned(references: References | None) -> str:
    if not references:
        return "none"
    digest = hashlib.blake2b(digest_size=6)
    for name in sorted(references):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(references[name]).tobytes())
    return digest.hexdigest()
