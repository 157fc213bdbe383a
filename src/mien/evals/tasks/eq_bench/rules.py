"""What tells the members of the family apart: questions, formula, parsing, what is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from mien.evals.result import Fault, ItemResult
from mien.evals.tasks.eq_bench import faults, formula
from mien.evals.tasks.eq_bench.items import Item
from mien.evals.tasks.eq_bench.parsing import Answer, Passes, passes, whole
from mien.evals.tasks.eq_bench.prompts import without_revision

FIRST, REVISED = "first_pass", "revised"
"""Names of the passes, as in published files."""


class Revision(StrEnum):
    """Whether a model is asked to criticize its answer and give another."""

    ALWAYS = "always"
    NEVER = "never"
    ON_REQUEST = "on request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """One member of the family.

    Attributes:
        questions: The file that holds them.
        version: As published run files name it, `v1` or `v2`.
        language: Of prompts and parsing.
        revision: Whether models revise.
        is_normalized: Whether the formula is that of version 1.
        is_harness: Whether the rules are those of lm-evaluation-harness: one try, nothing beside
            the four pairs, and 0 for what cannot be read.
        least: Part of the answers that must be readable for a run to have a score.
    """

    questions: str
    version: str = "v2"
    language: str = "en"
    revision: Revision = Revision.ON_REQUEST
    is_normalized: bool = False
    is_harness: bool = False
    least: float = 0.8333

    def prompt(self, item: Item, *, revise: bool) -> str:
        """What the model under test is asked.

        Raises:
            EvalError: If the prompt is not as published.
        """
        return item.prompt if revise else without_revision(item.prompt, self.language, item.id)

    def read(self, text: str, names: Sequence[str]) -> Passes:
        """The intensities in an answer."""
        return whole(text, names) if self.is_harness else passes(text, names, self.language)

    def points(self, item: Item, answer: Answer | None) -> float | None:
        """Of one pass; 10 is the best."""
        if answer is None:
            return None
        if self.is_normalized:
            return formula.normalized(item.normalized, answer)
        return formula.fullscale(item.fullscale, answer)

    def is_done(self, item: Item, found: Passes, *, revise: bool) -> bool:
        """Whether no further try is needed.

        As in the published program every pass must have points by version 1's formula too: an
        answer of zeros, which the prompt rules out, has none. The harness takes them.
        """
        needed = found if revise else found[:1]
        return all(self._is_usable(item, answer) for answer in needed)

    def is_partial(self, item: Item, found: Passes) -> bool:
        """Whether an answer is kept if no try does better."""
        return any(self._is_usable(item, answer) for answer in found)

    def result(
        self,
        item: Item,
        found: Passes,
        *,
        epoch: int = 1,
        fault: Fault | None = None,
        retries: int = 0,
    ) -> ItemResult:
        """The points of one question.

        Args:
            item: Which.
            found: Its passes.
            epoch: Which of several answers.
            fault: Why nothing was found, if nothing was.
            retries: Further tries that were made.
        """
        points = {FIRST: self.points(item, found.first), REVISED: self.points(item, found.revised)}
        parts = {name: value for name, value in points.items() if value is not None}
        score = next(iter(parts.values()), 0.0 if self.is_harness else None)
        if not parts:
            fault = fault or Fault.UNPARSEABLE
        return ItemResult(
            item=item.id,
            cluster=item.id,
            score=score,
            fault=fault if not parts else faults.of_passes(found),
            epoch=epoch,
            parts=parts,
            counts={"retries": retries} if retries else {},
        )

    def _is_usable(self, item: Item, answer: Answer | None) -> bool:
        if answer is None:
            return False
        return self.is_harness or formula.normalized(item.normalized, answer) is not None
