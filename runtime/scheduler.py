"""The scheduler: switching from process to process, and the hub that waits when nobody can run.

Everything here happens on one thread. A process that must wait switches *straight* to the next one that is ready.
Two rules keep the engine whole while a signal handler may take the thread away between any two bytecodes:

- Every change of engine data happens in a *critical section* (`scheduler.critical` above zero). The handler tests
  that first and leaves such code alone. No code of the user runs in one, and a switch is made in one: whoever is
  resumed leaves it.
- Everything that comes from elsewhere (other threads, signal handlers, finalisers that the garbage collector runs
  inside a critical section) goes through `post`, which only appends to a queue.
"""

from __future__ import annotations

import os
import traceback
from collections import deque
from collections.abc import Callable
from threading import get_ident
from time import monotonic
from typing import Any

from greenlet import getcurrent, greenlet

from pyex import run_queue
from pyex.alarm import Alarm
from pyex.control_block import ControlBlock, Tracer
from pyex.errors import NotRunning
from pyex.run_queue import HIGH_QUEUE, MAX_QUEUE, NORMAL_QUEUE, READY, WAITING
from pyex.timer_queue import TimerQueue

# A process that blocks its thread waits for everybody else, but gets a turn this often however busy they are.
BLOCKED_TURN_SECONDS = 0.05
# The others have so long to themselves after one has used up its time slice, before the next of those has its turn.
SPENT_TURN_SECONDS = 0.005
# The same for those of low priority: eight slices, as many as in OTP.
LOW_TURN_SECONDS = 0.04


class Carrier(greenlet):
    """The greenlet of a process. (Others may run in one too: those of a library that it calls.)"""

    __slots__ = ("block",)

    # Who runs on it, or did last.
    block: ControlBlock


class Flag:
    """Something that has happened or not."""

    __slots__ = ("is_set",)

    def __init__(self) -> None:
        self.is_set = False

    def set(self) -> None:
        self.is_set = True


def need_frames(number: int) -> None:
    """Raise `RecursionError` now, if that many calls in one another would."""
    if number:
        need_frames(number - 1)


class Scheduler:
    """The one scheduler of the program; see the module's text for its two rules."""

    __slots__ = (
        "alarm",
        "attention",
        "blocked_turn",
        "carrier_main",
        "carriers",
        "critical",
        "current",
        "foreground",
        "forked",
        "hub",
        "inbox",
        "low_turn",
        "messages",
        "new_tracer",
        "on_attention",
        "on_busy",
        "on_rest",
        "on_slice_over",
        "owner",
        "preemptions",
        "resting",
        "settling",
        "slice_over",
        "spent_turn",
        "started_at",
        "switches",
        "timers",
    )

    def __init__(self) -> None:
        self.current: ControlBlock | None = None
        self.critical = 1
        self.switches = 0
        # How many have been put into mailboxes.
        self.messages = 0
        self.preemptions = 0
        self.started_at = monotonic()
        self.settling: deque[tuple[ControlBlock, Flag]] = deque()
        self.timers = TimerQueue()
        self.blocked_turn = 0.0
        self.spent_turn = 0.0
        self.low_turn = 0.0
        # The thread that runs the processes, while it does.
        self.owner: int | None = None
        # In the child of a fork, where processes cannot go on.
        self.forked = False
        self.hub: greenlet = getcurrent()
        # Greenlets that have ended a process and wait for another.
        self.carriers: list[Carrier] = []
        self.carrier_main: Callable[[], None] | None = None
        # Traces the processes to come.
        self.new_tracer: Tracer | None = None
        # Set from anywhere when the queues alone do not tell what is to be done: posted calls, timers.
        self.attention = False
        self.inbox: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self.alarm = Alarm()
        self.resting = False
        self.on_busy: Callable[[], None] = lambda: None
        self.on_rest: Callable[[], object] = lambda: None
        # Set when a slice ended in the middle of the engine's work: the call gives way when it is done.
        self.slice_over = False
        self.on_slice_over: Callable[[], None] = lambda: None
        self.on_attention: list[Callable[[], None]] = []
        # The process that Ctrl+C is meant for.
        self.foreground: ControlBlock | None = None

    def reset(self) -> None:
        """Forget what a run that is over has left."""
        run_queue.clear()
        self.settling.clear()
        self.inbox.clear()
        self.timers = TimerQueue()
        # Each refers to the one that it last switched to, where the garbage collector does not see it: none would go.
        while self.carriers:
            self.carriers.pop().throw()
        self.on_attention.clear()
        self.current = self.foreground = self.new_tracer = None
        self.critical = 1
        self.owner = None
        self.attention = False

    # -- who is asking

    def me(self) -> ControlBlock:
        """The calling process; raises `NotRunning` where the caller is none."""
        if not self.critical:
            try:
                return getcurrent().block  # type: ignore[attr-defined, no-any-return]
            except AttributeError:
                # Not on a carrier: it may be a greenlet of a library.
                if self.current is not None and get_ident() == self.owner:
                    return self.current
        if self.forked:
            raise NotRunning("processes do not go on in the child of a fork: only the parent has them")
        if self.owner is None:
            raise NotRunning("no process here: start one with pyex.run(fn), or run the file with `pyex run FILE`")
        if get_ident() != self.owner:
            raise NotRunning("this thread is no process: from here only send(...) and submit(...) work")
        raise NotRunning("a finaliser or signal handler that runs inside the engine can only send(pid, message)")

    def is_inside(self) -> bool:
        """Whether the caller is a process, and no finaliser that interrupts the engine."""
        return not self.critical and self.current is not None and get_ident() == self.owner

    def is_dying(self) -> bool:
        """Whether the caller is a process that has been ended, and runs its `finally` clauses."""
        return self.is_inside() and self.current.dying  # type: ignore[union-attr]

    def post(self, call: Callable[..., object], *args: Any) -> None:
        """Have `call(*args)` run on the scheduler's thread, soon. Safe from any thread, signal handler or finaliser."""
        self.inbox.append((call, args))
        self.attention = True
        if self.resting:
            self.alarm.ring()

    # -- readiness; all of these in a critical section

    def make_ready(self, block: ControlBlock) -> None:
        block.state = READY
        block.queue.append(block)

    def wake(self, block: ControlBlock) -> None:
        """Make a process ready that waits; any other is left alone."""
        if block.state is WAITING:
            block.state = READY
            block.queue.append(block)

    def make_ready_first(self, block: ControlBlock) -> None:
        """Ahead of all others. What it leaves behind in another queue is passed over there."""
        block.state = READY
        MAX_QUEUE.append(block)

    def wake_at(self, block: ControlBlock, deadline: float) -> None:
        """Make a process ready at its deadline, if it waits then.

        It has one timer, which is left where it is when the wait ends before its time, and serves the next: who calls
        a server a million times with a timeout of seconds starts few timers.
        """
        block.deadline = deadline
        timer = block.wake_timer
        if timer is None:
            block.wake_timer = self.timers.start_at(deadline, self._look_at_deadline, block)
        elif timer.due > deadline:
            timer.cancel()
            block.wake_timer = self.timers.start_at(deadline, self._look_at_deadline, block)

    def _look_at_deadline(self, block: ControlBlock) -> None:
        block.wake_timer = None
        deadline = block.deadline
        if deadline is None:
            return
        if deadline <= monotonic():
            self.wake(block)
        else:
            self.wake_at(block, deadline)

    def next_ready(self) -> ControlBlock | None:
        """The process to run now; None when it is the hub's turn: to attend to something, or to wait."""
        normal = NORMAL_QUEUE
        block: ControlBlock | None
        if normal and not (self.attention or MAX_QUEUE or HIGH_QUEUE):
            # As `take` does, without a call.
            block = normal[0]
            if block.state is READY:
                try:
                    normal.popleft()
                except RecursionError:
                    normal.appendleft(block)
                    raise
                return block
        if self.attention:
            return None
        block = run_queue.take_next()
        while block is None and self.settling:
            settler, settled = self.settling.popleft()
            settled.set()
            if settler.state is WAITING:
                block = settler
        return block or run_queue.take(run_queue.BLOCKED_QUEUE)

    def attend(self) -> None:
        """Do what was posted, fire the timers that are due, and let those have their turn that wait behind others.

        Only in the hub, at the bottom of the stack: in a process that has used up its recursion limit half would be
        lost.
        """
        self.attention = False
        inbox = self.inbox
        for _ in range(len(inbox)):
            call, args = inbox.popleft()
            try:
                call(*args)
            except Exception:
                # It may be the user's: a filter of `logging`, a `repr` in a report. Nobody else is to suffer.
                traceback.print_exc()
        now = monotonic()
        self.timers.fire(now)
        if now >= self.spent_turn:
            self.spent_turn = now + SPENT_TURN_SECONDS
            run_queue.bring_back(run_queue.SPENT_QUEUE)
        if now >= self.low_turn:
            self.low_turn = now + LOW_TURN_SECONDS
            run_queue.bring_back(run_queue.LOW_QUEUE)
        if now >= self.blocked_turn and (block := run_queue.take(run_queue.BLOCKED_QUEUE)) is not None:
            self.blocked_turn = now + BLOCKED_TURN_SECONDS
            NORMAL_QUEUE.append(block)
        for call in self.on_attention:
            call()

    # -- switching; in a critical section, which whoever is resumed leaves

    def switch(self) -> None:
        """Run whoever is next, and come back when the current process is resumed."""
        me = self.current
        assert me is not None
        # Not always its carrier: a library may run greenlets of its own in a process.
        before, me.greenlet = me.greenlet, getcurrent()
        try:
            self.hand_over().switch()
        finally:
            me.greenlet = before

    def hand_over(self) -> greenlet:
        """Make whoever is next the current process. Returns the greenlet that the caller has to switch to."""
        me, successor = self.current, None
        try:
            successor = self.next_ready()
            self.switches += 1
            self.current = successor
            if successor is not None:
                if successor.greenlet is not None:
                    return successor.greenlet
                if self.carriers:
                    return self.carriers.pop()
            # Also to begin a greenlet: it does so at the depth of the stack that it is first switched to from.
            return self.hub
        except RecursionError:
            # The call of a signal handler was one too many here. To stand in the queue twice does no harm.
            if successor is not None:
                NORMAL_QUEUE.appendleft(successor)
            self.current = me
            raise

    def park(self) -> None:
        """Wait until somebody makes this process ready. Wakes may be spurious: callers test their condition again."""
        me = self.current
        assert me is not None
        if me.pending is None:
            me.state = WAITING
            self.switch()

    def enter(self, frames: int = 12) -> None:
        """Begin a critical section in which functions are called, at most so many in one another.

        They need room on the stack: a `RecursionError` must come before the section or not at all.
        """
        need_frames(frames)
        self.critical += 1

    def leave(self) -> None:
        """Leave a critical section in which there may have been a switch: what is pending is raised now."""
        self.critical -= 1
        me = self.current
        if me is not None and me.pending is not None and not self.critical:
            self.raise_pending(me)

    def raise_pending(self, me: ControlBlock) -> None:
        """Raise in the calling process what was to be raised in it; for the dying, again and again."""
        pending = me.pending
        assert pending is not None
        if not me.dying:
            me.pending = None
        raise pending

    def give_way(self) -> None:
        """Let all others that are ready run first."""
        self.enter()
        block = self.current
        assert block is not None
        self.make_ready(block)
        self.switch()
        self.leave()

    def settle(self, seconds: float) -> None:
        """Wait until nobody else is ready to run, for `seconds` at most."""
        if self.forked:
            return
        self.enter()
        block = self.current
        assert block is not None
        settled = Flag()
        timer = self.timers.start(seconds, self._stop_settling, block, settled)
        self.settling.append((block, settled))
        while not settled.is_set and block.pending is None:
            self.park()
        timer.cancel()
        settled.set()
        self.leave()

    def _stop_settling(self, block: ControlBlock, settled: Flag) -> None:
        settled.set()
        if block.state is WAITING:
            self.make_ready_first(block)

    # -- the hub

    def run_until(self, done: Callable[[], bool]) -> None:
        """The hub's loop: run processes, wait when none is ready, return when `done()`. Called in the root greenlet."""
        while not done():
            if self.forked:
                # A child of a fork that wants to wait, where there is nobody to wait for.
                os._exit(1)
            if self.attention:
                self.attend()
                continue
            if self.current is None:
                self.current = self.next_ready()
            if self.current is None:
                if not self.attention:
                    for call in self.on_attention:
                        call()
                    self.rest()
                continue
            if self.current.greenlet is None and not self.carriers:
                assert self.carrier_main is not None
                self.carriers.append(Carrier(self.carrier_main, self.hub))
            (self.current.greenlet or self.carriers.pop()).switch()

    def rest(self) -> None:
        """Sleep until a timer is due or something is posted."""
        self.on_rest()
        self.resting = True
        if not self.attention:
            self.alarm.wait(self.timers.seconds_left(monotonic()))
        self.resting = False
        self.attention = True
        self.on_busy()


scheduler = Scheduler()
