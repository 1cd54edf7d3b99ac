"""Who may come in: those who have the token, by an address that is the server's own."""

from __future__ import annotations

import secrets
from hmac import compare_digest
from ipaddress import ip_address
from time import monotonic
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pyex.observer.view import Refused

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
_HEADERS = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
# Given twice, it is not clear which of them counts.
_ONCE = ("host", "origin", "authorization", "x-pyex-token")
_READING = ("GET", "HEAD")
# How long a browser may take to start.
TICKET_SECONDS = 60.0


class Guard:
    """Stands before the application. The token comes in the address at first, then in a cookie; programs send it as
    `Authorization: Bearer TOKEN`. What changes something has it in the header `X-Pyex-Token`, which no other page can
    send."""

    def __init__(self, application: ASGIApp, host: str, port: int) -> None:
        self.token = secrets.token_urlsafe(24)
        self._application = application
        self._cookie = f"pyex_observer_{port}"
        self._hosts = _names(host, port)
        self._tickets: dict[str, float] = {}

    def ticket(self) -> str:
        """What stands for the token once, and soon. The command line of a browser is no secret on this machine."""
        ticket = secrets.token_urlsafe(24)
        self._tickets[ticket] = monotonic() + TICKET_SECONDS
        return ticket

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        request = Request(scope, receive)
        try:
            await self._chosen(request)(scope, receive, send_with_headers)
        except Exception as error:
            # What is begun is cut off. Either way it is nothing for the program's terminal.
            if not has_begun:
                failed = Refused(f"{type(error).__name__}: {error}", 500)
                await _refusal(request, failed)(scope, receive, send_with_headers)

    def _chosen(self, request: Request) -> ASGIApp:
        """What answers."""
        try:
            return self._answer(request) or self._application
        except Refused as refused:
            return _refusal(request, refused)

    def _answer(self, request: Request) -> Response | None:
        """What the guard answers itself; None to let it pass. Raises `Refused`."""
        headers = request.headers
        for name in _ONCE:
            if len(headers.getlist(name)) > 1:
                raise Refused(f"The header {name} may come once.")
        if self._hosts is not None and headers.get("host", "").lower() not in self._hosts:
            raise Refused("This is not the address of the Observer.", 421)
        if not self._is_own_page(request):
            raise Refused("Another page may not ask the Observer.", 403)
        if request.method not in _READING:
            if not self._is_token(headers.get("x-pyex-token", "")):
                raise Refused("The header X-Pyex-Token must hold the token.", 403)
            return None
        given = request.query_params.get("token")
        if given is not None and request.url.path == "/" and self._opens(given):
            response = RedirectResponse("/", 303)
            # "lax", as the address may be followed from another page; nothing is done by a GET.
            response.set_cookie(self._cookie, self.token, httponly=True, samesite="lax")
            return response
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        if not (self._is_token(request.cookies.get(self._cookie, "")) or self._is_token(bearer)):
            raise Refused("Open the whole address that observer.start() gave: its token is the key.", 403)
        return None

    def _is_own_page(self, request: Request) -> bool:
        """Whether a page that asks, if it is one, is the Observer's own."""
        origin = request.headers.get("origin")
        if origin is not None:
            try:
                return urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()
            except ValueError:
                return False
        # A page of another port is the same site for cookies. Following a link to the page itself is fine.
        site = request.headers.get("sec-fetch-site", "none")
        return site in ("same-origin", "none") or request.url.path == "/"

    def _opens(self, given: str) -> bool:
        now = monotonic()
        # A copy: another thread may add one meanwhile.
        for ticket, until in list(self._tickets.items()):
            if until <= now:
                self._tickets.pop(ticket, None)
        return self._is_token(given) or self._tickets.pop(given, None) is not None

    def _is_token(self, given: str) -> bool:
        return compare_digest(given.encode(errors="replace"), self.token.encode())


def _names(host: str, port: int) -> frozenset[str] | None:
    """What the server is called by those who mean it; None where it may have any name: on another address than
    loopback the token alone counts."""
    try:
        is_loopback = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        is_loopback = False
    if not is_loopback:
        return None
    names = {*LOOPBACK, f"[{host}]" if ":" in host else host}
    return frozenset({f"{name}:{port}" for name in names} | (names if port == 80 else set()))


def _refusal(request: Request, refused: Refused) -> Response:
    if request.url.path.startswith("/api"):
        return JSONResponse({"error": str(refused)}, refused.status)
    return PlainTextResponse(f"{refused}\n", refused.status)
