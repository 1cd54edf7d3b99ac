"""The shell process: asks for inputs, has the evaluator run them, and starts a new evaluator when one dies."""

from __future__ import annotations

import os
import sys
from collections import deque
from types import FrameType
from typing import Any

import pyex
from pyex import Atom, Pid, Process, Reference, make_ref, receive, send, spawn_monitor
from pyex.control_block import ControlBlock
from pyex.exit_signal import terminate
from pyex.format_exit import format_exit
from pyex.repl.console import ANSWER, Console
from pyex.repl.display import inspect
from pyex.repl.helpers import prelude
from pyex.repl.language import Language
from pyex.repl.shell.bindings import Bindings
from pyex.repl.shell.evaluator import EVALUATE, FINE, LEAVE, evaluate_inputs
from pyex.repl.terminal.prompt import Answer, Prompt
from pyex.run_queue import HIGH_QUEUE
from pyex.scheduler import scheduler

BANNER = f"Interactive Pyex ({pyex.__version__}) - press Ctrl+C to exit (type h() ENTER for help)"


class Shell:
    """One shell: its bindings, the evaluator it owns now, and the inputs that wait for it."""

    def __init__(self, console: Console, language: Language) -> None:
        self.console = console
        self.language = language
        self.bindings = Bindings(prelude(), language)
        self.inputs: deque[str] = deque()
        self.counter = 1
        self.failures = 0
        self.evaluator: Pid
        self.monitor: Reference
        self.key: Reference
        self.ended_by = 0
        self.block: ControlBlock | None = None

    def __deepcopy__(self, memo: dict[int, object]) -> Shell:
        """The evaluator is given the shell itself, not a copy: the two are one program in two processes."""
        return self

    def run(self, first: str | None = None, first_name: str = "") -> int:
        """The shell process's function. `first` is evaluated before anything is asked for. Returns how many inputs went
        wrong, deaths of the shell process included."""
        self.block = scheduler.me()
        self.block.queue = HIGH_QUEUE
        sys.modules["__main__"] = self.bindings.module
        self.console.attach(Process.self())
        try:
            self._converse(first, first_name)
        except BrokenPipeError:
            pass  # nobody reads the session any more: leave, quietly
        return self.failures

    def _converse(self, first: str | None, first_name: str) -> None:
        self._print(BANNER)
        self._start_evaluator()
        if first is not None:
            self.bindings.set_file(first_name)
            self._evaluate(first, first_name, echoes=False)
            self.bindings.set_file(None)
        while (text := self._next_input()) is not None:
            verdict = self._evaluate(text, f"pyex({self.counter})")
            if verdict == LEAVE:
                break
            self.counter += verdict == FINE

    def end(self, number: int, frame: FrameType | None) -> None:
        """The handler of SIGTERM and SIGHUP: leave, whatever is going on."""
        if scheduler.forked:
            os._exit(128 + number)
        self.ended_by = number
        if self.block is not None:
            scheduler.post(terminate, self.block, Atom("shutdown"))

    def _next_input(self) -> str | None:
        """The next input; None to leave."""
        asked = False
        while not self.inputs:
            if not asked:
                self.console.ask(Prompt(f"pyex({self.counter})> ", f"...({self.counter})> "))
                asked = True
            me = scheduler.me()
            scheduler.foreground = me if self.console.interrupt_leaves else None
            try:
                message = receive((ANSWER, ...), ("DOWN", self.monitor, ..., ..., ...))
            except KeyboardInterrupt:
                return None
            finally:
                # As in the evaluator: nothing may strike later.
                scheduler.foreground = None
                if me.pending is KeyboardInterrupt:
                    me.pending = None
            if message[0] == "DOWN":
                self._restart(message[4])
                asked = False
                continue
            answer: Answer = message[1]
            if answer[0] != "input":
                return None
            self.inputs.extend(self.language.split(answer[1]))
            asked = False
        return self.inputs.popleft()

    def _evaluate(self, text: str, filename: str, *, echoes: bool = True) -> Any:
        send(self.evaluator, (self.key, EVALUATE, text, filename, echoes))
        message = receive((self.key, ...), ("DOWN", self.monitor, ..., ..., ...))
        if message[0] == "DOWN":
            self._restart(message[4])
            return None
        self.failures += message[1] not in (FINE, LEAVE)
        return message[1]

    def _start_evaluator(self) -> None:
        self.key = make_ref()
        shell, key = Process.self(), self.key
        self.evaluator, self.monitor = spawn_monitor(lambda: evaluate_inputs(shell, key, self.bindings, self.language))
        self.counter = 1

    def _restart(self, reason: Any) -> None:
        """The evaluator has died: say so, and begin anew."""
        self.failures += 1
        if reason != "normal" or not isinstance(reason, str):
            words = format_exit(reason, inspect)
            self._print(f"** (EXIT from {self.evaluator!r}) shell process exited with reason: {words}")
        self._print(f"\n{BANNER}")
        self.bindings.bury_data(self.evaluator)
        self._start_evaluator()

    def _print(self, text: str) -> None:
        print(text, flush=True)
