"""The prompt of a process that has stopped: a shell in the place of a shell, until the process goes on."""

from __future__ import annotations

from typing import Any

from pyex import Atom, Process, send
from pyex.closure import DATA_NAMES
from pyex.format_exit import format_exit
from pyex.repl import configuration
from pyex.repl.display import inspect
from pyex.repl.helpers import prelude, rest_of_prelude
from pyex.repl.helpers.helper import NOTHING
from pyex.repl.language import Language
from pyex.repl.pry.resume import CONTINUE
from pyex.repl.pry.stop import RELEASE, RESPAWNED, RESUMED, Stop
from pyex.repl.shell import current
from pyex.repl.shell.bindings import Bindings
from pyex.repl.shell.evaluator import FINE, LEAVE
from pyex.repl.shell.shell import CONTROL, PREPARE, PROMPT_IS_UP, TYPE, Shell
from pyex.repl.terminal.prompt import Prompt

# The name of a value that is about to be returned, as in Python's debugger.
RETURNED = "__return__"


class Ended(BaseException):
    """Raised in the shell process where a session is over: the process is gone, or is not waited for any more."""

    def __init__(self, outcome: Atom | None = None) -> None:
        super().__init__(outcome)
        self.outcome = outcome


class PrySession(Shell):
    """The shell that a stopped process evaluates for; `host` is the one whose prompt it has taken."""

    def __init__(self, host: Shell, stop: Stop) -> None:
        super().__init__(host.console, host.language)
        self.host = host
        self.stop = stop
        self.how = CONTINUE
        self._is_loaded = True
        self.pid, self.block = host.pid, host.block
        self.key, self.evaluator = stop.key, stop.pid
        # What was pasted below goes on here, and others that have stopped wait until this one goes on.
        self.inputs, self.stopped, self.history = host.inputs, host.stopped, host.history
        self.on_value = host.on_value
        self.bindings, self._given = _bindings_at(stop, host.language)
        self.monitor = Process.monitor(stop.pid)

    def converse(self) -> Any:
        """Ask for inputs, and have the process run them. Returns what ended it: RESUMED, RESPAWNED, LEAVE, or None
        where the process is gone."""
        self.stop.session = self
        current.serve(self.evaluator, self)
        try:
            while (text := self._next_input()) is not None:
                verdict = self._evaluate(text, f"pry({self.counter})")
                if verdict in (RESUMED, RESPAWNED, LEAVE):
                    return verdict
                self.counter += verdict == FINE
            return LEAVE
        except Ended as ended:
            return ended.outcome
        finally:
            Process.demonitor(self.monitor, ["flush"])
            self.host.failures += self.failures
            self._keep_names()
            if self.host.evaluator == self.evaluator:
                current.serve(self.evaluator, self.host)
            else:
                current.dismiss(self.evaluator)

    def prompt(self) -> Prompt:
        """As the shell's, with another name in front."""
        return Prompt(
            configuration.prompt("pry", self.counter),
            configuration.prompt("...", self.counter, continuation=True),
        )

    def _restart(self, reason: Any) -> None:
        """The process has died. Where it is the host's own evaluator, the host tells."""
        if self.host.evaluator != self.evaluator:
            words = format_exit(reason, inspect)
            self._print(f"** (EXIT from {self.evaluator!r}) shell process exited with reason: {words}")
        raise Ended

    def _obey(self, what: Any) -> None:
        """It is for the host, once this process goes on."""
        if what in (PROMPT_IS_UP, PREPARE):
            return
        if type(what) is tuple and what[0] == TYPE:
            self.type(what[1])
            return
        send(self.pid, (CONTROL, what))
        send(self.evaluator, (self.key, RELEASE))
        raise Ended

    def _meet_stopped(self) -> bool:
        """Others wait."""
        return True

    def _keep_names(self) -> None:
        """What was assigned here is there again at the next stop of the same call."""
        if self.stop.step is not None:
            names = self.bindings.namespace
            own = (name for name in names if names[name] is not self._given.get(name, NOTHING))
            self.stop.step.names = {name: names[name] for name in own if not name.startswith("__")}


def _bindings_at(stop: Stop, language: Language) -> tuple[Bindings, dict[str, object]]:
    """The names at the place: the prompt's own below the module's below the function's. And the same as a dict.

    They are copied into one namespace, so that functions typed there find all of them; variables of the function are
    data, as those of a shell process are.
    """
    frame = stop.frame
    data = {name: value for name, value in frame.f_globals.items() if _is_data(frame.f_globals, name)}
    if frame.f_locals is not frame.f_globals:
        data |= {name: value for name, value in frame.f_locals.items() if name.isidentifier()}
    if stop.returned is not NOTHING:
        data[RETURNED] = stop.returned
    around = {name: value for name, value in frame.f_globals.items() if name not in data}
    bindings = Bindings({**prelude(), **rest_of_prelude(), **around}, language)
    kept = stop.step.names if stop.step is not None else {}
    bindings.namespace.update({name: value for name, value in kept.items() if name not in around} | data)
    return bindings, {**bindings.namespace, **{name: NOTHING for name in kept if name not in data}}


def _is_data(namespace: dict[str, Any], name: str) -> bool:
    """Whether this is data of a prompt."""
    names = namespace.get(DATA_NAMES)
    return names is not None and bool(names.is_data(name))
