"""Bytes from an address to a file: resumed, counted, never more than announced."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from mien.assets.hub import advice
from mien.core.config import Config
from mien.core.errors import AssetError, MissingExtra
from mien.core.network import Purpose, allow, usable_proxies
from mien.core.redact import without_secrets

if TYPE_CHECKING:
    import httpx2

TRIES = 4
"""How often a file is asked for; each try must bring some bytes, or meet a busy publisher."""

LONGEST_WAIT = 60.0
"""Seconds; a publisher that asks for more is asked again another day."""

_RANGE = re.compile(r"bytes (\d{1,19})-\d{1,19}/(\d{1,19}|\*)")

_BUSY = (429, 500, 502, 503, 504)


@dataclass(frozen=True, slots=True)
class Download:
    """One file that is to come.

    Attributes:
        url: Where it is.
        bytes: Its size.
        headers: What is sent along, to that host alone: to the hub, who asks.
    """

    url: str
    bytes: int
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def source(self) -> str:
        """Where it is, as errors say it."""
        return without_secrets(self.url)


def client(config: Config) -> httpx2.Client:
    """What fetches; it obeys the proxies of the environment.

    Raises:
        ConfigError: If one of them cannot be used.
        MissingExtra: If `mien[models]` is not installed.
    """
    try:
        import httpx2
    except ImportError as error:
        raise MissingExtra(Purpose.FETCH_WEIGHTS, "models") from error

    def ask(request: httpx2.Request) -> None:
        allow(request.url.host, Purpose.FETCH_WEIGHTS, config)

    # The hook sees redirects too, so that none leads past the gate.
    with usable_proxies(httpx2.InvalidURL):
        return httpx2.Client(follow_redirects=True, timeout=30.0, event_hooks={"request": [ask]})


def fill(
    client: httpx2.Client,
    wanted: Download,
    part: Path,
    progress: Callable[[int], None],
    wait: Callable[[float], None],
) -> None:
    """Fetch until a file has all its bytes; it goes on with those it has.

    Args:
        client: As `client` makes it.
        wanted: What.
        part: The file.
        progress: Takes the bytes that are there.
        wait: Sleeps for some seconds.

    Raises:
        AssetError: If it does not come; what came is kept.
    """
    import httpx2

    for number in range(TRIES):
        before = held(part)
        if before >= wanted.bytes:
            return
        try:
            _fetch_rest(client, wanted, part, progress)
        except httpx2.HTTPStatusError as error:
            code, seconds = error.response.status_code, _pause(error.response, number)
            if seconds is None or number == TRIES - 1:
                told = advice(code, is_hub=bool(wanted.headers))
                raise AssetError(f"{wanted.source} answers {code}: {told}") from error
            wait(seconds)
        except httpx2.RequestError as error:
            if held(part) <= before:
                raise AssetError(
                    f"cannot fetch {wanted.source} ({type(error).__name__}): "
                    "check the connection and run it again, it goes on where it stopped"
                ) from error
    if held(part) < wanted.bytes:
        raise AssetError(
            f"{wanted.source} broke off at {held(part):,} of {wanted.bytes:,} bytes: "
            "run it again, it goes on where it stopped"
        )


def held(part: Path) -> int:
    """The bytes of a file; none if it is not there."""
    return part.stat().st_size if part.is_file() else 0


def _fetch_rest(
    client: httpx2.Client, wanted: Download, part: Path, progress: Callable[[int], None]
) -> None:
    done = held(part)
    # Compressed bytes could not be counted, nor gone on with.
    headers = {**wanted.headers, "Accept-Encoding": "identity"}
    if done:
        headers["Range"] = f"bytes={done}-"
    with client.stream("GET", wanted.url, headers=headers) as response:
        first = _first(response, wanted)
        if first is None or first not in (0, done):
            # Asked for the whole next, it cannot leave a gap.
            part.unlink(missing_ok=True)
            return
        done = first
        with part.open("ab" if first else "wb") as out:
            # As they come: what waits for a whole chunk is lost if the connection is.
            for chunk in response.iter_raw():
                if done + len(chunk) > wanted.bytes:
                    part.unlink()
                    raise AssetError(
                        f"{wanted.source} sends more than {wanted.bytes:,} bytes: refused"
                    )
                out.write(chunk)
                done += len(chunk)
                progress(done)
            out.flush()
            os.fsync(out.fileno())


def _first(response: httpx2.Response, wanted: Download) -> int | None:
    """Which byte of the file an answer begins with; None if it does not say, or has no rest.

    Raises:
        AssetError: If it is something else.
        httpx2.HTTPStatusError: If it is a refusal.
    """
    if response.status_code == 416:
        return None
    response.raise_for_status()
    # Before the first byte is written over what has come.
    if fault := _fault(response, wanted.bytes):
        raise AssetError(f"{wanted.source} sends {fault}: refused")
    if response.status_code == 200:
        return 0
    place = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
    return int(place[1]) if place and place[2] in ("*", str(wanted.bytes)) else None


def _fault(response: httpx2.Response, size: int) -> str:
    """Why an answer is not the file; empty if it may be."""
    code, told = response.status_code, response.headers
    length = told.get("Content-Length", "")
    if code not in (200, 206):
        return f"an answer {code} and no file"
    if told.get("Content-Encoding", "identity") != "identity":
        return "it packed, which nobody asked for"
    if told.get("Content-Type", "").startswith("text/html"):
        return "a web page, as networks do that want a login"
    if code == 200 and length.isdecimal() and int(length) != size:
        return f"{'more' if int(length) > size else 'fewer'} than {size:,} bytes"
    return ""


def _pause(response: httpx2.Response, number: int) -> float | None:
    """Seconds after which a busy publisher is asked again; None if that is of no use.

    It may say so itself, in seconds or as a date; else the pause doubles with each try.
    """
    if response.status_code not in _BUSY:
        return None
    told = response.headers.get("Retry-After", "")
    try:
        seconds = float(told)
    except ValueError:
        left = _until(told, response.headers.get("Date", ""))
        return 2.0**number if left is None else left if left <= LONGEST_WAIT else None
    return seconds if 0 <= seconds <= LONGEST_WAIT else None


def _until(then: str, now: str) -> float | None:
    """Seconds between two dates of one publisher's clock, 0 if it is past; None if one is none."""
    try:
        span = parsedate_to_datetime(then) - parsedate_to_datetime(now)
    except (ValueError, TypeError):
        return None
    return max(0.0, span.total_seconds())
