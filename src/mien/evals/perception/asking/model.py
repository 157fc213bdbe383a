"""A model as a predictor: how it is asked, and what asking brought and cost."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from mien.core.arrays import ScoresArray
from mien.core.config import Config, load_config
from mien.core.errors import ConfigError
from mien.core.network import Purpose, allow, host_in
from mien.core.redact import without_secrets
from mien.emotions.emotion import Emotion
from mien.evals.perception.asking.answers import Outcome, Told
from mien.evals.perception.asking.inspecting import ask_all
from mien.evals.perception.asking.prompts import Way, fingerprint
from mien.evals.perception.asking.records import Answered
from mien.evals.perception.items import Item
from mien.evals.perception.predict import UNREADABLE, Prediction, no_answer

LOCAL_PROVIDERS = frozenset({"mockllm", "ollama", "llama-cpp-python"})
"""Providers of Inspect that stay on this machine unless a variable leads them elsewhere; others
that run here fetch their weights first."""

_CLOUDS = frozenset({"azure", "bedrock", "vertex"})
"""What may stand behind a provider's name: clouds with addresses in variables of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How a model is asked.

    Attributes:
        way: One question about all emotions, or one an emotion.
        logs: A folder for Inspect's logs; what was answered there before is not asked again. They
            hold the sentences asked about and the model's words, but no pictures or sounds. None
            for a folder that is deleted afterwards.
        max_connections: Requests at once; None for Inspect's own rule.
        retries: Tries after a failed one of each request.
        seconds: For one request with its retries.
        failures: Items that may fail before the run stops.
        config: Settings; by default those of `mien.toml` and the environment.
    """

    way: Way = Way.YES_NO
    logs: Path | None = None
    max_connections: int | None = None
    retries: int = 3
    seconds: int = 300
    failures: int = 10
    config: Config = field(default_factory=load_config)


@dataclass(frozen=True, slots=True)
class Tally:
    """What asking brought and what it cost, runs that were continued included.

    Attributes:
        items: How many were asked about.
        outcomes: How many ended how.
        wrong_keys: Keys in JSON answers that were not asked for, or came twice.
        wrong_values: Values that are no number on the scale.
        missing: Emotions without an answer.
        coarse: Answers of yes and no without a probability.
        tokens_read: By the model.
        tokens_written: By the model.
    """

    items: int = 0
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    wrong_keys: int = 0
    wrong_values: int = 0
    missing: int = 0
    coarse: int = 0
    tokens_read: int = 0
    tokens_written: int = 0

    def told(self) -> str:
        """In words: the price, then whatever went wrong.

        >>> Tally(items=2, tokens_read=1500, tokens_written=40, wrong_keys=3).told()
        '2 items asked about for 1,500 tokens read and 40 written; 3 wrong keys'
        """
        price = (
            f"{self.items:,} items asked about for {self.tokens_read:,} tokens read "
            f"and {self.tokens_written:,} written"
        )
        failed = [(n, o.value) for o, n in self.outcomes.items() if o is not Outcome.ANSWERED]
        faults = [
            (self.wrong_keys, "wrong keys"),
            (self.wrong_values, "values beside the scale"),
            (self.missing, "emotions without an answer"),
            (self.coarse, "answers without a probability"),
        ]
        return "; ".join([price, *(f"{n:,} {what}" for n, what in [*failed, *faults] if n)])

    def add(self, answered: Answered) -> Tally:
        """The same with one more item."""
        told = answered.told
        n = self.outcomes.get(told.outcome, 0) + 1
        return replace(
            self,
            items=self.items + 1,
            outcomes={**self.outcomes, told.outcome: n},
            wrong_keys=self.wrong_keys + told.wrong_keys,
            wrong_values=self.wrong_values + told.wrong_values,
            missing=self.missing + told.missing,
            coarse=self.coarse + told.coarse,
            tokens_read=self.tokens_read + answered.tokens_read,
            tokens_written=self.tokens_written + answered.tokens_written,
        )


class ModelPredictor:
    """A model asked item by item; a `Predictor`.

    Args:
        model: As Inspect names it, such as `openai/gpt-4o`; any OpenAI-compatible server is
            `openai-api/SERVICE/MODEL` with the variables `SERVICE_BASE_URL`, `SERVICE_API_KEY`.
        asking: How.

    Raises:
        ConfigError: If the model has no provider in its name, or its base URL is none.
        NetworkRefused: If Mien is offline and the model is not on this machine.
    """

    def __init__(self, model: str, asking: Asking | None = None) -> None:
        if "/" not in model:
            raise ConfigError(f"model is {model!r}: name its provider too, such as openai/{model}")
        self._model = model
        self._asking = asking or Asking()
        allow(host_of(model, os.environ), Purpose.ASK_MODEL, self._asking.config)
        self._tally = Tally()

    @property
    def name(self) -> str:
        """Model, way of asking, and eight letters of the hash of the prompts."""
        way = self._asking.way
        return f"{self._model} {way}@{fingerprint(way)}"

    @property
    def tally(self) -> Tally:
        """What the last call of `predict` brought and cost."""
        return self._tally

    @property
    def remark(self) -> str:
        """The tally in words, for the foot of a table."""
        return self._tally.told()

    def predict(self, items: Iterable[Item]) -> Iterator[Prediction]:
        """One prediction an item, in order, once all have been asked.

        Raises:
            MissingExtra: If `mien[evals]` is not installed.
            ModelServiceError: If too many items failed; answers so far are kept in the logs.
        """
        asked = list(items)
        self._tally = Tally()
        with _folder(self._asking.logs) as folder:
            found = ask_all(self._model, asked, self._asking, folder)
        for item in asked:
            answered = found[item.id]
            self._tally = self._tally.add(answered)
            yield _prediction(item, answered)


def host_of(model: str, environ: Mapping[str, str]) -> str:
    """Whom a model's provider asks, as far as its name and the environment tell.

    >>> host_of("openai-api/my-lab/m", {"MY_LAB_BASE_URL": "http://127.0.0.1:8000/v1"})
    '127.0.0.1'

    Returns:
        The host of the base URL if one is set, `localhost` for providers that run here, else the
        name of the provider or of the cloud that serves its models.

    Raises:
        ConfigError: If that URL is none.
    """
    provider, *rest = model.split("/")
    if provider != "openai-api" and _CLOUDS & {*rest[:1]}:
        return f"{provider}/{rest[0]}"
    service = rest[0] if provider == "openai-api" and rest else provider
    own = f"{service.upper().replace('-', '_')}_BASE_URL"
    variable = own if environ.get(own) else "INSPECT_EVAL_MODEL_BASE_URL"
    url = environ.get(variable)
    if url:
        host = host_in(url)
        if host is None:
            raise ConfigError(f"{variable} is {without_secrets(url)!r}: http://HOST/v1 is expected")
        return host
    return "localhost" if provider in LOCAL_PROVIDERS else service


@contextmanager
def _folder(wanted: Path | None) -> Iterator[Path]:
    if wanted is not None:
        yield wanted
        return
    with tempfile.TemporaryDirectory(prefix="mien-asking-") as folder:
        yield Path(folder)


def _prediction(item: Item, answered: Answered) -> Prediction:
    told = answered.told
    if told.outcome is Outcome.UNREADABLE:
        return no_answer(item, f"{UNREADABLE}: {answered.reason}")
    if told.outcome is Outcome.FAILED:
        # As little the model's fault as a damaged file: left out of rates, and asked again.
        return no_answer(item, f"{UNREADABLE}: its provider gave no answer")
    if told.outcome is not Outcome.ANSWERED:
        return no_answer(item, told.outcome.value)
    return Prediction(item.id, _row(told.scores), False, _note(told))


def _row(scores: Mapping[Emotion, float]) -> ScoresArray:
    row = np.full(len(Emotion), np.nan, dtype=np.float32)
    for emotion, score in scores.items():
        row[emotion.position] = score
    return row


def _note(told: Told) -> str:
    doubts: Sequence[tuple[int, str]] = (
        (told.missing, f"{told.missing} missing"),
        (told.coarse, f"{told.coarse} without a probability"),
    )
    return ", ".join(words for n, words in doubts if n)
