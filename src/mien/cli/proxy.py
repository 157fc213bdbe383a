"""`mien proxy`: any application is guarded by changing its base URL."""

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
    serve,
)
from mien.core.errors import ConfigError


def proxy(
    upstream: Annotated[
        str, typer.Option(help="The model's server, as its base URL.", metavar="URL")
    ],
    host: Host = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes any that is free.")] = 8088,
    policy: Policy = "default",
    mode: Mode = "observe",
    on_failure: OnFailure = "open",
    on_reply: OnReply = "rewrite",
    instructions: Annotated[
        str,
        typer.Option(
            help="Where instructions go: before the user's last message, or into the first "
            "system message, for models that take no other.",
            metavar="last|first",
        ),
    ] = "last",
    context: Annotated[
        bool,
        typer.Option(
            "--context", help="Tell the assistant what the user seems to feel, and how sure."
        ),
    ] = False,
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
    upstream_timeout: Annotated[
        float, typer.Option(help="For which the model's server may be silent.", metavar="SECONDS")
    ] = 600,
) -> None:
    """Guard an application's talks with a model by standing between them."""
    need_serve()
    from mien.serve import Manner, Upstream, proxy_app

    if instructions not in ("last", "first"):
        raise ConfigError(f"--instructions must be last or first, not {instructions!r}")
    if not 0 < upstream_timeout < 1e6:
        raise ConfigError(f"--upstream-timeout must be more than 0 s, not {upstream_timeout:g}")
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
        helpers=helpers,
    )
    rules, place = given.rules(), given.place()
    key = os.environ.get("MIEN_UPSTREAM_KEY", "")
    asked = Upstream(upstream, key, seconds=upstream_timeout)
    manner = Manner(trust=given.trust(), first=instructions == "first", context=context)
    app = proxy_app(given.watch(), asked, manner, rules)
    serve(app, place, f"guarding {asked.host} ({mode})")
