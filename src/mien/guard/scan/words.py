"""A scan in words: what was found, what it means, and how far to trust it."""

from __future__ import annotations

import math
from datetime import date

from mien.charts.numbers import count, decimal, listed, plus_minus, portion
from mien.charts.svg import shortened
from mien.core.wilson import Share
from mien.guard.check import Action
from mien.guard.scan.chance import most_right, over_chat, right_share
from mien.guard.scan.glance import Glance
from mien.guard.scan.result import PER, Scan
from mien.guard.showing import words
from mien.guard.signals import MEANINGS, Effect, Signal
from mien.report.story import Piece, skip_in_words

MEANING = (
    "These are estimates of what careful readers would say of the words, made by detectors that "
    "err both ways: no diagnosis, and no ground for a decision about anybody. Read the turns."
)
NO_CARD = (
    "What share of the alarms is right, beyond the bound above, cannot be told: the card of these "
    "detectors has no measured sensitivity and false-alarm rate."
)
RESPONSIBLE = (
    "Risk is a sum of evidence under a policy, from 0 to 1, and no probability that somebody comes "
    "to harm. A calm conversation proves nothing: who hides distress is not seen here. Look at "
    "what is quoted before you act, and at your duties of privacy before you look."
)
_QUOTE_EMS = 30.0
_NAME_EMS = 36.0
_LEAST_SD = 0.0026


def what_it_is(scan: Scan, on: date | None) -> str:
    """Size, policy, detectors and date in one line."""
    tally, about = scan.tally, scan.about
    parts = [count(tally.turns, "turn"), f"policy {about.policy}", f"detectors {about.by}"]
    if about.private:
        parts.append("words and names left out")
    if on is not None:
        parts.append(f"{on.day} {on:%B %Y}")
    return " · ".join(parts)


def title(scan: Scan) -> str:
    """What was scanned."""
    return f"{count(len(scan), 'conversation')} scanned".capitalize()


def what_it_says(scan: Scan) -> list[Piece]:
    """What was found, as a person would retell it."""
    tally = scan.tally
    if not len(scan):
        return [Piece("No conversation could be read.")]
    worst = next(scan.glances())
    if not tally.alarms:
        pieces = [Piece(f"In none of {_conversations(scan)} ")]
        pieces += [Piece("would the policy have stepped in"), Piece(f" ({_rate(scan)}).")]
    else:
        of = f"{tally.alarms:,} of {_conversations(scan)}"
        pieces = [Piece("In "), Piece(of, strong=True), Piece(f" ({_rate(scan)}) the policy ")]
        pieces += [Piece("would have stepped in"), Piece(f"{_most_often(scan)}.")]
    if worst.peak > 0:
        band = with_band(worst.peak, worst.peak_sd).removeprefix(portion(worst.peak))
        name = shortened(name_of(worst), 1.0, _NAME_EMS)
        pieces += [Piece(" The highest risk, "), Piece(portion(worst.peak), strong=True)]
        pieces += [
            Piece(f"{band} for {worst.kind}, is in "),
            Piece(name, strong=True),
            Piece(f" at turn {worst.peak_turn + 1}."),
        ]
    return pieces


def name_of(glance: Glance) -> str:
    """What a conversation is called on a page."""
    return glance.title or glance.name


def with_band(risk: float, sd: float) -> str:
    """A risk with its 95 % band, left out where it would show as nothing.

    >>> with_band(0.5, 0.1), with_band(0.5, 0.0)
    ('.50 ±.20', '.50')
    """
    return f"{portion(risk)} {plus_minus(risk, sd)}" if sd >= _LEAST_SD else portion(risk)


def base_rate_line(scan: Scan, base_rate: float) -> str:
    """What the number of alarms means where the thing itself is rare."""
    n, alarms = len(scan), scan.tally.alarms
    if not n:
        return ""
    meant = base_rate * n
    expected = "fewer than one" if meant < 1 else f"about {meant:,.0f}"
    lead = (
        f"If 1 in {1 / base_rate:,.0f} conversations goes badly wrong, {expected} of these "
        f"{n:,} should"
    )
    if not alarms:
        return f"{lead}: no alarm in a scan of this size is what most such scans give."
    bound = most_right(base_rate, alarms / n)
    if bound >= 1:
        return f"{lead}, which is no fewer than the alarms."
    return f"{lead}, so at most {_in_100(bound)} of the alarms can be right, whatever detects."


def per_thousand(share: float) -> str:
    """A share as a rate.

    >>> per_thousand(0.0024), per_thousand(0.25), per_thousand(0.0)
    ('2.4', '250', '0')
    """
    rate = PER * share
    return "–" if math.isnan(rate) else f"{rate:,.1f}" if 0 < rate < 100 else f"{rate:,.0f}"


def ends(share: Share) -> str:
    """The interval of a rate."""
    return f"[{per_thousand(share.low)}, {per_thousand(share.high)}]"


def signal_label(name: str) -> str:
    """A signal as people call it."""
    return MEANINGS[Signal(name)].label


def why(glance: Glance, most: int = 2) -> str:
    """What raised the risk of a conversation, each signal once, with the words that show it."""
    found: dict[Signal, str | None] = {}
    for reason in glance.reasons:
        found.setdefault(reason.signal, reason.quote)
    told = []
    for signal, quote in list(found.items())[:most]:
        text = MEANINGS[signal].label.lower()
        if quote:
            text += f" “{shortened(' '.join(quote.split()), 1.0, _QUOTE_EMS)}”"
        told.append(text)
    return "; ".join(told)


def trust(scan: Scan, base_rate: float) -> list[tuple[str, str]]:
    """What a careful reader asks next, each with its answer."""
    tally, about = scan.tally, scan.about
    told = [("what risk is", RESPONSIBLE), ("base rate", base_rate_line(scan, base_rate))]
    if not about.accuracy:
        told.append(("right alarms", NO_CARD))
    told.append(("policy", f"{about.policy}, mode {about.mode}; nothing was sent to anybody"))
    told.append(("detectors", about.by))
    if tally.unjudged:
        told.append(("not judged", f"{count(tally.unjudged, 'turn')}: the detectors failed there"))
    if tally.left_out:
        told.append(("left out", f"{count(tally.left_out, 'turn')} of systems and tools"))
    return told


def right_alarms_told(scan: Scan, base_rate: float) -> list[tuple[str, str, str, str]]:
    """For each sign of harm on the card: label, sensitivity, false alarms, right alarms in 100."""
    told = []
    for name, accuracy in scan.about.accuracy.items():
        if Signal(name).effect is not Effect.HARM:
            continue
        whole = over_chat(accuracy, scan.tally.turns_of_user)
        right = (f"{100 * share:.2g}" for share in right_share(base_rate, whole))
        value, low, high = right
        shares = (_share(accuracy.sensitivity), _share(accuracy.false_alarms))
        told.append((signal_label(name), *shares, f"{value} [{low}, {high}]"))
    return told


def per_what(scan: Scan) -> str:
    """What the card's shares are of, and how they were carried over to conversations."""
    if all(accuracy.unit == "chat" for accuracy in scan.about.accuracy.values()):
        return "Sensitivity and false alarms are of whole conversations."
    return (
        "Sensitivity and false alarms are of single turns; right alarms are of conversations of "
        f"{scan.tally.turns_of_user:.0f} turns a side, the mean here, as if turns erred "
        "independently."
    )


def _share(share: Share) -> str:
    value, low, high = (decimal(one, 3) for one in share)
    return f"{value} [{low}, {high}]"


def skips(scan: Scan) -> list[str]:
    """Everything that could not be read or is no chat, what failed first."""
    return [f"{skip.source}: {skip_in_words(skip)}" for skip in (*scan.failed, *scan.skipped)]


def _conversations(scan: Scan) -> str:
    return f"{len(scan):,} conversation{'s' if len(scan) > 1 else ''}"


def _rate(scan: Scan) -> str:
    share = scan.tally.alarm_share
    return f"{per_thousand(share.value)} per 1,000, 95 % interval {ends(share)}"


def _most_often(scan: Scan) -> str:
    steps = [r for r in scan.tally.actions() if r.name not in (Action.NOTHING, Action.WATCH)]
    ordered = sorted(steps, key=lambda rate: -rate.chats)[:2]
    return f", most often to {listed([words(rate.name) for rate in ordered])}" if ordered else ""


def _in_100(share: float) -> str:
    per = 100 * share
    return "1 in 100" if per < 1.5 else f"{per:.0f} in 100"
