"""The server of a workshop: a page, and what learners' shells ask for and report, in a thread of its own.

    server = Server(room, listening("127.0.0.1", 0), "127.0.0.1")
    server.start()
    server.teacher, server.learners         # two addresses
    server.stop()

What an address ends in is a token: of the teacher, who may remove learners, or of the learners. Without one there is
nothing but a sentence.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import socket
from collections.abc import Awaitable, Callable
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from pyex.observer.server.serving import Serving
from pyex.repl.workshop.page import PAGE, POLICY
from pyex.repl.workshop.room import Refused, Room

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

MOST_BYTES = 64 * 1024
SECONDS = 5.0
MOST_CONNECTIONS = 2000
# Learners type their token: none of these letters looks like another one.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_HEADERS = [
    ("Content-Security-Policy", POLICY),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    ("Cache-Control", "no-store"),
]


class Server:
    """Serves a room on a socket. `host` is what the learners' address names."""

    def __init__(self, room: Room, listener: socket.socket, host: str) -> None:
        self.room = room
        self._teacher = secrets.token_urlsafe(24)
        self._learners = "".join(secrets.choice(_LETTERS) for _ in range(10))
        port = listener.getsockname()[1]
        self.teacher = f"http://127.0.0.1:{port}/{self._teacher}"
        self.learners = f"http://{host}:{port}/{self._learners}"
        self._serving = Serving(
            self._application(), listener, name="pyex workshop", most_connections=MOST_CONNECTIONS, headers=_HEADERS
        )

    def start(self) -> None:
        """Begin to serve; returns when it does."""
        self._serving.start()

    def stop(self) -> None:
        """End, within a few seconds."""
        self._serving.stop()

    def _application(self) -> Starlette:
        from starlette.applications import Starlette
        from starlette.routing import Route

        return Starlette(
            routes=[
                Route("/{token}", self._answers(self._page)),
                Route("/{token}/", self._answers(self._page)),
                Route("/{token}/progress", self._answers(self._progress)),
                Route("/{token}/lessons", self._answers(self._lessons)),
                Route("/{token}/join", self._answers(self._join), methods=["POST"]),
                Route("/{token}/report", self._answers(self._report), methods=["POST"]),
                Route("/{token}/remove", self._answers(self._remove), methods=["POST"]),
            ],
            exception_handlers={404: _not_found},
        )

    def _answers(self, handler: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
        """The same, for those who have a token; what is refused is told in a sentence."""

        async def answer(request: Request) -> Response:
            from starlette.responses import PlainTextResponse

            try:
                given = request.path_params["token"].encode()
                is_teacher = compare_digest(given, self._teacher.encode())
                is_learner = compare_digest(given, self._learners.encode())
                if not (is_teacher or is_learner):
                    return _without_token()
                request.state.is_teacher = is_teacher
                return await handler(request)
            except Refused as refused:
                return PlainTextResponse(f"{refused}\n", refused.status)

        return answer

    async def _page(self, request: Request) -> Response:
        from starlette.responses import HTMLResponse

        return HTMLResponse(PAGE)

    async def _progress(self, request: Request) -> Response:
        return _as_json({**self.room.shown(), "join": self.learners, "teacher": request.state.is_teacher})

    async def _lessons(self, request: Request) -> Response:
        lessons = [
            {"name": each.name, "file": each.file, "title": each.title, "course": each.is_course, "text": each.text}
            for each in self.room.lessons.values()
        ]
        return _as_json({"workshop": 1, "lessons": lessons})

    async def _join(self, request: Request) -> Response:
        body = await _body(request)
        return _as_json({"name": self.room.join(body.get("key"), body.get("name")).name})

    async def _report(self, request: Request) -> Response:
        body = await _body(request)
        self.room.report(body.get("key"), body.get("done"), body.get("current"))
        return _as_json({})

    async def _remove(self, request: Request) -> Response:
        if not request.state.is_teacher:
            raise Refused(403, "Only the teacher can do this.")
        self.room.remove((await _body(request)).get("number"))
        return _as_json({})


async def _not_found(request: Request, error: Exception) -> Response:
    return _without_token()


def _without_token() -> Response:
    from starlette.responses import PlainTextResponse

    return PlainTextResponse("This is a pyex workshop: ask its teacher for the whole address.\n", 403)


def _as_json(found: dict[str, Any]) -> Response:
    from starlette.responses import JSONResponse

    return JSONResponse(found)


async def _body(request: Request) -> dict[str, Any]:
    """The object that was sent. Raises `Refused`."""
    data = b""
    try:
        async with asyncio.timeout(SECONDS):
            async for chunk in request.stream():
                data += chunk
                if len(data) > MOST_BYTES:
                    raise Refused(413, f"That is too long: at most {MOST_BYTES} bytes are taken.")
    except TimeoutError:
        raise Refused(408, "That took too long.") from None
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise Refused(400, "That is no JSON.") from None
    if not isinstance(found, dict):
        raise Refused(400, "That is no JSON object.")
    return found
