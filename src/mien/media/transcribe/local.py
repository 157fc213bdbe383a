"""faster-whisper, with a model that lies on this machine: it never fetches one itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from mien.assets import find, installed, size
from mien.core.arrays import Samples
from mien.core.config import Config
from mien.core.errors import BadWeights, ConfigError, DecoderError, MissingExtra, MissingWeights

DEFAULT = "whisper-small"
_PULLED = (DEFAULT, "whisper-base")
_NEEDED = ("model.bin", "config.json", "tokenizer.json")
"""Without its tokenizer faster-whisper would fetch one."""


class FasterWhisper:
    """Whisper by CTranslate2; the model is loaded when it is first needed.

    Args:
        config: Decides on model, device and threads.

    Raises:
        ConfigError: If the model is neither one that can be pulled nor a folder with one.
        MissingExtra: If `mien[transcribe]` is not installed.
        MissingWeights: If the model is not on this machine.
    """

    listener = ""

    def __init__(self, config: Config) -> None:
        if find_spec("faster_whisper") is None:
            raise MissingExtra("hearing words in sound", "transcribe")
        self._model = _Model(find_model(config), config.device, config.threads)

    @property
    def name(self) -> str:
        """Such as `faster-whisper (whisper-small)`."""
        folder = self._model.folder
        pulled = next((name for name in _PULLED if name in folder.parts), None)
        return f"faster-whisper ({pulled or folder.name})"

    def hear(self, samples: Samples, language: str | None) -> Mapping[str, Any]:
        """What is said; see `Recognizer`."""
        model = _load(self._model)
        try:
            segments, info = model.transcribe(
                samples,
                language=language,
                word_timestamps=True,
                vad_filter=True,
                # Else what was invented once is invented again and again.
                condition_on_previous_text=False,
            )
            rows = [_row(segment) for segment in segments]
        except (RuntimeError, ValueError, MemoryError) as error:
            raise DecoderError(f"{self.name} failed: {error}") from error
        return {"language": info.language, "segments": rows}

    def close(self) -> None:
        """Nothing: the model stays for the next recording."""


class _Model(NamedTuple):
    folder: Path
    device: str
    threads: int


def find_model(config: Config) -> Path:
    """The folder of the model that the settings name.

    Raises:
        ConfigError: If it is neither one that can be pulled nor a folder with one.
        MissingWeights: If it is not on this machine.
    """
    name = config.transcribe_model or DEFAULT
    if name in _PULLED:
        main = installed(name, config)
        if main is None:
            asset = find(name)
            told = f"{asset.hub}, {size(asset.bytes)}, {asset.licence}"
            reason = f"{name} is not on this machine: run `mien models pull {name}` ({told})"
            raise MissingWeights(reason)
        return main.parent
    folder = Path(name).expanduser()
    missing = [file for file in _NEEDED if not (folder / file).is_file()]
    if missing:
        known = ", ".join(_PULLED)
        raise ConfigError(
            f"transcribe_model is {name!r}, which has no {', '.join(missing)}: "
            f"choose from {known}, or name a folder with a model for faster-whisper"
        )
    return folder


@lru_cache(maxsize=1)
def _load(model: _Model) -> Any:
    from faster_whisper import WhisperModel

    try:
        return WhisperModel(
            str(model.folder),
            device=model.device,
            compute_type="auto",
            cpu_threads=model.threads,
            local_files_only=True,
        )
    except (RuntimeError, ValueError, OSError) as error:
        raise BadWeights(
            f"cannot load the model in {model.folder} ({error}): "
            "pull it again, or name another with transcribe_model",
            model.folder,
        ) from error


def _row(segment: Any) -> dict[str, Any]:
    return {
        "text": segment.text,
        "start": segment.start,
        "end": segment.end,
        "avg_logprob": segment.avg_logprob,
        "compression_ratio": segment.compression_ratio,
        "no_speech_prob": segment.no_speech_prob,
        "words": [
            {"word": w.word, "start": w.start, "end": w.end, "probability": w.probability}
            for w in segment.words or ()
        ],
    }
