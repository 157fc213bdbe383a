"""What was computed lately, by a hash of what it was computed from."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Recent(Generic[Value]):
    """The last values of a function; of its arguments only a hash stays.

    Used from several threads; two that ask for the same at once may both compute it.

    Args:
        most: Values kept; the one that was not asked for the longest time goes first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[bytes, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: bytes, compute: Callable[[], Value]) -> Value:
        """The value of a key, computed if it is not there."""
        place = hashlib.blake2b(key, digest_size=16).digest()
        with self._lock:
            if place in self._found:
                self._found.move_to_end(place)
                return self._found[place]
        value = compute()
        with self._lock:
            self._found[place] = value
            if len(self._found) > self._most:
                self._found.popitem(last=False)
        return value

    def forget(self) -> None:
        """Keep nothing of what was computed so far."""
        with self._lock:
            self._found.clear()
