"""The shell process: asks for inputs, has the evaluator run them, and starts a new evaluator when one dies."""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import FrameType
from typing import TYPE_CHECKING, Any

import pyex
from pyex import Atom, Pid, Process, Reference, make_ref, receive, send, spawn_monitor
from pyex.control_block import ControlBlock
from pyex.exit_signal import terminate
from pyex.format_exit import format_exit, is_exception_reason
from pyex.repl import configuration
from pyex.repl.configuration import settings
from pyex.repl.console import ANSWER, Console
from pyex.repl.display import error, inspect
from pyex.repl.helpers import prelude, rest_of_prelude
from pyex.repl.language import Language, source_lines
from pyex.repl.pry import breakpoint_hook
from pyex.repl.pry.resume import STOPPED
from pyex.repl.shell import current, dot_file
from pyex.repl.shell.bindings import Bindings
from pyex.repl.shell.evaluator import EVALUATE, FINE, LEAVE, WRONG, evaluate_inputs, run_compiled, say
from pyex.repl.shell.value_history import ValueHistory
from pyex.repl.terminal.prompt import Answer, Prompt
from pyex.run_queue import HIGH_QUEUE
from pyex.scheduler import scheduler

if TYPE_CHECKING:
    from pyex.repl.pry.stop import Stop

BANNER = f"Interactive Pyex ({pyex.__version__}) - press Ctrl+C to exit (type h() ENTER for help)"
# What others ask of a shell process: `(CONTROL, what)`; `(LOAD, text, name)` has it evaluate a text as a file's,
# quietly, and PREPARE prepare its prompt anew.
CONTROL, INTERRUPT, PROMPT_IS_UP, LOAD = Atom("control"), Atom("interrupt"), Atom("prompt_is_up"), Atom("load")
PREPARE = Atom("prepare")
# `(CONTROL, (TYPE, text))` has it evaluate a text as if the person had typed it.
TYPE = Atom("type")


def nothing() -> None:
    """What a shell does before an input, as a rule."""


class Shell:
    """One shell: its bindings, the evaluator it owns now, and the inputs that wait for it."""

    def __init__(
        self,
        console: Console,
        language: Language,
        *,
        dot_path: str | None = None,
        names: Mapping[str, object] | None = None,
        owns_main: bool = True,
        typed: str = "",
    ) -> None:
        """`dot_path` is the file to evaluate at each start of an evaluator: see `dot_file.find`. `names` are at hand
        at the prompt besides the usual ones. Without `owns_main`, it is a guest in a program that has a `__main__`. The
        first input is `typed`, if that is given."""
        self.console = console
        self.language = language
        self.dot_path = dot_path
        self.bindings = Bindings({**prelude(), **(names or {})}, language, owns_main=owns_main)
        self.values = ValueHistory()
        # An exception, or the exit reason `(exception, stacktrace)` that ended the last evaluator.
        self.last_error: BaseException | tuple[Any, Any] | None = None
        self.inputs: deque[str] = deque()
        # What has been typed so far, with the numbers of the prompts.
        self.history: list[tuple[int, str]] = []
        # Processes that have stopped, and wait until they are met.
        self.stopped: deque[Stop] = deque()
        # What was being typed when one of them came in between.
        self.typed = ""
        # Called in the shell process before each input; returns what is to be obeyed, as others ask it, before the next
        # call, and None when the prompt may come.
        self.before_input: Callable[[], object] = nothing
        # Called with each new evaluator, before anything is evaluated in it, and with the value of each input.
        self.on_evaluator: list[Callable[[Pid], None]] = []
        self.on_value: list[Callable[[object], None]] = []
        self.counter = 1
        self.failures = 0
        # What the person has asked the program to end with.
        self.status: int | None = None
        self.evaluator: Pid
        self.monitor: Reference
        self.key: Reference
        self.pid: Pid
        self.ended_by = 0
        self._is_loaded = False
        self._first_input = typed
        self.block: ControlBlock | None = None

    def __deepcopy__(self, memo: dict[int, object]) -> Shell:
        """The evaluator is given the shell itself, not a copy: the two are one program in two processes."""
        return self

    def run(self, programs: Sequence[tuple[str, str]] = ()) -> int:
        """The shell process's function. `programs`, texts with the names of their files, are evaluated before anything
        is asked for. Returns how many inputs went wrong, deaths of the shell process included."""
        self.block = scheduler.me()
        self.block.queue = HIGH_QUEUE
        # It loads OTP and the like from the disk, which is nothing to tell a person of.
        self.block.blocked_since = math.inf
        self.pid = Process.self()
        self.console.attach(self.pid)
        self.bindings.join_node()
        breakpoint_hook.install()
        try:
            self._converse(programs)
        except BrokenPipeError:
            pass  # nobody reads the session any more: leave, quietly
        finally:
            self._is_over()
            current.dismiss(self.evaluator)
            self.bindings.leave_node()
            if not current.shells():
                breakpoint_hook.uninstall()
        return self.failures

    def end(self, number: int, frame: FrameType | None) -> None:
        """The handler of SIGTERM and SIGHUP: leave, whatever is going on."""
        if scheduler.forked:
            os._exit(128 + number)
        self.ended_by = number
        if self.block is not None:
            scheduler.post(terminate, self.block, Atom("shutdown"))

    def _converse(self, programs: Sequence[tuple[str, str]]) -> None:
        self._print(BANNER)
        self._start_evaluator()
        for program, path in programs:
            self.bindings.set_file(path)
            self._evaluate(program, path, echoes=False)
            self.bindings.set_file(None)
        self._evaluate_dot_file()
        if self._first_input:
            self.type(self._first_input)
        while (text := self._next_input()) is not None:
            verdict = self._evaluate(text, f"pyex({self.counter})")
            if verdict == LEAVE:
                break
            self.counter += verdict == FINE

    # Inputs

    def type(self, text: str) -> None:
        """In the shell process: have this be the next input, shown behind its prompt as if the person had typed it."""
        prompt = self.prompt()
        lines = (prompt.text + text.replace("\n", f"\n{prompt.continuation}")).split("\n")
        self._print("\n".join(line.rstrip() for line in lines))
        self.inputs.extendleft(reversed(self.language.split(text)))

    def prompt(self) -> Prompt:
        """The prompt for the next input."""
        return Prompt(
            configuration.prompt("pyex", self.counter),
            configuration.prompt("...", self.counter, continuation=True),
        )

    def _next_input(self) -> str | None:
        """The next input; None to leave."""
        self._prepare()
        while not self.inputs:
            if not self._meet_stopped():
                return None
            if self.inputs:
                break
            self.console.ask(replace(self.prompt(), initial=self.typed) if self.typed else self.prompt())
            self.typed = ""
            me = scheduler.me()
            self.console.foreground(me if self.console.interrupt_leaves else None)
            try:
                message = self._hear((ANSWER, ...), (CONTROL, ...))
            except KeyboardInterrupt:
                return None
            finally:
                # As in the evaluator: nothing may strike later.
                self.console.foreground(None)
                if me.pending is KeyboardInterrupt:
                    me.pending = None
            if message is not None:
                answer: Answer = message[1]
                if answer[0] != "input":
                    return None
                self.inputs.extend(self.language.split(answer[1]))
            if not self.inputs:
                self._prepare()
        text = self.inputs.popleft()
        self.history.append((self.counter, text))
        return text

    def _prepare(self) -> None:
        while (order := self.before_input()) is not None:
            self._obey(order)

    def _evaluate(self, text: str, filename: str, *, echoes: bool = True) -> Any:
        self._load_the_rest()
        send(self.evaluator, (self.key, EVALUATE, text, filename, echoes))
        message = self._hear((self.key, ...))
        if message is None:
            return None
        self.failures += message[1] == WRONG
        return message[1]

    def _hear(self, pattern: Any, control: Any = (CONTROL, INTERRUPT)) -> Any:
        """The next message like this; None where the evaluator is a new one since, or something was obeyed. All but
        an interrupt waits until an input has ended."""
        while True:
            message = receive(pattern, ("DOWN", self.monitor, ..., ..., ...), control, (STOPPED, ..., ...))
            if message[0] == "DOWN":
                self._restart(message[4])
                return None
            if message[0] == CONTROL:
                self._obey(message[1])
                if message[1] != PROMPT_IS_UP:
                    return None
                continue
            if message[0] != STOPPED:
                return message
            from pyex.repl.pry.meeting import AGAIN, met

            heard = met(self, message[2], pattern)
            if heard is not AGAIN:
                return heard

    def _meet_stopped(self) -> bool:
        """Meet the processes that have stopped by now. Returns False to leave."""
        while (message := receive((STOPPED, ..., ...), after=0, default=None)) is not None:
            self.stopped.append(message[2])
        while self.stopped:
            from pyex.repl.pry.meeting import visit

            if not visit(self, self.stopped.popleft()):
                return False
        return True

    def _obey(self, what: Any) -> None:
        match what:
            case "interrupt":
                self._interrupt()
            case "prompt_is_up":
                self._load_the_rest()
            case ("load", text, name):
                self.bindings.is_loading_quietly = True
                self._evaluate(text, name, echoes=False)
                self.bindings.is_loading_quietly = False
            case ("type", text):
                self.type(text)

    def shows(self, pid: Pid) -> bool:
        """In any process: have it show another, as if the person at its prompt had asked for that. Returns False where
        nobody sits there now.
        """
        from pyex.repl.shell import front

        return front.show(self, pid)

    def _load_the_rest(self) -> None:
        """Load what the prompt need not wait for: it should be up at once."""
        if not self._is_loaded:
            self._is_loaded = True
            self.bindings.extend_prelude(rest_of_prelude())
            from pyex.repl.shell import front

            front.offer(self)

    def _is_over(self) -> None:
        if self._is_loaded:
            from pyex.repl.shell import front

            front.withdraw(self)

    def import_file(self, path: str) -> Any:
        """Evaluate a file in the calling process, as if it were typed; returns its value."""
        return run_compiled(self.language.compile(source_lines.read(path), path), self.bindings)

    # The evaluator

    def _start_evaluator(self) -> None:
        self.key = make_ref()
        self.values = ValueHistory()
        self.last_error = None
        self.evaluator, self.monitor = spawn_monitor(evaluate_inputs, self, self.key)
        current.serve(self.evaluator, self)
        for call in self.on_evaluator:
            call(self.evaluator)

    def _restart(self, reason: Any) -> None:
        """The evaluator has died: say so, and begin anew."""
        if reason != "normal" or not isinstance(reason, str):
            self.failures += 1
            words = format_exit(reason, inspect)
            self._print(error(f"** (EXIT from {self.evaluator!r}) shell process exited with reason: {words}"))
        self._print(f"\n{BANNER}")
        if settings.counter == "restart":
            self.counter = 1
        self._replace_evaluator()
        if is_exception_reason(reason):
            self.last_error = reason

    def _interrupt(self) -> None:
        """As the user switch command's `i`: the evaluator and its data are gone, the counter stays."""
        Process.exit(self.evaluator, "kill")
        # It may print a little more on its way out.
        receive(("DOWN", self.monitor, ..., ..., ...))
        self._print(error("** (EXIT) interrupted"))
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
        say(text)
