"""The command `pyex observer`: the Observer of a program that runs, or of snapshots that were taken."""

from __future__ import annotations

import json
import socket
import sys
from collections.abc import Callable, Sequence
from getopt import GetoptError, gnu_getopt
from threading import Event

from pyex.command_line import BadCommand
from pyex.repl.attach import frame
from pyex.repl.attach.address import BadAddress, connected

HELP = """\
NAME
    pyex observer - see the processes of a program that runs, in the browser

SYNOPSIS
    pyex observer [OPTIONS]
    pyex observer [OPTIONS] --attach PID|PATH
    pyex observer [OPTIONS] SNAPSHOT [OTHER]

DESCRIPTION
    Has a program start its Observer, prints the address, and opens the browser. The program is one that calls
    pyex.repl.listen(), or was started by pyex --listen: without --attach the only one that there is. Ctrl+C ends the
    command, and the Observer if the program has not started one itself; the program goes on.

    SNAPSHOT is a file that was saved on the page. It is shown without a program; with OTHER the two are compared.

OPTIONS
    --attach PID|PATH     the program's number, or the path of its socket
    --readonly            only look: nothing can be done on the page
    --host H              the address to serve; otherwise 127.0.0.1, which only this machine can reach
    --port N              the port; otherwise a free one
    --no-browser          open no browser
    --tui                 in this terminal in place of the browser
    -h, --help            print this page

EXIT STATUS
    0 when it was left; 1 for a program that cannot be reached or has gone, a port that cannot be used, a file that is
    no snapshot; 2 for a command that cannot be understood

EXAMPLES
    pyex observer
    pyex observer --attach 4711 --readonly
    pyex observer before.json after.json
"""
_OPTIONS = ["help", "attach=", "readonly", "host=", "port=", "no-browser", "tui"]
COMMAND = "pyex observer --attach"
# A program whose one thread is held up by a call answers later.
PATIENCE = 30.0
FAREWELL = 2.0


def main(words: Sequence[str]) -> int:
    """Do what the command line says. Returns the exit status; raises `BadCommand`."""
    try:
        pairs, files = gnu_getopt(list(words), "h", _OPTIONS)
    except GetoptError as error:
        raise BadCommand(f"observer: {_problem(error)}") from None
    found = dict(pairs)
    if "--help" in found or "-h" in found:
        print(HELP, end="")
        return 0
    _check(found, files)
    host, port = found.get("--host", "127.0.0.1"), _port(found.get("--port", "0"))
    opens = "--no-browser" not in found
    if files:
        return _show_files(files, host, port, opens)
    if "--tui" in found:
        from pyex.repl.attach.client import attach

        return attach(found.get("--attach"), observes=True)
    return _observe(found.get("--attach"), {"readonly": "--readonly" in found, "host": host, "port": port}, opens)


def _problem(error: GetoptError) -> str:
    written = f"--{error.opt}" if len(error.opt) > 1 else f"-{error.opt}"
    if "requires argument" in error.msg:
        return f"{written}: something is missing behind it"
    if "must not have an argument" in error.msg:
        return f"{written}: nothing follows it"
    return f"{written}: unknown option"


def _check(found: dict[str, str], files: list[str]) -> None:
    if len(files) > 2:
        raise BadCommand(f"observer: {files[2]}: unexpected; two snapshots are compared")
    for name in ("--attach", "--tui"):
        if files and name in found:
            raise BadCommand(f"observer: {name}: a snapshot has no program; leave it out, or {files[0]}")
    for name in ("--readonly", "--host", "--port", "--no-browser"):
        if "--tui" in found and name in found:
            raise BadCommand(f"observer: {name}: is for the page, and --tui shows none")
    if not found.get("--host", "-"):
        raise BadCommand("observer: --host: an address is missing")


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:6]) < 65536):
        raise BadCommand(f"observer: --port: {text}: a port is a number up to 65535")
    return int(text)


def _observe(target: str | None, options: dict[str, object], opens: bool) -> int:
    """The Observer of a program, until Ctrl+C or its end."""
    try:
        connection = connected(target, COMMAND)
    except (BadAddress, OSError) as error:
        return _complain(str(error))
    with connection:
        try:
            connection.settimeout(PATIENCE)
            frame.send(connection, frame.OBSERVE, json.dumps(options).encode())
            said = frame.receive(connection)
        except TimeoutError:
            return _complain("the program does not answer")
        except (OSError, ValueError):
            said = None
        if said is None or said[0] != frame.ADDRESS:
            return _complain("the program is gone, or has a pyex without the Observer")
        told = json.loads(said[1])
        if "error" in told:
            return _complain(told["error"])
        try:
            _present(told["url"], lambda: told["url_to_open"], opens)
            connection.settimeout(None)
            said = frame.receive(connection)
        except KeyboardInterrupt:
            _leave(connection)
            return 0
        except (OSError, ValueError):
            said = None
    return _complain("the program is gone" if said is None else "the Observer has ended there")


def _leave(connection: socket.socket) -> None:
    """Returns when the program has closed what was opened for this command."""
    print()
    try:
        connection.settimeout(FAREWELL)
        frame.send(connection, frame.LEAVE)
        frame.receive(connection)
    except (OSError, ValueError, KeyboardInterrupt):
        pass  # it is gone, or slow, and notices that this end is


def _show_files(files: list[str], host: str, port: int, opens: bool) -> int:
    """The page with snapshots, until Ctrl+C."""
    from pyex.errors import ErlangError
    from pyex.observer.snapshot_window import BadSnapshot, SnapshotWindow, read_snapshot

    try:
        window = SnapshotWindow([read_snapshot(path) for path in files], host, port)
    except BadSnapshot as error:
        return _complain(str(error))
    except ErlangError as error:
        return _complain(error.detail)
    try:
        _present(window.url, window.url_to_open, opens)
        Event().wait()
    except KeyboardInterrupt:
        print()
    finally:
        window.close()
    return 0


def _present(url: str, url_to_open: Callable[[], str], opens: bool) -> None:
    print(f"The Observer is at {url}")
    print("Ctrl+C ends it.", flush=True)
    if opens:
        from pyex.observer.browser import open_in_browser

        open_in_browser(url_to_open())


def _complain(text: str) -> int:
    print(f"pyex: {text}", file=sys.stderr)
    return 1
