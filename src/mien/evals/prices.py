"""What models cost, as far as anybody said; what nobody said is unknown, never nothing."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mien.core.config import Config, load_config
from mien.core.errors import ConfigError
from mien.core.network import is_loopback
from mien.evals.models import host_of
from mien.evals.result import Usage

_HERE = frozenset(
    {
        "mien",
        "mockllm",
        "none",
        "ollama",
        "llama-cpp-python",
        "hf",
        "vllm",
        "sglang",
        "transformer_lens",
    }
)
"""Providers of Inspect that compute on machines of one's own."""

_RELEASE = re.compile(r"-(?:\d{4}-\d{2}-\d{2}|\d{8}|latest)$")
_FIELDS = ("read", "written", "cached", "stored")


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """US dollars per million tokens.

    Attributes:
        read: Tokens sent.
        written: Tokens answered, reasoning included.
        cached: Tokens read again from the provider's cache.
        stored: Tokens written into it.
        source: Who says so, and when.
    """

    read: float
    written: float
    cached: float
    stored: float
    source: str

    def of(self, *, read: int, written: int, cached: int = 0, stored: int = 0) -> float:
        """Dollars for so many tokens; `read` counts neither cached nor stored ones.

        >>> Price(read=2, written=8, cached=1, stored=2, source="x").of(read=500_000, written=0)
        1.0
        """
        parts = (
            read * self.read,
            written * self.written,
            cached * self.cached,
            stored * self.stored,
        )
        return sum(parts) / 1e6


FREE = Price(read=0, written=0, cached=0, stored=0, source="runs on a machine of your own")


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by model, a user's own before the list that comes with Mien.

    Attributes:
        known: By model, as Inspect names it.
    """

    known: Mapping[str, Price] = field(default_factory=dict)

    def find(self, model: str) -> Price | None:
        """The price of a model; None if nobody said one.

        A release with a date costs what its model costs. Models served on this machine are free
        unless a price is given for them.
        """
        for name in (model, _RELEASE.sub("", model)):
            if name in self.known:
                return self.known[name]
        provider = model.partition("/")[0]
        is_here = provider in _HERE or is_loopback(host_of(model, os.environ))
        return FREE if is_here else None

    def usd(self, model: str, usage: Usage) -> float | None:
        """Dollars for a role's tokens, all read at the full price; None if unknown."""
        price = self.find(model)
        return None if price is None else price.of(read=usage.read, written=usage.written)


def load_prices(path: Path | None = None, config: Config | None = None) -> Prices:
    """The prices that come with Mien, with a user's own on top.

    Args:
        path: A file in the form of `prices.toml`; by default the one that the settings name.
        config: Settings; by default those of `mien.toml` and the environment.

    Raises:
        ConfigError: If the file cannot be read or has another form.
    """
    path = path or (config or load_config()).prices
    known = dict(_listed())
    if path is not None:
        try:
            known |= _parse(path.read_text(encoding="utf-8"), str(path))
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"cannot read prices from {path}: {error}") from error
    return Prices(known)


@cache
def _listed() -> Mapping[str, Price]:
    text = files("mien.evals").joinpath("prices.toml").read_text(encoding="utf-8")
    return MappingProxyType(_parse(text, "prices.toml"))


def _parse(text: str, where: str) -> dict[str, Price]:
    try:
        groups = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{where} is not valid TOML: {error}") from error
    # A user's file may leave out the groups, which say where prices are from.
    if "models" in groups:
        groups = {"own": groups}
    found: dict[str, Price] = {}
    for name, group in groups.items():
        models = group.get("models") if isinstance(group, dict) else None
        if not isinstance(models, dict):
            raise ConfigError(
                f"{where} has no [models] in {name!r}: write "
                '"PROVIDER/MODEL" = { read = 1.0, written = 4.0 } under [models]'
            )
        source = ", ".join(
            filter(None, (str(group.get("source", where)), str(group.get("date", ""))))
        )
        found |= {model: _price(model, told, source, where) for model, told in models.items()}
    return found


def _price(model: str, told: Any, source: str, where: str) -> Price:
    is_table = isinstance(told, dict) and {"read", "written"} <= told.keys() <= set(_FIELDS)
    if not is_table or not all(
        type(one) in (int, float) and 0 <= one < 1e6 for one in told.values()
    ):
        raise ConfigError(
            f"{where} has no price for {model!r} in dollars per million tokens: write "
            "{ read = 1.0, written = 4.0 }, and cached and stored if they differ"
        )
    usd = {name: float(told.get(name, told["read"])) for name in _FIELDS}
    return Price(**usd, source=source)
