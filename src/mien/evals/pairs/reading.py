"""The talks of models from Inspect's logs of their runs, if they may be compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mien.core.errors import EvalError
from mien.evals.characters import PROVIDER
from mien.evals.logs import open_log, planned
from mien.evals.pairs.talks import TALK, Talk, Talks, kept_talk

if TYPE_CHECKING:
    from inspect_ai.log import EvalSample

ENDING = ".eval"

_HEAVY = {"events", "attachments", "messages", "output", "timelines"}
"""Of a sample; the talk is in its store, and reading the rest takes most of the time."""


def read_talks(
    runs: Iterable[str | Path], task: str, *, ignoring: Collection[str] = ("items",)
) -> Talks:
    """The talks of several runs of one task.

    Args:
        runs: Logs (`.eval`) or folders of them; `NAME=LOG` calls the model of a log NAME. Where a
            run was resumed, its fullest log counts.
        task: Of which task they must be.
        ignoring: Entries of `Result.variant` that say nothing of the talks; by default which
            items were asked, since only those that all answered are compared.

    Raises:
        EvalError: If a log is none of that task, two runs have one name, or runs differ in what
            their talks mean: version, items, number of turns.
    """
    logs = _fullest(_log(path, name, task, ignoring) for name, path in _named(runs))
    first, *others = logs
    for other in others:
        _require_alike(first, other)
    left_out: Counter[str] = Counter()
    talks: list[Talk] = []
    for log in logs:
        found, lost = _talks_of(log)
        talks += found
        left_out.update(lost)
    if not talks:
        raise EvalError(f"{', '.join(log.path for log in logs)}: no talk in it is whole")
    _require_one_length(talks)
    talks.sort(key=lambda talk: (talk.model, talk.scenario, talk.epoch))
    return Talks(
        task=task,
        version=first.version,
        variant=first.variant,
        talks=tuple(talks),
        left_out=dict(left_out),
        sources={log.model: log.path for log in logs},
    )


@dataclass(frozen=True, slots=True)
class _Log:
    """A log's header, as far as talks need it."""

    path: str
    model: str
    run: str
    held: int
    planned: int
    version: str
    variant: Mapping[str, str]
    data: Mapping[str, str]


def _named(runs: Iterable[str | Path]) -> list[tuple[str, Path]]:
    found: list[tuple[str, Path]] = []
    for run in runs:
        path, name = Path(run), ""
        if not path.exists() and "=" in str(run):
            name, _, rest = str(run).partition("=")
            path = Path(rest)
        if path.is_dir():
            found += [("", one) for one in sorted(path.glob(f"*{ENDING}"))]
        elif path.is_file():
            found.append((name, path))
        else:
            raise EvalError(f"there is no log at {path}")
    if not found:
        raise EvalError(
            f"there are no logs to compare: name at least two, or a folder of *{ENDING}"
        )
    return found


def _log(path: Path, name: str, task: str, ignoring: Collection[str]) -> _Log:
    log = open_log(path)
    if log.told["task"] != task:
        raise EvalError(
            f"{path} is a run of {log.told['task']!r}, and only runs of {task!r} can be compared"
        )
    model = log.header.eval.model
    if name and model.startswith(f"{PROVIDER}/"):
        # No name hides that a character, not a model, has spoken.
        name = f"{PROVIDER}/{name}"
    variant = log.told.get("variant") or {}
    return _Log(
        path=str(path),
        model=name or model,
        run=log.header.eval.task_id,
        held=len(log.samples),
        planned=planned(log),
        version=str(log.told.get("version", "")),
        variant={key: value for key, value in variant.items() if key not in ignoring},
        data=dict(log.told.get("data") or {}),
    )


def _fullest(logs: Iterable[_Log]) -> list[_Log]:
    """One log a run; a resumed run leaves two."""
    runs: dict[tuple[str, str], _Log] = {}
    for log in logs:
        known = runs.get((log.run, log.model))
        if known is None or log.held >= known.held:
            runs[log.run, log.model] = log
    models: dict[str, _Log] = {}
    for log in runs.values():
        other = models.setdefault(log.model, log)
        if other is not log:
            raise EvalError(
                f"{other.path} and {log.path} are both of {log.model!r}: leave one out, or name "
                f"one anew as NAME={log.path}"
            )
    return [models[name] for name in sorted(models)]


def _require_alike(one: _Log, other: _Log) -> None:
    pairs = [("version", one.version, other.version)]
    pairs += [
        (name, one.variant.get(name, "none"), other.variant.get(name, "none"))
        for name in sorted({*one.variant, *other.variant})
    ]
    told = [f"{name} {mine!r} and {theirs!r}" for name, mine, theirs in pairs if mine != theirs]
    if not told and one.data != other.data:
        told = ["their items"]
    if told:
        raise EvalError(
            f"{one.path} and {other.path} differ in {', '.join(told)}: their talks cannot be "
            "compared; run them alike"
        )


def _talks_of(log: _Log) -> tuple[list[Talk], Counter[str]]:
    from inspect_ai.log import read_eval_log_samples

    found: dict[tuple[str, int], Talk | None] = {}
    try:
        for sample in read_eval_log_samples(
            log.path, all_samples_required=False, exclude_fields=_HEAVY
        ):
            # A sample that was asked again comes after the one that it replaces.
            found[str(sample.id), sample.epoch] = _talk_of(log, sample)
    except Exception as error:
        raise EvalError(f"cannot read the talks of {log.path}: the log is damaged") from error
    talks = [talk for talk in found.values() if talk is not None]
    lost = {
        "whose talk is not whole": len(found) - len(talks),
        "that were never run": max(0, log.planned - len(found)),
    }
    return talks, Counter({reason: n for reason, n in lost.items() if n})


def _talk_of(log: _Log, sample: EvalSample) -> Talk | None:
    held = sample.store.get(TALK)
    if held is None or sample.error is not None:
        return None
    return kept_talk(held, model=log.model, scenario=str(sample.id), epoch=sample.epoch)


def _require_one_length(talks: Sequence[Talk]) -> None:
    first: dict[str, Talk] = {}
    for talk in talks:
        known = first.setdefault(talk.scenario, talk)
        if len(known.answers) != len(talk.answers):
            raise EvalError(
                f"on {talk.scenario!r} {known.model} answers {len(known.answers)} times and "
                f"{talk.model} {len(talk.answers)} times: talks of different length are no pair"
            )
