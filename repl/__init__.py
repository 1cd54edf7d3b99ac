"""The shell: an IEx-like prompt whose own process is one of the processes.

    pyex.repl.start()

`start` opens it on the terminal, or reads a session from a stream; `embed` opens it in a program that runs, and
`listen` lets other terminals attach to one. `check` in `pyex.repl.transcript` executes the sessions in Markdown files.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyex.repl.console import Console
    from pyex.repl.console.stream_console import StreamConsole
    from pyex.repl.console.terminal_console import TerminalConsole
    from pyex.repl.jobs.job_control import JobControl
    from pyex.repl.language import Language
    from pyex.repl.record.recorder import Recorder

__all__ = ["embed", "listen", "start"]


def start(
    programs: Sequence[tuple[str, str]] = (),
    *,
    dot_path: str | None = None,
    typed: str = "",
    recorder: Recorder | None = None,
) -> int:
    """Open a shell; `programs` are run before the first prompt: texts, and the names of their files. `dot_path` is
    the file to evaluate at each start of its process, "" for none, None to look for `.pyex.py`. The first input is
    `typed`, if that is given, as if the person had typed it. A `recorder` takes the session down.

    At a terminal, returns 0. Otherwise the session is read from standard input, and the status tells whether anything
    went wrong: 1 if so, else 0.
    """
    from pyex.errors import Exit
    from pyex.format_exit import format_banner
    from pyex.repl.language.python_language import PythonLanguage
    from pyex.repl.shell import dot_file
    from pyex.repl.shell.shell import Shell
    from pyex.run import run_on

    language = PythonLanguage()
    path = dot_file.find() if dot_path is None else dot_path or None
    console: Console
    session: Shell | JobControl
    if _is_terminal():
        from pyex.repl.console.terminal_console import TerminalConsole
        from pyex.repl.jobs.job_control import JobControl

        terminal = TerminalConsole(language) if recorder is None else _recorded_terminal(language, recorder)
        console = terminal
        # For the first shell, and for none of those that follow.
        inputs = [typed]
        session = JobControl(
            terminal, lambda job: Shell(job, language, dot_path=path, typed=inputs.pop() if inputs else "")
        )
    else:
        from pyex.repl.console.stream_console import StreamConsole

        console = StreamConsole(language) if recorder is None else _recorded_stream(language, recorder)
        session = Shell(console, language, dot_path=path, typed=typed)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, session.end)
    try:
        outcome: int = run_on(console, session.run, programs)
    except Exit as error:
        if session.ended_by:
            return 128 + session.ended_by
        print(format_banner("EXIT", (error.pid, error.reason)), file=sys.stderr)
        return 1
    # The status of the person's session, or how many inputs of the stream went wrong.
    if not isinstance(session, Shell):
        return outcome
    return min(outcome, 1) if session.status is None else session.status


def embed(namespace: Mapping[str, Any] | None = None) -> int:
    """Open the shell in a program, on the program's terminal and its processes; come back when it is left.

        def main():
            pool = spawn(worker)
            embed()             # pool is at hand at pyex(1)>

        run(main)

    At the prompt are the caller's variables, or what `namespace` holds; what is assigned there stays there. Meanwhile
    the program's other processes go on, and what they print appears above the prompt. Outside of the runtime it is
    started for as long as the shell is open. Returns 0, or the status that the person left with. Raises `RuntimeError`
    where there is no terminal.
    """
    if not _is_terminal():
        raise RuntimeError("embed() needs a terminal; where there is none, call listen() and use `pyex attach`")
    from pyex.repl.embedding import open_here

    if namespace is None:
        caller = sys._getframe(1)
        namespace = {**caller.f_globals, **caller.f_locals}
    return open_here(namespace)


def listen(path: str | os.PathLike[str] | None = None) -> str:
    """Let terminals on this machine attach to this program, by `pyex attach PID` or `pyex attach PATH`.

        listen()                # '/run/user/1000/pyex/4711.sock'

    Each has shells of its own, which see all processes; when it leaves, the program goes on. Only the user who runs the
    program can attach. Returns the path of the socket, which by default is named by the program's number; when the
    program listens already, that one. Raises `ErlangError` where the path cannot be used.
    """
    from pyex.repl.attach import listener

    return listener.listen(path)


def _is_terminal() -> bool:
    streams = (sys.__stdin__, sys.__stdout__)
    return all(stream is not None and stream.isatty() for stream in streams) and os.environ.get("TERM") != "dumb"


def _recorded_terminal(language: Language, recorder: Recorder) -> TerminalConsole:
    from pyex.repl.record.recorded_console import RecordedTerminal

    return RecordedTerminal(language, recorder)


def _recorded_stream(language: Language, recorder: Recorder) -> StreamConsole:
    from pyex.repl.record.recorded_console import RecordedStream

    return RecordedStream(language, recorder)
