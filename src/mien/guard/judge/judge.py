"""`Judge`: a language model as an observer of turns."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from mien.core.config import Config
from mien.core.errors import ConfigError, MienError, ModelServiceError
from mien.guard.judge.calibration import Calibration, guessed, load_calibration
from mien.guard.judge.chunk import Chunk, chunk
from mien.guard.judge.rubrics import rubric, rubrics_hash
from mien.guard.judge.tally import Counter, Tally
from mien.guard.judge.verdict import Verdict, read_verdict, schema_of
from mien.guard.observation import Observation, side_of
from mien.guard.signals import Side, Signal
from mien.llm import (
    Address,
    Cache,
    LanguageModel,
    Manner,
    MemoryCache,
    Message,
    Retries,
    Structured,
    Wish,
)
from mien.timeline import Turn

KEY = "MIEN_JUDGE_KEY"
"""The variable with the key of a judge that is named by its URL; no other key is sent to one."""

_OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeOptions:
    """How a judge is asked; each has a sensible default.

    Attributes:
        force_uncalibrated: Whether a judge may be used that nobody calibrated; every record then
            says so.
        seconds: For one try.
        retries: When to ask again; a turn that stays unanswered is not judged.
        temperature: None for models that refuse to be told.
        cache: Where answers are looked for first, and kept; they hold quotes of what was judged.
        config: Settings; by default those of `mien.toml` and the environment.
    """

    force_uncalibrated: bool = False
    seconds: float = 20.0
    retries: Retries = field(default_factory=lambda: Retries(tries=3, seconds=45.0))
    temperature: float | None = 0.0
    cache: Cache | None = None
    config: Config | None = None


def open_judge(name: str, options: JudgeOptions | None = None) -> Judge:
    """A judge that was calibrated on this machine.

    Args:
        name: `openai/MODEL`, which is asked at `OPENAI_BASE_URL` with `OPENAI_API_KEY`, or
            `URL#MODEL` for any address that speaks OpenAI's protocol, with `MIEN_JUDGE_KEY`.
        options: How it is asked.

    Raises:
        ConfigError: If the name is none, or nobody calibrated this judge and that is not forced.
        MissingExtra: If `mien[models]` is not installed.
        NetworkRefused: If Mien is offline and the judge is not on this machine.
    """
    options = options or JudgeOptions()
    address = judge_address(name)
    named, rubrics = judge_id(address), rubrics_hash()
    found = load_calibration(named, rubrics, options.config)
    if found is None and not options.force_uncalibrated:
        raise ConfigError(
            f"the judge {named} is not calibrated for these rubrics, and its grades mean nothing "
            "yet: run `mien guard calibrate --judge JUDGE LABELED.jsonl`, or force it with "
            "--force-uncalibrated (force_uncalibrated=True), which every record will say"
        )
    return Judge(address, found or guessed(named, rubrics), options)


def judge_address(name: str) -> Address:
    """Where the judge of a name is asked.

    Raises:
        ConfigError: If it is no name of a judge.
    """
    if name.startswith("openai/"):
        url = os.environ.get("OPENAI_BASE_URL") or _OPENAI
        return Address(url, name.removeprefix("openai/"), os.environ.get("OPENAI_API_KEY", ""))
    url, _, model = name.partition("#")
    if "://" not in url or not model:
        raise ConfigError(
            "a judge is named openai/MODEL or URL#MODEL, such as http://127.0.0.1:11434/v1#llama3.3"
        )
    return Address(url, model, os.environ.get(KEY, ""))


def judge_id(address: Address) -> str:
    """What a calibration holds for: the model, and who serves it.

    Raises:
        ConfigError: If the address is none.
    """
    return f"{address.model}@{address.host}"


class Judge:
    """An observer that asks a language model, by this project's rubrics; a context manager.

    One question a turn: the turn, marked, with up to three before it. What a judged text says can
    give no orders, and a quote that does not stand in it drops its signal.

    Args:
        address: Whom to ask.
        calibration: How its grades are to be read.
        options: How it is asked.
    """

    def __init__(
        self, address: Address, calibration: Calibration, options: JudgeOptions | None = None
    ) -> None:
        options = options or JudgeOptions()
        self._counter = Counter(options.cache or MemoryCache())
        self._model = LanguageModel(
            address,
            Manner(
                retries=options.retries,
                seconds=options.seconds,
                cache=self._counter,
                config=options.config,
            ),
        )
        self._structured = Structured(self._model)
        self._temperature = options.temperature
        self.calibration = calibration

    @property
    def name(self) -> str:
        """Model, host and rubrics, and whether nobody calibrated it."""
        told = f"judge-{self.calibration.judge}-{self.calibration.rubrics}"
        return f"{told}-uncalibrated" if self.calibration.is_guessed else told

    @property
    def tally(self) -> Tally:
        """Answers, tokens and what could not be used, so far."""
        return self._counter.tally

    def observe(self, turns: Sequence[Turn]) -> Observation:
        """The signals of the last turn; none that the judge was not calibrated for.

        Raises:
            ConfigError: If there is no turn, or the last one is the system's or a tool's.
            ModelServiceError: If no usable answer comes in time.
        """
        side = _side(turns)
        scales = {s: scale for s, scale in self.calibration.scales.items() if s.side is side}
        if not scales or not turns[-1].text.strip():
            return Observation(turn=turns[-1].index, side=side, by=self.name)
        verdict = self.grade(turns)
        grades = {signal: grade for signal, grade in verdict.grades.items() if signal in scales}
        raised = frozenset(s for s, grade in grades.items() if grade >= scales[s].raised_from)
        return Observation(
            turn=turns[-1].index,
            side=side,
            signals={signal: scales[signal].chances[grade] for signal, grade in grades.items()},
            raised=raised,
            quotes={s: quote for s, quote in verdict.quotes.items() if s in raised},
            level=max(verdict.level, 1) if Signal.CRISIS in raised else 0,
            by=f"{self.name}-steered" if verdict.steering else self.name,
        )

    def grade(self, turns: Sequence[Turn]) -> Verdict:
        """The grades of the last turn as the judge gives them.

        Raises:
            ConfigError: If there is no turn, or the last one is the system's or a tool's.
            ModelServiceError: If no usable answer comes in time.
        """
        told = rubric(_side(turns))
        asked = chunk(turns, told)
        try:
            answer = self._answer(asked, schema_of(told))
        except MienError:
            self._counter.failed()
            raise
        verdict = read_verdict(answer, told, turns[-1].text)
        self._counter.judged(verdict)
        return verdict

    def _answer(self, asked: Chunk, schema: dict[str, object]) -> dict[str, object]:
        """The answer that holds the key of the request: one that was copied out of a text does not.

        Raises:
            ModelServiceError: If twice it does not.
        """
        messages = asked.messages
        for draw in range(2):
            wish = Wish(temperature=self._temperature, draw=draw)
            answer = self._structured.ask(messages, schema, wish).value
            if answer["key"] == asked.key:
                return answer
            messages = (*asked.messages, _another(asked.key))
        raise ModelServiceError(
            f"{self._model.name} answered without the key of the request, twice"
        )

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


def _another(key: str) -> Message:
    return Message("user", f"`key` must be {key}. Answer again for this request, by the rubric.")


def _side(turns: Sequence[Turn]) -> Side:
    side = side_of(turns[-1]) if turns else None
    if side is None:
        raise ConfigError("the last turn must be the user's or the assistant's")
    return side
