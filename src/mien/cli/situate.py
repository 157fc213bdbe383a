"""`mien situate`: sources in, moments out."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.output import advise, result, result_json
from mien.cli.outputs import Outputs
from mien.cli.people import Names, People, Voices, names_of
from mien.cli.read import Run
from mien.cli.timelines import named, timeline_at
from mien.cli.transcripts import Transcript
from mien.core.errors import ConfigError, MienError

if TYPE_CHECKING:
    from mien.llm import Address
    from mien.moments import Moment
    from mien.reader import Options
    from mien.timeline import Timeline

FORMS = (".html", ".jsonl")


def situate(
    source: Annotated[
        str, typer.Argument(help="A recording, transcript or chat, or what `mien read` wrote.")
    ],
    decoders: Annotated[
        str | None,
        typer.Option(
            "--decoders", "--decoder", help="Decoders in place of the defaults.", metavar="A,B"
        ),
    ] = None,
    chat: Annotated[
        str | None,
        typer.Option(help="Only this of an export's chats, by title or number.", metavar="TITLE|N"),
    ] = None,
    people: People = None,
    speakers: Voices = None,
    name: Names = None,
    llm: Annotated[
        str | None,
        typer.Option(help="A language model that explains; it is sent the words.", metavar="URL"),
    ] = None,
    model: Annotated[str | None, typer.Option(help="Its name there.", metavar="NAME")] = None,
    private: Annotated[
        bool, typer.Option("--private", help="Leave out words, pictures, sound and names.")
    ] = False,
    brief: Annotated[
        bool, typer.Option("--brief", help="Print the last moment as a block for a prompt.")
    ] = False,
    out: Annotated[
        list[Path] | None,
        typer.Option(help="Write .html or .jsonl; may be repeated."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one moment a line, nothing else.")
    ] = False,
) -> None:
    """Tell who feels what, toward what, why and since when."""
    from mien.moments import situate as situated

    names, paths = names_of(name), out or []
    _check(source, paths, speakers)
    if brief and as_json:
        raise ConfigError("--brief prints a block for a prompt and --json moments: choose one")
    address = _address(llm, model, private=private)
    timeline = timeline_at(source)
    if timeline is None:
        options = _options(decoders, chat, people, speakers, names)
        timeline, code = _read(source, options, private=private)
    elif decoders or chat is not None or people is not None or speakers is not None:
        raise ConfigError(
            f"{source} was read already: --decoders, --chat, --people and --speakers are for what "
            "is still to be read"
        )
    else:
        timeline, code = _kept(timeline, names, private=private), 0
    moments = situated(timeline, llm=address)
    written = [_wrote(path, timeline, moments) for path in paths]
    if as_json:
        _print(moments)
    elif brief:
        result(moments[-1].brief() if moments else "Nothing was said or shown.")
    else:
        _show(timeline, moments)
    raise typer.Exit(code if all(written) else 2)


def _check(source: str, paths: Sequence[Path], speakers: Path | None) -> None:
    """Refuse before the work what cannot or must not be written."""
    for path in paths:
        if path.suffix.lower() not in FORMS:
            raise ConfigError(f"cannot tell the form of {path.name!r}: end it in .html or .jsonl")
    Outputs(paths, None, None).check([source, *([str(speakers)] if speakers else [])])
    if source == "-" or _is_folder(source):
        raise ConfigError(f"mien situate takes one file: mien read {source} --out X.parquet first")


def _is_folder(source: str) -> bool:
    try:
        return Path(source).is_dir()
    except OSError:  # such as a name that no system takes; reading it says what is wrong
        return False


def _address(llm: str | None, model: str | None, *, private: bool) -> Address | None:
    """The language model that is to explain, announced, since it is sent the words."""
    from mien.moments.explain import llm_address

    if private and (llm or model):
        raise ConfigError("--llm sends words to a model, and --private leaves them out")
    address = None if private else llm_address(llm, model)
    if address is not None:
        advise(f"note: the words are sent to {address.host}, which explains them")
    return address


def _options(
    decoders: str | None,
    chat: str | None,
    people: int | None,
    speakers: Path | None,
    names: Mapping[str, str],
) -> Options:
    from mien.reader import prepare

    chosen = [one.strip() for one in decoders.split(",") if one.strip()] if decoders else None
    return prepare(
        None,
        chosen,
        5.0,
        None,
        None,
        baseline=None,
        config=None,
        chat=chat,
        people=people,
        speakers=speakers,
        names=names,
    )


def _read(source: str, options: Options, *, private: bool) -> tuple[Timeline, int]:
    """The timeline of a source and the exit code of `mien read`; 2 if nothing was read."""
    unheard = Transcript(transcribe=False, url=None, path=None)
    run = Run([source], options, unheard, private=private, as_json=False, has_outputs=False)
    code, timeline = run.through(), run.timeline()
    return timeline, 2 if code == 1 and not len(timeline) else code


def _kept(timeline: Timeline, names: Mapping[str, str], *, private: bool) -> Timeline:
    """A timeline that was read before, under given names or under none."""
    from mien.reader import Veil

    called = named(timeline, names)
    return Veil(list(called.sources)).timeline(called) if private else called


def _wrote(path: Path, timeline: Timeline, moments: Sequence[Moment]) -> bool:
    """Write a file; one that fails leaves the others."""
    from mien.report import write_report

    try:
        if path.suffix.lower() == ".html":
            write_report(path, timeline, moments)
        else:
            _write_lines(path, moments)
    except MienError as error:
        advise(f"mien: {error}")
        return False
    advise(f"wrote {path}")
    return True


def _write_lines(path: Path, moments: Sequence[Moment]) -> None:
    from mien.moments import plain_moment
    from mien.timeline import replacing

    with replacing(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        for moment in moments:
            row = json.dumps(plain_moment(moment), ensure_ascii=False, allow_nan=False)
            file.write(f"{row}\n")


def _print(moments: Sequence[Moment]) -> None:
    from mien.moments import plain_moment

    for moment in moments:
        result_json(plain_moment(moment))


def _show(timeline: Timeline, moments: Sequence[Moment]) -> None:
    """Print the story for people, in letters that their terminal knows."""
    from mien.report import render_story

    text = render_story(timeline, moments, color=sys.stdout.isatty())
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = render_story(timeline, moments, plain=True)
    result(text)
