"""Inspect's logs of our tasks as results, from their headers and summaries alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from mien.core.errors import EvalError, MissingExtra
from mien.core.redact import printable
from mien.evals.characters import is_scripted
from mien.evals.inspecting import HEADER, LEFT_OUT, ORIGIN, as_item
from mien.evals.prices import Prices, load_prices
from mien.evals.result import Fault, ItemResult, Result
from mien.evals.simulated import notes as simulator_notes
from mien.evals.spending import role_models, usage

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog, EvalSample, EvalSampleSummary

T = TypeVar("T")

FORMS = (".eval", ".json")
"""How names of Inspect's logs end."""

SPENT = "the budget is spent"
"""How the error of a sample begins that came to no end since the money was gone."""


class Log(NamedTuple):
    """A log without its transcripts.

    Attributes:
        path: Where it is.
        header: Everything but samples.
        samples: A summary each, those alone that were written before a run was killed.
        told: What our task wrote into its metadata.
    """

    path: Path
    header: EvalLog
    samples: tuple[EvalSampleSummary, ...]
    told: Mapping[str, Any]


def read_log(path: Path, prices: Prices | None = None) -> Result:
    """What a run came to, half-written ones of a killed run included.

    Args:
        path: A `.eval` or `.json` log of one of our tasks.
        prices: By default those that come with Mien and the user's own.

    Raises:
        EvalError: If the file is no log, is damaged, or belongs to a task that is none of ours.
        MissingExtra: If inspect-ai is not installed.
    """
    log = open_log(path)
    spec = log.header.eval
    roles, items = role_models(log.header), _items(log)
    return Result(
        task=str(log.told["task"]),
        version=str(log.told.get("version", "")),
        model=spec.model,
        items=items,
        planned=planned(log),
        roles={role: ", ".join(names) for role, names in roles.items()},
        variant=_texts(log.told.get("variant")) | _chosen(log),
        source=str(path),
        sha256=sha256(path),
        prompts=_texts(log.told.get("prompts")),
        data=_texts(log.told.get("data")),
        usage=usage(log.header, log.samples, prices or load_prices()),
        packages=dict(spec.packages),
        created=_utc(spec.created),
        is_scripted=is_scripted(
            [spec.model, *(name for names in roles.values() for name in names)]
        ),
        notes=(*_notes(log), *simulator_notes(items)),
    )


def open_log(path: Path) -> Log:
    """A log's header and summaries.

    Raises:
        EvalError: As `read_log` does.
        MissingExtra: If inspect-ai is not installed.
    """
    log = open_header(path)
    return log._replace(samples=tuple(_once(_read(path, _summaries))))


def open_header(path: Path) -> Log:
    """A log without its samples, which is there at once however many they are.

    Raises:
        EvalError: As `read_log` does.
        MissingExtra: If inspect-ai is not installed.
    """
    if path.suffix not in FORMS:
        raise EvalError(f"{path} is no log of Inspect: their names end in {' or '.join(FORMS)}")
    if not path.is_file():
        raise EvalError(
            f"cannot read {path}: {'it is a folder' if path.is_dir() else 'no such file'}"
        )
    header = _read(path, _header)
    told = (header.eval.metadata or {}).get(HEADER)
    if not isinstance(told, dict) or "task" not in told:
        raise EvalError(
            f"{path} is a log of {header.eval.task!r}, which is no task of Mien's catalogue"
        )
    return Log(path, header, (), told)


def _header(path: Path) -> EvalLog:
    from inspect_ai.log import read_eval_log

    return read_eval_log(str(path), header_only=True)


def _summaries(path: Path) -> list[EvalSampleSummary]:
    from inspect_ai.log import read_eval_log_sample_summaries

    return read_eval_log_sample_summaries(str(path))


def _read(path: Path, reader: Callable[[Path], T]) -> T:
    try:
        return reader(path)
    except ImportError as error:
        raise MissingExtra("reading logs of Inspect", "evals") from error
    except Exception as error:
        # Damage shows itself as anything, since Inspect packs, unpacks and checks by several
        # libraries. What Pydantic says of a file repeats what stands in it.
        reason = printable(str(error).partition("\n")[0])[:200]
        kind = type(error).__name__
        raise EvalError(
            f"cannot read {path}: it is damaged, or no log of Inspect ({kind}: {reason})"
        ) from error


def read_sample(path: Path, item: str, epoch: int = 1) -> EvalSample | None:
    """One sample with its transcript; None if the log has none of that id.

    Raises:
        EvalError: If the log is damaged.
    """
    from inspect_ai.log import read_eval_log_sample

    try:
        return read_eval_log_sample(str(path), id=item, epoch=epoch)
    except IndexError:
        return None
    except Exception as error:
        raise EvalError(f"cannot read {item!r} of {path}: the log is damaged") from error


def planned(log: Log) -> int:
    """Items times epochs that a run set out to ask.

    Inspect's own `--limit` and `--epochs` are known to its header alone.
    """
    ids = log.header.eval.dataset.sample_ids
    if ids is None:
        return int(log.told.get("planned", len(log.samples)))
    return len(ids) * (log.header.eval.config.epochs or 1)


def _once(samples: Iterable[EvalSampleSummary]) -> Iterable[EvalSampleSummary]:
    """The last record of each sample: one that was asked again supersedes what it replaced."""
    return {(str(one.id), one.epoch): one for one in samples}.values()


def _items(log: Log) -> tuple[ItemResult, ...]:
    items = [_item(log, sample) for sample in log.samples]
    if any(item.fault is Fault.BUDGET for item in items):
        items += _never_begun(log, {(item.item, item.epoch) for item in items})
    order = {str(one): at for at, one in enumerate(log.header.eval.dataset.sample_ids or [])}
    return tuple(sorted(items, key=lambda one: (one.epoch, order.get(one.item, len(order)))))


def _item(log: Log, sample: EvalSampleSummary) -> ItemResult:
    if sample.error or sample.limit == "cost":
        spent = sample.limit == "cost" or SPENT in (sample.error or "")[:100]
        return ItemResult(
            item=str(sample.id),
            cluster=str(sample.metadata.get("cluster", sample.id)),
            score=None,
            fault=Fault.BUDGET if spent else Fault.FAILED,
            epoch=sample.epoch,
        )
    ours = [score for score in (sample.scores or {}).values() if "item" in (score.metadata or {})]
    if not ours:
        raise EvalError(
            f"{log.path} has no score of Mien's for {str(sample.id)!r}: score it with "
            f"`mien evals rejudge`"
        )
    try:
        return as_item(ours[-1], sample.epoch)
    except (EvalError, ValueError, TypeError) as error:
        raise EvalError(
            f"{log.path} has a damaged score for {str(sample.id)!r}: {error}"
        ) from error


def _never_begun(log: Log, known: set[tuple[str, int]]) -> list[ItemResult]:
    """Items that a run did not come to before its money was spent."""
    epochs = range(1, (log.header.eval.config.epochs or 1) + 1)
    ids = map(str, log.header.eval.dataset.sample_ids or [])
    missing = [(one, epoch) for one in ids for epoch in epochs if (one, epoch) not in known]
    return [
        ItemResult(item=one, cluster=one, score=None, fault=Fault.BUDGET, epoch=epoch)
        for one, epoch in missing
    ]


def _notes(log: Log) -> tuple[str, ...]:
    header = log.header
    found = []
    origin = (header.eval.metadata or {}).get(ORIGIN)
    if isinstance(origin, dict):
        found.append(f"the answers are those of {origin.get('log')}, judged again")
    left_out = (header.eval.metadata or {}).get(LEFT_OUT)
    for reason, n in left_out.items() if isinstance(left_out, dict) else ():
        found.append(f"not compared: {n} talks {reason}")
    done = len(log.samples)
    if header.status != "success":
        reason = {"started": "was killed", "cancelled": "was interrupted"}.get(
            header.status, "ended with an error"
        )
        found.append(f"the run {reason}: {done:,} of {planned(log):,} samples are there")
    return tuple(found)


def _chosen(log: Log) -> dict[str, str]:
    """Which of the task's items were asked, where Inspect's own options left some out."""
    known, asked = log.header.eval.dataset.samples, log.header.eval.dataset.sample_ids
    if not known or not asked or len(asked) >= known:
        return {}
    if isinstance(log.header.eval.config.limit, int) and not log.header.eval.dataset.shuffled:
        return {"items": f"first {len(asked)} of {known}"}
    # Ten items and ten others of a task are no one table.
    ids = hashlib.sha256("\n".join(sorted(map(str, asked))).encode()).hexdigest()
    return {"items": f"{len(asked)} of {known}", "ids": ids[:8]}


def _texts(told: Any) -> dict[str, str]:
    return {str(key): str(value) for key, value in told.items()} if isinstance(told, dict) else {}


def _utc(told: str) -> str:
    try:
        return datetime.fromisoformat(told).astimezone(UTC).isoformat(timespec="seconds")
    except ValueError:
        return ""


def sha256(path: Path) -> str:
    """Of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
