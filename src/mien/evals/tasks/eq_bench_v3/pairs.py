"""EQ-Bench 3's pairs: runs of its rubric, two at a time, before a judge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mien.core.errors import ConfigError, EvalError
from mien.evals.bench import Calls, Scored, Setup
from mien.evals.estimate import NAN, Estimate, mean
from mien.evals.info import TaskInfo
from mien.evals.inspecting import LEFT_OUT, header
from mien.evals.pairs import Showing, Talks, read_talks, showings
from mien.evals.result import ItemResult, Result
from mien.evals.source import Published, published
from mien.evals.tasks.eq_bench_v3 import CITATION, CONTAMINATION
from mien.evals.tasks.eq_bench_v3 import INFO as RUBRIC
from mien.evals.tasks.eq_bench_v3.planning import plan_pairs
from mien.evals.tasks.eq_bench_v3.prompts import Texts, load, prompt_hashes
from mien.evals.tasks.eq_bench_v3.running import nothing_to_judge
from mien.evals.tasks.eq_bench_v3.sections import SHORTEST

if TYPE_CHECKING:
    from inspect_ai import Task

INFO = TaskInfo(
    name="eq_bench_v3_pairs",
    title="EQ-Bench 3: runs compared two at a time, in both orders",
    version="1",
    measures=(
        "Which of two runs a judge prefers, and how clearly. The judge favors the first in "
        "role-plays and the second in analyses, so that only ratings from both orders mean "
        "anything (`mien rate`)."
    ),
    main_score="rating",
    scale="none by itself: `mien rate` makes ratings of the judgements",
    citation=CITATION,
    licence="MIT",
    asset=RUBRIC.asset,
    roles=("judge",),
    cluster="scenario",
    turns=RUBRIC.turns,
    contamination=CONTAMINATION,
)

NO_SCORE = "judgements of pairs rate models together: `mien rate` reads the log's rows"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a run of pairs will judge.

    Attributes:
        source: The published files.
        texts: What is in them.
        talks: Of all models.
        shown: The judgements to make.
        variant: As in `Result`.
    """

    source: Published
    texts: Texts
    talks: Talks
    shown: tuple[Showing, ...]
    variant: Mapping[str, str]


class PairsBench:
    """Pairs of EQ-Bench 3."""

    info = INFO

    def score(self, items: Sequence[ItemResult], planned: int) -> Scored:
        """No score; how often the one shown first is preferred, by kind, and how often neither."""
        judged = [item for item in items if item.score is not None]
        parts = {"ties": _share(judged, lambda share: share == 0.5)}
        for kind in dict.fromkeys(item.kind for item in judged):
            decided = [item for item in judged if item.kind == kind and item.score != 0.5]
            parts[f"first shown wins, {kind}"] = _share(decided, lambda share: share > 0.5)
        return Scored(Estimate(NAN), parts, NO_SCORE)

    def stored(self, path: Path, setup: Setup) -> Sequence[Result]:
        """None.

        Raises:
            EvalError: Always: logs of pairs are not scored, but rated.
        """
        raise EvalError(
            f"{path} cannot be scored by itself: `mien rate {path}` rates all models in it"
        )

    def baselines(self, setup: Setup) -> Sequence[Result]:
        """None: a rating is of models."""
        return ()

    def plan(self, setup: Setup) -> Sequence[Calls]:
        """A judgement a pair of talks and order."""
        ready = prepare(setup)
        return plan_pairs(ready.texts, ready.shown)

    def task(self, setup: Setup) -> Task:
        """The task for Inspect: only its role `judge` is asked anything."""
        from inspect_ai import Task
        from inspect_ai.dataset import MemoryDataset

        from mien.evals.tasks.eq_bench_v3.judging import judging, sample_of, showing_pair

        ready = prepare(setup)
        return Task(
            dataset=MemoryDataset([sample_of(one) for one in ready.shown], name=INFO.name),
            solver=showing_pair(ready.texts, ready.shown),
            scorer=judging(INFO.name),
            model="none",
            name=INFO.name,
            version=INFO.version,
            metadata=header(
                INFO,
                planned=len(ready.shown),
                variant=ready.variant,
                prompts=prompt_hashes(ready.source.hashes),
                data={**ready.source.hashes, "talks": ready.talks.sha256},
            )
            | {"mien:runs": dict(ready.talks.sources), LEFT_OUT: dict(ready.talks.left_out)},
        )


def prepare(setup: Setup) -> Prepared:
    """Which judgements a run would make.

    Raises:
        ConfigError: If it is not told which runs to compare, or told what it does not know.
        EvalError: If those runs cannot be compared, or met other items than the published ones.
    """
    runs, against = _asked(setup)
    source = published(INFO, setup)
    texts = load(source)
    talks = _judgeable(read_talks(runs, RUBRIC.name, ignoring=("items", "answers")))
    if source.variant.get("data") != talks.variant.get("data"):
        raise EvalError("the published files are not those of the runs: judge with what they met")
    every = showings(talks, against=against)
    shown = every if setup.limit is None else showings(talks, against=against, limit=setup.limit)
    variant = dict(talks.variant)
    if len(shown) < len(every):
        variant["judgements"] = f"{len(shown)} of {len(every)}"
    return Prepared(source, texts, talks, shown, variant)


def _judgeable(talks: Talks) -> Talks:
    """Without talks in which no answer has the published hundred characters."""
    kept = tuple(talk for talk in talks.talks if nothing_to_judge(talk) is None)
    lost = len(talks.talks) - len(kept)
    if not lost:
        return talks
    told = {f"in which no answer has {SHORTEST} characters": lost}
    return replace(talks, talks=kept, left_out={**talks.left_out, **told})


def _asked(setup: Setup) -> tuple[list[str], list[str]]:
    args = dict(setup.args)
    runs, against = _names(args.pop("runs", ())), _names(args.pop("against", ()))
    if args:
        raise ConfigError(f"{INFO.name} does not know {min(args)!r}: it knows runs and against")
    if not runs:
        raise ConfigError(
            f"{INFO.name} compares runs of {RUBRIC.name}: name their logs or a folder of them, "
            "runs=A.eval,B.eval"
        )
    return runs, against


def _names(value: Any) -> list[str]:
    """Names from a list, or from a text with commas."""
    told = value.split(",") if isinstance(value, str) else value
    if not isinstance(told, list | tuple):
        raise ConfigError(f"{value!r} is no list of names: separate them by commas")
    return [str(one).strip() for one in told if str(one).strip()]


def _share(items: Sequence[ItemResult], counts: Any) -> Estimate:
    held = [item for item in items if item.score is not None]
    return mean([float(counts(item.score)) for item in held], [item.cluster for item in held])


BENCH = PairsBench()
