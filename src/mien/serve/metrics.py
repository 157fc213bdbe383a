"""Counters that anybody may scrape, in Prometheus' text format; no words, no names in them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable

_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12)

COUNTERS = {
    "mien_guard_checks_total": "Turns that were judged, by point.",
    "mien_guard_glances_total": "Replies that were glanced at as a whole, and not read.",
    "mien_guard_skipped_total": "Turns and sentences that were not judged, by reason.",
    "mien_guard_failures_total": "Failures of the guard, by what was done: open or closed.",
    "mien_guard_actions_total": "Decisions at turns, by action and mode.",
    "mien_guard_remedies_total": "Sentences that did not simply pass, by remedy and mode.",
    "mien_guard_rewrites_total": "Answers that were asked for again, by outcome.",
    "mien_proxy_requests_total": "Requests, by route and status.",
    "mien_proxy_refused_total": "Requests that were refused at the door, by reason.",
    "mien_proxy_unguarded_total": "Requests that passed without the guard, since it has no part.",
    "mien_proxy_upstream_errors_total": "Failures of the model's server, by kind.",
    "mien_proxy_context_total": "Requests that context was looked for in, by outcome.",
    "mien_proxy_clients_gone_total": "Clients that left before the end.",
}
"""Name to meaning."""

SECONDS = {
    "mien_guard_hold_seconds": "From a sentence's first character to its release.",
    "mien_guard_release_seconds": "From a sentence's last character to its release.",
    "mien_guard_judge_seconds": "What judging a sentence or a turn took.",
}
"""Name to meaning, of what is measured in seconds."""

GAUGES = {
    "mien_proxy_open_streams": "Streams that are open now.",
    "mien_guard_kept_conversations": "Points of conversations in memory.",
    "mien_guard_hand_overs_sent": "Hand-overs that were taken.",
    "mien_guard_hand_overs_failed": "Tries of hand-overs that were not.",
    "mien_guard_hand_overs_given_up": "Hand-overs that nobody took.",
    "mien_guard_hand_overs_dropped": "Hand-overs that never left, since too many waited.",
    "mien_guard_hand_overs_waiting": "Hand-overs that are still to be sent.",
}
"""Name to meaning, of what rises and falls."""

_Labels = tuple[tuple[str, str], ...]


class _Histogram:
    def __init__(self) -> None:
        self.counts = [0] * (len(_BOUNDS) + 1)
        self.sum = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(_BOUNDS, seconds)] += 1
        self.sum += seconds

    def lines(self, name: str) -> Iterable[str]:
        below = 0
        for bound, count in zip((*_BOUNDS, "+Inf"), self.counts, strict=True):
            below += count
            yield f'{name}_bucket{{le="{bound}"}} {below}'
        yield f"{name}_sum {self.sum:.6f}"
        yield f"{name}_count {below}"


class Metrics:
    """What a server has done since it began."""

    def __init__(self) -> None:
        self._counted: dict[str, Counter[_Labels]] = {name: Counter() for name in COUNTERS}
        self._seconds = {name: _Histogram() for name in SECONDS}
        self._gauges = dict.fromkeys(GAUGES, 0)

    def count(self, name: str, n: int = 1, **labels: str) -> None:
        """Count something; labels come from closed sets."""
        self._counted[name][tuple(sorted(labels.items()))] += n

    def time(self, name: str, seconds: float) -> None:
        """Add a measured time."""
        self._seconds[name].add(seconds)

    def gauge(self, name: str, value: int) -> None:
        """Set what rises and falls."""
        self._gauges[name] = value

    def move(self, name: str, by: int) -> None:
        """Let it rise or fall."""
        self._gauges[name] += by

    def total(self, name: str, **labels: str) -> int:
        """How much was counted under these labels, whatever the others."""
        wanted = set(labels.items())
        return sum(n for told, n in self._counted[name].items() if wanted <= set(told))

    def value(self, name: str) -> int:
        """What stands there of what rises and falls."""
        return self._gauges[name]

    def text(self) -> str:
        """All of it, in Prometheus' text format."""
        lines = []
        for name, meaning in COUNTERS.items():
            lines += [f"# HELP {name} {meaning}", f"# TYPE {name} counter"]
            rows = sorted(self._counted[name].items())
            lines += [f"{name}{_shown(labels)} {n}" for labels, n in rows] or [f"{name} 0"]
        for name, meaning in GAUGES.items():
            lines += [f"# HELP {name} {meaning}", f"# TYPE {name} gauge"]
            lines.append(f"{name} {self._gauges[name]}")
        for name, meaning in SECONDS.items():
            lines += [f"# HELP {name} {meaning}", f"# TYPE {name} histogram"]
            lines += self._seconds[name].lines(name)
        return "\n".join(lines) + "\n"


def _shown(labels: _Labels) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels) + "}"
