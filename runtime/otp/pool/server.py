"""The process that lends a pool's workers: who has which, who waits, and what happens when one of them ends.

Each checkout has a ticket, a reference that its client has made: by it the client can take back what it has asked for,
whether a worker was handed over meanwhile or not.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Any

from pyex.atom import Atom
from pyex.errors import safe_repr
from pyex.format_exit import format_exit
from pyex.otp.dynamic_supervisor import DynamicSupervisor
from pyex.otp.gen_server import GenServer
from pyex.otp.report import log
from pyex.pid import Pid
from pyex.process import Process
from pyex.reference import Reference
from pyex.spawn import exit

OK, NOREPLY, REPLY = Atom("ok"), Atom("noreply"), Atom("reply")
READY, OVERFLOW, FULL = Atom("ready"), Atom("overflow"), Atom("full")
LIFO, FIFO = Atom("lifo"), Atom("fifo")
FAILED_TO_START_WORKER = Atom("failed_to_start_worker")


@dataclass(frozen=True, slots=True)
class Options:
    """What a pool is to be. `worker` is the child spec of its workers."""

    worker: dict[str, Any]
    size: int
    max_overflow: int
    strategy: Atom


@dataclass(slots=True, eq=False)
class Checkout:
    """A client that has a worker, or (None) waits for one. `monitor` is on the client."""

    ticket: Reference
    from_: Any
    monitor: Reference
    worker: Pid | None = None


@dataclass(slots=True)
class State:
    """What the server keeps.

    `free` are the workers that nobody has, the one that came back last at the right. All workers are in `workers`, with
    the monitors on them; those beyond `size` are the overflow. `waiting` are the checkouts without a worker, the oldest
    first, by ticket; all checkouts are in `checkouts`, by ticket and by monitor.
    """

    options: Options
    supervisor: Pid
    free: deque[Pid] = field(default_factory=deque)
    workers: dict[Pid, Reference] = field(default_factory=dict)
    lent: dict[Pid, Checkout] = field(default_factory=dict)
    waiting: OrderedDict[Reference, Checkout] = field(default_factory=OrderedDict)
    checkouts: dict[Reference, Checkout] = field(default_factory=dict)


class PoolServer(GenServer):
    """The callbacks of the server."""

    @staticmethod
    def init(argument: Any, /) -> Any:
        options, supervisor = argument
        state = State(options, supervisor)
        for _ in range(options.size):
            state.free.append(_start_worker(state))
        return (OK, state)

    @staticmethod
    def handle_call(request: Any, from_: Any, state: State, /) -> Any:
        match request:
            case ("checkout", Reference() as ticket, block):
                worker = _take(state)
                if worker is None and not block:
                    return (REPLY, FULL, state)
                # A client that has ended already is told of at once, and the worker comes back.
                checkout = Checkout(ticket, from_, Process.monitor(from_[0]))
                state.checkouts[ticket] = state.checkouts[checkout.monitor] = checkout
                if worker is None:
                    state.waiting[ticket] = checkout
                else:
                    _hand_over(state, checkout, worker)
                return (NOREPLY, state)
            case "status":
                return (REPLY, _status(state), state)

    @staticmethod
    def handle_cast(request: Any, state: State, /) -> Any:
        match request:
            case ("checkin", worker):
                if worker in state.lent:
                    _end_checkout(state, state.lent[worker])
            case ("cancel_waiting", ticket):
                if ticket in state.checkouts:
                    _end_checkout(state, state.checkouts[ticket])
        return (NOREPLY, state)

    @staticmethod
    def handle_info(message: Any, state: State, /) -> Any:
        match message:
            case ("DOWN", Reference() as reference, _, _, _) if reference in state.checkouts:
                _end_checkout(state, state.checkouts[reference])
            case ("DOWN", Reference() as reference, _, Pid() as worker, _) if state.workers.get(worker) is reference:
                _replace(state, worker)
            case _:
                return GenServer.handle_info(message, state)
        return (NOREPLY, state)


def _take(state: State) -> Pid | None:
    """A worker for who asks now; None where there is none."""
    while state.free:
        worker = state.free.pop() if state.options.strategy == LIFO else state.free.popleft()
        if Process.alive(worker):
            return worker
        # Its end is about to be told.
        _replace(state, worker)
    if len(state.workers) < state.options.size + state.options.max_overflow:
        return _start_worker(state)
    return None


def _hand_over(state: State, checkout: Checkout, worker: Pid) -> None:
    checkout.worker = worker
    state.lent[worker] = checkout
    GenServer.reply(checkout.from_, worker)


def _end_checkout(state: State, checkout: Checkout) -> None:
    """The client has given its worker back, has ended, or does not want one any more."""
    worker = checkout.worker
    _forget_checkout(state, checkout)
    if worker is None:
        return
    if not Process.alive(worker):
        _replace(state, worker)
    elif state.waiting:
        _hand_over(state, _next_waiting(state), worker)
    elif len(state.workers) > state.options.size:
        _forget_worker(state, worker)
        DynamicSupervisor.terminate_child(state.supervisor, worker)
    else:
        state.free.append(worker)


def _replace(state: State, worker: Pid) -> None:
    """A worker has ended. Who had it may notice by itself, and has nothing to give back any more."""
    if worker in state.lent:
        _forget_checkout(state, state.lent[worker])
    elif worker in state.free:
        state.free.remove(worker)
    _forget_worker(state, worker)
    if state.waiting:
        new = _start_worker(state)
        _hand_over(state, _next_waiting(state), new)
    elif len(state.workers) < state.options.size:
        state.free.append(_start_worker(state))


def _start_worker(state: State) -> Pid:
    """Where a worker cannot be started the server ends, and its supervisor starts the pool anew, as often as it may."""
    result = DynamicSupervisor.start_child(state.supervisor, state.options.worker)
    match result:
        case ("ok", Pid() as worker) | ("ok", Pid() as worker, _):
            state.workers[worker] = Process.monitor(worker)
            return worker
        case ("error", reason):
            _report_failure(state, reason)
            exit((FAILED_TO_START_WORKER, reason))
    _report_failure(state, result)
    return exit((FAILED_TO_START_WORKER, result))  # type: ignore[no-any-return]


def _report_failure(state: State, reason: Any) -> None:
    worker = state.options.worker
    text = f"Pool could not start its worker {safe_repr(worker.get('id'))}\n** (exit) {format_exit(reason, safe_repr)}"
    log("error", text, {"label": (Atom("pool"), FAILED_TO_START_WORKER), "worker": worker, "reason": reason})


def _forget_worker(state: State, worker: Pid) -> None:
    Process.demonitor(state.workers.pop(worker), ["flush"])


def _forget_checkout(state: State, checkout: Checkout) -> None:
    Process.demonitor(checkout.monitor, ["flush"])
    del state.checkouts[checkout.ticket], state.checkouts[checkout.monitor]
    if checkout.worker is None:
        del state.waiting[checkout.ticket]
    else:
        del state.lent[checkout.worker]


def _next_waiting(state: State) -> Checkout:
    return state.waiting.popitem(last=False)[1]


def _status(state: State) -> tuple[Atom, int, int, int]:
    overflow = max(0, len(state.workers) - state.options.size)
    name = READY if state.free else FULL if overflow == state.options.max_overflow else OVERFLOW
    return (name, len(state.free), overflow, len(state.lent))
