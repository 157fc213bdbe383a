"""Models as Inspect makes them: whom they ask, whether they may, and how they fail."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from mien.core.config import Config
from mien.core.errors import ConfigError
from mien.core.network import Purpose, allow
from mien.evals.characters import PROVIDER
from mien.evals.perception.asking.model import host_of

if TYPE_CHECKING:
    from inspect_ai.model import Model

__all__ = ["check_models", "host_of", "kinds_of_error", "model_of", "plain"]


_NOBODY = (PROVIDER, "none", "mockllm")
"""Providers that ask nobody: characters, and Inspect's own for no model at all."""


def check_models(models: Iterable[str], config: Config) -> None:
    """Return if each of these models may be asked; nothing is sent to find out.

    Raises:
        ConfigError: If a name has no provider, or its base URL is none.
        NetworkRefused: If Mien is offline and a model is not on this machine.
    """
    for model in models:
        if "/" not in model:
            raise ConfigError(f"{model!r} names no provider: write PROVIDER/{model}")
        if model.partition("/")[0] not in _NOBODY:
            allow(host_of(model, os.environ), Purpose.ASK_MODEL, config)


def model_of(name: str) -> Model:
    """A model as Inspect makes it.

    Raises:
        ConfigError: If it cannot, such as for want of a key or a package.
    """
    from inspect_ai._util.error import PrerequisiteError
    from inspect_ai.model import get_model

    try:
        # A remembered model would keep its address, and be asked through an earlier meter.
        return get_model(name, memoize=False)
    except PrerequisiteError as error:
        raise ConfigError(f"Inspect cannot use {name}: {plain(error.message)}") from error
    except (ValueError, ImportError) as error:
        raise ConfigError(f"Inspect cannot use {name}: {error}") from error


def plain(message: object) -> str:
    """A message of Inspect without its markup and line breaks."""
    return " ".join(re.sub(r"\[/?[a-z ]*\]", "", str(message)).split()).removeprefix("ERROR: ")


def kinds_of_error(path: Path) -> str:
    """What kind of errors a log holds; a provider's words may repeat what it was sent."""
    from mien.evals.logs import open_log

    log = open_log(path)
    told = [one.error or "" for one in log.samples]
    if log.header.error is not None:
        told.append(log.header.error.message)
    status = {f"HTTP {n}" for one in told for n in re.findall(r"Error code: (\d{3})", one)}
    names = {_name_of_error(one) for one in told if one}
    return ", ".join(sorted(status or names)) or "for no reason given"


def _name_of_error(message: str) -> str:
    """The class of an error, beneath what tried it again."""
    retried = re.search(r"raised (\w+)", message)
    return retried[1] if retried else re.split(r"\W", message.strip(), maxsplit=1)[0]
