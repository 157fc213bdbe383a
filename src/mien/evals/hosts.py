"""Whom a model's provider asks, and whether it may."""

from __future__ import annotations

import os
from collections.abc import Iterable

from mien.core.config import Config
from mien.core.errors import ConfigError
from mien.core.network import Purpose, allow
from mien.evals.characters import PROVIDER
from mien.evals.perception.asking import host_of

__all__ = ["check_models", "host_of"]


def check_models(models: Iterable[str], config: Config) -> None:
    """Return if each of these models may be asked; nothing is sent to find out.

    Raises:
        ConfigError: If a name has no provider, or its base URL is none.
        NetworkRefused: If Mien is offline and a model is not on this machine.
    """
    for model in models:
        if "/" not in model:
            raise ConfigError(f"{model!r} names no provider: write PROVIDER/{model}")
        if not model.startswith(f"{PROVIDER}/"):
            allow(host_of(model, os.environ), Purpose.ASK_MODEL, config)
