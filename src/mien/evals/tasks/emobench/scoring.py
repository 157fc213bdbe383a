"""From choices to the score of a run: accuracy, over questions and orders alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mien.evals.bench import Scored
from mien.evals.estimate import NAN, Estimate, mean
from mien.evals.result import Fault, ItemResult
from mien.evals.tasks.emobench.about import INFO


def result(
    item: str,
    cluster: str,
    kind: str,
    made: Mapping[str, tuple[int | None, int]],
    *,
    epoch: int = 1,
    fault: Fault | None = None,
) -> ItemResult:
    """One question, which counts only if all its choices are right.

    A choice that cannot be read is wrong, as published, and is counted as a fault beside.

    Args:
        item: Its id.
        cluster: Its scene.
        kind: Part and language.
        made: For each choice what was picked, None if that cannot be read, and what is right.
        epoch: Which of several answers.
        fault: Why a choice cannot be read.
    """
    right = {name: float(picked == key) for name, (picked, key) in made.items()}
    is_read = all(picked is not None for picked, _ in made.values())
    return ItemResult(
        item=item,
        cluster=cluster,
        score=min(right.values()),
        fault=None if is_read else fault or Fault.UNPARSEABLE,
        epoch=epoch,
        parts=right if len(right) > 1 else {},
        kind=kind,
    )


def score(items: Sequence[ItemResult], planned: int) -> Scored:
    """Accuracy in percent: of all, of each part and language, and of single choices.

    Args:
        items: Of the run.
        planned: Questions times orders times epochs.
    """
    kinds = sorted({item.kind for item in items if item.kind})
    names = dict.fromkeys(name for item in items for name in item.parts)
    parts = {
        **{kind: _accuracy([item for item in items if item.kind == kind]) for kind in kinds},
        **{name: _of_choice(items, name) for name in names},
        "parseable": Estimate(
            100 * sum(item.fault is None for item in items) / planned if planned else NAN, n=planned
        ),
    }
    main = _accuracy(items)
    return Scored(main, parts, "" if main.n else "no question was answered")


def _accuracy(items: Sequence[ItemResult]) -> Estimate:
    held = [item for item in items if item.score is not None]
    found = mean([item.score or 0.0 for item in held], [item.cluster for item in held])
    return found.times(INFO.factor)


def _of_choice(items: Sequence[ItemResult], name: str) -> Estimate:
    held = [item for item in items if name in item.parts]
    found = mean([item.parts[name] for item in held], [item.cluster for item in held])
    return found.times(INFO.factor)
