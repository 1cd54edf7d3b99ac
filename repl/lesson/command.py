"""The command `pyex lesson`."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from getopt import GetoptError, gnu_getopt

from pyex import ArgumentError
from pyex.command_line import BadCommand
from pyex.repl.transcript.errors import BadTranscript

HELP = """\
NAME
    pyex lesson - learn pyex at its own prompt

SYNOPSIS
    pyex lesson                        list the lessons, and what is done of each
    pyex lesson [--restart] NAME       open the prompt with a lesson of the course
    pyex lesson [--restart] FILE       open the prompt with a lesson in a file
    pyex lesson --progress             the list for programs: columns with tabs in between
    pyex lesson --join URL [--name NAME] [--yes] [NAME|FILE]
                                       open the prompt in a workshop

DESCRIPTION
    A lesson explains, asks for something to be done at the prompt, and sees when it is. hint() helps, skip() types the
    answer, lesson() shows the task again, exit leaves: the lesson goes on where it was left. At a prompt that is open
    already, lesson("NAME") does the same.

    The columns of --progress are the name or path of the lesson, how many of its tasks are done, how many there are,
    and when the last one was done.

OPTIONS
    --restart             begin the lesson anew
    --progress            list what is done, without opening the prompt
    --join URL            get the lessons of a workshop, and tell it what you have done; docs/workshop.md
    --name NAME           what you are called there; otherwise your login name
    --yes                 join without being asked
    -h, --help            print this page

FILES
    $XDG_STATE_HOME/pyex/lessons.json
                          what is done
    $XDG_STATE_HOME/pyex/workshops/
                          the lessons of workshops

EXIT STATUS
    That of the prompt; 1 for a file that is no lesson, or a list that nobody has read to its end; 2 for a command that
    cannot be understood.

EXAMPLES
    pyex lesson processes
    pyex lesson my_lesson.md
"""


def main(words: Sequence[str]) -> int:
    """List the lessons, or open the prompt with one. Returns the exit status."""
    try:
        found, rest = gnu_getopt([*words], "h", ["restart", "progress", "join=", "name=", "yes", "help"])
    except GetoptError as error:
        dashes = "-" if len(error.opt) == 1 else "--"
        problem = "what?" if error.opt in ("join", "name") else "unknown option"
        raise BadCommand(f"lesson: {dashes}{error.opt}: {problem}") from None
    options = {name for name, _ in found}
    values = dict(found)
    if options & {"-h", "--help"}:
        print(HELP, end="")
        return 0
    if len(rest) > 1:
        raise BadCommand(f"lesson: {rest[1]}: unexpected after {rest[0]}")
    if "--restart" in options and not rest:
        raise BadCommand("lesson: --restart: goes with the name of a lesson")
    if "--progress" in options and rest:
        raise BadCommand(f"lesson: {rest[0]}: unexpected with --progress, which lists all lessons")
    if "--join" in options:
        from pyex.repl.workshop.join import join

        if "--progress" in options:
            raise BadCommand("lesson: --progress: unexpected with --join, which opens the prompt")
        which = rest[0] if rest else ""
        is_anew, asks = "--restart" in options, "--yes" not in options
        return join(values["--join"], values.get("--name", ""), which, is_anew=is_anew, asks=asks)
    if options & {"--name", "--yes"}:
        raise BadCommand(f"lesson: {'--name' if '--name' in options else '--yes'}: goes with --join")
    if not rest:
        return _printed(_print_progress if "--progress" in options else _print_table)
    return _open_prompt(rest[0], is_anew="--restart" in options)


def _printed(show: Callable[[], None]) -> int:
    """The exit status of a list: 1 where nobody has read it to its end, as with `| head -1`."""
    try:
        show()
        sys.stdout.flush()
    except BrokenPipeError:
        # What could not be written is not to be tried again at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return 0


def _print_table() -> None:
    from pyex.repl.lesson.course import course, going_on, table
    from pyex.repl.lesson.progress import progress

    kept = progress()
    print("\n".join(table(kept, shutil.get_terminal_size().columns)))
    entry, is_begun = going_on(kept)
    if entry is None:
        print(f"\nAll are done; pyex lesson --restart {course()[0].name} begins one anew.")
    else:
        goes_on = "goes on where you left it" if is_begun else "begins the next lesson"
        print(f"\npyex lesson {shlex.quote(entry.word)} {goes_on}.")
    _print_troubles()


def _print_progress() -> None:
    from pyex.repl.lesson.course import count, entries
    from pyex.repl.lesson.progress import progress

    kept = progress()
    for entry in entries(kept):
        tasks = kept.tasks(entry.key)
        try:
            done, total = count(entry.read(), tasks)
        except BadTranscript as error:
            print(f"pyex: {error}", file=sys.stderr)
            continue
        print(f"{entry.key}\t{done}\t{total}\t{max(tasks.values(), default='')}")
    _print_troubles()


def _print_troubles() -> None:
    from pyex.repl.lesson.progress import progress

    for trouble in progress().troubles():
        print(f"pyex: {trouble}", file=sys.stderr)


def _open_prompt(which: str, *, is_anew: bool) -> int:
    from pyex import repl
    from pyex.repl.lesson.course import find
    from pyex.script import import_from

    try:
        entry = find(which)
        entry.read()
    except ArgumentError as error:
        raise BadCommand(f"lesson: {error}".replace("lesson() lists", "pyex lesson lists")) from None
    except BadTranscript as error:
        print(f"pyex: {error}", file=sys.stderr)
        return 1
    sys.argv = [""]
    import_from("")
    return repl.start(typed=entry.call("restart=True" if is_anew else ""))
