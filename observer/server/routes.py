"""The addresses of the server: the page and its files, the API, and the stream."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from pyex.observer.collector import Answer
from pyex.observer.server.encoding import encoded
from pyex.observer.server.openapi import contents, description
from pyex.observer.server.stream import SECONDS, Streams
from pyex.observer.view import Refused, number

PAGE = Path(__file__).parent.parent / "page"
MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
}
MOST_BYTES = 64 * 1024
MOST_VIEWS = 12
LEAST_INTERVAL, MOST_INTERVAL = 200, 60_000

Handler = Callable[[Request], Awaitable[Response]]


def application(
    read: Callable[[str], Answer], page_token: Callable[[], str], *, readonly: bool, snapshots: Sequence[bytes] = ()
) -> Starlette:
    """The application, without its guard. `page_token()` is what the page needs to act; a read-only one has none."""
    streams = Streams(read)
    files = {path.relative_to(PAGE).as_posix(): path for path in PAGE.rglob("*") if path.suffix in MEDIA_TYPES}

    async def page(request: Request) -> Response:
        text = (PAGE / "index.html").read_text(encoding="utf-8")
        token = "" if readonly else page_token()
        values = {"token": token, "readonly": str(readonly).lower(), "snapshots": str(len(snapshots))}
        for name, value in values.items():
            text = text.replace("{{" + name + "}}", value)
        return HTMLResponse(text)

    async def file(request: Request) -> Response:
        path = files.get(request.path_params["name"])
        if path is None:
            raise Refused("there is no such file", 404)
        return Response(path.read_bytes(), media_type=MEDIA_TYPES[path.suffix])

    async def index(request: Request) -> Response:
        return JSONResponse(contents())

    async def openapi(request: Request) -> Response:
        return JSONResponse(description())

    async def snapshot_file(request: Request) -> Response:
        number = request.path_params["number"]
        if number >= len(snapshots):
            raise Refused("there is no such snapshot file", 404)
        return Response(snapshots[number], media_type="application/json")

    async def view(request: Request) -> Response:
        asked = request.path_params["view"] + (f"?{request.url.query}" if request.url.query else "")
        async with asyncio.timeout(SECONDS):
            data = await asyncio.wrap_future(read(asked))
        return Response(encoded(data), media_type="application/json")

    async def stream(request: Request) -> Response:
        views = request.query_params.getlist("view")
        if not 1 <= len(views) <= MOST_VIEWS:
            raise Refused(f"stream takes from 1 to {MOST_VIEWS} views: view=system&view=processes")
        interval = number(dict(request.query_params), "interval", 1000, LEAST_INTERVAL, MOST_INTERVAL)
        return streams.open(views, interval)

    async def act(request: Request) -> Response:
        if readonly:
            raise Refused("This Observer is for looking only: it was started with readonly=True.", 403)
        return JSONResponse(await _performed(request.path_params["action"], await _body(request)))

    return Starlette(
        routes=[
            Route("/", _told(page)),
            Route("/page/{name:path}", _told(file)),
            Route("/api", _told(index)),
            Route("/api/", _told(index)),
            Route("/api/openapi.json", _told(openapi)),
            Route("/api/snapshot-file/{number:int}", _told(snapshot_file)),
            Route("/api/stream", _told(stream)),
            Route("/api/act/{action}", _told(act), methods=["POST"]),
            Route("/api/{view:path}", _told(view)),
        ],
        exception_handlers={HTTPException: _http_error},
    )


def _told(handler: Handler) -> Handler:
    """The same; what is refused, or fails, is told in a sentence."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Refused as refused:
            return _error(request, str(refused), refused.status)
        except TimeoutError:
            return _error(request, "the runtime did not answer in time", 504)

    return answer


def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        methods = (error.headers or {}).get("Allow", "GET")
        return _error(request, f"{request.method} is not for this address; {methods} is", 405, error.headers)
    return _error(request, error.detail, error.status_code, error.headers)


def _error(request: Request, text: str, status: int, headers: Any = None) -> Response:
    if request.url.path.startswith("/api"):
        return JSONResponse({"error": text}, status, headers)
    return PlainTextResponse(f"{text}\n", status, headers)


async def _performed(action: str, body: dict[str, Any]) -> dict[str, Any]:
    """What an action has come to. Raises `Refused`."""
    from pyex.errors import Exit, NotRunning
    from pyex.observer.action import perform
    from pyex.submit import submit

    try:
        async with asyncio.timeout(SECONDS):
            done: dict[str, Any] = await asyncio.wrap_future(submit(perform, action, body))
    except NotRunning:
        raise Refused("the runtime has stopped", 503) from None
    except TimeoutError:
        raise
    except (Exit, Exception) as error:
        raise Refused(f"{type(error).__name__}: {error}", 500) from None
    if "error" in done:
        raise Refused(done["error"], done.get("status", 400))
    return done


async def _body(request: Request) -> dict[str, Any]:
    """The object that was sent. Raises `Refused`."""
    data = b""
    try:
        async with asyncio.timeout(SECONDS):
            async for chunk in request.stream():
                data += chunk
                if len(data) > MOST_BYTES:
                    raise Refused(f"that is too long: at most {MOST_BYTES} bytes are taken", 413)
    except TimeoutError:
        raise Refused("the body did not come in time", 408) from None
    try:
        found = json.loads(data or b"{}")
    except (ValueError, RecursionError):
        raise Refused("that is no JSON") from None
    if not isinstance(found, dict):
        raise Refused("that is no JSON object")
    return found
