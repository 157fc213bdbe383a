"""The published prompts, taken out of the publisher's program without running it."""

from __future__ import annotations

import ast
import hashlib
from typing import NamedTuple

from mien.core.errors import EvalError
from mien.evals.source import Published

SIMULATOR = "simulator_response.py"
MODEL = "npc_response.py"


class Prompts(NamedTuple):
    """All that models are told.

    Attributes:
        aim: What the person wants of the talk.
        feeling: Asks what a reply made of their feelings.
        reply: Asks what they say next.
        system: What the model under test is told.
    """

    aim: str
    feeling: str
    reply: str
    system: str

    @property
    def hashes(self) -> dict[str, str]:
        """sha256 of each, by name."""
        held = self._asdict().items()
        return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in held}


_NEEDED = {
    "feeling": ("{{target}}", "{{simulator_role}}", "{{simulator_scene}}", "{{dialog_history}}"),
    "reply": ("{{target}}", "{{player_type}}", "{{planning}}", "{{emotion}}", "{{new_history}}"),
}


def prompts_of(found: Published) -> Prompts:
    """The prompts of the publisher's program.

    Raises:
        AssetError: If its files were not pulled.
        EvalError: If they are not as published.
    """
    simulator, model = (_parsed(found.text(name), name) for name in (SIMULATOR, MODEL))
    prompts = Prompts(
        aim=_text(simulator, "target_prompt", "", SIMULATOR),
        feeling=_text(simulator, "template", "planning_reply", SIMULATOR),
        reply=_text(simulator, "template", "player_reply", SIMULATOR),
        system=_text(model, "role_system", "call_npc", MODEL),
    )
    for name, marks in _NEEDED.items():
        for mark in marks:
            if mark not in getattr(prompts, name):
                raise EvalError(f"{SIMULATOR} is not as published: its prompt has no {mark}")
    return prompts


def _parsed(text: str, name: str) -> ast.Module:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise EvalError(f"{name} is no Python: was it cut?") from error


def _text(module: ast.Module, variable: str, function: str, name: str) -> str:
    """What a variable is set to, as written: at the top, or in a function."""
    body = module.body if not function else _body(module, function)
    for node in body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            if variable in names and isinstance(node.value.value, str):
                return node.value.value
    raise EvalError(f"{name} is not as published: it sets no {variable!r}")


def _body(module: ast.Module, function: str) -> list[ast.stmt]:
    for node in module.body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return node.body
    return []
