"""Job control: the process that has the terminal, and lends it to one shell after another. Erlang's `user_drv`."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any

from pyex import Atom, Pid, Process, Reference, group_leader, receive, send, spawn_monitor
from pyex.atom import KILLED, NORMAL
from pyex.control_block import ControlBlock
from pyex.exit_signal import terminate
from pyex.repl.console import ANSWER
from pyex.repl.console.terminal_console import BREAK, SWITCH, TerminalConsole
from pyex.repl.jobs.job_console import JobConsole
from pyex.repl.shell.evaluator import LEAVE
from pyex.repl.shell.shell import CONTROL, INTERRUPT, Shell
from pyex.repl.terminal.prompt import Answer, Prompt
from pyex.run_queue import HIGH_QUEUE
from pyex.scheduler import scheduler

CONNECTED = Atom("connected")
TERMINATED, HOW_TO_START = "Shell process terminated!", "(^G to start new job)"
KILL_SECONDS = 1.0


@dataclass
class Job:
    """One shell and its process, which begins when the person first connects to it."""

    number: int
    shell: Shell
    pid: Pid
    monitor: Reference
    has_begun: bool = False


class JobControl:
    """The jobs of one terminal; `new_shell(console)` makes the shell of a new one.

    When `run` returns, the person has left. What that means is the business of its caller: where it is the main
    process, the program ends; where it serves a terminal that has attached, that terminal is let go.
    """

    def __init__(self, console: TerminalConsole, new_shell: Callable[[JobConsole], Shell]) -> None:
        self.console = console
        self.jobs: dict[int, Job] = {}
        self.current: Job | None = None
        self.block: ControlBlock | None = None
        self.ended_by = 0
        self._new_shell = new_shell
        self._last_number = 0
        self._status: int | None = None

    def run(self, programs: Sequence[tuple[str, str]] = ()) -> int:
        """The function of the process. `programs`, texts with the names of their files, are for the first job. Returns
        the status to exit with; all jobs are killed then."""
        self.block = scheduler.me()
        # The menus open while thousands are busy.
        self.block.queue = HIGH_QUEUE
        # It is the person it waits for who keeps it waiting.
        self.block.blocked_since = math.inf
        self.console.attach(self.block.pid)
        try:
            self.connect(self.start(programs))
            while self._status is None:
                self._attend(receive((SWITCH, ...), (BREAK,), (ANSWER, ...), ("DOWN", ..., ..., ..., ...)))
        finally:
            self._end_all()
        return self._status

    def end(self, number: int, frame: FrameType | None) -> None:
        """The handler of SIGTERM and SIGHUP: leave, whatever is going on."""
        if scheduler.forked:
            os._exit(128 + number)
        self.ended_by = number
        if self.block is not None:
            scheduler.post(terminate, self.block, Atom("shutdown"))

    @property
    def status(self) -> int | None:
        """What the person has left with; None before that."""
        return self._status

    def leave(self, status: int = 0) -> None:
        """Have `run` return."""
        self._status = status

    def _attend(self, message: Any) -> None:
        match message:
            case ("switch", at_prompt):
                self._switch(at_prompt)
            case ("break",):
                self._break()
            case ("DOWN", monitor, _, _, reason):
                job = next((job for job in self.jobs.values() if job.monitor == monitor), None)
                if job is not None:
                    self._job_has_ended(job, reason)
            case ("answer", answer):
                self._answered_nothing(answer)

    # The jobs

    def start(self, programs: Sequence[tuple[str, str]] = ()) -> Job:
        """A new job, which becomes the current one. Its banner appears when the person connects to it."""
        self._last_number += 1
        shell = self._new_shell(JobConsole(self.console))
        pid, monitor = spawn_monitor(_serve, shell, tuple(programs))
        self.current = self.jobs[self._last_number] = Job(self._last_number, shell, pid, monitor)
        return self.current

    def connect(self, job: Job) -> None:
        """Make it the current job, and give it the terminal."""
        self.current = job
        self.console.connect(job.pid)
        if not job.has_begun:
            job.has_begun = True
            send(job.pid, CONNECTED)

    def interrupt(self, job: Job) -> None:
        """End what it evaluates; it goes on with another shell process, and its counter."""
        send(job.pid, (CONTROL, INTERRUPT))

    def kill(self, job: Job) -> None:
        """End it, and wait until it has ended."""
        Process.exit(job.pid, "kill")
        receive(("DOWN", job.monitor, ..., ..., ...), after=round(KILL_SECONDS * 1000), default=None)
        self._remove(job, KILLED)

    def state(self, job: Job) -> str:
        """What it is doing, in a word or two."""
        if not job.has_begun:
            return "new"
        return {"": "evaluating", "line": "reading a line", "prompt": "waiting"}[self.console.is_asking(job.pid)]

    def _remove(self, job: Job, reason: Any) -> None:
        self.jobs.pop(job.number, None)
        if self.current is job:
            self.current = None
        self.console.forget(job.pid)
        _end_evaluator(job, reason)

    def _job_has_ended(self, job: Job, reason: Any) -> None:
        """While no menu is open."""
        was_current = self.current is job
        self._remove(job, reason)
        if not was_current:
            return
        if _is_normal(reason) and not self.jobs:
            self.leave(job.shell.status or 0)
            return
        if self.jobs:
            if not _is_normal(reason):
                self._print(f"*** ERROR: {TERMINATED} ***")
            self._print(f"(job {job.number} has ended; this is job {max(self.jobs)})")
        self._go_back(f"*** ERROR: {TERMINATED} {HOW_TO_START} ***")

    def _end_all(self) -> None:
        """Also where this process is being killed, and can only post."""
        for job in self.jobs.values():
            for pid in (job.pid, getattr(job.shell, "evaluator", None)):
                if pid is not None and pid.block is not None:
                    scheduler.post(terminate, pid.block, KILLED)

    # The menus

    def ask(self, prompt: Prompt) -> Answer:
        """Ask the person, as one of the menus."""
        self.console.ask(prompt)
        while True:
            match receive((ANSWER, ...), ("DOWN", ..., ..., ..., ...)):
                case ("answer", answer):
                    return answer  # type: ignore[no-any-return]
                case ("DOWN", monitor, _, _, reason):
                    for job in [job for job in self.jobs.values() if job.monitor == monitor]:
                        self._remove(job, reason)

    def _go_back(self, nothing: str) -> None:
        """To the current job; where it has ended, to the last of the others; and where there are none, say `nothing`
        and wait for Ctrl+G."""
        job = self.current or (self.jobs[max(self.jobs)] if self.jobs else None)
        if job is not None:
            self.connect(job)
            return
        self._print(nothing)
        self._ask_nothing()

    def _switch(self, at_prompt: bool) -> None:
        from pyex.repl.jobs.user_switch import user_switch

        self._open_menu("User switch command" if at_prompt else "\nUser switch command")
        user_switch(self)
        self._close_menu()

    def _break(self) -> None:
        from pyex.repl.jobs.break_menu import break_menu

        self._open_menu("")
        break_menu(self)
        self._close_menu()

    def _open_menu(self, title: str) -> None:
        assert self.block is not None
        self.console.connect(self.block.pid)
        if title:
            self._print(title)

    def _close_menu(self) -> None:
        # Keys that were pressed twice while the menu was slow to open.
        while receive((SWITCH, ...), (BREAK,), after=0, default=None) is not None:
            pass
        if self._status is None:
            self._go_back(f"*** {TERMINATED} {HOW_TO_START} ***")

    def _ask_nothing(self) -> None:
        assert self.block is not None
        self.console.connect(self.block.pid)
        self.console.ask(Prompt("", kind="line"))

    def _answered_nothing(self, answer: Answer) -> None:
        match answer[0]:
            case "switch":
                self._switch(True)
            case "interrupt":
                self._break()
            case "eof":
                self.leave()
            case _:
                self._ask_nothing()

    def _print(self, text: str) -> None:
        print(text, flush=True)


def _serve(shell: Shell, programs: Sequence[tuple[str, str]]) -> None:
    """The function of a shell process. It leads the processes that come from its inputs: what they read is what is
    typed at this job."""
    me = scheduler.me()
    group_leader.lead(me, shell.console)
    shell.console.attach(me.pid)
    try:
        receive(CONNECTED)
        shell.run(programs)
    finally:
        group_leader.resign(me)


def _end_evaluator(job: Job, reason: Any) -> None:
    """As in IEx it ends with its shell: those that are linked to it live on when the shell was left."""
    evaluator = getattr(job.shell, "evaluator", None)
    if evaluator is None:
        return
    if _is_normal(reason):
        send(evaluator, (job.shell.key, LEAVE))
    else:
        Process.exit(evaluator, "kill")


def _is_normal(reason: Any) -> bool:
    return isinstance(reason, str) and reason == NORMAL
