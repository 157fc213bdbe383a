"""`mien guard simulate`: what a policy does to users of whom we know what they need."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.guard.options import need_folder
from mien.cli.output import advise, result, result_json
from mien.core.errors import ConfigError

if TYPE_CHECKING:
    from mien.guard import Policy as GuardPolicy
    from mien.guard.simulate import Seen, Simulation, User
    from mien.llm import LanguageModel

OBSERVERS = ("local", "written")


def simulate(
    policy: Annotated[
        str, typer.Option(help="A policy that ships, +presets, or a .toml.", metavar="NAME|FILE")
    ] = "default",
    users: Annotated[
        Path | None,
        typer.Option(help="Users of your own: a .toml or a folder of them.", metavar="PATH"),
    ] = None,
    observer: Annotated[
        str,
        typer.Option(
            help="Who judges: the local detectors, or what the scripts say that readers see.",
            metavar="local|written",
        ),
    ] = "local",
    plays: Annotated[
        int, typer.Option(help="With written: plays of each user.", min=1, max=10_000)
    ] = 1,
    recall: Annotated[
        float, typer.Option(help="With written: chance that a signal is seen.", min=0, max=1)
    ] = 1.0,
    false_hits: Annotated[
        float,
        typer.Option(
            "--false-hits", help="With written: chance of a wrong one, a turn.", min=0, max=1
        ),
    ] = 0.0,
    seed: Annotated[int, typer.Option(help="Of chance.", min=0)] = 0,
    ordinary: Annotated[
        Path | None,
        typer.Option(
            help="Labelled chats (see tune); those without an alarm count as ordinary ones.",
            metavar="LABELED.jsonl",
        ),
    ] = None,
    user: Annotated[
        str | None, typer.Option(help="A language model that plays the users.", metavar="URL#MODEL")
    ] = None,
    assistant: Annotated[
        str | None, typer.Option(help="Who answers it.", metavar="URL#MODEL")
    ] = None,
    exchanges: Annotated[
        int, typer.Option(help="Of each talk between language models.", min=1, max=100)
    ] = 10,
    out: Annotated[Path | None, typer.Option(help="Write a page.", metavar="PAGE.html")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """Play users against a policy: benefit, burden, misses, and how they trade off."""
    from mien.guard import load_policy
    from mien.guard.simulate import measure, read_users, render, shipped_users

    if observer not in OBSERVERS:
        raise ConfigError(f"--observer {observer!r} is not known: {' or '.join(OBSERVERS)}")
    if (user is None) != (assistant is None):
        raise ConfigError("--user and --assistant go together: who writes, and who answers")
    if observer == "local" and (plays, recall, false_hits) != (1, 1.0, 0.0):
        raise ConfigError("--plays, --recall and --false-hits are for --observer written")
    if observer == "written" and (user is not None or ordinary is not None):
        raise ConfigError("--observer written has no say on words that nobody judged: use local")
    if out is not None and out.suffix != ".html":
        raise ConfigError(f"cannot write {out.name!r}: end it in .html")
    if out is not None:
        need_folder(out)
    loaded = load_policy(policy)
    known = read_users(users) if users else shipped_users()
    if user is not None and assistant is not None:
        seen, by = _live(known, loaded, user, assistant, exchanges)
    elif observer == "local":
        seen, by = _local(known)
    else:
        seen, by = _written(known, plays, recall, false_hits, seed)
    found = measure([*seen, *(_ordinary(ordinary) if ordinary else ())], loaded, by)
    if out is not None:
        _write(out, render(found))
    _show(found, as_json)


def _local(users: tuple[User, ...]) -> tuple[list[Seen], str]:
    from mien.guard.local import LocalObserver
    from mien.guard.simulate import see

    observer = LocalObserver()
    return [see(user, observer) for user in users], observer.name


def _written(
    users: tuple[User, ...], plays: int, recall: float, false_hits: float, seed: int
) -> tuple[list[Seen], str]:
    from mien.guard.simulate import Written, see_written

    seen = [
        one
        for user in users
        for one in see_written(user, plays=plays, recall=recall, false_hits=false_hits, seed=seed)
    ]
    return seen, Written(users[0], recall=recall, false_hits=false_hits).name


def _live(
    users: tuple[User, ...], policy: GuardPolicy, speaker: str, assistant: str, exchanges: int
) -> tuple[list[Seen], str]:
    from mien.guard import Guard
    from mien.guard.simulate import play_live

    guard, seen = Guard(policy), []
    with _model(speaker, "MIEN_USER_KEY") as one, _model(assistant, "MIEN_ASSISTANT_KEY") as two:
        for user in users:
            if not user.persona:
                advise(f"note: {user.name} has no persona, and is not played")
                continue
            advise(f"plays {user.name}")
            talk = play_live(user, speaker=one, assistant=two, guard=guard, exchanges=exchanges)
            seen.append(talk)
    if not seen:
        raise ConfigError("no user has a persona that a language model could play")
    return seen, f"{guard.observer.name}, {speaker} with {assistant}"


def _model(named: str, variable: str) -> LanguageModel:
    from mien.llm import Address, LanguageModel

    url, _, model = named.rpartition("#")
    if not url or not model:
        raise ConfigError(f"{named!r} is no URL#MODEL, such as http://127.0.0.1:11434/v1#llama3")
    return LanguageModel(Address(url, model, os.environ.get(variable, "")))


def _ordinary(path: Path) -> list[Seen]:
    from mien.guard.labeled_chats import read_labeled_chats
    from mien.guard.local import LocalObserver
    from mien.guard.simulate import see
    from mien.guard.simulate.users import ordinary_user

    observer = LocalObserver()
    seen = [
        see(ordinary_user(path.stem, chat.turns), observer)
        for chat in read_labeled_chats(path)
        if chat.alarm_at is None
    ]
    if not seen:
        raise ConfigError(f"{path} holds no conversation without an alarm")
    return seen


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"cannot write {path}: {error.strerror}") from error
    advise(f"wrote {path}")


def _show(found: Simulation, as_json: bool) -> None:
    from mien.guard.simulate import render_terminal

    if as_json:
        result_json(found.to_dict())
    else:
        result(render_terminal(found, color=sys.stdout.isatty()))
