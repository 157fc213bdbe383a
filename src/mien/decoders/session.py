"""The one way to onnxruntime."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mien.core.errors import BadWeights, MissingWeights

if TYPE_CHECKING:
    import onnxruntime

BUCKETS = (1, 8, 32)
"""Batch sizes that sessions see: fixed shapes keep memory flat."""


def open_session(path: Path, threads: int = 1) -> onnxruntime.InferenceSession:
    """A session on the CPU that keeps to its threads and gives memory back.

    Args:
        path: An ONNX file.
        threads: Threads within one operator; one runs on the caller's.

    Raises:
        MissingWeights: If there is no such file.
        BadWeights: If onnxruntime cannot load it.
    """
    import onnxruntime

    if not path.is_file():
        raise MissingWeights(f"no weights at {path}: reinstall Mien or pull them again")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    # With changing batch sizes the arena grew one process from 71 to 508 MB.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    # Idle threads would otherwise burn a core each between calls.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises bare classes of its own for every fault
        raise BadWeights(f"cannot load {path}: {error}") from error


def metadata(session: onnxruntime.InferenceSession) -> Mapping[str, str]:
    """What the training run wrote into the file: labels, scaling, calibration."""
    found: Mapping[str, str] = session.get_modelmeta().custom_metadata_map
    return found


def run_in_buckets(
    session: onnxruntime.InferenceSession, inputs: Mapping[str, NDArray[Any]]
) -> list[NDArray[np.float32]]:
    """All outputs for a batch of any size, run in padded batches of `BUCKETS` sizes.

    Args:
        session: Whose inputs all have the batch as their first axis.
        inputs: Name to array, all with the same first length n.

    Returns:
        One array an output, first axis n.
    """
    n = len(next(iter(inputs.values())))
    parts: list[list[NDArray[np.float32]]] = []
    done = 0
    while done < n or not parts:
        size = next((b for b in BUCKETS if n - done <= b), BUCKETS[-1])
        take = min(size, n - done)
        fed = {name: _padded(array[done : done + take], size) for name, array in inputs.items()}
        parts.append([output[:take] for output in session.run(None, fed)])
        done += max(take, 1)
    return [np.concatenate(column) for column in zip(*parts, strict=True)]


def _padded(array: NDArray[Any], size: int) -> NDArray[Any]:
    if len(array) == size:
        return array
    rest = np.zeros((size - len(array), *array.shape[1:]), dtype=array.dtype)
    return np.concatenate([array, rest])
