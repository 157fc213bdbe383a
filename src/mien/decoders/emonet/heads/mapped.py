"""Large arrays in a safetensors file that are used where they lie, without being read first."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import BadWeights, MissingWeights

_TYPES: dict[str, np.dtype[Any]] = {
    "F32": np.dtype("<f4"),
    "I8": np.dtype("i1"),
    "U8": np.dtype("u1"),
}
_NAMES = {kind: name for name, kind in _TYPES.items()}
_NOTES = "__metadata__"
_LONGEST_HEADER = 1 << 20


class Mapped(NamedTuple):
    """What a file holds.

    Attributes:
        arrays: Read-only views of the mapped file: a page costs memory once it is touched, and
            the system takes it back where memory is short.
        notes: The writer's words.
        path: Of the file, for messages.
    """

    arrays: Mapping[str, NDArray[Any]]
    notes: Mapping[str, str]
    path: Path


def write_mapped(path: Path, arrays: Mapping[str, NDArray[Any]], notes: Mapping[str, str]) -> None:
    """Write arrays, float32, int8 or uint8, whole or not at all; the largest come last."""
    header: dict[str, Any] = {_NOTES: dict(notes)}
    parts = sorted(arrays.items(), key=lambda item: item[1].nbytes)
    end = 0
    for name, array in parts:
        offsets = [end, end + array.nbytes]
        kind = _NAMES[array.dtype]
        header[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": offsets}
        end = offsets[1]
    told = json.dumps(header).encode()
    told += b" " * (-(8 + len(told)) % 64)
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as out:
        out.write(len(told).to_bytes(8, "little") + told)
        for _, array in parts:
            np.ascontiguousarray(array).tofile(out)
        out.flush()
        os.fsync(out.fileno())
    part.replace(path)


def read_mapped(path: Path) -> Mapped:
    """The arrays of a safetensors file, mapped.

    Raises:
        MissingWeights: If there is no such file.
        BadWeights: If it is cut or damaged.
    """
    if not path.is_file():
        raise MissingWeights(f"no weights at {path}: pull them again")
    try:
        whole = np.memmap(path, dtype=np.uint8, mode="r")
        length = int.from_bytes(whole[:8].tobytes(), "little")
        if not 2 <= length <= min(_LONGEST_HEADER, len(whole) - 8):
            raise ValueError("its header is missing")
        header = json.loads(whole[8 : 8 + length].tobytes())
        notes = {str(key): str(value) for key, value in header.pop(_NOTES, {}).items()}
        data = whole[8 + length :]
        arrays = {str(name): _view(data, entry) for name, entry in header.items()}
        if sum(array.nbytes for array in arrays.values()) != len(data):
            raise ValueError("its size is not what its header says (was it cut?)")
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise BadWeights(f"{path} is damaged: {error}; pull it again") from error
    return Mapped(arrays, notes, path)


def _view(data: NDArray[np.uint8], entry: Mapping[str, Any]) -> NDArray[Any]:
    first, last = (int(offset) for offset in entry["data_offsets"])
    shape = tuple(int(size) for size in entry["shape"])
    kind = _TYPES[entry["dtype"]]
    if not 0 <= first <= last <= len(data) or min(shape, default=0) < 0:
        raise ValueError("an array reaches beyond its end (was it cut?)")
    if math.prod(shape) * kind.itemsize != last - first:
        raise ValueError("an array has another size than its shape")
    found: NDArray[Any] = data[first:last].view(kind).reshape(shape)
    return found
