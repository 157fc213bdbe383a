"""Settings: `mien.toml`, then `MIEN_*` variables, then what a caller says."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from pathlib import Path
from typing import Any

from mien.core.errors import ConfigError

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"", "0", "false", "no", "off"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything a person may set, with its default.

    Attributes:
        offline: Refuse every connection but loopback.
        commercial: Refuse weights whose licence forbids commercial use.
        threads: Threads a decoder may use.
        detector: Face detector: `auto`, `yunet` or `haar`.
        device: What large pulled models run on: `auto` (a GPU where there is one), `cpu`, `cuda`.
        precision: What EmoNet's encoders compute in on a CPU: `int8`, or `half`, which takes more
            than twice the time and rounds far less. A GPU always runs half floats.
        attributes: How a voice is beyond emotion, such as `age,gender`: what describes protected
            traits is given only if it is named here.
        captions: Have voices described in words, where the captioner is pulled.
        dates: Which number comes first in dates of WhatsApp: `day`, `month`, or `auto`, which
            finds out from the whole chat.
        transcribe_url: Address of a transcription service; empty for faster-whisper, here.
        transcribe_model: What hears words: at an address its model's name, else `whisper-small`,
            `whisper-base` or a folder with a model for faster-whisper. Empty for the default.
        prices: File with prices of language models; None for the list that comes with Mien.
        home: Folder for cache and data; None for the platform's own.
    """

    offline: bool = False
    commercial: bool = False
    threads: int = 1
    detector: str = "auto"
    device: str = "auto"
    precision: str = "int8"
    attributes: str = ""
    captions: bool = False
    dates: str = "auto"
    transcribe_url: str = ""
    transcribe_model: str = ""
    prices: Path | None = None
    home: Path | None = None

    def __post_init__(self) -> None:
        if self.threads < 1:
            raise ConfigError(f"threads must be at least 1, not {self.threads}")
        if self.detector not in ("auto", "yunet", "haar"):
            raise ConfigError(f"detector must be auto, yunet or haar, not {self.detector!r}")
        if self.device not in ("auto", "cpu", "cuda"):
            raise ConfigError(f"device must be auto, cpu or cuda, not {self.device!r}")
        if self.precision not in ("int8", "half"):
            raise ConfigError(f"precision must be int8 or half, not {self.precision!r}")
        if self.dates not in ("auto", "day", "month"):
            raise ConfigError(f"dates must be auto, day or month, not {self.dates!r}")


def load_config(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """The settings of a TOML file with the environment on top.

    Args:
        path: A `mien.toml`; by default the one in the working folder, if there is one.
        environ: Variables; by default those of the process.

    Raises:
        ConfigError: If a setting is unknown or has a wrong type.
    """
    path = path if path is not None else Path("mien.toml")
    config = Config()
    if path.is_file():
        try:
            config = _with(config, tomllib.loads(path.read_text(encoding="utf-8")), str(path))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise ConfigError(f"{path} is not valid TOML: {error}") from error
    environ = os.environ if environ is None else environ
    known = {field.name for field in fields(Config)}
    told = {
        key.removeprefix("MIEN_").lower(): value
        for key, value in environ.items()
        if key.startswith("MIEN_") and key.removeprefix("MIEN_").lower() in known
    }
    return _with(config, told, "the environment")


@cache
def _types() -> dict[str, str]:
    return {field.name: str(field.type) for field in fields(Config)}


def _with(config: Config, settings: Mapping[str, Any], where: str) -> Config:
    changes: dict[str, Any] = {}
    for name, value in settings.items():
        if name not in _types():
            known = ", ".join(_types())
            raise ConfigError(f"{where} sets {name!r}, which is unknown: choose from {known}")
        changes[name] = _parse(name, value, where)
    return replace(config, **changes)


def _parse(name: str, value: Any, where: str) -> Any:
    kind = _types()[name]
    text = str(value).strip()
    if kind == "bool" and text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    if kind == "int" and text.lstrip("-").isdigit():
        return int(text)
    if kind == "str" and isinstance(value, str):
        return text
    if kind == "Path | None" and isinstance(value, str):
        return Path(text).expanduser() if text else None
    raise ConfigError(f"{where} sets {name} to {value!r}, which is not a {kind}")
