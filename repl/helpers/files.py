"""`ls cd pwd clear`: the folder that the program is in, and the screen."""

from __future__ import annotations

import os
import stat
from typing import Any

from pyex import ArgumentError
from pyex.errors import describe
from pyex.inspection.safe_text import one_line
from pyex.repl.shell.current import columns, current


def pwd() -> None:
    """Print the current folder. Mirrors IEx's `pwd/0`."""
    from pyex.repl.display.colours import coloured

    try:
        print(coloured("eval_info", os.getcwd()))
    except FileNotFoundError:
        print(coloured("eval_error", "The current folder does not exist any more"))


def cd(directory: Any = "~") -> None:
    """Go to another folder, and print where that is; `cd()` goes home.

        cd("..")

    It holds for the whole program. Prints what is wrong where there is no such folder. Mirrors IEx's `cd/1`.
    """
    from pyex.repl.display.colours import coloured

    path = _path("cd", directory)
    try:
        os.chdir(path)
    except FileNotFoundError:
        print(coloured("eval_error", f"No directory {path}"))
    except (OSError, ValueError) as error:
        print(coloured("eval_error", _problem(error, path)))
    else:
        pwd()


def ls(path: Any = ".") -> None:
    """List a folder, the current one if none is given; of a file, print where it is.

        ls()
        ls("~/src")

    Prints what is wrong where there is no such folder. Mirrors IEx's `ls/0` and `ls/1`.
    """
    from pyex.repl.display.colours import coloured
    from pyex.repl.display.side_by_side import side_by_side

    folder = _path("ls", path)
    try:
        kinds = {entry.name: _kind(entry) for entry in os.scandir(folder)}
    except FileNotFoundError:
        print(coloured("eval_error", f"No such file or directory {folder}"))
    except NotADirectoryError:
        print(coloured("eval_info", os.path.abspath(folder)))
    except (OSError, ValueError) as error:
        print(coloured("eval_error", _problem(error, folder)))
    else:
        lines = side_by_side({one_line(name): kinds[name] for name in sorted(kinds)}, columns())
        print("".join(f"{line}\n" for line in lines), end="")


def clear() -> None:
    """Clear the screen. Says so where that cannot be done: the session is not held at a terminal. Mirrors IEx's
    `clear/0`.
    """
    from pyex.repl.console.terminal_console import TerminalConsole
    from pyex.repl.jobs.job_console import JobConsole
    from pyex.repl.transcript.play import TranscriptConsole

    console = current().console
    # A terminal may be without colours because somebody wants none.
    if not console.has_colours and not isinstance(console, TerminalConsole | JobConsole | TranscriptConsole):
        print("Cannot clear the screen because ANSI escape codes are not enabled on this shell")
        return
    print("\x1b[H\x1b[2J", end="", flush=True)


def _path(helper: str, given: Any) -> str:
    if not isinstance(given, str | os.PathLike):
        raise ArgumentError(f'{helper} takes the path of a folder, as in {helper}("src"), not {describe(given)}')
    return os.path.expanduser(os.fsdecode(given))


def _problem(error: OSError | ValueError, path: str) -> str:
    """What is wrong with a path, in words."""
    # A ValueError is about a path that can be none.
    return f"{error.strerror if isinstance(error, OSError) else 'Not a path'}: {one_line(path)}"


def _kind(entry: os.DirEntry[str]) -> str:
    """The colour of an entry, by what it is; "" for a plain file."""
    if entry.is_dir():
        return "ls_directory"
    try:
        mode = entry.stat().st_mode
    except OSError:
        return ""
    return "ls_device" if stat.S_ISCHR(mode) or stat.S_ISBLK(mode) else ""
