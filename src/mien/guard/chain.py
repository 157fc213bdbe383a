"""Conversations are found by what was said in them, whoever names them or not.

The hash of a conversation's turns up to some point leads to what is kept of that point. Branches,
edits and repeated requests then need no care: what was said alike is one point, and what differs
leads elsewhere from there on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from mien.guard.observation import side_of
from mien.timeline import Turn


def chain(turns: Sequence[Turn], salt: str = "") -> list[str]:
    """A key for each point of a conversation: of all that was said by either side up to there.

    Args:
        turns: From the beginning; what is nobody's does not count.
        salt: Its name, person or client, so that equal words of others do not meet.
    """
    digest = hashlib.blake2b(salt.encode("utf-8", "surrogatepass"), digest_size=20)
    keys = []
    for turn in turns:
        side = side_of(turn)
        if side is not None:
            text = turn.text.encode("utf-8", "surrogatepass")
            digest.update(side.value.encode() + len(text).to_bytes(8, "big") + text)
        keys.append(digest.hexdigest())
    return keys
