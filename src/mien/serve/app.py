"""The two servers: the guard for others' gateways, and the proxy."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse

from mien import __version__
from mien.core.errors import ConfigError, GuardFailed, StoreError
from mien.serve.checking import check
from mien.serve.dialect import Data, dumped, parsed
from mien.serve.door import App, Door, Rules
from mien.serve.gateway import Gateway
from mien.serve.proxy import Manner, Proxy
from mien.serve.talk import Trust
from mien.serve.upstream import Upstream
from mien.serve.watch import Watch

_OBJECTS = 20_000
"""New ones after which the collector looks for cycles: each open stream holds some hundred."""

GUARDRAIL = "/beta/litellm_basic_guardrail_api"
CHECK = "/v1/guard/check"


def guard_app(watch: Watch, rules: Rules | None = None, trust: Trust | None = None) -> App:
    """`mien guard serve`: LiteLLM's Generic Guardrail API and a check endpoint.

    Args:
        watch: The guard.
        rules: What may enter.
        trust: What requests may say of their users.
    """
    trust = trust or Trust()
    gateway = Gateway(watch, trust)
    app = _app(watch, "Mien guard", gateway.settle)

    @app.post(GUARDRAIL)
    async def guardrail(request: Request) -> Response:
        """LiteLLM's Generic Guardrail API."""
        asked = parsed(await request.body())
        if asked is None:
            return _error(400, "unreadable_request", "the body is no JSON object")
        return _json(await gateway.answer(asked))

    @app.post(CHECK)
    async def checked(request: Request) -> Response:
        """A check of each turn of a conversation."""
        asked = parsed(await request.body())
        if asked is None:
            return _error(400, "unreadable_request", "the body is no JSON object")
        try:
            return _json(await check(watch, trust, asked, dict(request.headers)))
        except ConfigError as error:
            return _error(422, "no_conversation", str(error))
        except GuardFailed as error:
            watch.skipped("observer")
            return _error(503, "guard_failed", str(error))

    @app.delete("/v1/guard/people/{person:path}")
    async def forgotten(person: str) -> Response:
        """Forget a person."""
        try:
            return _json({"forgotten": gateway.forget(person)})
        except StoreError as error:
            return _error(503, "store_failed", str(error))

    return Door(app, rules or Rules(), watch.metrics)


def proxy_app(
    watch: Watch, upstream: Upstream, manner: Manner | None = None, rules: Rules | None = None
) -> App:
    """`mien proxy`: all of a model's server, guarded.

    Args:
        watch: The guard.
        upstream: The model's server.
        manner: How changes are made.
        rules: What may enter.
    """
    app = _app(watch, "Mien proxy", upstream.aclose)
    app.mount("/", Proxy(watch, upstream, manner))
    return Door(app, rules or Rules(), watch.metrics)


def _app(watch: Watch, title: str, ending: Callable[[], Awaitable[None]]) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watch.start()
        # What is there by now stays: looking through it again and again costs pauses of 70 ms.
        gc.collect()
        gc.freeze()
        often = gc.get_threshold()
        gc.set_threshold(_OBJECTS, *often[1:])
        yield
        gc.set_threshold(*often)
        gc.unfreeze()
        try:
            await ending()
        finally:
            await watch.stop()

    app = FastAPI(
        title=title, version=__version__, docs_url=None, redoc_url=None, lifespan=lifespan
    )

    @app.get("/healthz")
    async def healthz() -> Response:
        """Whether the server answers."""
        return PlainTextResponse("ok\n")

    @app.get("/metrics")
    async def metrics() -> Response:
        """Counters in Prometheus' text format."""
        watch.refresh()
        return Response(watch.metrics.text(), media_type="text/plain; version=0.0.4")

    return app


def _json(data: Data) -> Response:
    return Response(dumped(data), media_type="application/json")


def _error(status: int, code: str, message: str) -> Response:
    error = {"message": message, "type": "mien_error", "param": None, "code": code}
    return JSONResponse({"error": error}, status_code=status)
