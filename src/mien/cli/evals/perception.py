"""`mien evals perception`: how good readers of emotion are, beside people and chance."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from mien.cli.output import advise, result, result_json
from mien.core.errors import ConfigError
from mien.core.progress import Report

if TYPE_CHECKING:
    from mien.evals.perception import Manner, Outcome, Predictor
    from mien.timeline.reading import Channel

_FORMS = (".html", ".json", ".csv")


def perception(
    sets: Annotated[
        list[str] | None, typer.Argument(help="Data sets; all found by default.")
    ] = None,
    data: Annotated[Path | None, typer.Option(help="Folder with data sets.", metavar="DIR")] = None,
    decoders: Annotated[
        str | None, typer.Option(help="Decoders to measure.", metavar="A,B")
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(help="A model to ask, as PROVIDER/MODEL; may be repeated."),
    ] = None,
    way: Annotated[str, typer.Option(help="How models are asked: yes-no or grades.")] = "yes-no",
    max_connections: Annotated[
        int | None, typer.Option(help="Requests to a model at once.", metavar="N")
    ] = None,
    ratings: Annotated[
        Path | None, typer.Option(help="Your own ratings, CSV.", metavar="FILE")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="Where the rated files are.", metavar="DIR")
    ] = None,
    channel: Annotated[
        str | None, typer.Option(help="What models are shown of rated files: voice, face, words.")
    ] = None,
    published: Annotated[
        Path | None, typer.Option(help="Folder with published outputs.", metavar="DIR")
    ] = None,
    out: Annotated[
        list[Path] | None, typer.Option(help="Write .html, .json or .csv; may be repeated.")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(help="Folder for answers: a run goes on.", metavar="DIR")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="At most so many items a set.")] = None,
    seed: Annotated[int, typer.Option(help="Of draws, halves and shuffles.")] = 0,
    draws: Annotated[int, typer.Option(help="Resamples behind an interval.")] = 1000,
    as_list: Annotated[
        bool, typer.Option("--list", help="Say which sets there are and what they forbid.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one set a line as JSON.")] = False,
) -> None:
    """Measure decoders on published data sets or your own ratings."""
    if as_list:
        _list(as_json)
        return
    if (data is None) == (ratings is None) and published is None:
        raise ConfigError("say what to measure on: --data DIR, --ratings FILE or --published DIR")
    if ratings is not None and folder is None:
        raise ConfigError("--ratings needs --folder: where the rated files are")
    if sets and data is None:
        raise ConfigError(f"--data is needed: it says where {', '.join(sets)} lies")
    if data is None and ratings is None and (decoders or model):
        raise ConfigError("--published has its own answers: nobody else can be asked about them")
    _check_outputs(out or [])
    manner = _manner(limit, seed, draws, keep)
    readers = _Readers(_names(decoders), _models(model or [], way, max_connections, manner))
    found = [
        *_of_published(published, manner),
        *_of_sets(data, sets or [], readers, manner),
        *_of_ratings(ratings, folder, channel, readers, manner),
    ]
    for path in out or []:
        _write(found, path)
    _show(found, as_json=as_json)


class _Readers(NamedTuple):
    decoders: list[str]
    models: list[Predictor]


def _manner(limit: int | None, seed: int, draws: int, keep: Path | None) -> Manner:
    from mien.evals.perception import Manner

    return Manner(limit=limit, seed=seed, draws=draws, keep=keep, watch=_watch)


def _of_published(folder: Path | None, manner: Manner) -> list[Outcome]:
    from mien.evals.perception import rescore

    return rescore(folder, draws=manner.draws, seed=manner.seed) if folder is not None else []


def _of_sets(
    data: Path | None, sets: list[str], readers: _Readers, manner: Manner
) -> list[Outcome]:
    from mien.evals.perception import measure

    if data is None:
        return []
    return measure(data, sets, decoders=readers.decoders, predictors=readers.models, manner=manner)


def _of_ratings(
    ratings: Path | None,
    folder: Path | None,
    channel: str | None,
    readers: _Readers,
    manner: Manner,
) -> list[Outcome]:
    from mien.evals.perception import measure_ratings

    if ratings is None or folder is None:
        return []
    return measure_ratings(
        ratings,
        folder,
        decoders=readers.decoders,
        predictors=readers.models,
        channel=_channel(channel),
        manner=manner,
    )


def _models(names: list[str], way: str, connections: int | None, manner: Manner) -> list[Predictor]:
    if not names:
        return []
    from mien.evals.perception.asking.model import Asking, ModelPredictor
    from mien.evals.perception.asking.prompts import Way

    try:
        chosen = Way(way)
    except ValueError as error:
        known = ", ".join(way.value for way in Way)
        raise ConfigError(f"no way of asking is called {way!r}: choose from {known}") from error
    logs = manner.keep / "logs" if manner.keep is not None else None
    asking = Asking(way=chosen, logs=logs, max_connections=connections, config=manner.config)
    return [ModelPredictor(name, asking) for name in names]


def _list(as_json: bool) -> None:
    from mien.evals.perception import data_sets

    for name, one in data_sets().items():
        about = one.about
        if as_json:
            result_json(
                {
                    "name": name,
                    "title": about.title,
                    "channel": about.channel.value,
                    "licence": about.licence,
                    "restriction": about.restriction,
                    "source": about.source,
                    "files": about.files,
                }
            )
            continue
        result(f"{name}: {about.title}, {about.channel}; {about.licence}")
        result(f"  needs {about.files}")
        if about.restriction:
            result(f"  restriction: {about.restriction}")
        result(f"  {about.source}")


def _names(given: str | None) -> list[str]:
    return [name.strip() for name in (given or "").split(",") if name.strip()]


def _channel(given: str | None) -> Channel | None:
    if given is None:
        return None
    from mien.timeline.reading import Channel

    try:
        return Channel(given)
    except ValueError as error:
        known = ", ".join(channel.value for channel in Channel)
        raise ConfigError(f"no channel is called {given!r}: choose from {known}") from error


def _check_outputs(paths: list[Path]) -> None:
    """Refuse what cannot be written before the work is done, not after."""
    for path in paths:
        if path.suffix.lower() not in _FORMS:
            known = ", ".join(_FORMS)
            raise ConfigError(f"cannot tell the form of {path.name!r}: end it in {known}")
        if path.is_dir() or not os.access(path.parent, os.W_OK | os.X_OK):
            reason = "it is a folder" if path.is_dir() else f"no folder {path.parent} to write to"
            raise ConfigError(f"cannot write {path}: {reason}")


def _write(found: list[Outcome], path: Path) -> None:
    from mien.evals.perception import render_page, to_csv, to_json

    forms = {".html": render_page, ".json": to_json, ".csv": to_csv}
    path.write_text(forms[path.suffix.lower()](found), encoding="utf-8")
    advise(f"wrote {path}")


def _show(found: list[Outcome], *, as_json: bool) -> None:
    if as_json:
        for outcome in found:
            result_json(outcome.to_dict())
        return
    from mien.evals.perception import render_text

    result(render_text(found, max(80, get_terminal_size().columns)))


@contextmanager
def _watch(title: str, total: int) -> Iterator[Report]:
    from mien.core.progress import bar

    with bar(title, float(total), sys.stderr) as report:
        yield report
