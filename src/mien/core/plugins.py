"""Entry points: what is installed under a name, without importing it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points


@dataclass(frozen=True, slots=True)
class Plugin:
    """Something that a package has registered.

    Attributes:
        name: Under which it is known.
        package: The distribution that brings it, with its version.
        entry: How to load it.
    """

    name: str
    package: str
    entry: EntryPoint


def plugins(group: str) -> dict[str, Plugin]:
    """What is registered in an entry-point group, by name; nothing is imported.

    Where two packages use one name, the one whose distribution sorts first wins, so that the
    outcome does not depend on the order of folders.
    """
    found = sorted(
        (Plugin(entry.name, _package(entry), entry) for entry in entry_points(group=group)),
        key=lambda plugin: (plugin.name, plugin.package),
        reverse=True,
    )
    return {plugin.name: plugin for plugin in found}


def _package(entry: EntryPoint) -> str:
    return f"{entry.dist.name} {entry.dist.version}" if entry.dist else "unknown package"
