"""Starting the runtime, running a program in it, and leaving nothing behind."""

from __future__ import annotations

import builtins
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from threading import Lock, get_ident
from time import monotonic
from types import CodeType, TracebackType
from typing import Any, TextIO

from greenlet import getcurrent

from pyex import (
    carrier,
    garbage,
    group_leader,
    interrupt,
    logger,
    loop_thread,
    run_queue,
    signal_handler,
    time_slice,
    timer,
)
from pyex.alarm import Alarm
from pyex.atom import KILLED, NORMAL
from pyex.blocking import forget_threads
from pyex.control_block import ControlBlock, process_table
from pyex.device import Device, StreamDevice
from pyex.errors import Exit
from pyex.exit_signal import awaited, terminate, unwinding
from pyex.outcome import Outcome, start_process
from pyex.output import ProcessOutput, forget_waiting
from pyex.process import Process
from pyex.registered_name import registered_names
from pyex.run_queue import DEAD
from pyex.scheduler import Carrier, need_frames, scheduler
from pyex.submit import accept_submissions, end_submissions, forget_submissions

# How long the processes that are left at the end may take to unwind.
FAREWELL_SECONDS = 2.0

_builtin_input = builtins.input
_claiming = Lock()


def run(function: Callable[..., Any], *args: Any) -> Any:
    """Start the runtime, run `function(*args)` as its main process, and stop it when that ends.

        import pyex

        def main():
            pid = pyex.spawn(print, "hello")
            pyex.Process.sleep(10)
            return pid

        pyex.run(main)

    All other processes are killed then. Returns what the function returns and raises what it does not catch; raises
    `Exit` when the process ends by `exit(reason)` or an exit signal, unless the reason is "normal". Can be called
    again: numbers of pids go on.

    On the main thread processes are preempted; on another they only switch when they wait, and a `RuntimeWarning`
    says so. Raises `RuntimeError` when called in a process, or while the runtime runs on another thread; but a file
    that `pyex run` runs, or that is loaded at the prompt, may end with it, too: there it calls the function, in the
    process that is there already.
    """
    if scheduler.is_inside() and scheduler.me().initial_call in program_functions:
        return function(*args)
    return run_on(StreamDevice(), function, *args)


def execute(codes: Sequence[CodeType], namespace: dict[str, Any], halts: bool) -> None:
    """The function of the main process of a program that is no function: a file, or a text from the command line. With
    `halts=False` the program goes on until a signal ends it."""
    for code in codes:
        exec(code, namespace)
    if not halts:
        Process.sleep("infinity")


# What processes do that run programs which could start the runtime themselves.
program_functions: set[object] = {execute}


def run_on(device: Device, function: Callable[..., Any], *args: Any) -> Any:
    """As `run`, with a device of the caller's for the output and the input of processes."""
    outcome = _MainOutcome()
    # What is started must be stopped again: a `RecursionError` comes before that or not at all.
    need_frames(100)
    _claim_thread()
    undo = ExitStack()
    with undo:
        _start(device, undo)
        main = start_process(outcome.watch, (function, args))
        main.initial_call = function
        scheduler.foreground = main
        scheduler.run_until(lambda: main.state is DEAD)
    return _result(outcome, main)


class _MainOutcome(Outcome):
    """How the main process ended; and where, if by an `exit` of its own."""

    __slots__ = ("place",)

    def __init__(self) -> None:
        super().__init__()
        self.place: TracebackType | None = None

    def watch(self, function: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        """The entry of the process."""
        try:
            return super().watch(function, args)
        except Exit as error:
            self.place = error.__traceback__
            raise


def _result(outcome: _MainOutcome, main: ControlBlock) -> Any:
    """What `run` returns or raises."""
    # The place leads to the frame that has the outcome: without this they would keep each other alive.
    place, outcome.place = outcome.place, None
    if outcome.error is not None:
        try:
            raise outcome.error
        finally:
            # The error leads to this frame: without this it would keep itself alive.
            outcome.error = None
    reason = main.exit_reason
    if isinstance(reason, str) and reason == NORMAL:
        return outcome.value
    ended = Exit(reason)
    try:
        if outcome.exited:
            raise ended.with_traceback(place)
        ended.pid = main.pid
        raise ended
    finally:
        # As above: the error leads to this frame.
        del ended, place


def _claim_thread() -> None:
    """Make the calling thread the one that runs the processes; refused where there is one already."""
    if scheduler.forked:
        raise RuntimeError("the runtime cannot be started in the child of a fork that was made while it ran")
    with _claiming:
        owner = scheduler.owner
        if owner is None:
            scheduler.owner = get_ident()
            return
    if owner == get_ident():
        raise RuntimeError("run(...) starts the runtime, and this is a process of it: call the function, or spawn it")
    raise RuntimeError("the runtime runs on another thread already")


def _start(device: Device, undo: ExitStack) -> None:
    """Everything that a running runtime has installed; `undo` takes it back in reverse."""
    undo.callback(signal_handler.uninstall)
    undo.callback(_forget_all)
    signal_handler.install()
    scheduler.hub = getcurrent()
    scheduler.started_at, scheduler.switches, scheduler.preemptions = monotonic(), 0, 0
    scheduler.messages = 0
    scheduler.carrier_main = carrier.carry
    device.open()
    undo.callback(device.close)
    leader = start_process(group_leader.serve, ())
    group_leader.lead(leader, device)
    undo.callback(group_leader.dismiss_all)
    _install_streams(undo)
    log = start_process(logger.serve, ())
    logger.install(log)
    undo.callback(logger.uninstall)
    undo.callback(loop_thread.stop)
    undo.callback(time_slice.stop)
    if not time_slice.start():
        warnings.warn(
            "not on the main thread: processes switch only when they wait, and cannot be interrupted", RuntimeWarning, 4
        )
    interrupt.install()
    undo.callback(interrupt.uninstall)
    scheduler.on_attention.append(garbage.look)
    undo.callback(garbage.thaw)
    undo.callback(_end_all, {leader, log})
    undo.callback(end_submissions)
    accept_submissions()


def _forget_all() -> None:
    """Nothing of this run is left for the next."""
    process_table.clear()
    unwinding.clear()
    awaited.clear()
    registered_names.clear()
    timer.forget_all()
    scheduler.reset()


def _install_streams(undo: ExitStack) -> None:
    streams = (sys.stdout, sys.stderr)
    out, error = ProcessOutput(sys.stdout, error=False), ProcessOutput(sys.stderr, error=True)
    sys.stdout, sys.stderr = out, error
    builtins.input = _input
    flushes = (out.flush_partial_lines, error.flush_partial_lines)
    scheduler.on_attention.extend(flushes)

    def restore() -> None:
        forget_waiting()
        for flush in flushes:
            flush()
        builtins.input = _builtin_input
        # Somebody may have put a stream of their own there since.
        if sys.stdout is out:
            sys.stdout = streams[0]
        if sys.stderr is error:
            sys.stderr = streams[1]

    undo.callback(restore)


def _input(prompt: object = "", /) -> str:
    """Stands for `input`: reads a line through the group leader, so that only the caller waits."""
    if not scheduler.is_inside():
        return _builtin_input(prompt)
    line = group_leader.read_line(str(prompt))
    if not line:
        raise EOFError("end of input")
    return line.removesuffix("\n")


def _end_all(servants: set[ControlBlock]) -> None:
    """Kill every process, the servants last, and let them unwind for a while. In the hub."""
    scheduler.foreground = None
    for block in [block for block in process_table.values() if block not in servants]:
        terminate(block, KILLED)
    _run_until(lambda: not unwinding and logger.is_idle())
    for block in [*unwinding.values(), *process_table.values()]:
        if block.dying:
            time_slice.abandon(block)
        else:
            terminate(block, KILLED)
    _run_until(lambda: not unwinding)
    for block in list(unwinding.values()):
        time_slice.abandon(block)


def _run_until(done: Callable[[], bool]) -> None:
    deadline = monotonic() + FAREWELL_SECONDS
    scheduler.timers.start(FAREWELL_SECONDS, lambda: None)
    scheduler.run_until(lambda: done() or monotonic() >= deadline)


def _after_fork_in_child() -> None:
    """Threads, and with them the watcher and the output, do not survive a fork: the child is a plain Python program."""
    # A child that was forked between two runs may have runs of its own, beside the parent's.
    scheduler.alarm = Alarm()
    forget_threads()
    forget_submissions()
    if scheduler.owner is None:
        return
    scheduler.owner = None
    scheduler.forked = True
    # What asks who the caller is finds no process any more, and nobody else runs here.
    scheduler.critical = 1
    run_queue.clear()
    if isinstance(here := getcurrent(), Carrier):
        del here.block
    time_slice.forget()
    interrupt.uninstall()
    signal_handler.uninstall()
    logger.uninstall()
    for stream, original in ((sys.stdout, "stdout"), (sys.stderr, "stderr")):
        if isinstance(stream, ProcessOutput):
            setattr(sys, original, _reopened(stream.original))
    builtins.input = _builtin_input


def _reopened(stream: TextIO) -> TextIO:
    """The same file without what the parent has in its buffer; the parent's output thread may even hold its lock."""
    try:
        number = stream.fileno()
    except (OSError, ValueError):
        return stream
    return open(number, "w", encoding=stream.encoding, errors=stream.errors, closefd=False)


os.register_at_fork(after_in_child=_after_fork_in_child)
