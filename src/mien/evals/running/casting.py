"""Who plays which role of a task: all are named, none is chosen silently."""

from __future__ import annotations

from collections.abc import Mapping

from mien.core.errors import ConfigError
from mien.evals.info import TaskInfo


def spread_roles(info: TaskInfo, roles: Mapping[str, str]) -> dict[str, str]:
    """Roles with `judge` in place of each of `judge_1`, `judge_2`, ... that nobody else plays."""
    numbered = {role: role.rpartition("_")[0] for role in info.roles}
    spread = {role: roles[one] for role, one in numbered.items() if one in roles}
    rest = {role: who for role, who in roles.items() if role not in numbered.values()}
    return spread | rest


def cast_roles(info: TaskInfo, given: Mapping[str, str]) -> dict[str, str]:
    """Who plays each role of a task, exactly those that it has.

    Raises:
        ConfigError: If one is missing or unknown; no judge is ever chosen silently.
    """
    roles = spread_roles(info, given)
    missing = [role for role in info.roles if role not in roles]
    if missing:
        needed = " ".join(f"--role {role}=PROVIDER/MODEL" for role in missing)
        raise ConfigError(f"{info.name} needs {', '.join(missing)}: name who it is with {needed}")
    if unknown := [role for role in roles if role not in info.roles]:
        known = ", ".join(info.roles) or "none"
        raise ConfigError(f"{info.name} has no role {unknown[0]!r}: its roles are {known}")
    return {role: roles[role] for role in info.roles}
