"""The one way to onnxruntime."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mien.core.errors import BadWeights, MissingWeights

if TYPE_CHECKING:
    import onnxruntime


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
