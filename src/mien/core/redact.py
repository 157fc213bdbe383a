"""What may be shown on a terminal: nothing that acts."""

from __future__ import annotations

import re

_ACTING = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def without_secrets(url: str) -> str:
    """An address without what may be a password or a key in it: user, query and fragment.

    >>> without_secrets("https://me:secret@host/path?token=secret")
    'https://host/path'
    """
    scheme, _, rest = url.rpartition("://")
    bare = re.split(r"[?#]", rest)[0].rpartition("@")[2]
    return f"{scheme}://{bare}" if scheme else bare


def printable(text: str) -> str:
    r"""The text with U+FFFD for each character that would act on a terminal or cannot be written.

    These are control characters (newline and tab too), overrides of the direction of writing,
    and the surrogates that stand for bytes of a file name that is not UTF-8.

    >>> printable("a\x1b[2Jb.wav")
    'a�[2Jb.wav'
    """
    return _ACTING.sub("\ufffd", text)
