"""What a task is, said once: its source, licence, version and main score."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mien.core.errors import EvalError

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskInfo:
    """A task as people and tables know it.

    Attributes:
        name: What to type; `mien/NAME` for Inspect.
        title: One line for people.
        version: Another one for every change of prompts, parsing or formula.
        measures: What a high score means, and what it does not, in a sentence.
        main_score: Name of the figure that ranks models.
        scale: Its range and direction, for people.
        factor: From the mean of item scores to the main score, such as 10.
        citation: How its authors want to be cited.
        licence: Of items and prompts, SPDX.
        asset: Its published files in the catalogue of data sets; empty if Mien wrote its items.
        roles: Models besides the one under test, such as `judge`; each must be named by a run.
        cluster: What one piece of independent evidence is, such as `scenario`.
        languages: Of its items, ISO 639-1.
        turns: Replies of the model under test in a conversation.
        contamination: Since when its items are public, and what that means.
        pairs: The task that compares two runs of this one; empty if it scores runs alone.
        folders: Whether its publisher spreads runs over the files of a folder, which may then be
            named as a whole.
    """

    name: str
    title: str
    version: str
    measures: str
    main_score: str
    scale: str
    factor: float = 1.0
    citation: str
    licence: str
    asset: str = ""
    roles: tuple[str, ...] = ()
    cluster: str = "item"
    languages: tuple[str, ...] = ("en",)
    turns: int = 1
    contamination: str = ""
    pairs: str = ""
    folders: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise EvalError(f"a task cannot be called {self.name!r}: use a-z, 0-9 and _")
