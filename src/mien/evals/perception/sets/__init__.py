"""The published sets that Mien can be measured on: one module each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from mien.core.errors import ConfigError, SourceNotFound
from mien.evals.perception.items import About, Opened

_MODULES = (
    "emonet_face_hq",
    "emonet_face_binary",
    "emonet_voice_bench",
    "ferplus",
    "ravdess",
    "crema_d",
    "goemotions",
)


@dataclass(frozen=True, slots=True)
class DataSet:
    """One published set.

    Attributes:
        about: What it is, under which terms, and what must lie in its folder.
        open: Reads it from a folder; raises `SourceNotFound` if it is not there and
            `UnreadableSource` if what is there is something else.
    """

    about: About
    open: Callable[[Path], Opened]


def data_sets() -> dict[str, DataSet]:
    """All of them by name, in the order in which they are listed."""
    modules = [import_module(f"{__name__}.{module}") for module in _MODULES]
    return {m.ABOUT.name: DataSet(m.ABOUT, m.open_set) for m in modules}


def open_sets(names: tuple[str, ...], folder: Path) -> list[Opened]:
    """Sets found in a folder: those named, or all that are there.

    Args:
        names: Of sets; empty for all that the folder holds.
        folder: Holds one set, or several in folders of their own.

    Raises:
        ConfigError: If a name is unknown.
        SourceNotFound: If a named set is not there, or none is.
        UnreadableSource: If one is damaged.
    """
    if not folder.is_dir():
        raise SourceNotFound(folder, "no such folder")
    known = data_sets()
    for name in names:
        if name not in known:
            raise ConfigError(f"no data set is called {name!r}: choose from {', '.join(known)}")
    if names:
        return [known[name].open(_own(folder, name)) for name in dict.fromkeys(names)]
    found = [opened for name in known if (opened := _if_here(known[name], folder)) is not None]
    if not found:
        raise SourceNotFound(folder, "none of the data sets is there (see --list for their files)")
    return found


def _own(folder: Path, name: str) -> Path:
    return folder / name if (folder / name).is_dir() else folder


def _if_here(one: DataSet, folder: Path) -> Opened | None:
    try:
        return one.open(_own(folder, one.about.name))
    except SourceNotFound:
        return None
