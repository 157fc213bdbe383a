"""Running tasks on models through Inspect: planned, paid for, resumed, judged again."""

from mien.evals.running.jobs import Manner
from mien.evals.running.planning import Plan
from mien.evals.running.ran import Ran
from mien.evals.running.rejudging import rejudge
from mien.evals.running.start import plan_of, run

__all__ = ["Manner", "Plan", "Ran", "plan_of", "rejudge", "run"]
