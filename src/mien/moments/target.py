"""What a feeling is toward: an event, what somebody does, a thing, or oneself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final
from zlib import crc32

import numpy as np

from mien.decoders.words.arrays import weight_arrays
from mien.moments.cause import FILE, ByPlace, CauseModel, Spans, load_causes
from mien.moments.clues import Array, Heard, Listener, traits, words_of
from mien.moments.linear import Logistic
from mien.moments.moment import Cause, CauseType, Target, TargetKind
from mien.moments.spoken import Spoken

NAME = "target-v1"

BUCKETS: Final = 512
"""Of words, by their hash, for those of the target and those of the turn."""

KINDS: Final = (TargetKind.EVENT, TargetKind.AGENT, TargetKind.OBJECT, TargetKind.SELF)


class TargetModel:
    """Names what a feeling is toward.

    Args:
        causes: Whose reading of turns is shared, so that each is read once.
        turns: In which turn it stands.
        spans: In which words.
        kinds: Of which kind, in the order of `KINDS`.
    """

    name = NAME

    def __init__(self, causes: CauseModel, turns: ByPlace, spans: Spans, kinds: Logistic) -> None:
        self.listener, self._cut = causes.listener, causes.cut
        self.turns, self.spans, self.kinds = turns, spans, kinds

    def find(self, history: Sequence[Spoken], causes: Sequence[Cause]) -> Target | None:
        """Of what the last turn shows: in its own words or in those of a cause.

        None where the history is empty or where there are no words to name it by.
        """
        if not history:
            return None
        heard = self.listener(history)
        chances = self.turns.chances(heard.clues)
        named = {cause.turn for cause in causes if cause.type is not CauseType.LATENT}
        own = len(chances) - 1
        open_to = [i for i, one in enumerate(heard.spoken) if i == own or one.turn in named]
        at = max(open_to, key=lambda i: float(chances[i]))
        whole = heard.spoken[at].text
        start, end = self.spans.find(heard, at, self._cut(whole))
        text = whole[start:end]
        if not words_of(text):
            return None
        logits = self.kinds.logits(kind_clues(heard, at, text, self.listener)[None])[0]
        kinds = np.exp(logits - logits.max())
        best = int(kinds.argmax())
        return Target(
            kind=KINDS[best],
            text=text,
            turn=heard.spoken[at].turn,
            from_char=start,
            to_char=end,
            p=round(float(chances[at] * kinds[best] / kinds.sum()), 6),
        )


def kind_clues(heard: Heard, at: int, text: str, listener: Listener) -> Array:
    """What tells the kind of a target from its words and from what was said around it.

    Args:
        heard: The turns.
        at: Place of the turn in which it stands.
        text: The words.
        listener: Knows how rare words are.
    """
    own, said = heard.spoken[-1], heard.said
    words = words_of(text)
    opening = words[0] if words else ""
    where = [
        at == len(said) - 1,
        heard.spoken[at].speaker == own.speaker,
        opening in _DETERMINERS,
        opening in _SUBJECTS,
        opening in _OTHERS,
        len(words) < 4,
    ]
    counted = traits(text, words, sum(listener.rarity.of(words).values()))
    shown = np.array([*counted, *where], np.float32)
    before = said[-2].traits if len(said) > 1 else np.zeros_like(said[-1].traits)
    bags = np.zeros((2, BUCKETS), np.float32)
    for bag, found in zip(bags, (words, words_of(own.text)), strict=True):
        bag[[crc32(word.encode("utf-8", "surrogatepass")) % BUCKETS for word in found]] = 1
    return np.concatenate([said[-1].traits, before, shown, bags.ravel()])


_DETERMINERS: Final = frozenset(
    ["the", "a", "an", "this", "that", "these", "those", "my", "your", "his", "her", "our", "their"]
)
_SUBJECTS: Final = frozenset(["i", "we", "i'm", "i've", "i'll", "i'd", "we're", "we've", "we'll"])
_OTHERS: Final = frozenset(
    ["you", "he", "she", "they", "you're", "you've", "he's", "she's", "they're", "they've"]
)


@cache
def load_target(path: Path = FILE) -> TargetModel:
    """The model as shipped, once a process.

    Raises:
        MissingWeights: If the file is not there.
        BadWeights: If it is damaged.
    """
    with weight_arrays(path) as file:
        return TargetModel(
            causes=load_causes(path),
            turns=ByPlace.load(file, "target"),
            spans=Spans.load(file, "target_words"),
            kinds=Logistic.load(file, "target_kind"),
        )
