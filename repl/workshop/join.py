"""`pyex lesson --join URL`: the prompt, with the lessons of a workshop, which hears of what is done."""

from __future__ import annotations

import getpass
import os
import re
import secrets
import sys

from pyex import ArgumentError
from pyex.command_line import BadCommand
from pyex.repl.lesson import course
from pyex.repl.lesson.course import Entry
from pyex.repl.state_folder import make_private_folder, state_folder
from pyex.repl.transcript.errors import BadTranscript
from pyex.repl.workshop.room import clean_name
from pyex.repl.workshop.visit import BadAddress, NoAnswer, Received, Visit, one_line

_KEY = re.compile(r"[\w-]{16,100}", re.ASCII)


def join(url: str, name: str, which: str, *, is_anew: bool, asks: bool) -> int:
    """Get the lessons, come in, and open the prompt, with the lesson `which` if that is given. Returns the exit
    status; raises `BadCommand`."""
    from pyex import repl
    from pyex.repl.workshop.reporter import Reporter
    from pyex.script import import_from

    try:
        visit = Visit(url)
    except BadAddress as error:
        raise BadCommand(f"lesson: --join: {one_line(str(error))}") from None
    try:
        received = visit.lessons()
        if not _is_agreed(visit, received, asks=asks):
            return 1
        folder = _folder(visit.host)
        lessons = [_kept(each, folder) for each in received]
        course.joined[:] = [entry for entry in lessons if entry.key != entry.name]
        typed = _begins(which, is_anew=is_anew)
        key = _key(folder)
        name = visit.join(key, clean_name(name or _login_name()))
    except (NoAnswer, BadTranscript) as error:
        print(f"pyex: lesson: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        problem = f"{error.filename or ''} cannot be used ({error.strerror}): set XDG_STATE_HOME to another folder"
        print(f"pyex: lesson: {problem.strip()}", file=sys.stderr)
        return 1
    print(f"You are {name} in the workshop at {visit.place}. lesson() lists what there is.\n", flush=True)
    sys.argv = [""]
    import_from("")
    reporter = Reporter(visit, key, lessons)
    reporter.start()
    try:
        return repl.start(typed=typed)
    finally:
        reporter.stop()


def _is_agreed(visit: Visit, received: list[Received], *, asks: bool) -> bool:
    """Say whose code will run; at a terminal, ask."""
    names = ", ".join(one_line(each.name) for each in received)
    print(f"The workshop at {visit.place} has these lessons: {names}.")
    print(f"Their set-up code comes from {visit.host}, and runs here with your rights.", flush=True)
    if not asks or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return True
    try:
        return input("Join? [y/n] ").strip().lower() in ("y", "yes")
    except EOFError:
        print()
        return False


def _begins(which: str, *, is_anew: bool) -> str:
    """What is typed first."""
    if not which:
        if is_anew:
            raise BadCommand("lesson: --restart: goes with the name of a lesson")
        return "lesson()"
    try:
        entry = course.find(which)
        entry.read()
    except ArgumentError as error:
        raise BadCommand(f"lesson: {error}".replace("; lesson() lists all", "")) from None
    return entry.call("restart=True" if is_anew else "")


def _folder(host: str) -> str:
    """Where the lessons of this machine are kept; made for nobody else to enter. Raises `OSError`."""
    name = re.sub(r"[^\w.-]|^\.+", "_", host)
    path = os.path.join(state_folder(), "workshops", name)
    make_private_folder(path)
    return path


def _kept(received: Received, folder: str) -> Entry:
    """The lesson in a file of its own here, or the one of the course. Raises `OSError`, `BadTranscript`."""
    own = {entry.name: entry for entry in course.course() if entry.key == entry.name}
    if received.is_course and received.name in own:
        return own[received.name]
    path = os.path.join(folder, received.file)
    _write(path, received.text)
    entry = Entry(received.name, path, path)
    entry.read()
    return entry


def _key(folder: str) -> str:
    """By which the workshop knows the learner when they come back: one for each machine. Raises `OSError`."""
    path = os.path.join(folder, "key")
    try:
        with open(path, encoding="ascii") as file:
            kept = file.read().strip()
        if _KEY.fullmatch(kept):
            return kept
    except (FileNotFoundError, UnicodeDecodeError):
        pass
    made = secrets.token_urlsafe(24)
    _write(path, made + "\n")
    return made


def _write(path: str, text: str) -> None:
    """Write beside, then put it in the old one's place."""
    new = f"{path}.{os.getpid()}.new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    os.replace(new, path)


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
