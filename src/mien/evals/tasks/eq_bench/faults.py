"""Why an answer has no score, or has one that means little."""

from __future__ import annotations

import re

from mien.evals.refusals import is_refusal
from mien.evals.result import Fault
from mien.evals.tasks.eq_bench.parsing import Passes

_TEMPLATE = re.compile(r"<(?:revised |überarbeitete )?(?:score|punktzahl)>", re.IGNORECASE)


def of_answer(text: str, *, was_cut: bool = False) -> Fault:
    """Why nothing could be read from an answer.

    Args:
        text: The answer.
        was_cut: Whether its provider stopped at the token limit.
    """
    if not text.strip():
        return Fault.TRUNCATED if was_cut else Fault.EMPTY
    if _TEMPLATE.search(text):
        return Fault.PLACEHOLDER
    if was_cut:
        return Fault.TRUNCATED
    return Fault.REFUSED if is_refusal(text) else Fault.UNPARSEABLE


def of_passes(found: Passes) -> Fault | None:
    """`PLACEHOLDER` if every pass gives one value to all emotions; such an answer has a score.

    Of the answers of 28 published runs 14 in 7,804 are of this kind, 11 of them zeros.
    """
    held = [answer for answer in found if answer is not None]
    is_flat = bool(held) and all(len(set(answer)) == 1 for answer in held)
    return Fault.PLACEHOLDER if is_flat else None
