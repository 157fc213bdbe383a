"""What was learned of a judge on labelled turns, kept with the data of this machine."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mien.core.config import Config, load_config
from mien.core.errors import ConfigError
from mien.core.paths import data_folder
from mien.guard.judge.scale import GUESSED, Scale
from mien.guard.signals import Signal

_MISSHAPEN = (OSError, LookupError, TypeError, AttributeError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How the grades of one judge, told by certain rubrics, are to be read.

    Attributes:
        judge: Model and host; a calibration of one judge is of no use to another.
        rubrics: Hash of the rubrics it was told.
        made: When, as an ISO date; empty for one that was guessed.
        n: Labelled turns.
        scales: By signal; others are not judged.
        figures: On turns that were held out, by signal and name.
    """

    judge: str
    rubrics: str
    made: str
    n: int
    scales: Mapping[Signal, Scale]
    figures: Mapping[Signal, Mapping[str, float]] = field(default_factory=dict)

    @property
    def is_guessed(self) -> bool:
        """Whether no labelled turn stands behind it."""
        return self.n == 0


def guessed(judge: str, rubrics: str) -> Calibration:
    """For a judge that nobody calibrated, where that is forced."""
    scales = dict.fromkeys(Signal, GUESSED)
    return Calibration(judge=judge, rubrics=rubrics, made="", n=0, scales=scales)


def calibration_path(judge: str, rubrics: str, config: Config | None = None) -> Path:
    """Where the calibration of a judge is kept, whether there is one or not."""
    slug = re.sub(r"[^A-Za-z0-9.]+", "-", judge).strip("-.")[:60]
    mark = hashlib.sha256(judge.encode()).hexdigest()[:8]
    folder = data_folder(config or load_config()) / "calibration" / "judges"
    return folder / f"{slug}-{mark}-{rubrics}.json"


def load_calibration(judge: str, rubrics: str, config: Config | None = None) -> Calibration | None:
    """What was fitted for a judge and these rubrics on this machine; None if nothing was.

    Raises:
        ConfigError: If the file is damaged or belongs to another judge.
    """
    path = calibration_path(judge, rubrics, config)
    if not path.is_file():
        return None
    try:
        found = _from_plain(json.loads(path.read_text(encoding="utf-8")))
    except _MISSHAPEN as error:
        raise ConfigError(
            f"cannot read the calibration {path} ({type(error).__name__}): "
            "fit it again with `mien guard calibrate`, or delete it"
        ) from error
    if (found.judge, found.rubrics) != (judge, rubrics):
        raise ConfigError(f"{path} was fitted for {found.judge!r}: delete it, or fit it again")
    return found


def save_calibration(calibration: Calibration, config: Config | None = None) -> Path:
    """Keep it for every later use of that judge; one that was there is replaced.

    Raises:
        ConfigError: If it cannot be written.
    """
    path = calibration_path(calibration.judge, calibration.rubrics, config)
    plain = {
        "judge": calibration.judge,
        "rubrics": calibration.rubrics,
        "made": calibration.made,
        "n": calibration.n,
        "scales": {
            signal.value: {"chances": list(scale.chances), "raised_from": scale.raised_from}
            for signal, scale in calibration.scales.items()
        },
        "figures": {signal.value: dict(told) for signal, told in calibration.figures.items()},
    }
    # Never half a file: a guard may begin while this is written.
    part = path.with_suffix(f".{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise ConfigError(f"cannot keep the calibration {path}: {error.strerror}") from error
    return path


def _from_plain(plain: Mapping[str, Any]) -> Calibration:
    n = int(plain["n"])
    if n < 1:
        raise ValueError("fitted on nothing")
    return Calibration(
        judge=str(plain["judge"]),
        rubrics=str(plain["rubrics"]),
        made=str(plain["made"]),
        n=n,
        scales={
            Signal(name): Scale(
                chances=tuple(map(float, told["chances"])), raised_from=int(told["raised_from"])
            )
            for name, told in plain["scales"].items()
        },
        figures={
            Signal(name): {str(key): float(value) for key, value in told.items()}
            for name, told in plain["figures"].items()
        },
    )
