"""The shell: an IEx-like prompt whose own process is one of the processes.

    pyex.repl.start()

`start` opens it on the terminal, or reads a session from a stream; `check` in `pyex.repl.transcript` executes the
sessions in Markdown files.
"""

from __future__ import annotations

import os
import signal
import sys

from pyex.errors import Exit
from pyex.format_exit import format_banner
from pyex.repl.console import Console
from pyex.repl.console.stream_console import StreamConsole
from pyex.repl.console.terminal_console import TerminalConsole
from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.shell.shell import Shell
from pyex.run import run_on

__all__ = ["start"]


def start(first: str | None = None, first_name: str = "") -> int:
    """Open a shell; `first` is a program to run before the first prompt.

    At a terminal, returns 0. Otherwise the session is read from standard input, and the status tells whether anything
    went wrong: 1 if so, else 0.
    """
    language = PythonLanguage()
    is_terminal = _is_terminal()
    console: Console = TerminalConsole(language) if is_terminal else StreamConsole(language)
    shell = Shell(console, language)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, shell.end)
    try:
        failures = run_on(console, shell.run, first, first_name)
    except Exit as error:
        if shell.ended_by:
            return 128 + shell.ended_by
        print(format_banner("EXIT", (error.pid, error.reason)), file=sys.stderr)
        return 1
    return 0 if is_terminal or not failures else 1


def _is_terminal() -> bool:
    streams = (sys.__stdin__, sys.__stdout__)
    return all(stream is not None and stream.isatty() for stream in streams) and os.environ.get("TERM") != "dumb"
