"""A language model's part in a moment: target, cause, appraisal and a sentence, if one is at hand.

Shares and confidence stay the decoders', since a model's numbers are not calibrated. Every quote is
looked up in the transcript; one that does not stand there is dropped and counted. When the model
fails, the built-in answer stands, and that is counted as well.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import TracebackType
from typing import Self

from mien.core.config import Config
from mien.core.errors import ConfigError, ModelServiceError
from mien.emotions.emotion import Emotion
from mien.llm import Address, Cache, LanguageModel, Manner, MemoryCache, Retries, Structured, Wish
from mien.moments.moment import Credit, Dropped, Moment
from mien.moments.questions import BEFORE, Answer, answers, question, schema
from mien.timeline.conversation import Turn

AT_ONCE = 12
"""Moments that are asked about in one question."""

MOST_SHOWN = 40
"""Turns that are shown in one question."""

URL = "MIEN_LLM_URL"
"""The variable with the address of the model that explains moments."""

MODEL = "MIEN_LLM_MODEL"
"""The variable with its name."""

KEY = "MIEN_LLM_KEY"
"""The variable with its key; no other key is sent."""

_LOG = logging.getLogger("mien.moments")
_RETRIES = Retries(tries=3, seconds=90.0)


def llm_address(url: str | None = None, model: str | None = None) -> Address | None:
    """Where the model is, by what is given or by the environment; None if nowhere.

    Raises:
        ConfigError: If there is an address and no model, or a model and no address.
    """
    url = url or os.environ.get(URL) or None
    model = model or os.environ.get(MODEL) or None
    if url is None and model is None:
        return None
    if url is None:
        raise ConfigError(f"--model names {model}, but nothing says where: add --llm URL ({URL})")
    if model is None:
        raise ConfigError(f"--llm gives an address: say which model with --model NAME ({MODEL})")
    return Address(url, model, os.environ.get(KEY, ""))


class Explainer:
    """Fills what words alone can tell, by a language model; a context manager.

    Args:
        address: Where the model is.
        cache: Where answers are looked for first, and kept; in memory by default.
        seconds: For one try.
        retries: When to ask again.
        config: Settings; by default those of `mien.toml` and the environment.
    """

    def __init__(
        self,
        address: Address,
        *,
        cache: Cache | None = None,
        seconds: float = 60.0,
        retries: Retries = _RETRIES,
        config: Config | None = None,
    ) -> None:
        manner = Manner(
            retries=retries, seconds=seconds, cache=cache or MemoryCache(), config=config
        )
        self._model = LanguageModel(address, manner)
        self._structured = Structured(self._model)
        self._name = address.model

    def explain(self, moments: Sequence[Moment], turns: Sequence[Turn]) -> list[Moment]:
        """The moments, those with a feeling and words filled by the model.

        Args:
            moments: Of one source, in order.
            turns: Its words.
        """
        words = {turn.index: turn for turn in turns}
        asked = [moment for moment in moments if _is_asked(moment, words)]
        filled: dict[str, Moment] = {}
        for some in _batches(asked):
            filled |= {moment.id: moment for moment in self._filled(some, words)}
        return [filled.get(moment.id, moment) for moment in moments]

    def close(self) -> None:
        """Close kept connections; the next question opens others."""
        self._model.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _filled(self, some: Sequence[Moment], words: Mapping[int, Turn]) -> Iterator[Moment]:
        at = [moment.turns[-1] for moment in some]
        shown = {i: words[i] for i in sorted(_near(at)) if i in words}
        try:
            found = self._answers(shown, at)
        except ModelServiceError as error:
            # Only the kind: what a server says may quote what it was sent.
            _LOG.warning("%s explained nothing (%s)", self._name, type(error).__name__)
            found = {}
        for moment in some:
            answer = found.get(moment.turns[-1])
            yield _failed(moment) if answer is None else self._joined(moment, answer)

    def _answers(self, shown: Mapping[int, Turn], at: Sequence[int]) -> dict[int, Answer]:
        turns = [shown[i] for i in sorted(shown)]
        asked = question(turns, at)
        told = self._structured.ask(asked.messages, schema(), Wish(temperature=0.0)).value
        if told["key"] != asked.key:
            raise ModelServiceError(f"{self._model.name} answered without the key of the request")
        return answers(told, shown)

    def _joined(self, moment: Moment, answer: Answer) -> Moment:
        given = {
            "target": answer.target,
            "causes": answer.causes,
            "appraisal": answer.appraisal,
            "explanation": answer.explanation,
        }
        named = {part: value for part, value in given.items() if value}
        kept = tuple(one for one in moment.by if one.part not in named)
        own = tuple(Credit(part=part, by=self._name, version="") for part in named)
        lost = moment.dropped.quotes_not_found + answer.not_found
        dropped = replace(moment.dropped, quotes_not_found=lost)
        return replace(moment, **named, by=kept + own, dropped=dropped)  # type: ignore[arg-type]


def _batches(asked: Sequence[Moment]) -> Iterator[Sequence[Moment]]:
    """Moments that are asked about together: few, and near each other."""
    some: list[Moment] = []
    for moment in asked:
        shown = _near([one.turns[-1] for one in [*some, moment]])
        if some and (len(some) == AT_ONCE or len(shown) > MOST_SHOWN):
            yield some
            some = []
        some.append(moment)
    if some:
        yield some


def _near(at: Sequence[int]) -> set[int]:
    """The turns asked about, and those just before each."""
    return {i for turn in at for i in range(turn - BEFORE, turn + 1)}


def _is_asked(moment: Moment, words: Mapping[int, Turn]) -> bool:
    top = moment.emotions.top
    has_words = bool(moment.turns) and moment.turns[-1] in words
    return has_words and moment.is_told and top is not None and top.emotion is not Emotion.NEUTRAL


def _failed(moment: Moment) -> Moment:
    dropped: Dropped = replace(moment.dropped, llm_errors=moment.dropped.llm_errors + 1)
    return replace(moment, dropped=dropped)
