"""`mien guard serve`: the guard for gateways and for whoever asks."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from mien.cli.guard.options import Country, Language, Minor, Mode, Policy, Resources
from mien.cli.serving import (
    AllowPeople,
    DecisionsFile,
    Forced,
    Given,
    HandOverUrl,
    HelpersOption,
    Host,
    Judge,
    MaxBody,
    OnFailure,
    OnReply,
    Remember,
    StoreFile,
    need_serve,
)
from mien.cli.serving import serve as run


def serve(
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes any that is free.")] = 8089,
    policy: Policy = "default",
    mode: Mode = "observe",
    on_failure: OnFailure = "open",
    on_reply: OnReply = "rewrite",
    minor: Minor = False,
    country: Country = None,
    language: Language = "en",
    resources: Resources = None,
    allow_people: AllowPeople = False,
    store: StoreFile = None,
    decisions: DecisionsFile = None,
    hand_over: HandOverUrl = None,
    judge: Judge = None,
    force_uncalibrated: Forced = False,
    max_body: MaxBody = 32,
    remember: Remember = 10_000,
    helpers: HelpersOption = 1 if os.name == "posix" else 0,
) -> None:
    """Answer LiteLLM's Generic Guardrail API, and checks of conversations."""
    need_serve()
    from mien.serve import guard_app

    given = Given(
        host=host,
        port=port,
        policy=policy,
        mode=mode,
        on_failure=on_failure,
        on_reply=on_reply,
        minor=minor,
        country=country,
        language=language,
        resources=resources,
        allow_people=allow_people,
        store=store,
        decisions=decisions,
        hand_over=hand_over,
        judge=judge,
        force_uncalibrated=force_uncalibrated,
        max_body=max_body,
        remember=remember,
        helpers=0 if judge else helpers,  # they would have nothing to judge
    )
    rules, place = given.rules(), given.place()
    run(guard_app(given.watch(), rules, given.trust()), place, f"the guard answers ({mode})")
