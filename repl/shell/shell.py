"""The shell process: asks for inputs, has the evaluator run them, and starts a new evaluator when one dies."""

from __future__ import annotations

import linecache
import os
from collections import deque
from types import FrameType
from typing import Any

import pyex
from pyex import Atom, Pid, Process, Reference, make_ref, receive, send, spawn_monitor
from pyex.control_block import ControlBlock
from pyex.exit_signal import terminate
from pyex.format_exit import format_exit
from pyex.repl import configuration
from pyex.repl.configuration import settings
from pyex.repl.console import ANSWER, Console
from pyex.repl.display import inspect
from pyex.repl.helpers import prelude
from pyex.repl.language import Language
from pyex.repl.shell import current, dot_file
from pyex.repl.shell.bindings import Bindings
from pyex.repl.shell.evaluator import EVALUATE, FINE, LEAVE, evaluate_inputs, run_compiled
from pyex.repl.shell.value_history import ValueHistory
from pyex.repl.terminal.prompt import Answer, Prompt
from pyex.run_queue import HIGH_QUEUE
from pyex.scheduler import scheduler

BANNER = f"Interactive Pyex ({pyex.__version__}) - press Ctrl+C to exit (type h() ENTER for help)"
# What others ask of a shell process: `(CONTROL, what)`.
CONTROL, INTERRUPT = Atom("control"), Atom("interrupt")


class Shell:
    """One shell: its bindings, the evaluator it owns now, and the inputs that wait for it."""

    def __init__(self, console: Console, language: Language, *, dot_path: str | None = None) -> None:
        """`dot_path` is the file to evaluate at each start of an evaluator: see `dot_file.find`."""
        self.console = console
        self.language = language
        self.dot_path = dot_path
        self.bindings = Bindings(prelude(), language)
        self.values = ValueHistory()
        self.last_error: BaseException | None = None
        self.inputs: deque[str] = deque()
        self.counter = 1
        self.failures = 0
        self.evaluator: Pid
        self.monitor: Reference
        self.key: Reference
        self.pid: Pid
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
        self.pid = Process.self()
        self.console.attach(self.pid)
        self.bindings.join_node()
        try:
            self._converse(first, first_name)
        except BrokenPipeError:
            pass  # nobody reads the session any more: leave, quietly
        finally:
            current.dismiss(self.evaluator)
            self.bindings.leave_node()
        return self.failures

    def end(self, number: int, frame: FrameType | None) -> None:
        """The handler of SIGTERM and SIGHUP: leave, whatever is going on."""
        if scheduler.forked:
            os._exit(128 + number)
        self.ended_by = number
        if self.block is not None:
            scheduler.post(terminate, self.block, Atom("shutdown"))

    def _converse(self, first: str | None, first_name: str) -> None:
        self._print(BANNER)
        self._start_evaluator()
        if first is not None:
            self.bindings.set_file(first_name)
            self._evaluate(first, first_name, echoes=False)
            self.bindings.set_file(None)
        self._evaluate_dot_file()
        while (text := self._next_input()) is not None:
            verdict = self._evaluate(text, f"pyex({self.counter})")
            if verdict == LEAVE:
                break
            self.counter += verdict == FINE

    # Inputs

    def prompt(self) -> Prompt:
        """The prompt for the next input."""
        return Prompt(
            configuration.prompt("pyex", self.counter),
            configuration.prompt("...", self.counter, continuation=True),
        )

    def _next_input(self) -> str | None:
        """The next input; None to leave."""
        asked = False
        while not self.inputs:
            if not asked:
                self.console.ask(self.prompt())
                asked = True
            me = scheduler.me()
            self.console.foreground(me if self.console.interrupt_leaves else None)
            try:
                message = self._hear((ANSWER, ...))
            except KeyboardInterrupt:
                return None
            finally:
                # As in the evaluator: nothing may strike later.
                self.console.foreground(None)
                if me.pending is KeyboardInterrupt:
                    me.pending = None
            asked = message is not None
            if message is not None:
                answer: Answer = message[1]
                if answer[0] != "input":
                    return None
                self.inputs.extend(self.language.split(answer[1]))
                asked = False
        return self.inputs.popleft()

    def _evaluate(self, text: str, filename: str, *, echoes: bool = True) -> Any:
        send(self.evaluator, (self.key, EVALUATE, text, filename, echoes))
        message = self._hear((self.key, ...))
        if message is None:
            return None
        self.failures += message[1] not in (FINE, LEAVE)
        return message[1]

    def _hear(self, pattern: Any) -> Any:
        """The next message like this; None where the evaluator is a new one since."""
        message = receive(pattern, ("DOWN", self.monitor, ..., ..., ...), (CONTROL, ...))
        if message[0] == "DOWN":
            self._restart(message[4])
            return None
        if message[0] == CONTROL:
            self._obey(message[1])
            return None
        return message

    def _obey(self, what: Any) -> None:
        if what == INTERRUPT:
            self._interrupt()

    def import_file(self, path: str) -> Any:
        """Evaluate a file in the calling process, as if it were typed; returns its value."""
        with open(path, encoding="utf-8") as file:
            text = file.read()
        linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
        return run_compiled(self.language.compile(text, path), self.bindings)

    # The evaluator

    def _start_evaluator(self) -> None:
        self.key = make_ref()
        self.values = ValueHistory()
        self.last_error = None
        self.evaluator, self.monitor = spawn_monitor(lambda: evaluate_inputs(self, self.key))
        current.serve(self.evaluator, self)

    def _restart(self, reason: Any) -> None:
        """The evaluator has died: say so, and begin anew."""
        if reason != "normal" or not isinstance(reason, str):
            self.failures += 1
            words = format_exit(reason, inspect)
            self._print(f"** (EXIT from {self.evaluator!r}) shell process exited with reason: {words}")
        self._print(f"\n{BANNER}")
        if settings.counter == "restart":
            self.counter = 1
        self._replace_evaluator()

    def _interrupt(self) -> None:
        """As the user switch command's `i`: the evaluator and its data are gone, the counter stays."""
        Process.demonitor(self.monitor, ["flush"])
        Process.exit(self.evaluator, "kill")
        self._print("** (EXIT) interrupted")
        self._replace_evaluator()

    def _replace_evaluator(self) -> None:
        current.dismiss(self.evaluator)
        self.bindings.bury_data(self.evaluator)
        self._start_evaluator()
        self._evaluate_dot_file()

    def _evaluate_dot_file(self) -> None:
        """Evaluate the dot file, if there is one. What is wrong with it is reported, and the prompt still comes."""
        path, self.dot_path = self.dot_path, None
        if path is None:
            return
        text = dot_file.read(path)
        evaluator = self.evaluator
        if text is not None:
            self._evaluate(text, path, echoes=False)
        # One that ends the evaluator would do so for ever.
        self.dot_path = path if evaluator == self.evaluator else None

    def _print(self, text: str) -> None:
        print(text, flush=True)
