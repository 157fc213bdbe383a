"""EQ-Bench 2 by the rules of EleutherAI's lm-evaluation-harness, task `eq_bench` 2.1."""

from __future__ import annotations

from mien.evals.info import TaskInfo
from mien.evals.tasks.eq_bench.family import EqBench
from mien.evals.tasks.eq_bench.rules import Revision, Rules
from mien.evals.tasks.eq_bench.shared import CITATION, MEASURES, SCALE

BENCH = EqBench(
    TaskInfo(
        name="eq_bench_lm_eval",
        title="EQ-Bench 2 as lm-evaluation-harness scores it: unreadable answers count 0",
        version="2.1",
        measures=MEASURES,
        main_score="distance from the reference, 0 where none could be read",
        scale=SCALE,
        factor=10.0,
        citation=CITATION,
        licence="MIT",
        asset="eq-bench-v2",
        contamination="Items and references are public since January 2024.",
    ),
    Rules(
        questions="eq_bench_v2_questions_171.json",
        revision=Revision.NEVER,
        is_harness=True,
    ),
)
"""One answer of 80 tokens at temperature 0, which must hold the four pairs and no other."""
