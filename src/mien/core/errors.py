"""Everything Mien raises on purpose.

MienError
├── SourceError            a file, stream or chat that cannot be read
│   ├── SourceNotFound
│   ├── UnreadableSource
│   └── TooLarge
├── DecoderError
│   ├── UnknownDecoder
│   ├── MissingWeights
│   ├── BadWeights
│   └── LicenceRefused
├── AssetError             a pinned file that cannot be fetched or trusted
│   └── DamagedAsset
├── EvalError              a comparison, log or rating that does not hold
├── GuardFailed            a turn that could not be judged, where that must not pass
├── StoreError             what the guard keeps cannot be read, written or erased
├── MissingExtra           an optional dependency is not installed
├── MissingPackage         a package that Mien can serve and never installs is not there
├── ModelServiceError      a language model that gives no usable answer
├── ConfigError            an option, setting or argument that makes no sense
│   └── PolicyError        a policy of the guard that cannot be used
└── NetworkRefused         the one gate said no

A message says what happened, with what, and what to do; lower case, no full stop.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar


class MienError(Exception):
    """The root of every error that Mien raises on purpose."""

    exit_code: ClassVar[int] = 2


class SourceError(MienError):
    """A source that cannot be read; carries the source's name and the reason apart."""

    def __init__(self, source: str | Path, reason: str) -> None:
        self.source = str(source)
        self.reason = reason
        super().__init__(f"cannot read {self.source}: {reason}")


class SourceNotFound(SourceError):
    """Nothing is there under that name."""

    def __init__(self, source: str | Path, reason: str = "no such file") -> None:
        super().__init__(source, reason)


class UnreadableSource(SourceError):
    """Something is there, but it is not what a reader can use."""


class TooLarge(SourceError):
    """A source beyond the limits of `media.limits`."""


class DecoderError(MienError):
    """A decoder that cannot be had or cannot be used."""


class UnknownDecoder(DecoderError):
    """No decoder is registered under that name."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        self.name = name
        super().__init__(f"no decoder is called {name!r}: choose from {', '.join(known)}")


class MissingWeights(DecoderError):
    """A decoder's weights are not on this machine."""


class BadWeights(DecoderError):
    """A weight file that is damaged, or not what its card says.

    Attributes:
        path: The file at fault, where it is another than the one that was asked about.
    """

    def __init__(self, message: str, path: Path | None = None) -> None:
        self.path = path
        super().__init__(message)


class LicenceRefused(DecoderError):
    """Weights that may not be used commercially, where commercial use was announced."""

    def __init__(self, name: str, licence: str) -> None:
        super().__init__(
            f"{name} is licensed {licence}, which forbids commercial use, and "
            "MIEN_COMMERCIAL is set: choose another decoder (mien doctor lists them)"
        )


class AssetError(MienError):
    """A pinned file that cannot be fetched, is damaged, or has the wrong hash."""


class DamagedAsset(AssetError):
    """What is here of an asset is not what was recorded, or not of use as it is."""

    exit_code = 1


class EvalError(MienError):
    """A comparison, its log or a rating that does not hold."""


class GuardFailed(MienError):
    """A turn that could not be judged, where the guard was told to let nothing pass unseen."""


class StoreError(MienError):
    """A store of the guard that cannot be used, or that is damaged."""


class MissingExtra(MienError):
    """An optional dependency is not installed."""

    def __init__(self, purpose: str, extra: str) -> None:
        self.extra = extra
        super().__init__(f"{purpose} needs an optional part: pip install 'mien[{extra}]'")


class MissingPackage(MienError):
    """A package is not installed that Mien hands data to, and that no extra brings."""

    def __init__(self, purpose: str, package: str) -> None:
        self.package = package
        super().__init__(f"{purpose} needs {package}: pip install {package}")


class ModelServiceError(MienError):
    """A model behind an address that cannot be reached, refuses, or answers nonsense.

    The text names the model, the status and what to do, never what was sent or said.

    Attributes:
        status: Of HTTP, if an answer came at all.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        self.status = status
        super().__init__(message)


class ConfigError(MienError):
    """An option, setting or argument that makes no sense."""


class PolicyError(ConfigError):
    """A policy of the guard, or a part of one, that cannot be used."""


class NetworkRefused(MienError):
    """The network was asked for while it is switched off."""

    def __init__(self, host: str, purpose: str, variable: str = "MIEN_OFFLINE") -> None:
        self.host = host
        super().__init__(
            f"{purpose} would reach {host}, and {variable} is set: "
            "unset it, or stay on this machine (`mien models import`, or a model served here)"
        )
