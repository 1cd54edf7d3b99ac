"""A program that asks an Observer, in the tests: requests as they are on the wire, and streams."""

from __future__ import annotations

import json
import socket
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlsplit

from program import PATIENCE

from pyex import observer
from pyex.observer import view


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Who has the address of an Observer. All of it blocks: call it in a thread, or by `blocking`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None and parts.port is not None
        self.host, self.port = parts.hostname, parts.port
        self.token = parse_qs(parts.query)["token"][0]
        self.bearer = {"Authorization": f"Bearer {self.token}"}

    def ask(self, path: str, method: str = "GET", headers: dict[str, str] | None = None, body: Any = None) -> Answer:
        """One request, as it is written here: with the token if it is in `headers`."""
        connection = HTTPConnection(self.host, self.port, timeout=PATIENCE)
        try:
            connection.request(method, path, body=body, headers=headers or {})
            found = connection.getresponse()
            return Answer(found.status, {name.lower(): text for name, text in found.getheaders()}, found.read())
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        """What a program with the token is answered."""
        return self.ask(path, headers=self.bearer)

    def act(self, name: str, body: Any = None, **headers: str) -> Answer:
        """Do something, with the token."""
        data = body if isinstance(body, bytes) else json.dumps(body or {})
        return self.ask(f"/api/act/{name}", "POST", {"X-Pyex-Token": self.token, **headers}, data)

    def says(self, request: str) -> bytes:
        """What comes back for these lines, the end of the headers included, until the server closes."""
        with self.connected() as connection:
            connection.sendall(request.replace("\n", "\r\n").encode("latin-1"))
            pieces = b""
            while piece := connection.recv(65536):
                pieces += piece
            return pieces

    def connected(self, receive_buffer: int = 0) -> socket.socket:
        """A connection on which nothing has been said."""
        connection = socket.socket()
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.settimeout(PATIENCE)
        try:
            connection.connect((self.host, self.port))
        except OSError:
            connection.close()
            raise
        return connection

    def streaming(self, query: str, receive_buffer: int = 0) -> socket.socket:
        """A connection on which a stream has been asked for."""
        connection = self.connected(receive_buffer)
        lines = f"GET /api/stream?{query} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
        connection.sendall(f"{lines}Authorization: Bearer {self.token}\r\n\r\n".encode())
        return connection

    def refuses_connections(self) -> bool:
        """Whether nobody listens at its port."""
        try:
            self.connected().close()
        except OSError:
            return True
        return False


def start(**options: Any) -> Client:
    """Start the Observer, without a browser."""
    return Client(observer.start(browser=False, **options))


def events(connection: socket.socket) -> Iterator[dict[str, Any]]:
    """The data of the events of a stream, as they come."""
    pieces = b""
    while piece := connection.recv(1024 * 1024):
        *lines, pieces = (pieces + piece).split(b"\n")
        yield from (json.loads(line[6:]) for line in lines if line.startswith(b"data: "))


@contextmanager
def view_named(name: str, read: Callable[[str, dict[str, str]], Any]) -> Iterator[None]:
    """Have the Observer know one view more."""
    module = types.ModuleType(f"pyex.observer.view.{name}")
    module.read = read  # type: ignore[attr-defined]
    names: Any = view
    before, names.VIEWS = view.VIEWS, (*view.VIEWS, name)
    sys.modules[module.__name__] = module
    try:
        yield
    finally:
        names.VIEWS = before
        del sys.modules[module.__name__]
