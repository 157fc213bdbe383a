"""What a message says about how its writer feels: two decoders, `words` and `words-fast`."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from mien.core.config import Config
from mien.decoders.decoder import Offer
from mien.decoders.words.decoder import WordsDecoder
from mien.timeline.card import Card, read_card
from mien.timeline.reading import Channel

WEIGHTS = Path(__file__).parent / "weights"


def _card(name: str) -> Card:
    return read_card(WEIGHTS / f"{name}.card.json")


def _load_words(config: Config) -> WordsDecoder:
    from mien.decoders.words.language import load_english
    from mien.decoders.words.models import shipped_transformer

    model = shipped_transformer(config.threads)
    return WordsDecoder("words-v1", _card("words-v1"), model, load_english(_ENGLISH))


def _load_fast(config: Config) -> WordsDecoder:
    from mien.decoders.words.language import load_english
    from mien.decoders.words.models import load_ngrams

    model = load_ngrams(WEIGHTS / "words-fast-v1.npz")
    return WordsDecoder("words-fast-v1", _card("words-fast-v1"), model, load_english(_ENGLISH))


_ENGLISH = WEIGHTS / "english-v1.npz"

WORDS = Offer(
    name="words-v1",
    channel=Channel.WORDS,
    card=partial(_card, "words-v1"),
    load=_load_words,
    cost="3 ms a message, one thread",
)
WORDS_FAST = Offer(
    name="words-fast-v1",
    channel=Channel.WORDS,
    card=partial(_card, "words-fast-v1"),
    load=_load_fast,
    cost="0.05 ms a message, one thread",
)

__all__ = ["WEIGHTS", "WORDS", "WORDS_FAST"]
