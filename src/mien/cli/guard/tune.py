"""`mien guard tune`: thresholds for one's own conversations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.guard.options import need_folder
from mien.cli.output import advise, result, result_json
from mien.core.errors import ConfigError

if TYPE_CHECKING:
    from mien.core.wilson import Share
    from mien.guard.tune import Tuned


def tune(
    labeled: Annotated[
        Path,
        typer.Argument(
            metavar="LABELED.jsonl", help="One conversation a line, with alarm_at or null."
        ),
    ],
    most: Annotated[
        float,
        typer.Option(
            "--max-alarms-per-1000", help="Alarms in 1,000 ordinary conversations.", metavar="N"
        ),
    ],
    out: Annotated[Path | None, typer.Option(help="Write it.", metavar="POLICY.toml")] = None,
    policy: Annotated[
        str, typer.Option(help="To begin from: one that ships, or a .toml.", metavar="NAME|FILE")
    ] = "default",
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Choose thresholds on half of labelled conversations, and measure them on the other."""
    from mien.guard.labeled_chats import read_labeled_chats
    from mien.guard.local import LocalObserver
    from mien.guard.policy import policy_text
    from mien.guard.tune import tune as tuned
    from mien.guard.tune import write_policy

    if out is not None and (out.suffix != ".toml" or out.exists()):
        raise ConfigError(f"cannot write {out.name!r}: name a new file that ends in .toml")
    if out is not None:
        need_folder(out)
    policy_text(policy)
    found = tuned(
        read_labeled_chats(labeled),
        policy=policy,
        observer=LocalObserver(),
        most_per_thousand=most,
        on_chat=_progress,
    )
    if out is not None:
        write_policy(found, policy, out)
        advise(f"wrote {out}")
    if as_json:
        result_json(found.to_dict())
    else:
        for line in _lines(found):
            result(line)


def _progress(n: int) -> None:
    if n % 500 == 0:
        advise(f"{n:,} conversations judged")


def _lines(found: Tuned) -> list[str]:
    held = found.held_out
    late = "" if held.delay is None else f"; median {held.delay:+g} turns from the label"
    return [
        f"{found.policy}, judged by {found.by}",
        f"risk thresholds x {found.factor:g} for at most {found.most:g} alarms per 1,000",
        f"{found.n_positive:,} conversations want an alarm, {found.n_negative:,} do not; half of "
        "each chose, the other half measured:",
        f"  recall {_said(held.recall)}{late}",
        f"  alarms per 1,000 ordinary conversations {_said(held.false, 1000)}",
    ]


def _said(share: Share, times: int = 1) -> str:
    digits = 1 if times > 1 else 2
    value, low, high = (f"{times * x:.{digits}f}" for x in share)
    return f"{value} [{low}, {high}]"
