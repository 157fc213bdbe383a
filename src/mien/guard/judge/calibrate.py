"""Fitting what a judge's grades mean, on turns that people labelled."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import NamedTuple

from mien.core.errors import ConfigError, MienError, ModelServiceError
from mien.guard.judge.calibration import Calibration
from mien.guard.judge.judge import Judge
from mien.guard.judge.labeled import Labeled
from mien.guard.judge.scale import FEWEST, Figures, Graded, fit_scale, measure
from mien.guard.judge.verdict import Verdict
from mien.guard.signals import Signal

MOST_FAILED = 0.1
"""Share of the turns that may stay unanswered: those that a judge refuses are no random ones."""


class Fitted(NamedTuple):
    """What came of calibrating.

    Attributes:
        calibration: To be kept.
        figures: By signal that was labelled, on turns held out.
        left_out: Why a labelled signal has no scale.
        n_failed: Turns for which no usable answer came.
    """

    calibration: Calibration
    figures: Mapping[Signal, Figures]
    left_out: Mapping[Signal, str]
    n_failed: int


def grade_all(
    judge: Judge, labeled: Sequence[Labeled], jobs: int, report: Callable[[int], None]
) -> list[Verdict | None]:
    """The judge's verdict on each turn, in their order; None where no usable answer came.

    Args:
        judge: Whom to ask.
        labeled: What.
        jobs: Questions at a time.
        report: Is told how many are done.

    Raises:
        ModelServiceError: If more than a tenth stays unanswered.
    """

    def grade(one: Labeled) -> Verdict | ModelServiceError:
        try:
            return judge.grade(one.turns)
        except ModelServiceError as error:
            return error

    found = list[Verdict | None]()
    with ThreadPoolExecutor(jobs) as pool:
        for done, came in enumerate(pool.map(grade, labeled), start=1):
            found.append(came if isinstance(came, Verdict) else None)
            report(done)
            if isinstance(came, MienError) and found.count(None) > MOST_FAILED * len(labeled):
                pool.shutdown(cancel_futures=True)
                raise ModelServiceError(
                    f"{found.count(None)} of the first {done} labelled turns got no usable answer, "
                    f"the last since {came}"
                ) from came
    return found


def fit(
    judge: Judge,
    labeled: Sequence[Labeled],
    verdicts: Sequence[Verdict | None],
    most_false: float,
) -> Fitted:
    """What labelled turns teach of a judge.

    A signal that the judge was unsure of or quoted wrongly for in a turn is left out there.

    Args:
        judge: Whose verdicts they are.
        labeled: Turns with labels.
        verdicts: One each.
        most_false: Share of the turns without a signal at which it may be raised.

    Raises:
        ConfigError: If no signal can be calibrated.
    """
    graded = _by_signal(labeled, verdicts)
    scales, left_out = {}, {}
    for signal, told in graded.items():
        scale = fit_scale(told, most_false)
        if scale is None:
            left_out[signal] = _reason(told, most_false)
        else:
            scales[signal] = scale
    if not scales:
        why = "; ".join(f"{signal.value}: {reason}" for signal, reason in left_out.items())
        raise ConfigError(f"nothing can be calibrated on these turns ({why}): label more of them")
    figures = {signal: measure(told, most_false) for signal, told in graded.items()}
    calibration = Calibration(
        judge=judge.calibration.judge,
        rubrics=judge.calibration.rubrics,
        made=date.today().isoformat(),
        n=sum(verdict is not None for verdict in verdicts),
        scales=scales,
        figures={signal: _plain(figures[signal]) for signal in scales},
    )
    return Fitted(calibration, figures, left_out, sum(one is None for one in verdicts))


def _by_signal(
    labeled: Sequence[Labeled], verdicts: Sequence[Verdict | None]
) -> dict[Signal, list[Graded]]:
    found: dict[Signal, list[Graded]] = {
        signal: [] for signal in Signal if any(signal in one.labels for one in labeled)
    }
    for one, verdict in zip(labeled, verdicts, strict=True):
        for signal, is_true in one.labels.items():
            if verdict is not None and signal in verdict.grades:
                found[signal].append(Graded(one.group, verdict.grades[signal], is_true))
    return found


def _reason(graded: Sequence[Graded], most_false: float) -> str:
    n_true = sum(one.is_true for one in graded)
    n_false = len(graded) - n_true
    if min(n_true, n_false) < FEWEST:
        return f"{n_true} with it and {n_false} without, and {FEWEST} of each are needed"
    return f"no grade finds any at {most_false:.0%} false alarms or fewer"


def _plain(figures: Figures) -> dict[str, float]:
    return {
        "n_true": figures.n_true,
        "n_false": figures.n_false,
        "auc": figures.auc,
        "recall": figures.recall.value,
        "false_alarms": figures.false_alarms.value,
    }
