"""`mien guard check`: one conversation, and what the guard says of each of its turns."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from mien.cli.guard.options import (
    Country,
    Language,
    Minor,
    Mode,
    Policy,
    Resources,
    person_of,
    resources_of,
)
from mien.cli.output import advise, result, result_json
from mien.cli.serving import Forced, Judge, opened

if TYPE_CHECKING:
    from mien.timeline import Conversation


def check(
    source: Annotated[str, typer.Argument(metavar="CHAT", help="A chat, transcript or export.")],
    policy: Policy = "default",
    mode: Mode = "observe",
    minor: Minor = False,
    country: Country = None,
    language: Language = "en",
    resources: Resources = None,
    judge: Judge = None,
    force_uncalibrated: Forced = False,
    chat: Annotated[
        str | None,
        typer.Option(help="Which of an export's chats, by title or number.", metavar="TITLE|N"),
    ] = None,
    chats: Annotated[
        bool, typer.Option("--chats", help="List the chats of an export and check none.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one check a line, nothing else.")
    ] = False,
) -> None:
    """Say of each turn what it shows, how high the risk is, and what to do."""
    from mien.guard import Guard

    if chats:
        from mien.cli.chats import list_chats
        from mien.reader import Options

        list_chats([source], Options(), as_json=as_json)
        return
    asked = opened(judge, force_uncalibrated=force_uncalibrated)
    guard = Guard(policy, judge=asked, mode=mode, resources=resources_of(resources))
    person = person_of(minor=minor, country=country, language=language)
    conversation = _conversation(source, chat)
    checks = guard.check(conversation, person)
    if as_json:
        for one in checks:
            result_json(one.to_dict())
    else:
        from mien.guard.showing import render_checks

        encoding = (sys.stdout.encoding or "ascii").lower().replace("-", "")
        is_plain = not encoding.startswith("utf")
        result(render_checks(conversation, checks, color=sys.stdout.isatty(), plain=is_plain))
    if asked is not None:
        n, read = asked.tally.turns + asked.tally.failed, asked.tally.tokens_read
        advise(f"{asked.name} was asked about {n:,} turns and read {read:,} tokens")
    unjudged = sum(one.skipped is not None for one in checks)
    if unjudged:
        why = next(one.skipped for one in checks if one.skipped is not None)
        advise(f"mien: {unjudged:,} of {len(checks):,} turns were not judged: {why}")
    raise typer.Exit(0 if not unjudged else 2 if unjudged == len(checks) else 1)


def _conversation(source: str, chat: str | None) -> Conversation:
    """The conversation in a source.

    Raises:
        SourceError: If it cannot be read, or holds no turn that can be judged.
        ConfigError: If it is not clear which chat of an export is meant.
    """
    from mien.core.errors import UnreadableSource
    from mien.guard import side_of
    from mien.media import Chat, open_source
    from mien.reader import Options
    from mien.reader.chats import spread

    named = spread([source], Options(chat=chat))[0] if chat is not None else source
    with open_source(named if isinstance(named, Chat) else source) as opened:
        conversation = opened.conversation
    if conversation is None:
        raise UnreadableSource(source, "no words in it: name a chat or a transcript")
    if not any(side_of(turn) for turn in conversation.turns):
        raise UnreadableSource(source, "no turn in it is a user's or an assistant's")
    return conversation
