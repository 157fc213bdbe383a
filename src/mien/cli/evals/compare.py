"""`mien evals compare`: which models differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mien.cli.evals.options import AsJson, Data, Labels, Runs, Task, labels_of, setup_of
from mien.cli.output import result, result_json

if TYPE_CHECKING:
    from mien.evals.boards.comparing import Difference


def compare(
    runs: Runs, task: Task = "", data: Data = None, label: Labels = None, as_json: AsJson = False
) -> None:
    """Tell paired differences of all models, corrected for how many there are."""
    from mien.evals.boards.tables import compare_files

    found = compare_files(runs, task=task, setup=setup_of(data), labels=labels_of(label))
    if as_json:
        for one in found:
            result_json(one.to_dict())
        return
    width = max((len(one.better) for one in found), default=0)
    other = max((len(one.worse) for one in found), default=0)
    for one in found:
        result(_line(one, width, other))


def _line(one: Difference, width: int, other: int) -> str:
    from mien.evals.boards.report.words import interval, number

    pair = f"{one.better.ljust(width)}  over  {one.worse.ljust(other)}"
    if not one.value.n:
        return f"{pair}  no item that both have a score for"
    told = "apart" if one.apart else "not told apart"
    needs = "" if one.apart or one.needed is None else f", needs about {one.needed:,}"
    return (
        f"{pair}  +{number(one.value.value, 2)} {interval(one.value, 2)}  "
        f"p {number(one.holm, 3)}  {told}{needs}"
    )
