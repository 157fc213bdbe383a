"""Files of runs: whose they are, and which may stand in one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mien.core.errors import EvalError
from mien.evals import catalogue
from mien.evals.bench import Setup
from mien.evals.characters import PROVIDER, is_scripted
from mien.evals.guarding import as_row, unguarded
from mien.evals.result import Result

LOGS = (".eval",)
"""Endings of Inspect's logs; its `.json` logs are told by their content."""


@dataclass(frozen=True, slots=True)
class Key:
    """What must be equal for two scores to mean the same."""

    task: str
    version: str
    roles: tuple[tuple[str, str], ...]
    variant: tuple[tuple[str, str], ...]
    texts: tuple[tuple[str, str], ...] = ()
    """sha256 of prompts and items, by name: what was asked, and what judges were told."""

    @classmethod
    def of(cls, run: Result) -> Key:
        """That of a run."""
        return cls(
            run.task,
            run.version,
            tuple(sorted(run.roles.items())),
            tuple(sorted(unguarded(run).items())),
            tuple(sorted(_texts(run).items())),
        )

    def differences(self, other: Key) -> list[str]:
        """What two keys differ in, in words.

        >>> one, other = (Key("sage", "1", (("user", who),), ()) for who in "ab")
        >>> one.differences(other)
        ["user 'a' and 'b'"]
        """
        if self.task != other.task:
            return [f"task {self.task!r} and {other.task!r}"]
        told = (
            []
            if self.version == other.version
            else [f"version {self.version!r} and {other.version!r}"]
        )
        mine, theirs = ({**dict(key.roles), **dict(key.variant)} for key in (self, other))
        told += [
            f"{name} {mine.get(name, 'none')!r} and {theirs.get(name, 'none')!r}"
            for name in dict.fromkeys([*mine, *theirs])
            if mine.get(name) != theirs.get(name)
        ]
        return told or [f"the text of {name}" for name in self._other_texts(other)]

    def _other_texts(self, other: Key) -> list[str]:
        mine, theirs = dict(self.texts), dict(other.texts)
        return [name for name in {**mine, **theirs} if mine.get(name) != theirs.get(name)]


def _texts(run: Result) -> dict[str, str]:
    return {
        f"{what} {name}": sha
        for what, held in (("prompt", run.prompts), ("data", run.data))
        for name, sha in held.items()
    }


def gather(
    paths: Iterable[str | Path],
    *,
    task: str = "",
    setup: Setup | None = None,
    labels: Mapping[str, str] | None = None,
    unique: bool = True,
) -> tuple[Result, ...]:
    """The runs in some files.

    Args:
        paths: Logs of Inspect, files that a task's publisher wrote, or folders of either.
        task: Whose published files they are; logs say it themselves.
        setup: Where the task's items are, which scoring published answers needs.
        labels: Another name of a model, by the file it is in.
        unique: Whether models must have different names, as rows of a table must.

    Raises:
        EvalError: If a file holds no run, is given twice, or two runs have one name.
    """
    found: list[Result] = []
    given: set[Path] = set()
    for path in _files(paths, task):
        held = _read(path, task, setup or Setup())
        # A file that is named twice stays twice, to be refused.
        held = held if path in given else _new(held, found)
        given.add(path)
        label = (labels or {}).get(str(path))
        found += [_labelled(run, label) for run in held] if label else held
    if not found:
        raise EvalError("there are no runs to read: name logs of `mien evals run`")
    _refuse_copies(found)
    if unique:
        _refuse_twins(found)
    return tuple(found)


def boards(runs: Sequence[Result]) -> dict[Key, list[Result]]:
    """Runs by what their scores mean, in the order in which they came."""
    found: dict[Key, list[Result]] = {}
    for run in runs:
        found.setdefault(Key.of(run), []).append(run)
    return found


def one_board(runs: Sequence[Result]) -> Key:
    """The key that all runs share.

    Raises:
        EvalError: If they differ; says in what, and what to do.
    """
    first = runs[0]
    for run in runs[1:]:
        if told := Key.of(first).differences(Key.of(run)):
            raise EvalError(
                f"{first.source} and {run.source} differ in {', '.join(told)}: their scores don't "
                "mean the same; make a table of each (`mien evals report` does), or judge them "
                "alike with `mien evals rejudge`"
            )
    return Key.of(first)


def is_log(path: Path) -> bool:
    """Whether a file is a log of Inspect, judged by its ending or its first words."""
    if path.suffix in LOGS:
        return True
    with path.open("rb") as file:
        head = file.read(400)
    return head.lstrip()[:1] == b"{" and b'"status"' in head and b'"eval"' in head


def _files(paths: Iterable[str | Path], task: str) -> list[Path]:
    found: list[Path] = []
    for path in map(Path, paths):
        if path.is_dir():
            logs = sorted(one for one in path.iterdir() if one.suffix in LOGS)
            if not logs and not (task and catalogue.find(task).info.folders):
                raise EvalError(f"{path} holds no logs of Inspect (*.eval)")
            found += logs or [path]
        elif path.exists():
            found.append(path)
        else:
            raise EvalError(f"cannot read {path}: no such file")
    return found


def _read(path: Path, task: str, setup: Setup) -> list[Result]:
    if path.is_file() and is_log(path):
        from mien.evals.logs import read_log  # Inspect, which published runs must not need

        return [as_row(_settled(read_log(path)))]
    if task:
        return list(catalogue.find(task).stored(path, setup))
    raise EvalError(
        f"{path} is no log of Inspect; if its publisher wrote it, say whose it is: "
        f"`mien evals score TASK {path.name}`"
    )


def _labelled(run: Result, label: str) -> Result:
    """A run under another name, which never hides that a character, not a model, has spoken."""
    hides = is_scripted([run.model]) and not is_scripted([label])
    return replace(run, model=f"{PROVIDER}/{label}" if hides else label)


def _settled(run: Result) -> Result:
    """A run whose items have the scores that count, so that tables compare what they rank."""
    items = catalogue.find(run.task).score(run.items, run.planned).items
    return run if items is None else replace(run, items=items)


def _new(held: Sequence[Result], known: Sequence[Result]) -> list[Result]:
    """Runs that are not known yet: one that lies in several files is found by each of them."""
    seen = {(run.sha256, run.source) for run in known}
    return [run for run in held if (run.sha256, run.source) not in seen]


def _refuse_copies(runs: Sequence[Result]) -> None:
    seen: dict[tuple[str, str, Key], Result] = {}
    for run in runs:
        same = seen.setdefault((run.sha256 or run.source, run.model, Key.of(run)), run)
        if same is not run:
            raise EvalError(f"{run.source} is the same file as {same.source}: give it once")


def _refuse_twins(runs: Sequence[Result]) -> None:
    seen: dict[tuple[Key, str], Result] = {}
    for run in runs:
        twin = seen.setdefault((Key.of(run), run.model), run)
        if twin is not run:
            raise EvalError(
                f"two runs are called {run.model!r}: {twin.source} and {run.source}; tell them "
                f"apart with --label {run.source}=NAME"
            )
