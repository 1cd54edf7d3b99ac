"""The guide: the process that teaches a lesson in the learner's own shell.

    guided = begin(shell, find("links"))
    guided.wish("hint")

It speaks between two inputs and at no other time: before each prompt the shell calls `Guided`, which asks the guide
what is to be done first. By then the guide has said what it has to say, and it answers with code to be run for a
set-up, with an input to be typed, or with nothing: then the prompt comes. While the prompt is up it looks ten times a
second whether the task is done, and has the shell prepare its prompt anew when it is.

It belongs to the shell process, not to the evaluator: it outlives the evaluators' deaths, which lessons cause on
purpose, and ends with the shell.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pyex
from pyex import Atom, Pid, Process, Reference, make_ref, receive, send, spawn_monitor
from pyex.errors import Unwind
from pyex.repl.display import inspect, warning
from pyex.repl.lesson.course import Entry
from pyex.repl.lesson.teaching import LATE_MILLISECONDS, Teaching
from pyex.repl.shell.evaluator import say
from pyex.repl.shell.shell import nothing
from pyex.run_queue import HIGH_QUEUE
from pyex.scheduler import scheduler

if TYPE_CHECKING:
    from pyex.repl.shell.shell import Shell

# What the shell asks before a prompt, and what it is told of a lesson that is over.
LOOK, OVER = Atom("look"), Atom("over")
# What a learner may wish: the next hint, the answer typed, the task's text once more, the task begun again, the end
# for today.
HINT, SKIP, TELL, AGAIN, STOP = Atom("hint"), Atom("skip"), Atom("tell"), Atom("again"), Atom("stop")
POLL_MILLISECONDS = 100
STOP_MILLISECONDS = 2000

# Called when a lesson begins, or goes on.
on_begin: list[Callable[[Entry], None]] = []


def begin(shell: Shell, entry: Entry, *, is_anew: bool = False) -> Guided:
    """Have a lesson begin, or go on, before the next prompt of this shell. One that is running there ends."""
    before = shell.before_input
    guided = Guided(shell, entry, is_anew, before if isinstance(before, Guided) else None)
    shell.before_input = guided
    for call in [*on_begin]:
        call(entry)
    return guided


def guided_in(shell: Shell) -> Guided | None:
    """The lesson that runs in a shell."""
    return shell.before_input if isinstance(shell.before_input, Guided) else None


class Guided:
    """The shell's side of a lesson that runs in it: what it calls before each input, in the shell process."""

    def __init__(self, shell: Shell, entry: Entry, is_anew: bool, before: Guided | None) -> None:
        self.shell = shell
        self.entry = entry
        self._is_anew = is_anew
        self._before = before
        self._wishes: list[Atom] = []
        # The process, when the shell has started it; and the question that is not answered yet.
        self._guide: Pid | None = None
        self._monitor: Reference | None = None
        self._asked: Reference | None = None

    def wish(self, what: Atom) -> None:
        """Have the guide do something before the next prompt."""
        self._wishes.append(what)

    def __call__(self) -> object:
        """What the shell is to obey before it calls again; None when the prompt may come."""
        if self._guide is None:
            if self._before is not None:
                self._before._end()
                self._before = None
            self._guide, self._monitor = spawn_monitor(teach, self.shell, self.entry, self._is_anew)
        if self._asked is None:
            self._asked = make_ref()
            send(self._guide, (LOOK, self._asked, self.shell.evaluator, self._wishes))
            self._wishes = []
        # A check that takes long holds up no prompt: its answer is heard another time.
        message = receive(
            (self._asked, ...), ("DOWN", self._monitor, ..., ..., ...), after=LATE_MILLISECONDS, default=None
        )
        match message:
            case None:
                return None
            case ("DOWN", _, _, _, reason):
                self._is_over()
                why = reason if isinstance(reason, str) and not isinstance(reason, Atom) else inspect(reason)
                say(warning(f"the lesson has stopped ({why}); {self.entry.call()} goes on with it"))
                return None
        self._asked = None
        match message[1]:
            case "over":
                self._is_over()
                return None
            case ("type", text):
                self.shell.type(text)
                return None
        return message[1]

    def _is_over(self) -> None:
        assert self._monitor is not None
        Process.demonitor(self._monitor, ["flush"])
        if self.shell.before_input is self:
            self.shell.before_input = nothing

    def _end(self) -> None:
        """End the process, and wait for its end."""
        if self._guide is not None:
            send(self._guide, STOP)
            message = receive(("DOWN", self._monitor, ..., ..., ...), after=STOP_MILLISECONDS, default=None)
            if message is None:
                Process.exit(self._guide, "kill")
            self._is_over()


def teach(shell: Shell, entry: Entry, is_anew: bool) -> None:
    """The function of the guide. What goes wrong in it is told in one line, by the shell."""
    # It answers while thousands are busy, and what it loads from the disk is nothing to tell a person of.
    scheduler.me().queue = HIGH_QUEUE
    scheduler.me().blocked_since = math.inf
    try:
        _serve(shell, Teaching(shell, entry, is_anew))
    except Unwind:
        raise
    except Exception as error:
        pyex.exit(f"{type(error).__name__}: {error}")


def _serve(shell: Shell, teaching: Teaching) -> None:
    ended = Process.monitor(shell.pid)
    teaching.observation.start()
    try:
        orders = teaching.orders()
        while True:
            message = receive(
                (LOOK, ..., ..., ...), STOP, ("DOWN", ended, ..., ..., ...), after=POLL_MILLISECONDS, default=None
            )
            if message is None:
                teaching.watch()
                continue
            if message[0] != LOOK:
                if message[0] == "DOWN" and message[4] == "normal":
                    teaching.take_leave_of_shell()
                return
            _, tag, evaluator, wishes = message
            teaching.evaluator = evaluator
            is_over = STOP in wishes
            for wish in wishes:
                _grant(teaching, wish)
            order = OVER if is_over else next(orders, OVER)
            send(shell.pid, (tag, order))
            if order is OVER:
                return
    except Unwind:
        # The program ends, and all that is left of it is killed.
        if shell.pid.block is None or shell.pid.block.dying:
            teaching.take_leave_of_shell()
        raise
    finally:
        teaching.observation.stop()


def _grant(teaching: Teaching, wish: Any) -> None:
    match wish:
        case "hint":
            teaching.hint()
        case "skip":
            teaching.skip()
        case "tell":
            teaching.tell()
        case "again":
            teaching.begin_again()
        case "stop":
            teaching.take_leave()
