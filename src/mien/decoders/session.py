"""The one way to onnxruntime."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mien.core.errors import BadWeights, ConfigError, MissingWeights

if TYPE_CHECKING:
    import onnxruntime

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"


def providers(device: str) -> list[str]:
    """What onnxruntime runs on, best first.

    Args:
        device: `cpu`, `cuda`, or `auto` for CUDA where onnxruntime has it.

    Raises:
        ConfigError: If CUDA is asked for and this onnxruntime has none.
    """
    import onnxruntime

    if device == "cpu":
        return [CPU]
    has_cuda = CUDA in onnxruntime.get_available_providers()
    if device == "cuda" and not has_cuda:
        raise ConfigError("device is cuda, and onnxruntime has none: pip install onnxruntime-gpu")
    return [CUDA, CPU] if has_cuda else [CPU]


def open_session(
    path: Path, threads: int = 1, *, device: str = "cpu", prepack: bool = True
) -> onnxruntime.InferenceSession:
    """A session that keeps to its threads and gives memory back.

    Args:
        path: An ONNX file.
        threads: Threads within one operator; one runs on the caller's.
        device: As in `Config.device`; Mien's own small nets stay on the CPU.
        prepack: Whether weights are copied into the order that kernels like best. Without it
            external weights stay mapped from the disk and cost memory only once touched.

    Raises:
        MissingWeights: If there is no such file.
        BadWeights: If onnxruntime cannot load it.
        ConfigError: If the device is not there.
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
    if not prepack:
        options.add_session_config_entry("session.disable_prepacking", "1")
    chosen = providers(device)
    try:
        return onnxruntime.InferenceSession(path, options, providers=chosen)
    except Exception as error:  # onnxruntime raises bare classes of its own for every fault
        raise BadWeights(f"cannot load {path}: {error}") from error


def metadata(session: onnxruntime.InferenceSession) -> Mapping[str, str]:
    """What the training run wrote into the file: labels, scaling, calibration."""
    found: Mapping[str, str] = session.get_modelmeta().custom_metadata_map
    return found
