"""An answer that comes in one piece: judged sentence by sentence, and changed where it must be."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from mien.guard import Mode, Remedy, Verdict
from mien.guard.hold import gap
from mien.serve.dialect import Data, parsed
from mien.serve.upstream import Lost

if TYPE_CHECKING:
    from mien.serve.helpers import Aside
    from mien.serve.transfer import Asked
    from mien.serve.watch import Watch
    from mien.serve.ways import Seen


class Whole:
    """A whole answer and the guard.

    Args:
        watch: The guard.
        asked: What was asked.
        seen: What the guard made of the request.
        notice: To be shown before the words; None for nothing.
        aside: Where its sentences are judged; None for here.

    Attributes:
        heard: The model's own words, by answer.
        sent: What the client gets.
        told: Headers that tell what was found.
    """

    def __init__(
        self, watch: Watch, asked: Asked, seen: Seen, notice: str | None, aside: Aside | None
    ) -> None:
        self.heard: dict[str, str] = {}
        self.sent: dict[str, str] = {}
        self.told: list[tuple[bytes, bytes]] = []
        self._watch, self._asked, self._seen, self._notice = watch, asked, seen, notice
        self._stopped: set[str] = set()
        self._aside = aside

    async def listen(self, data: Data) -> None:
        """Judge it; what the client has is not changed any more."""
        for key, text in self._asked.dialect.answers(data).items():
            await self._said(text)
            self.heard[key] = self.sent[key] = text

    async def judged(self, data: Data) -> Data | None:
        """The answer as the client is to have it; None if that is as it came."""
        answers = self._asked.dialect.answers(data)
        found: list[Verdict] = []
        for key, text in answers.items():
            said, verdicts, stopped = await self._said(text)
            found += verdicts
            if stopped is not None and self._may_ask_again(answers, stopped):
                said, stopped = await self._again(said, stopped)
            self.heard[key] = said
            self.sent[key] = self._shown(key, said, stopped)
        self.told = _told(found)
        if self.sent == answers:
            return None
        changed = {key: text for key, text in self.sent.items() if text != answers[key]}
        return self._asked.dialect.reworded(data, changed, frozenset(self._stopped))

    async def _said(self, text: str) -> tuple[str, tuple[Verdict, ...], Verdict | None]:
        """What may leave of a text, what was found, and what stopped it."""
        hold = self._watch.hold(self._seen)
        first = await self._watch.hear(hold.feeding(text), self._aside)
        last = await self._watch.hear(hold.ending(), self._aside)
        verdicts = first.verdicts + last.verdicts
        self._watch.count(verdicts, first.timings + last.timings)
        return hold.said, verdicts, first.stopped or last.stopped

    def _may_ask_again(self, answers: dict[str, str], stopped: Verdict) -> bool:
        return (
            stopped.remedy is Remedy.REWRITE
            and len(answers) == 1
            and self._asked.is_one
            and self._watch.ways.holding.rewrites > 0
        )

    async def _again(self, said: str, stopped: Verdict) -> tuple[str, Verdict | None]:
        """What the model says when it goes on after a correction."""
        data = None
        # What cannot be read, or not be had, leaves the answer as far as it was good.
        with suppress(Lost):
            async with self._asked.send(self._asked.again(said, stopped)) as response:
                if response.status == 200:
                    data = parsed(await response.whole())
        if data is None:
            self._watch.metrics.count("mien_guard_rewrites_total", outcome="refused")
            return said, stopped
        self._watch.metrics.count("mien_guard_rewrites_total", outcome="asked")
        text = next(iter(self._asked.dialect.answers(data).values()), "")
        more, _, stopped_again = await self._said(text)
        return f"{said}{gap(said, more)}{more}", stopped_again

    def _shown(self, key: str, said: str, stopped: Verdict | None) -> str:
        parts = [self._notice] if self._notice else []
        parts += [said] if said else []
        if stopped is not None and self._watch.guard.mode is Mode.ENFORCE:
            self._stopped.add(key)
            parts.append(self._asked.blocked)
        return "\n\n".join(parts)


def _told(found: list[Verdict]) -> list[tuple[bytes, bytes]]:
    if not found:
        return []
    worst = max(found, key=lambda one: one.remedy.rank)
    signals = dict.fromkeys(signal.value for one in found for signal in one.signals)
    return [
        (b"x-mien-remedy", worst.remedy.value.encode()),
        (b"x-mien-signals", ", ".join(signals).encode()),
    ]
