"""A server in a thread of its own.

    serving = Serving(application, listening("127.0.0.1", 0))
    serving.start()
    serving.stop()
"""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable, Sequence
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from pyex.atom import Atom
from pyex.errors import ErlangError

if TYPE_CHECKING:
    from pyex.observer.server.quiet_uvicorn import QuietServer

SECONDS = 5.0
MOST_CONNECTIONS = 256
ANY = ("0.0.0.0", "::")
# What lies in the kernel for who does not read is old when it is read.
MOST_BYTES_ON_THE_WAY = 256 * 1024


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 is a free one. Raises `OSError`."""
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MOST_BYTES_ON_THE_WAY)
        made.bind(address)
        made.listen(128)
    except OSError:
        made.close()
        raise
    return made


def address_of_this_machine(family: socket.AddressFamily) -> str:
    """By which others reach this machine, as far as it can be known."""
    somewhere = "2001:db8::1" if family == socket.AF_INET6 else "10.255.255.255"
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            # Sends nothing: it asks which of the addresses would be used.
            probe.connect((somewhere, 9))
            return str(probe.getsockname()[0])
        except OSError:
            return "::1" if family == socket.AF_INET6 else "127.0.0.1"


def bound(host: str, port: int) -> socket.socket:
    """As `listening`. Raises `ErlangError` with a reason of `inet`'s, and a sentence."""
    try:
        return listening(host, port)
    except socket.gaierror as error:
        raise ErlangError(Atom("nxdomain"), f"cannot listen at {host}:{port}: {error.strerror}") from None
    except UnicodeError:
        raise ErlangError(Atom("nxdomain"), f"cannot listen at {host}:{port}: that is no name of a machine") from None
    except OSError as error:
        reason = errno.errorcode.get(error.errno or 0, "EINVAL").lower()
        raise ErlangError(Atom(reason), f"cannot listen at {host}:{port}: {error.strerror or error}") from None


def base_address(host: str, listener: socket.socket) -> str:
    """The beginning of the URLs of a server that listens at this host."""
    name = address_of_this_machine(listener.family) if host in ANY else host
    name = f"[{name}]" if ":" in name else name
    return f"http://{name}:{listener.getsockname()[1]}"


class Serving:
    """Serves an ASGI application on a socket. `name` is the thread's; `headers` are in each answer."""

    def __init__(
        self,
        application: Any,
        listener: socket.socket,
        *,
        name: str = "pyex observer",
        most_connections: int = MOST_CONNECTIONS,
        headers: Sequence[tuple[str, str]] = (),
    ) -> None:
        self.listener = listener
        # Called in the server's thread when it has ended.
        self.on_end: list[Callable[[], None]] = []
        self._application = application
        self._most_connections = most_connections
        self._headers = headers
        self._loop: asyncio.AbstractEventLoop | None = None
        self._server: QuietServer | None = None
        self._error: Exception | None = None
        self._started = Event()
        self._ending = Event()
        self._thread = Thread(target=self._serve, name=name, daemon=True)

    @property
    def is_ending(self) -> bool:
        """Whether it has ended, or is about to."""
        return self._ending.is_set() or (self._started.is_set() and not self._thread.is_alive())

    def start(self) -> None:
        """Begin to serve; returns when it does, and raises what keeps it from that."""
        self._thread.start()
        self._started.wait(SECONDS)
        if self._error is not None:
            raise self._error

    def end(self) -> None:
        """Have it end, without waiting for that. From any thread, any number of times."""
        self._ending.set()
        loop, server = self._loop, self._server
        if loop is None or server is None:
            return
        try:
            loop.call_soon_threadsafe(server.end)
        except RuntimeError:
            pass  # the loop is closed: it has ended

    def stop(self) -> None:
        """End it: returns when it has ended."""
        self.end()
        self._thread.join(SECONDS)

    def _serve(self) -> None:
        try:
            self._run()
        except Exception as error:
            # A thread's traceback would go to the person's terminal.
            self._error = error
        finally:
            self.listener.close()
            self._ending.set()
            self._started.set()
            for call in self.on_end:
                call()

    def _run(self) -> None:
        from pyex.observer.server.quiet_uvicorn import QuietServer, quiet_thread

        async def serve() -> None:
            self._server = QuietServer(self._application, self._most_connections, self._headers)
            self._loop = asyncio.get_running_loop()
            # It may have been told to end before it could hear.
            if self._ending.is_set():
                return
            self._started.set()
            # In a thread it leaves the signals alone: they are the program's.
            await self._server.serve(sockets=[self.listener])

        with quiet_thread(), asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
            runner.run(serve())
