"""Inspect AI's part of asking: one sample an item, its answers kept in Inspect's logs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mien.core.errors import ConfigError, MissingExtra, ModelServiceError, SourceError
from mien.emotions.emotion import EMONET_40
from mien.evals.perception.asking.answers import Outcome, Said, Told, told_grades, told_yes_no
from mien.evals.perception.asking.prompts import Way, ask_grades, ask_yes_no
from mien.evals.perception.asking.records import (
    RECORD,
    TASK,
    Answered,
    answered,
    kept,
    record,
    unreadable,
)
from mien.evals.perception.asking.showing import data_url, shown
from mien.evals.perception.items import Item, Picture, Sound, Text
from mien.llm import Chance

if TYPE_CHECKING:
    from inspect_ai import Task
    from inspect_ai.log import EvalLog, EvalSample
    from inspect_ai.model import ChatMessage, Content, GenerateConfig, Model, ModelOutput
    from inspect_ai.solver import Solver, TaskState

    from mien.evals.perception.asking.model import Asking

_TOP = 5  # what every provider with logprobs gives; OpenAI has up to 20
_MOST_TOKENS = {Way.GRADES: 4096, Way.YES_NO: 512, Way.YES_NO_SAID: 512}
"""Models that think before they answer need far more than their answer takes."""


def ask_all(model: str, items: Sequence[Item], asking: Asking, folder: Path) -> dict[str, Answered]:
    """What a model says of items, by id; what the logs in a folder hold is not asked again.

    Raises:
        ConfigError: If Inspect cannot use the model, an id comes twice, or an item is empty.
        MissingExtra: If inspect-ai is not installed.
        ModelServiceError: If more items failed than allowed.
    """
    _check(items)
    found = kept(folder, model, items, asking.way)
    left = [item for item in items if item.id not in found]
    if not left:
        return found
    log = _run(model, left, asking, folder)
    samples = log.samples or []
    found |= {str(one.id): answered(one) for one in samples if RECORD in one.store}
    failed = [one for one in samples if RECORD not in one.store]
    if log.status != "success" or len(failed) == len(left):
        raise ModelServiceError(_failure(model, failed, len(left), asking))
    return found | {str(one.id): Answered(Told(Outcome.FAILED)) for one in failed}


def _check(items: Sequence[Item]) -> None:
    try:
        import inspect_ai  # noqa: F401  # 1.4 s, and not part of the base
    except ImportError as error:
        raise MissingExtra("asking a model", "evals") from error
    ids = {item.id for item in items}
    if len(ids) != len(items):
        raise ConfigError(f"{len(items)} items have only {len(ids)} different ids")
    for item in items:
        if item.media is None or not item.asked:
            raise ConfigError(f"{item.id} has nothing to show to a model, or nothing to ask it")


def _run(model: str, items: Sequence[Item], asking: Asking, folder: Path) -> EvalLog:
    import inspect_ai

    logs = inspect_ai.eval(
        _task(model, items, asking),
        model=_model(model),
        log_dir=str(folder),
        log_format="eval",
        display="none",
        score=False,
        # Inspect stops at this many.
        fail_on_error=float(asking.failures + 1),
        log_images=False,
        log_model_api=False,
        log_realtime=False,
        # An answer that was paid for is on the disk before the next is asked for.
        log_buffer=1,
        max_connections=asking.max_connections,
    )
    # Interrupted early, Inspect gives no log back; interrupted late, a cancelled one.
    if not logs or logs[0].status == "cancelled":
        raise KeyboardInterrupt
    return logs[0]


def _model(name: str) -> Model:
    from inspect_ai._util.error import PrerequisiteError
    from inspect_ai.model import get_model

    try:
        # A remembered model would keep the address that it was first made with.
        return get_model(name, memoize=False)
    except PrerequisiteError as error:
        raise ConfigError(f"Inspect cannot use {name}: {_plain(error.message)}") from error
    except ValueError as error:
        raise ConfigError(f"Inspect cannot use {name}: {error}") from error


def _task(model: str, items: Sequence[Item], asking: Asking) -> Task:
    from inspect_ai import Task
    from inspect_ai.dataset import MemoryDataset, Sample

    return Task(
        dataset=MemoryDataset([Sample(input=item.id, id=item.id) for item in items]),
        solver=_solver(model, {item.id: item for item in items}, asking),
        name=TASK,
    )


def _solver(model: str, items: Mapping[str, Item], asking: Asking) -> Solver:
    from anyio.to_thread import run_sync
    from inspect_ai.model import get_model
    from inspect_ai.solver import Generate, solver

    @solver
    def ask_about_emotions() -> Solver:
        async def solve(state: TaskState, generate: Generate) -> TaskState:
            item = items[str(state.sample_id)]
            try:
                # Pictures are loaded here, one by one: a data set of them fills the memory.
                content = await run_sync(shown, item)
            except SourceError as error:
                state.store.set(RECORD, unreadable(error.reason))
                return state
            told = await _ask(get_model(), item, content, asking)
            state.store.set(RECORD, record(model, asking.way, item, content, told))
            return state

        return solve

    return ask_about_emotions()


async def _ask(model: Model, item: Item, content: bytes, asking: Asking) -> Told:
    from inspect_ai.util import collect

    config = _config(asking)
    message = content.decode() if isinstance(item.media, Text) else ""
    if asking.way is Way.GRADES:
        emotions = [*EMONET_40, *(e for e in item.asked if e not in EMONET_40)]
        question = ask_grades(item.channel, emotions, message)
        output = await model.generate(_messages(item, content, question), config=config)
        return told_grades(_said(output), emotions)
    outputs = await collect(
        *(
            model.generate(
                _messages(item, content, ask_yes_no(item.channel, emotion, message)), config=config
            )
            for emotion in item.asked
        )
    )
    return told_yes_no(dict(zip(item.asked, map(_said, outputs), strict=True)))


def _config(asking: Asking) -> GenerateConfig:
    from inspect_ai.model import GenerateConfig

    reads_chances = asking.way is Way.YES_NO
    return GenerateConfig(
        temperature=0,
        max_tokens=_MOST_TOKENS[asking.way],
        logprobs=True if reads_chances else None,
        top_logprobs=_TOP if reads_chances else None,
        max_retries=asking.retries,
        timeout=asking.seconds,
        attempt_timeout=asking.seconds,
    )


def _messages(item: Item, content: bytes, question: str) -> list[ChatMessage]:
    from inspect_ai.model import ChatMessageUser, ContentAudio, ContentImage, ContentText

    # What is shown comes first: forty questions about it then share a prefix, which providers
    # cache.
    parts: list[Content] = []
    if isinstance(item.media, Picture):
        parts.append(ContentImage(image=data_url("image/jpeg", content)))
    elif isinstance(item.media, Sound):
        parts.append(ContentAudio(audio=data_url("audio/wav", content), format="wav"))
    return [ChatMessageUser(content=[*parts, ContentText(text=question)])]


def _said(output: ModelOutput) -> Said:
    choice = output.choices[0] if output.choices else None
    if choice is None:
        return Said("")
    content = choice.message.content
    parts = [] if isinstance(content, str) else content
    refused = any(part.type == "text" and part.refusal for part in parts)
    tokens = choice.logprobs.content if choice.logprobs else []
    chances = tuple(
        Chance(token.token, tuple((one.token, one.logprob) for one in token.top_logprobs or []))
        for token in tokens
    )
    return Said(
        choice.message.text,
        refused or choice.stop_reason == "content_filter",
        choice.stop_reason in ("max_tokens", "model_length"),
        chances,
    )


def _failure(model: str, failed: Sequence[EvalSample], n: int, asking: Asking) -> str:
    # Only the kind: the message of a provider may repeat what it was sent.
    kinds = sorted({_kind(one) for one in failed} - {"CancelledError"}) or ["unknown"]
    kept = "" if asking.logs is None else f"; answers so far are kept in {asking.logs}"
    return (
        f"{model} failed for {len(failed)} of {n} items ({', '.join(kinds)}): "
        f"check its name, key and address{kept}"
    )


def _kind(sample: EvalSample) -> str:
    message = sample.error.message if sample.error else ""
    status = re.search(r"Error code: (\d{3})", message)
    if status:
        return f"HTTP {status[1]}"
    retried = re.search(r"raised (\w+)", message)
    return retried[1] if retried else re.split(r"\W", message, maxsplit=1)[0]


def _plain(message: object) -> str:
    """A message of Inspect without its markup and line breaks."""
    return " ".join(re.sub(r"\[/?[a-z ]*\]", "", str(message)).split()).removeprefix("ERROR: ")
