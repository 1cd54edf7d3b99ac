"""All processes in a few numbers each, for sorting and searching: what a look at a hundred thousand can afford.

What a process runs, and whether it is the program's, is found out once and remembered. Rates are those since a time
that is the same for all who look: at most once a second it moves on.
"""

from __future__ import annotations

from time import monotonic
from types import FunctionType
from typing import Any

from pyex.atom import Atom
from pyex.control_block import ControlBlock, process_table
from pyex.observer.looking.current_call import current_call
from pyex.observer.looking.own import controller, runs_system
from pyex.observer.looking.term import name_text, what_runs
from pyex.process_info import info, snapshot
from pyex.run_queue import READY
from pyex.watching.initial_call import otp_initial_call

RATE_SECONDS = 1.0
# The words for so many functions are remembered.
MOST_WORDS = 10_000
# So long a look may take to find out current functions, beside those that it shows.
CURRENT_SECONDS = 0.006


class Memory:
    """What is remembered from look to look, by the numbers of the pids."""

    def __init__(self) -> None:
        self.what: dict[int, str] = {}
        self.own: set[int] = set()
        # The newest process that has been seen: numbers count up.
        self.newest = 0
        # Those that had not come to wait when they were looked at: they may tell later what they run.
        self.unsettled: set[int] = set()
        # By a function: that, for its id is to be nobody else's meanwhile, its words, and whether it is of the system.
        self.words: dict[Any, tuple[Any, str, bool]] = {}
        self.current: dict[int, str] = {}
        self.looked_until = 0
        # When reductions were last counted, those of who has any; and what came of it.
        self.counted_at: float | None = None
        self.counted: dict[int, int] = {}
        self.rates: dict[int, float] = {}


_memory = Memory()


def begin() -> None:
    """Somebody observes: nothing is to be done before the first look."""


def end() -> None:
    """Forget all: nobody looks any more. In any thread."""
    global _memory
    _memory = Memory()


def all_blocks() -> list[ControlBlock]:
    """Every process alive, the oldest first; what they run is known from now on."""
    blocks: list[ControlBlock] = snapshot(lambda: [*process_table.values()])
    memory = _memory
    for number in [*memory.unsettled]:
        known = process_table.get(number)
        if known is None:
            memory.unsettled.discard(number)
        else:
            _learn(memory, known)
    newest = memory.newest
    for block in reversed(blocks):
        if block.pid.number <= newest:
            break
        _learn(memory, block)
    if blocks:
        memory.newest = max(newest, blocks[-1].pid.number)
    if len(memory.what) > 2 * len(blocks) + 1000:
        _forget_dead(memory, blocks)
    return blocks


def _forget_dead(memory: Memory, blocks: list[ControlBlock]) -> None:
    alive = {block.pid.number for block in blocks}
    memory.what = {number: text for number, text in memory.what.items() if number in alive}
    memory.current = {number: text for number, text in memory.current.items() if number in alive}
    memory.own = memory.own & alive
    memory.unsettled = memory.unsettled & alive


def what(block: ControlBlock) -> str:
    """What a process runs, in words."""
    memory, number = _memory, block.pid.number
    if number not in memory.what or number in memory.unsettled:
        _learn(memory, block)
    return memory.what[number]


def label(block: ControlBlock) -> str:
    """What a process is called: its name, or else what it runs."""
    return what(block) if block.name is None else name_text(block.name)


def memory_of(block: ControlBlock) -> int:
    """In bytes: of the process itself, without what its messages and its data refer to."""
    return int(info(block, "memory")[1])


def whats() -> dict[int, str]:
    """What all run, by the numbers of their pids; some of the dead are among them."""
    return _memory.what


def is_own_process(block: ControlBlock) -> bool:
    """Whether a process is the runtime's, the shell's or the Observer's."""
    what(block)
    return block.pid.number in own_numbers()


def own_numbers() -> set[int]:
    """The numbers of the pids of those; some of the dead are among them."""
    own, pid = _memory.own, controller()
    if pid is not None:
        own.add(pid.number)
    return own


def _learn(memory: Memory, block: ControlBlock) -> None:
    call = otp_initial_call(block)
    if call is not None:
        subject: Any = call
        key: Any = tuple([each if type(each) in (str, Atom, int) else id(each) for each in call])
    else:
        function = block.initial_call
        # A closure is copied for each process: its code is not.
        subject = function.__code__ if type(function) is FunctionType else function
        key = id(subject)
    known = memory.words.get(key)
    if known is None:
        if len(memory.words) >= MOST_WORDS:
            memory.words.clear()
        known = memory.words[key] = (subject, what_runs(block), runs_system(block))
    number = block.pid.number
    memory.what[number] = known[1]
    if known[2]:
        memory.own.add(number)
    if block.state is READY:
        memory.unsettled.add(number)
    else:
        memory.unsettled.discard(number)


def rates() -> dict[int, float]:
    """The reductions per second of those that have any, by the numbers of their pids."""
    memory, now = _memory, monotonic()
    if memory.counted_at is not None and now - memory.counted_at < RATE_SECONDS:
        return memory.rates
    counted = {block.pid.number: block.reductions for block in all_blocks() if block.reductions}
    if memory.counted_at is None:
        memory.rates = {}
    else:
        before, seconds = memory.counted, now - memory.counted_at
        found = {number: (reductions - before.get(number, 0)) / seconds for number, reductions in counted.items()}
        memory.rates = {number: round(rate, 1) for number, rate in found.items() if rate}
    memory.counted_at, memory.counted = now, counted
    return memory.rates


def current_calls(blocks: list[ControlBlock]) -> tuple[dict[int, str], bool]:
    """The current functions by the numbers of the pids, and whether all are known.

    They are found out some at a time, the next at the next look: a stack that is looked at grows by a kilobyte, and
    with 100,000 it takes half a second.
    """
    memory, end = _memory, monotonic() + CURRENT_SECONDS
    known, total = memory.current, len(blocks)
    looked = 0
    while looked < total and (looked % 64 or monotonic() < end):
        block = blocks[(memory.looked_until + looked) % total]
        known[block.pid.number] = current_call(block)
        looked += 1
    memory.looked_until = (memory.looked_until + looked) % max(total, 1)
    return known, looked == total or all(block.pid.number in known for block in blocks)
