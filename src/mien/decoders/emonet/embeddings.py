"""What an encoder said of a face or an utterance, kept while it may be asked for again.

Two sets over one encoder read the same crops, and an encoder is nine tenths of the work. An
embedding of a face or a voice is as private as the recording, so nothing goes to disk unless a
caller names a folder.
"""

from __future__ import annotations

import os
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from functools import cache
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mien.core.config import Config
from mien.core.errors import ConfigError

Embedding: TypeAlias = NDArray[np.float32]
"""What an encoder gives for one input; its shape is the encoder's own."""

Encode: TypeAlias = Callable[[Sequence[NDArray[Any]]], NDArray[np.float32]]
"""An encoder: n inputs in, an array with n rows out."""

LIMIT_BYTES = 64 << 20
"""Fourteen windows of a voice (4.6 MB each) or fourteen thousand faces."""


class Embeddings:
    """A cache by content, shared by everything that reads the same inputs; thread-safe.

    Whoever asks first computes; others who ask for the same input meanwhile wait for that.
    What was not asked for the longest is dropped once the bytes exceed the limit.

    Args:
        limit_bytes: How much is kept in memory.
        folder: Where embeddings are kept for later runs as well. None, the default, keeps
            nothing on disk; name one only for data that may be stored, such as a benchmark's.

    Raises:
        ConfigError: If the limit is negative.
    """

    def __init__(self, limit_bytes: int = LIMIT_BYTES, folder: Path | None = None) -> None:
        if limit_bytes < 0:
            raise ConfigError(f"a cache cannot hold {limit_bytes} bytes: choose 0 or more")
        self._limit = limit_bytes
        self._folder = folder
        self._lock = Lock()
        self._kept: OrderedDict[str, Embedding] = OrderedDict()
        self._bytes = 0
        self._coming: dict[str, Future[Embedding]] = {}

    @property
    def bytes(self) -> int:
        """Of all that is kept in memory."""
        with self._lock:
            return self._bytes

    def embed(
        self, encoder: str, inputs: Sequence[NDArray[Any]], encode: Encode
    ) -> NDArray[np.float32]:
        """The embedding of each input, shape (n, ...); only unknown ones are computed.

        Args:
            encoder: Its name; what one encoder says is never taken for another's.
            inputs: Such as crops or windows, of any shape and type.
            encode: Called at most once, with each unknown input once.
        """
        if not inputs:
            return encode(inputs)
        keys = [_key(encoder, one) for one in inputs]
        promised, ours = self._claim(keys)
        if ours:
            first = dict(zip(reversed(keys), reversed(inputs), strict=True))
            self._keep_promises({key: promised[key] for key in ours}, first, encode)
        return np.stack([promised[key].result() for key in keys])

    def _claim(self, keys: Sequence[str]) -> tuple[dict[str, Future[Embedding]], list[str]]:
        """A promise for each key, kept or to come, and those that are ours to keep."""
        promised: dict[str, Future[Embedding]] = {}
        ours: list[str] = []
        with self._lock:
            for key in dict.fromkeys(keys):
                found = self._look_up(key)
                if found is not None:
                    promised[key] = Future()
                    promised[key].set_result(found)
                elif key in self._coming:
                    promised[key] = self._coming[key]
                else:
                    promised[key] = self._coming[key] = Future()
                    ours.append(key)
        return promised, ours

    def _keep_promises(
        self,
        promised: dict[str, Future[Embedding]],
        inputs: dict[str, NDArray[Any]],
        encode: Encode,
    ) -> None:
        try:
            rows = encode([inputs[key] for key in promised])
            for (key, future), row in zip(promised.items(), rows, strict=True):
                kept = row.copy()  # a view would hold its whole batch
                kept.flags.writeable = False
                self._settle(key, kept)
                future.set_result(kept)
        except BaseException as error:
            for key, future in promised.items():
                if not future.done():
                    self._settle(key)
                    future.set_exception(error)
            raise

    def _settle(self, key: str, embedding: Embedding | None = None) -> None:
        """No longer coming: kept, or given up."""
        if embedding is not None and self._folder is not None:
            _write(self._folder / f"{key}.npy", embedding)
        with self._lock:
            self._coming.pop(key, None)
            if embedding is not None:
                self._remember(key, embedding)

    def _look_up(self, key: str) -> Embedding | None:
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        if self._folder is None:
            return None
        found = _read(self._folder / f"{key}.npy")
        if found is not None:
            self._remember(key, found)
        return found

    def _remember(self, key: str, embedding: Embedding) -> None:
        self._kept[key] = embedding
        self._bytes += embedding.nbytes
        while self._bytes > self._limit:
            _, dropped = self._kept.popitem(last=False)
            self._bytes -= dropped.nbytes


@cache
def shared_embeddings(config: Config) -> Embeddings:
    """The one that all decoders of a process share under the same settings.

    Another home, device or precision has another copy or form of an encoder, which says something
    else.
    """
    return Embeddings()


def _key(encoder: str, one: NDArray[Any]) -> str:
    """Content, shape and type: the same bytes in another shape are another picture."""
    digest = blake2b(f"{encoder}\0{one.dtype.str}\0{one.shape}\0".encode(), digest_size=20)
    digest.update(np.ascontiguousarray(one).data)
    return digest.hexdigest()


def _write(path: Path, embedding: Embedding) -> None:
    """Whole or not at all, even if two processes write the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.save(file, embedding, allow_pickle=False)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _read(path: Path) -> Embedding | None:
    """What was stored; None if nothing was, or not what `_write` leaves."""
    try:
        found = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    if not isinstance(found, np.ndarray) or found.dtype != np.float32:
        return None
    found.flags.writeable = False
    return found
