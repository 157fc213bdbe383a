"""What the user seems to feel, as a few facts for the assistant before it answers."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from mien.core.errors import MienError
from mien.emotions import Emotion
from mien.moments import Moment, situate
from mien.serve.metrics import Metrics
from mien.timeline import Conversation, Turn

TURNS = 12
"""Last messages that are looked at."""

DECODER = "words-fast-v1"
"""Fast enough to be asked before every answer."""

_LOG = logging.getLogger("mien.serve")


class Context:
    """Briefs of the user's last message; nothing is stored, and models remember a few texts.

    Args:
        metrics: Where it is counted what came of it.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics

    def brief(self, turns: Sequence[Turn]) -> str | None:
        """What to tell the assistant; None if the user's last message shows nothing to tell.

        A failure costs the brief, never the request.
        """
        shown = [turn for turn in turns if turn.role in ("user", "assistant")][-TURNS:]
        if not shown or shown[-1].role != "user":
            return None
        spoken = tuple(replace(turn, speaker=f"the {turn.role}") for turn in shown)
        try:
            last = situate(Conversation(id="talk", turns=spoken), decoders=[DECODER])[-1]
        except MienError as error:
            self._metrics.count("mien_proxy_context_total", outcome="failed")
            _LOG.warning("no context: %s", type(error).__name__)
            return None
        told = _is_worth_telling(last)
        self._metrics.count("mien_proxy_context_total", outcome="told" if told else "nothing")
        return last.brief() if told else None


def _is_worth_telling(moment: Moment) -> bool:
    top = moment.emotions.top
    return moment.is_told and top is not None and top.emotion is not Emotion.NEUTRAL
