"""A language model as a judge of turns: asked by rubrics, believed as far as it was calibrated."""

from mien.guard.judge.blend import Band, Blend, merge
from mien.guard.judge.calibrate import Fitted, fit, grade_all
from mien.guard.judge.calibration import (
    Calibration,
    calibration_path,
    guessed,
    load_calibration,
    save_calibration,
)
from mien.guard.judge.judge import Judge, JudgeOptions, judge_address, judge_id, open_judge
from mien.guard.judge.labeled import Labeled, read_labeled
from mien.guard.judge.rubrics import Rubric, make_rubric, rubric, rubrics_hash
from mien.guard.judge.tally import Tally
from mien.guard.judge.verdict import Verdict

__all__ = [
    "Band",
    "Blend",
    "Calibration",
    "Fitted",
    "Judge",
    "JudgeOptions",
    "Labeled",
    "Rubric",
    "Tally",
    "Verdict",
    "calibration_path",
    "fit",
    "grade_all",
    "guessed",
    "judge_address",
    "judge_id",
    "load_calibration",
    "make_rubric",
    "merge",
    "open_judge",
    "read_labeled",
    "rubric",
    "rubrics_hash",
    "save_calibration",
]
