"""EQ-Bench 2 in German: the same references, names and dialogues translated by GPT-4."""

from __future__ import annotations

from mien.evals.info import TaskInfo
from mien.evals.tasks.eq_bench.family import EqBench
from mien.evals.tasks.eq_bench.rules import Rules
from mien.evals.tasks.eq_bench.shared import CITATION, MEASURES, SCALE

BENCH = EqBench(
    TaskInfo(
        name="eq_bench_de",
        title="EQ-Bench 2 in German",
        version="2.1",
        measures=MEASURES,
        main_score="distance from the reference",
        scale=SCALE,
        factor=10.0,
        citation=CITATION,
        licence="MIT",
        asset="eq-bench-v2",
        languages=("de",),
        contamination="Items and references are public since early 2024.",
    ),
    Rules(questions="eq_bench_v2_questions_171_de.json", language="de"),
)
"""Translated by a model: a score in German is no measure of German alone."""
