"""A checked conversation in a terminal: a sentence, and a line a turn."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.text import Text

from mien.charts.numbers import count, plus_minus, portion
from mien.charts.svg import shortened
from mien.core.redact import printable
from mien.guard.check import Action, Check, Reason
from mien.guard.signals import MEANINGS
from mien.timeline import Conversation

WIDTH = 80
_INDENT = 7
_QUOTE_EMS = 26.0

_ASCII = str.maketrans("·’“”±…−–×", '-\'""~.--x')


def render_checks(
    conversation: Conversation,
    checks: Sequence[Check],
    *,
    color: bool = False,
    plain: bool = False,
) -> str:
    """Every check of a conversation as text for a terminal.

    Args:
        conversation: Whose checks these are.
        checks: One at least.
        color: Whether it goes to a terminal; `NO_COLOR` is heeded.
        plain: Whether only ASCII may be written.
    """
    held = io.StringIO()
    console = Console(
        file=held, width=WIDTH, force_terminal=color, legacy_windows=False, highlight=False
    )
    last = checks[-1]
    console.print(Text(printable(conversation.title or conversation.id), style="bold"))
    about = f"{count(len(checks), 'turn')} · {last.policy} · {last.by} · {last.mode}"
    console.print(Text(printable(about), style="dim"))
    console.print()
    console.print(Text(sentence(checks)))
    console.print()
    for line in _lines(checks):
        line.truncate(WIDTH, overflow="ellipsis")
        console.print(line, soft_wrap=True)
    text = held.getvalue().rstrip()
    return text.translate(_ASCII).encode("ascii", "replace").decode() if plain else text


def sentence(checks: Sequence[Check]) -> str:
    """What a person would retell of a checked conversation."""
    peak = max(checks, key=lambda check: check.risk)
    steps = [check for check in checks if check.action not in (Action.NOTHING, Action.WATCH)]
    if not steps:
        did = "the policy would not have stepped in"
    else:
        did = f"the policy would have stepped in {count(len(steps), 'time')}, first to "
        did += f"{words(steps[0].action)} at turn {steps[0].turn + 1}"
    if peak.risk <= 0:
        return f"Nothing raised the risk; {did}."
    return (
        f"Risk was highest at turn {peak.turn + 1} ({portion(peak.risk)} "
        f"{plus_minus(peak.risk, peak.risk_sd)}, {kind_of(peak)}) and {portion(checks[-1].risk)} "
        f"at the end; {did}."
    )


def kind_of(check: Check) -> str:
    """The track on which risk is highest."""
    return max(check.tracks, key=lambda track: check.tracks[track], default="")


def words(action: Action | str) -> str:
    """An action as it is said in a sentence."""
    return str(action).replace("_", " ")


def _lines(checks: Sequence[Check]) -> Iterator[Text]:
    yield Text(f"{'turn':>5}  {'who':<10}{'risk':<18}action", style="dim")
    for check in checks:
        step = f"{check.action}.{check.step}" if check.step else check.action.value
        risk = f"{portion(check.risk)} {plus_minus(check.risk, check.risk_sd)}"
        lead = f"{check.turn + 1:>5}  {check.role.value:<10}{risk if check.risk else '':<18}"
        is_strong = check.action not in (Action.NOTHING, Action.WATCH)
        shown = "" if check.action is Action.NOTHING else step
        yield Text.assemble(lead, (shown, "bold" if is_strong else ""))
        for line in _why(check):
            yield Text(" " * _INDENT + line, "dim")


def _why(check: Check) -> Iterator[str]:
    """What is new at a turn, what an action was taken for, and what the user is told."""
    if check.skipped is not None:
        yield printable(f"not judged: {check.skipped}")
        return
    new = [reason for reason in check.reasons if reason.turn == check.turn]
    yield from (said(reason) for reason in new if reason.quote is not None)
    slight = [said(reason) for reason in new if reason.quote is None]
    if slight:
        yield f"below the threshold: {', '.join(slight)}"
    if check.action not in (Action.NOTHING, Action.WATCH):
        yield f"because {', '.join(check.because)}"
    yield from (f"held back: {held}" for held in check.held_back)
    if check.notice is not None:
        yield f"tells the user: “{' '.join(printable(check.notice).split())}”"


def said(reason: Reason) -> str:
    """A signal with its chance and the words that show it."""
    label = f"{MEANINGS[reason.signal].label.lower()} {portion(reason.p)}"
    if reason.quote is None:
        return label
    quote = " ".join(printable(reason.quote.replace("\n", " ")).split())
    return f"{label}: “{shortened(quote, 1.0, _QUOTE_EMS)}”"
