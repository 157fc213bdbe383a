"""Conversations that branch where a message was edited or an answer was asked for again."""

from __future__ import annotations

from collections.abc import Mapping

from mien.media.exports.talk import UnknownForm


def branch(parents: Mapping[str, str | None], leaf: str) -> list[str]:
    """The messages from the root to a leaf.

    >>> branch({"root": None, "a": "root", "b": "root", "c": "b"}, "c")
    ['root', 'b', 'c']

    Args:
        parents: Of each message, its parent; one that is not known itself counts as none.
        leaf: Where the branch ends.

    Raises:
        UnknownForm: If the parents go round in a circle.
    """
    path: dict[str, None] = {}
    node: str | None = leaf
    while node is not None and node in parents:
        if node in path:
            raise UnknownForm("the fields `parent` of its messages go round in a circle")
        path[node] = None
        node = parents[node]
    return list(reversed(path))
