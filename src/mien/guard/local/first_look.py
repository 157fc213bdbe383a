"""The first look: small nets over the words of a message, its sentences and its windows at once."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mien.guard.local.features import Token, context, tokens
from mien.guard.local.network import windows
from mien.guard.local.pieces import sentences
from mien.guard.local.weights import Detectors
from mien.guard.observation import Quote
from mien.guard.signals import Side, Signal

Array = NDArray[np.float32]

STRETCH = 24
"""Words of a stretch within a long message."""

MARGIN = 1.0
"""Logits by which a stretch must show a signal more than a whole message."""

MOST_QUOTED = 40
"""Sentences among which the quote is looked for, from both ends of the message."""

MESSAGES_BEFORE = 2
_NOTHING = -10.0


class FirstLook:
    """What the nets of a side see in a message.

    Args:
        detectors: Of its side.
        text: The message.
        earlier: The messages before it, oldest first.
        language: `en`, `de` or `es`.
    """

    def __init__(
        self, detectors: Detectors, text: str, earlier: Sequence[tuple[Side, str]], language: str
    ) -> None:
        self._detectors, self._text = detectors, text
        self._lead = [
            token
            for side, said in earlier[-MESSAGES_BEFORE:]
            for token in context(said, language, is_user=side is Side.USER)
        ]
        self._words = tokens(text, language)

    @cached_property
    def logits(self) -> Array:
        """Of the signals of the side and the level of a crisis, shape (signals + 1,)."""
        found: Array = judged(self._detectors, self._lead, [self._words])[0]
        return found

    @property
    def level(self) -> int:
        """Of a crisis, were it one, 1 to 6: the net was taught the level less 3.5, halved."""
        return int(np.clip(round(2 * float(self.logits[-1]) + 3.5), 1, 6))

    def quotes(self, signals: frozenset[Signal]) -> dict[Signal, Quote]:
        """The sentence that shows each of some signals most when it stands alone."""
        if not signals:
            return {}
        parts, alone = self._alone
        return {
            signal: parts[int(alone[:, column].argmax())]
            for column, signal in enumerate(self._detectors.signals)
            if signal in signals
        }

    @cached_property
    def _alone(self) -> tuple[list[Quote], Array]:
        """Sentences, and the logits of each by itself, shape (sentences, signals + 1)."""
        parts = sentences(self._text)
        if len(parts) > MOST_QUOTED:
            parts = [*parts[: MOST_QUOTED // 2], *parts[-MOST_QUOTED // 2 :]]
        within = [
            [word for word in self._words if part.from_char <= word.from_char < part.to_char]
            for part in parts
        ]
        return parts, judged(self._detectors, self._lead, within)


def judged(
    detectors: Detectors, lead: Sequence[Token], messages: Sequence[Sequence[Token]]
) -> Array:
    """The mean logits of the networks, the highest of the windows, shape (messages, signals + 1).

    A long window is read in stretches too, for what one sentence says drowns in its mean. A stretch
    lacks what stands around it, so it must speak more plainly, and says nothing of the level.

    Args:
        detectors: Of a side.
        lead: The words before each message.
        messages: Their words.
    """
    found = np.full((len(messages), len(detectors.signals) + 1), _NOTHING, np.float32)
    whole = [(row, part) for row, words in enumerate(messages) for part in windows(words) if part]
    apart = [
        (row, part)
        for row, window in whole
        if len(window) > 2 * STRETCH
        for part in windows(window, STRETCH)
    ]
    if whole:
        logits = detectors.networks([[*lead, *part] for _, part in whole])
        np.maximum.at(found, [row for row, _ in whole], logits)
    if apart:
        logits = detectors.networks([[*lead, *part] for _, part in apart]) - MARGIN
        np.maximum.at(found[:, :-1], [row for row, _ in apart], logits[:, :-1])
    return found
