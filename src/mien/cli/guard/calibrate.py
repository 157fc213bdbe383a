"""`mien guard calibrate`: what a language model's grades mean, learned on labelled turns."""

from __future__ import annotations

import sys
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.output import advise, result, result_json
from mien.core.errors import ConfigError

if TYPE_CHECKING:
    from mien.core.wilson import Share
    from mien.guard.judge import Fitted, Tally
    from mien.guard.judge.scale import Figures


def calibrate(
    labeled: Annotated[
        Path, typer.Argument(help="Turns that people labelled, one a line.", metavar="JSONL")
    ],
    judge: Annotated[
        str, typer.Option(help="Whom to ask: openai/MODEL, or URL#MODEL.", metavar="JUDGE")
    ],
    max_false_alarms: Annotated[
        float,
        typer.Option(
            help="Share of turns without a signal that may raise it.", min=0, max=0.5, metavar="P"
        ),
    ] = 0.05,
    jobs: Annotated[int, typer.Option(help="Questions at a time.", min=1, max=64, metavar="N")] = 4,
    cache: Annotated[
        Path | None,
        typer.Option(help="Keep answers there, so that a rerun asks less.", metavar="FOLDER"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Fit what a judge's grades mean, measure that, and keep it on this machine."""
    from mien.core.config import load_config
    from mien.core.progress import bar
    from mien.guard.judge import (
        Judge,
        JudgeOptions,
        fit,
        grade_all,
        guessed,
        judge_address,
        judge_id,
        read_labeled,
        rubrics_hash,
        save_calibration,
    )
    from mien.llm import FolderCache

    config, address = load_config(), judge_address(judge)
    told = read_labeled(labeled)
    kept = FolderCache(cache) if cache is not None else None
    unread = guessed(judge_id(address), rubrics_hash())
    with (
        Judge(address, unread, JudgeOptions(cache=kept, config=config)) as asked,
        bar(f"{len(told):,} turns", len(told), sys.stderr) as report,
    ):
        verdicts = grade_all(asked, told, jobs, report)
        tally = asked.tally
    try:
        fitted = fit(asked, told, verdicts, max_false_alarms)
    except ConfigError:
        _told(tally)
        raise
    path = save_calibration(fitted.calibration, config)
    if as_json:
        result_json(_plain(fitted, tally))
    else:
        result(_table(fitted))
    _told(tally)
    advise(f"wrote {path}")


def _table(fitted: Fitted) -> str:
    """Figures a signal, a line each; on turns that were held out."""
    head = ["signal", "with", "without", "AUC", "recall", "false alarms", "from grade"]
    rows = [head]
    for signal, told in fitted.figures.items():
        scale = fitted.calibration.scales.get(signal)
        rows.append([signal.value, *_cells(told), "-" if scale is None else str(scale.raised_from)])
    wide = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = [
        "  ".join(
            cell.ljust(n) if i == 0 else cell.rjust(n)
            for i, (cell, n) in enumerate(zip(row, wide, strict=True))
        )
        for row in rows
    ]
    lines += [f"{signal.value} is left out: {why}" for signal, why in fitted.left_out.items()]
    if fitted.n_failed:
        lines.append(f"turns without a usable answer: {fitted.n_failed}")
    return "\n".join(lines)


def _cells(told: Figures) -> list[str]:
    def share(value: float, low: float, high: float) -> str:
        return "-" if isnan(value) else f"{value:.0%} [{100 * low:.0f}, {100 * high:.0f}]"

    auc = "-" if isnan(told.auc) else f"{told.auc:.2f}"
    shares = [share(*told.recall), share(*told.false_alarms)]
    return [f"{told.n_true:,}", f"{told.n_false:,}", auc, *shares]


def _plain(fitted: Fitted, tally: Tally) -> dict[str, object]:
    return {
        "judge": fitted.calibration.judge,
        "rubrics": fitted.calibration.rubrics,
        "n": fitted.calibration.n,
        "failed": fitted.n_failed,
        "signals": {
            signal.value: {
                "n_true": told.n_true,
                "n_false": told.n_false,
                "auc": None if isnan(told.auc) else told.auc,
                "recall": _share(told.recall),
                "false_alarms": _share(told.false_alarms),
                "raised_from": None if scale is None else scale.raised_from,
                "chances": None if scale is None else list(scale.chances),
                "left_out": fitted.left_out.get(signal),
            }
            for signal, told in fitted.figures.items()
            for scale in [fitted.calibration.scales.get(signal)]
        },
        "answers": tally.answers,
        "tokens_read": tally.tokens_read,
        "tokens_written": tally.tokens_written,
        "made_up": tally.made_up,
        "unsure": tally.unsure,
    }


def _share(share: Share) -> dict[str, float] | None:
    return None if isnan(share.value) else share._asdict()


def _told(tally: Tally) -> None:
    """What asking came to."""
    advise(
        f"{tally.answers:,} answers paid for, {tally.cached:,} kept from before: "
        f"{tally.tokens_read:,} tokens read, {tally.tokens_written:,} written; "
        f"{tally.made_up:,} quotes made up, {tally.unsure:,} grades unsure"
    )
