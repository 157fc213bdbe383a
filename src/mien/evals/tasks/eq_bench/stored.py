"""Run files as the publisher's program writes them, scored anew from the answers in them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mien.core.errors import EvalError
from mien.evals.info import TaskInfo
from mien.evals.result import Fault, ItemResult, Result
from mien.evals.source import content, parse
from mien.evals.tasks.eq_bench import faults, parsing
from mien.evals.tasks.eq_bench.final import settled
from mien.evals.tasks.eq_bench.items import Item
from mien.evals.tasks.eq_bench.parsing import Passes
from mien.evals.tasks.eq_bench.rules import FIRST, REVISED, Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads the runs of one task.

    The scores that a file holds for single questions are passed over: they were formed with an
    earlier state of the references, and do not come to the score that the file states.

    Attributes:
        info: Of the task.
        rules: Likewise.
        items: Its questions.
        from_text: Whether answers are parsed anew from what the model wrote.
    """

    info: TaskInfo
    rules: Rules
    items: Sequence[Item]
    from_text: bool = False

    def runs(
        self, path: Path, data: Mapping[str, str], variant: Mapping[str, str]
    ) -> tuple[Result, ...]:
        """The runs in a file: one in JSON, one a line in JSON lines; both may be packed.

        Args:
            path: The file.
            data: sha256 of the files of questions.
            variant: What these add to the name of the score, if they are not as published.

        Raises:
            EvalError: If it is none of this task; says what it is, if it can be told.
        """
        raw = content(path)
        with path.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        told = {"source": str(path), "sha256": digest, "data": data, "variant": variant}
        return tuple(self._run(plain, name, told) for plain, name in _objects(raw, path))

    def _run(self, plain: dict[str, Any], name: str, told: Mapping[str, Any]) -> Result:
        self._check(plain, name)
        try:
            iterations = _iterations(plain)
            items = tuple(
                item
                for epoch, key in enumerate(sorted(iterations, key=int), 1)
                for item in self._epoch(iterations[key], epoch, name)
            )
            return Result(
                task=self.info.name,
                version="published",
                model=_model(plain),
                items=settled(items, self.rules),
                planned=len(self.items) * len(iterations),
                created=_when(plain.get("run_completed")),
                stated=_number(plain.get("benchmark_score")),
                notes=("parsed anew from what the model wrote",) if self.from_text else (),
                **told,
            )
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError, OSError) as error:
            raise EvalError(f"{name} is damaged ({type(error).__name__}: {error})") from error

    def _check(self, plain: dict[str, Any], name: str) -> None:
        if "raw_results" not in plain and "respondent_answers" not in plain:
            raise EvalError(f"{name} is no run of EQ-Bench 1 or 2{_what_it_is(plain)}")
        version, language = plain.get("eqbench_version"), plain.get("language", "en")
        if version != self.rules.version:
            raise EvalError(f"{name} is a run of EQ-Bench {version}: {_other(version)}")
        if language != self.rules.language:
            raise EvalError(f"{name} is a run in {language!r}: {_other(language)}")
        total = plain.get("n_questions_total")
        if total not in (None, len(self.items)):
            raise EvalError(f"{name} had {total} questions, {self.info.name} has {len(self.items)}")

    def _epoch(self, one: Mapping[str, Any], epoch: int, name: str) -> Iterator[ItemResult]:
        answers, texts = one["respondent_answers"], one.get("raw_inference", {})
        if self.from_text and not texts:
            raise EvalError(f"{name} holds no texts, only answers that were parsed")
        held = texts if self.from_text else answers
        if strange := sorted({*held} - {item.id for item in self.items}):
            raise EvalError(f"{name} answers question {strange[0]!r}, which {self.info.name} lacks")
        for item in self.items:
            yield self._item(item, held.get(item.id), texts.get(item.id, ""), epoch)

    def _item(self, item: Item, held: Any, text: str, epoch: int) -> ItemResult:
        if held is None:
            # The publisher leaves out what no try gave.
            return self.rules.result(item, Passes(None), epoch=epoch, fault=Fault.UNPARSEABLE)
        if self.from_text:
            found = self.rules.read(held, item.names)
        else:
            found = Passes(*(parsing.answer(one, item.names) for one in _both(held)))
        fault = None if any(found) else faults.of_answer(text or "-")
        return self.rules.result(item, found, epoch=epoch, fault=fault)


def _both(held: Any) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """The pairs of both passes, which lie there by name or in their order."""
    first, revised = (held[FIRST], held[REVISED]) if isinstance(held, dict) else held
    return first or {}, revised or {}


def _objects(raw: bytes, path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """What a file holds, with names for errors."""
    if raw.startswith(b"PK"):
        raise EvalError(f"{path} is a log of Inspect or another archive, and no published run")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise EvalError(f"{path} is not UTF-8 (byte {error.start})") from error
    if ".jsonl" in path.suffixes:
        lines = [(line, f"line {i} of {path}") for i, line in enumerate(text.split("\n"), 1)]
    else:
        lines = [(text, str(path))]
    for line, name in lines:
        if not line.strip():
            continue
        plain = parse(line, name)
        if not isinstance(plain, dict):
            raise EvalError(f"{name} is no run of EQ-Bench: an object is needed")
        yield plain, name


def _iterations(plain: Mapping[str, Any]) -> dict[str, Any]:
    """What each iteration holds; runs without texts may hold their answers alone."""
    if "raw_results" in plain:
        found = dict(plain["raw_results"])
    else:
        answers = plain["respondent_answers"]
        found = {key: {"respondent_answers": held} for key, held in answers.items()}
    if not found:
        raise ValueError("no iteration")
    return found


def _model(plain: Mapping[str, Any]) -> str:
    lora = plain.get("lora_path") or ""
    return f"{plain['model_path']} + {lora}" if lora else str(plain["model_path"])


def _when(seconds: Any) -> str:
    number = _number(seconds)
    return "" if number is None else datetime.fromtimestamp(number, UTC).isoformat()


def _number(value: Any) -> float | None:
    return None if value in (None, "", "N/A") else float(value)


def _other(told: Any) -> str:
    names = {"v1": "eq_bench_v1", "v2": "eq_bench", "en": "eq_bench", "de": "eq_bench_de"}
    name = names.get(str(told))
    return f"score it with `mien evals score {name}`" if name else "no task of Mien scores that"


def _what_it_is(plain: Mapping[str, Any]) -> str:
    if "eval" in plain and "samples" in plain:
        return ": it is a log of Inspect"
    if "__metadata__" in plain:
        return ": it holds pairwise judgements of EQ-Bench 3, for `mien rate`"
    held = [value for value in plain.values() if isinstance(value, dict)]
    if any("__meta__" in value for value in held):
        return ": it looks like a run of Spiral-Bench"
    if any("reference_answer" in value for value in held):
        return ": it holds questions, and no answers"
    return ""
