"""Reads the tensors of a file written by `torch.save`, without torch and without its pickle."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import BadWeights
from mien.decoders.emonet.archive import Member, members
from mien.decoders.emonet.opcodes import BFLOAT16, Tensor, described

PREFIX = "_orig_mod."
"""What `torch.compile` leaves at the start of the keys of a model that it wrapped."""

_LIMIT_BYTES = 4 << 20
"""Of what a file says of itself: the pickle of a head has about 2 kB."""


def read_checkpoint(path: Path) -> dict[str, NDArray[Any]]:
    """The tensors of a published head, by key; `_orig_mod.` at the start of keys is dropped.

    No code of the file is run, whatever is in it. Arrays are read-only views of the mapped
    file: a page is read when it is touched, and the file must stay as long as they do.
    bfloat16 alone is copied, to float32.

    Args:
        path: A `.pth` as `torch.save` has written it since version 1.6 (2020): a state dict,
            or a dictionary that holds one as `state_dict`.

    Raises:
        BadWeights: If it is anything else, or damaged.
    """
    try:
        found = members(path)
        if "byteorder" in found and _bytes(path, found["byteorder"]) != b"little":
            raise ValueError("its numbers are big-endian")
        tensors = _state(described(_bytes(path, found["data.pkl"])))
        whole = np.memmap(path, dtype=np.uint8, mode="r")
        if sum(math.prod(tensor.shape) for tensor in tensors.values()) > len(whole):
            raise ValueError("its tensors declare more numbers than it can hold")
        arrays = {key: _array(whole, found, key, tensor) for key, tensor in tensors.items()}
    except (ValueError, OSError) as error:
        raise BadWeights(f"cannot read {path}: {error}") from error
    named = {key.removeprefix(PREFIX): array for key, array in arrays.items()}
    if len(named) < len(arrays):
        raise BadWeights(f"cannot read {path}: it holds keys with and without {PREFIX!r}")
    return named


def _bytes(path: Path, member: Member) -> bytes:
    if member.size > _LIMIT_BYTES:
        raise ValueError(f"it describes itself in {member.size:,} bytes, and a head in about 2,000")
    with path.open("rb") as file:
        file.seek(member.start)
        return file.read(member.size)


def _state(content: object) -> Mapping[str, Tensor]:
    """The tensors by key, out of a `state_dict` around them if there is one."""
    state = content.get("state_dict", content) if isinstance(content, dict) else content
    if not isinstance(state, dict) or not state:
        raise ValueError("it holds no state dict")
    for key, value in state.items():
        if not isinstance(key, str) or not isinstance(value, Tensor):
            raise ValueError(f"its entry {str(key)[:80]!r} is no plain tensor")
    return state


def _array(
    whole: NDArray[np.uint8], found: Mapping[str, Member], key: str, tensor: Tensor
) -> NDArray[Any]:
    """A view of the mapped file.

    Raises:
        ValueError: If the tensor reaches beyond its storage, or would be larger than it.
    """
    storage, size = tensor.storage, tensor.storage.dtype.itemsize
    member = found.get(f"data/{storage.key}")
    if member is None or member.size != storage.n * size:
        raise ValueError(f"the numbers of {key!r} are missing or cut (was the download cut?)")
    if not _fits(tensor):
        raise ValueError(f"its tensor {key!r} reaches beyond the numbers that are stored")
    if 0 in tensor.shape:
        return np.zeros(tensor.shape, _plain(storage.dtype))
    view: NDArray[Any] = np.ndarray(
        tensor.shape,
        storage.dtype,
        whole,
        member.start + tensor.offset * size,
        tuple(stride * size for stride in tensor.strides),
    )
    return _widened(view) if storage.dtype == BFLOAT16 else view


def _fits(tensor: Tensor) -> bool:
    """Whether every number lies in the storage, and none is told a thousand times over."""
    shape, strides = tensor.shape, tensor.strides
    if len(shape) != len(strides) or min((tensor.offset, *shape, *strides)) < 0:
        return False
    last = tensor.offset + sum((n - 1) * step for n, step in zip(shape, strides, strict=True))
    return 0 in shape or (last < tensor.storage.n and math.prod(shape) <= tensor.storage.n)


def _plain(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return np.dtype("<f4") if dtype == BFLOAT16 else dtype


def _widened(halves: NDArray[Any]) -> NDArray[np.float32]:
    """float32 whose upper halves are these bits."""
    bits = np.ascontiguousarray(halves).view("<u2").astype("<u4") << np.uint32(16)
    widened: NDArray[np.float32] = bits.view("<f4").reshape(halves.shape)
    return widened
