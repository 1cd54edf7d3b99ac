"""The command `pyex workshop`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from getopt import GetoptError, gnu_getopt

from pyex import ArgumentError
from pyex.command_line import BadCommand
from pyex.repl.transcript.errors import BadTranscript
from pyex.repl.workshop.room import Offered, Room, offered

HELP = """\
NAME
    pyex workshop - lessons for a room

SYNOPSIS
    pyex workshop [OPTIONS] [FILE|NAME...]

DESCRIPTION
    Opens the prompt, and serves a page beside it: the lessons in the files (without any, the course), and how far
    everyone is. Two addresses are printed. The teacher's is for the teacher alone, who can remove learners there. The
    learners' is for the room: who opens it in a browser sees the same page and can change nothing, and who types

    pyex lesson --join ADDRESS

    gets the lessons, and is on the page. The server ends with the shell.

OPTIONS
    --share           serve the local network; otherwise only this machine can reach the page
    --port N          the port; otherwise a free one
    -h, --help        print this page

EXIT STATUS
    That of the prompt; 1 for a file that is no lesson, or a port that cannot be used; 2 for a command that cannot be
    understood.

EXAMPLES
    pyex workshop
    pyex workshop --share --port 8000 links.md pools.md
"""


def main(words: Sequence[str]) -> int:
    """Serve the lessons, and open the prompt. Returns the exit status; raises `BadCommand`."""
    try:
        found, rest = gnu_getopt([*words], "h", ["share", "port=", "help"])
    except GetoptError as error:
        dashes = "-" if len(error.opt) == 1 else "--"
        problem = "needs a number" if error.opt == "port" else "unknown option"
        raise BadCommand(f"workshop: {dashes}{error.opt}: {problem}") from None
    options = dict(found)
    if options.keys() & {"-h", "--help"}:
        print(HELP, end="")
        return 0
    port = _port(options.get("--port", "0"))
    try:
        lessons = _lessons(rest)
    except BadTranscript as error:
        print(f"pyex: {error}", file=sys.stderr)
        return 1
    return _serve(lessons, port, is_shared="--share" in options)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:6]) < 65536):
        raise BadCommand(f"workshop: --port: {text}: a port is a number up to 65535")
    return int(text)


def _lessons(words: list[str]) -> list[Offered]:
    """The lessons that are asked for; none: the course. Raises `BadTranscript`, `BadCommand`."""
    from pyex.repl.lesson.course import course, find

    try:
        entries = [find(word) for word in words] or course()
    except ArgumentError as error:
        raise BadCommand(f"workshop: {error}".replace("lesson() lists", "pyex lesson lists")) from None
    names: dict[str, str] = {}
    for entry in entries:
        if entry.name in names:
            problem = f'"{entry.name}" is the name of {names[entry.name]}, too: rename one of the files'
            raise BadTranscript(entry.path, 0, problem)
        names[entry.name] = entry.path
    return [offered(entry) for entry in entries]


def _serve(lessons: list[Offered], port: int, *, is_shared: bool) -> int:
    from pyex import repl
    from pyex.observer.server.serving import address_of_this_machine, listening
    from pyex.repl.workshop.server import Server
    from pyex.script import import_from

    try:
        listener = listening("0.0.0.0" if is_shared else "127.0.0.1", port)
    except OSError as error:
        print(f"pyex: workshop: port {port} cannot be used ({error.strerror}): try another one", file=sys.stderr)
        return 1
    server = Server(Room(lessons), listener, address_of_this_machine(listener.family) if is_shared else "127.0.0.1")
    server.start()
    try:
        where = "the local network" if is_shared else "this machine alone; --share serves the local network"
        print(f"A workshop with {len(lessons)} {'lesson' if len(lessons) == 1 else 'lessons'}, for {where}.\n")
        print(f"  you       {server.teacher}")
        print(f"  learners  {server.learners}\n")
        print(f"Learners type: pyex lesson --join {server.learners}\n", flush=True)
        sys.argv = [""]
        import_from("")
        return repl.start()
    finally:
        server.stop()
