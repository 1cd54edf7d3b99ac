"""The shell as a guest in a program: on its terminal, among its processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pyex
from pyex import Process, group_leader, receive, spawn_monitor, submit
from pyex.repl.console.terminal_console import TerminalConsole
from pyex.repl.jobs.job_control import JobControl
from pyex.repl.language.python_language import PythonLanguage
from pyex.repl.shell import dot_file
from pyex.repl.shell.shell import Shell
from pyex.run import run_on
from pyex.scheduler import scheduler


def open_here(names: Mapping[str, Any]) -> int:
    """Open the shell with these names; returns the exit status when it is left."""
    # `from pyex import *` must not hide the shell's own, such as the `exit` that leaves it.
    names = {
        name: value
        for name, value in names.items()
        if not name.startswith("__") and value is not vars(pyex).get(name)
    }
    language = PythonLanguage()
    console = TerminalConsole(language)
    path = dot_file.find()
    control = JobControl(
        console, lambda job: Shell(job, language, dot_path=path, names=names, owns_main=False)
    )
    if scheduler.is_inside():
        _as_process(console, control.run)
    elif scheduler.owner is not None:
        submit(_as_process, console, control.run).result()
    else:
        run_on(console, control.run)
    return control.status or 0


def _as_process(console: TerminalConsole, function: Callable[[], int]) -> None:
    """Run the session as a process, with all output of the program on its console; wait for its end."""
    foreground = scheduler.foreground
    before = group_leader.exchange_standard_device(console)
    before.flush()
    console.open()
    pid, monitor = spawn_monitor(function)
    try:
        receive(("DOWN", monitor, ..., ..., ...))
    finally:
        Process.exit(pid, "kill")
        group_leader.exchange_standard_device(before)
        scheduler.foreground = foreground
        console.close()
