"""How conversations are followed, and what was seen of a request."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from mien.core.errors import GuardFailed, MienError
from mien.guard import Case, Check, Holding, Observation, Observer
from mien.guard.handover import HandOver
from mien.guard.observation import glance
from mien.guard.store import MemoryStore, Store
from mien.serve.helpers import Helpers
from mien.serve.log import Decisions
from mien.serve.talk import Talk
from mien.timeline import Turn

_LOG = logging.getLogger("mien.serve")


class Sturdy:
    """An observer whose every failure is one of ours, so that it is counted and never shown.

    Args:
        observer: What judges turns.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self.name = observer.name

    def observe(self, turns: Sequence[Turn]) -> Observation:
        """The signals of the last turn.

        Raises:
            MienError: If it could not be judged, whatever the reason.
        """
        return self._sturdily(self._observer.observe, turns)

    def glance(self, turns: Sequence[Turn]) -> Observation:
        """The same while a stream waits.

        Raises:
            MienError: As `observe`.
        """
        return self._sturdily(partial(glance, self._observer), turns)

    def _sturdily(
        self, way: Callable[[Sequence[Turn]], Observation], turns: Sequence[Turn]
    ) -> Observation:
        try:
            return way(turns)
        except MienError:
            raise
        except Exception as error:  # noqa: BLE001  # an observer may be anybody's
            # Its text may quote what was said.
            _LOG.error("%s failed with %s", self.name, type(error).__name__)
            raise GuardFailed(f"{self.name} failed ({type(error).__name__})") from None


class Glancing(Sturdy):
    """The same for where streams wait: it has a glance at replies, and no more."""

    def observe(self, turns: Sequence[Turn]) -> Observation:
        """The signals of the last turn.

        Raises:
            MienError: As `Sturdy.observe`.
        """
        return self.glance(turns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request that was looked at.

    Attributes:
        talk: The conversation.
        turns: All turns that are known, oldest first.
        case: After the last of them.
        check: Of the user's last turn; None if there was none to judge.
        key: Under which the conversation is kept.
        forgets: How often the person had been forgotten when the request came.
    """

    talk: Talk
    turns: tuple[Turn, ...]
    case: Case
    check: Check | None
    key: str
    forgets: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """How conversations are followed.

    Attributes:
        holding: How replies are held.
        most: Points of conversations that are kept in memory.
        store: Where cases last, and what a person's next conversation begins with.
        hand_over: Tells people of decisions, but in mode `observe`; None for nobody.
        decisions: Where decisions are logged; None for nowhere.
        waits: Whether the guard's observer itself waits for somebody (a model): all judging is
            then done in threads, as turns are where the guard has a judge.
        helpers: Processes that judge beside this one; None for none. What a judge has a part in is
            not theirs.
        now: What time it is.
    """

    holding: Holding = field(default_factory=Holding)
    most: int = 10_000
    store: Store = field(default_factory=MemoryStore)
    hand_over: HandOver | None = None
    decisions: Decisions | None = None
    waits: bool = False
    helpers: Helpers | None = None
    now: Callable[[], datetime] = lambda: datetime.now().astimezone()
