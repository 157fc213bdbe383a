"""Which headers the proxy passes on, in both directions."""

from __future__ import annotations

from collections.abc import Sequence

Headers = Sequence[tuple[bytes, bytes]]

_HOP = frozenset(
    {b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization"}
    | {b"proxy-connection", b"te", b"trailer", b"transfer-encoding", b"upgrade"}
)
"""Headers that are about one connection, not about what is sent over it."""

_OURS = frozenset({b"host", b"content-length", b"accept-encoding", b"expect", b"cookie"})
"""Headers of a request that the proxy writes itself, or that are not the model's business."""

_OF_BYTES = frozenset({b"content-length", b"etag", b"content-md5", b"digest", b"repr-digest"})
"""Headers of an answer that are no more true once its bytes are changed."""


def forwarded(headers: Headers, key: str) -> list[tuple[bytes, bytes]]:
    """The client's headers but for those that are the proxy's, its connection's, or about Mien.

    Args:
        headers: As they came, names in lower case.
        key: Sent as a bearer token in place of the client's; empty to send the client's.
    """
    dropped = _HOP | _OURS | _listed(headers) | ({b"authorization"} if key else set())
    kept = [
        (name, value)
        for name, value in headers
        if name not in dropped and not name.startswith(b"x-mien-")
    ]
    # What is to be read on its way must not be packed.
    kept.append((b"accept-encoding", b"identity"))
    if key:
        kept.append((b"authorization", f"Bearer {key}".encode()))
    return kept


def returned(headers: Headers, *, changed: bool) -> list[tuple[bytes, bytes]]:
    """An answer's headers as the client gets them.

    Args:
        headers: As they came.
        changed: Whether its bytes are others than those that came.
    """
    lower = [(name.lower(), value) for name, value in headers]
    dropped = _HOP | _listed(lower) | (_OF_BYTES if changed else frozenset())
    return [(name, value) for name, value in lower if name not in dropped]


def _listed(headers: Headers) -> frozenset[bytes]:
    """What `Connection` says is about the connection too."""
    named = (value for name, value in headers if name == b"connection")
    return frozenset(one.strip().lower() for value in named for one in value.split(b","))
