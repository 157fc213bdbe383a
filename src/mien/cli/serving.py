"""Options that the servers share, and serving until somebody ends it."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mien.cli.guard.options import person_of, resources_of
from mien.cli.output import advise
from mien.core.errors import ConfigError, MissingExtra

if TYPE_CHECKING:
    from mien.guard.handover import HandOver
    from mien.guard.judge import Judge as Asked
    from mien.serve import Place, Rules, Trust, Watch, Ways
    from mien.serve.door import App

Host = Annotated[
    str, typer.Option(help="Where to listen; beyond this machine only with MIEN_SERVE_TOKEN.")
]
OnFailure = Annotated[
    str,
    typer.Option(
        help="What passes if the guard itself fails: all, or nothing.", metavar="open|closed"
    ),
]
OnReply = Annotated[
    str,
    typer.Option(
        help="What enforce does about a sentence that does harm.",
        metavar="rewrite|block|annotate",
    ),
]
AllowPeople = Annotated[
    bool,
    typer.Option("--allow-people", help="Believe the headers x-mien-person and its like."),
]
StoreFile = Annotated[
    Path | None,
    typer.Option("--store", help="Keep cases, without words, in this file.", metavar="FILE"),
]
DecisionsFile = Annotated[
    Path | None,
    typer.Option("--decisions", help="Log decisions, without words, there.", metavar="FILE"),
]
HandOverUrl = Annotated[
    str | None,
    typer.Option("--hand-over", help="Tell people's own system of a crisis.", metavar="URL"),
]
Judge = Annotated[
    str | None,
    typer.Option(
        "--judge",
        help="Ask this model about doubtful turns: openai/MODEL, or URL#MODEL.",
        metavar="JUDGE",
    ),
]
Forced = Annotated[
    bool, typer.Option("--force-uncalibrated", help="Use a judge that nobody calibrated.")
]
MaxBody = Annotated[float, typer.Option(help="The largest body that is taken.", metavar="MB")]
HelpersOption = Annotated[
    int,
    typer.Option(
        "--helpers",
        help="Processes that judge beside the server, and one that reads replies; 0 for none.",
        metavar="N",
    ),
]
Remember = Annotated[int, typer.Option(help="Points of conversations in memory.", metavar="N")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was said on the command line; each is explained where it is an option."""

    host: str
    port: int
    policy: str
    mode: str
    on_failure: str
    on_reply: str
    minor: bool
    country: str | None
    language: str
    resources: Path | None
    allow_people: bool
    store: Path | None
    decisions: Path | None
    hand_over: str | None
    judge: str | None
    force_uncalibrated: bool
    max_body: float
    remember: int
    helpers: int = 0

    def rules(self) -> Rules:
        """What may enter."""
        from mien.serve import Rules

        if not 0 < self.max_body < 1e6:
            raise ConfigError(f"--max-body must be more than 0 MB, not {self.max_body:g}")
        token = os.environ.get("MIEN_SERVE_TOKEN", "")
        return Rules(host=self.host, token=token, largest=int(self.max_body * 1e6))

    def place(self) -> Place:
        """Where to listen."""
        from mien.serve import Place

        if not 0 <= self.port < 65536:
            raise ConfigError(f"--port must be 0 to 65535, not {self.port}")
        return Place(host=self.host, port=self.port)

    def trust(self) -> Trust:
        """What requests may say of their users."""
        from mien.serve import Trust

        person = person_of(minor=self.minor, country=self.country, language=self.language)
        return Trust(people=self.allow_people, person=person)

    def watch(self) -> Watch:
        """The guard."""
        from mien.guard import Guard
        from mien.serve import Watch

        guard = Guard(
            self.policy,
            judge=opened(self.judge, force_uncalibrated=self.force_uncalibrated),
            mode=self.mode,
            on_failure=_open_or_closed(self.on_failure),
            resources=resources_of(self.resources),
        )
        return Watch(guard, self._ways())

    def _ways(self) -> Ways:
        from mien.guard import Holding, Remedy
        from mien.guard.file_store import FileStore
        from mien.guard.store import MemoryStore
        from mien.serve import Helpers, Ways
        from mien.serve.log import Decisions

        choices = [one.value for one in Remedy if one is not Remedy.PASS]
        if self.on_reply not in choices:
            raise ConfigError(f"--on-reply must be {', '.join(choices)}, not {self.on_reply!r}")
        if self.remember < 1:
            raise ConfigError(f"--remember must be 1 or more, not {self.remember}")
        if self.helpers < 0:
            raise ConfigError(f"--helpers must be 0 or more, not {self.helpers}")
        return Ways(
            helpers=Helpers(self.helpers) if self.helpers else None,
            holding=Holding.by(Remedy(self.on_reply)),
            most=self.remember,
            store=FileStore(self.store) if self.store else MemoryStore(self.remember),
            decisions=Decisions(self.decisions) if self.decisions else None,
            hand_over=_handing_over(self.hand_over),
        )


def serve(app: App, place: Place, what: str) -> None:
    """Serve until somebody ends it, and say where on stderr."""
    from mien.serve import server

    one = server(app, place)

    def listening(url: str) -> None:
        advise(f"{what} at {url} (Ctrl+C ends it)")

    one.on_start = listening
    one.run()
    if not one.started:
        raise ConfigError(f"cannot listen at {place.host}:{place.port}: is it taken?")


def opened(name: str | None, *, force_uncalibrated: bool) -> Asked | None:
    """The judge of a name; None for none.

    Raises:
        ConfigError: If nobody calibrated it, and that is not forced.
    """
    if name is None:
        return None
    from mien.guard.judge import JudgeOptions, open_judge

    return open_judge(name, JudgeOptions(force_uncalibrated=force_uncalibrated))


def need_serve() -> None:
    """Return if the extra is there.

    Raises:
        MissingExtra: If it is not.
    """
    if any(
        importlib.util.find_spec(name) is None
        for name in ("aiohttp", "fastapi", "httpx2", "uvicorn")
    ):
        raise MissingExtra("serving", "serve")


def _open_or_closed(word: str) -> Literal["open", "closed"]:
    if word == "open":
        return "open"
    if word == "closed":
        return "closed"
    raise ConfigError(f"--on-failure must be open or closed, not {word!r}")


def _handing_over(url: str | None) -> HandOver | None:
    if url is None:
        return None
    from mien.guard.handover import HandOver, HandOverOptions

    secret = os.environ.get("MIEN_HAND_OVER_SECRET", "")
    if not secret:
        raise ConfigError(
            "--hand-over needs the secret that the receiver knows: set MIEN_HAND_OVER_SECRET"
        )
    return HandOver.to(url, HandOverOptions(secret=secret))
