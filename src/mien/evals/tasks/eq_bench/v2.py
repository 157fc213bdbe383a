"""EQ-Bench 2: 171 questions, intensities from 0 to 10 as they are."""

from __future__ import annotations

from mien.evals.info import TaskInfo
from mien.evals.tasks.eq_bench.family import EqBench
from mien.evals.tasks.eq_bench.rules import Rules
from mien.evals.tasks.eq_bench.shared import CITATION, MEASURES, SCALE

BENCH = EqBench(
    TaskInfo(
        name="eq_bench",
        title="EQ-Bench 2: what someone feels at the end of a dialogue",
        version="2.1",
        measures=MEASURES,
        main_score="distance from the reference",
        scale=SCALE,
        factor=10.0,
        citation=CITATION,
        licence="MIT",
        asset="eq-bench-v2",
        contamination="Items, references and answers of 86 models are public since January 2024; "
        "models trained since may have read them.",
    ),
    Rules(questions="eq_bench_v2_questions_171.json"),
)
"""Without the second pass, as published since version 2.1; `revise=true` asks for it."""
