"""One member of the family as a task: scored, re-scored, compared with answers unread, planned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from mien.evals.bench import Calls, Scored, Setup
from mien.evals.info import TaskInfo
from mien.evals.result import ItemResult, Result
from mien.evals.source import published
from mien.evals.tasks.eq_bench.baselines import baselines
from mien.evals.tasks.eq_bench.final import scored
from mien.evals.tasks.eq_bench.items import Item, read_items
from mien.evals.tasks.eq_bench.options import TEXT, Options
from mien.evals.tasks.eq_bench.rules import Rules
from mien.evals.tasks.eq_bench.stored import Reader
from mien.evals.tokens import tokens_in

if TYPE_CHECKING:
    from inspect_ai import Task

_WRITTEN, _WRITTEN_WITH_REVISION = 25, 211
"""Tokens of one answer: means of 1,665 published ones in one pass, and of 3,071 in two."""


@dataclass(frozen=True)
class EqBench:
    """A member of the family.

    Attributes:
        info: What it is.
        rules: What tells it from the others.
    """

    info: TaskInfo
    rules: Rules

    def score(self, items: Sequence[ItemResult], planned: int) -> Scored:
        """The figures of a run from its items, by the published rules."""
        return scored(items, planned, self.rules)

    def stored(self, path: Path, setup: Setup) -> Sequence[Result]:
        """The runs in a file of the publisher's program.

        `answers=text` parses anew what the model wrote, instead of using what was parsed then.

        Raises:
            AssetError: If the questions are not here.
            ConfigError: If the setup has an argument that makes no sense.
            EvalError: If the file is none of this task; says what it is, if it can be told.
        """
        source = published(self.info, setup)
        items = read_items(source, self.rules.questions)
        options = Options.of(setup, self.info, self.rules)
        reader = Reader(
            info=self.info, rules=self.rules, items=items, from_text=options.answers == TEXT
        )
        return reader.runs(path, source.hashes, source.variant)

    def baselines(self, setup: Setup) -> Sequence[Result]:
        """One value everywhere, chance, and the mean by position.

        Raises:
            AssetError: If the questions are not here.
            EvalError: Likewise, for a folder.
        """
        source = published(self.info, setup)
        items = read_items(source, self.rules.questions)
        return baselines(self.info, self.rules, items, source)

    def plan(self, setup: Setup) -> Sequence[Calls]:
        """One call a question; each try that cannot be read costs another.

        Raises:
            AssetError: If the questions are not here.
            ConfigError: If the setup has an argument that makes no sense.
            EvalError: If they are not as published.
        """
        options = Options.of(setup, self.info, self.rules)
        items, _ = setup.cut(read_items(published(self.info, setup), self.rules.questions))
        prompts = [self.rules.prompt(item, revise=options.revise) for item in items]
        written = _WRITTEN_WITH_REVISION if options.revise else _WRITTEN
        read = sum(map(tokens_in, prompts))
        return (Calls(role="model", calls=len(items), read=read, written=written * len(items)),)

    def task(self, setup: Setup) -> Task:
        """The task for Inspect.

        Raises:
            AssetError: If the questions are not here.
            ConfigError: If the setup has an argument that makes no sense.
            EvalError: If they are not as published.
        """
        from mien.evals.tasks.eq_bench.asking import make_task

        source = published(self.info, setup)
        questions = read_items(source, self.rules.questions)
        items, cut = setup.cut(questions)
        options = Options.of(setup, self.info, self.rules)
        about = {
            "variant": {**options.variant(self.rules), **source.variant, **cut},
            "prompts": {"questions": self._wording(questions, options)},
            "data": source.hashes,
        }
        return make_task(self.info, self.rules, items, options, about)

    def _wording(self, questions: Sequence[Item], options: Options) -> str:
        """sha256 of what is asked, which is cut out of what was published."""
        asked = (self.rules.prompt(one, revise=options.revise) for one in questions)
        return sha256("\0".join(asked).encode()).hexdigest()
