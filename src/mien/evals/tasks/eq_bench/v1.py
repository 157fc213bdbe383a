"""EQ-Bench 1: 60 questions, intensities made to sum to 10."""

from __future__ import annotations

from mien.evals.info import TaskInfo
from mien.evals.tasks.eq_bench.family import EqBench
from mien.evals.tasks.eq_bench.rules import Revision, Rules
from mien.evals.tasks.eq_bench.shared import CITATION, MEASURES, SCALE

BENCH = EqBench(
    TaskInfo(
        name="eq_bench_v1",
        title="EQ-Bench 1: the same on 60 questions, relative intensities only",
        version="1.1",
        measures=MEASURES,
        main_score="distance from the reference",
        scale=SCALE,
        factor=10.0,
        citation=CITATION,
        licence="MIT",
        asset="eq-bench-v2",
        contamination="Items and references are public since December 2023.",
    ),
    Rules(
        questions="eq_bench_v1_questions_60.json",
        version="v1",
        revision=Revision.ALWAYS,
        is_normalized=True,
    ),
)
"""With the second pass, as its paper has it; the better one counts."""
