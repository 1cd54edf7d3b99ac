"""What `Process.info` tells of a process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from pyex.atom import PROCESS, Atom
from pyex.control_block import ControlBlock
from pyex.errors import bad_argument
from pyex.message import copied
from pyex.run_queue import WAITING
from pyex.scheduler import scheduler
from pyex.stack import current_function, frame_entry, in_words, initial_call, is_pyex


def _frame(block: ControlBlock) -> Any:
    if block is scheduler.current:
        return sys._getframe(1)
    return block.greenlet.gr_frame if block.greenlet is not None else None


def _function(block: ControlBlock) -> Any:
    found = current_function(_frame(block))
    return found or in_words(*initial_call(block.initial_call))


def _stacktrace(block: ControlBlock) -> list[Any]:
    frame, entries = _frame(block), []
    if frame is None:
        return []
    while frame is not None:
        if not is_pyex(frame):
            entries.append(frame_entry(frame, frame.f_lineno))
        frame = frame.f_back
    # Where it waits in a function of the engine that it has called, that one comes first.
    current = _function(block)
    if not entries or in_words(*entries[0][:3]) != current:
        entries.insert(0, (*current, {}))
    return entries


def _status(block: ControlBlock) -> Atom:
    if block is scheduler.current:
        return Atom("running")
    return Atom("waiting") if block.state is WAITING else Atom("runnable")


def _location(block: ControlBlock) -> tuple[str, str, int, dict[str, Any]]:
    stack = _stacktrace(block)
    return stack[0] if stack else (*_function(block), {})


def snapshot(look: Callable[[], Any]) -> Any:
    """What `look()` finds in the engine's data: in a critical section, for these may change while a finaliser runs."""
    if not scheduler.is_inside():
        return look()
    scheduler.enter()
    try:
        return look()
    finally:
        scheduler.critical = 0


def _memory(block: ControlBlock) -> int:
    """In bytes: of the process itself, without what its messages and its data refer to."""
    parts = (block, block.pid, block.mailbox, block.links, block.monitors, block.monitored_by, block.dictionary)
    total = sum(sys.getsizeof(part) for part in parts if part is not None)
    if block.greenlet is not None:
        total += sys.getsizeof(block.greenlet)
        frame = _frame(block)
        while frame is not None:
            total += sys.getsizeof(frame)
            frame = frame.f_back
    return total


# In the order in which `Process.info(pid)` shows them.
_SHOWN: dict[str, Callable[[ControlBlock], Any]] = {
    "current_function": _function,
    "initial_call": lambda block: initial_call(block.initial_call),
    "status": _status,
    "message_queue_len": lambda block: len(block.mailbox or ()),
    "links": lambda block: [peer.pid for peer in block.links or ()],
    "dictionary": lambda block: dict(block.dictionary or {}),
    "trap_exit": lambda block: block.trap_exit,
    "priority": lambda block: Atom(block.priority),
    "group_leader": lambda block: block.group_leader,
    "reductions": lambda block: block.reductions,
}
_ASKED: dict[str, Callable[[ControlBlock], Any]] = {
    "registered_name": lambda block: [] if block.name is None else block.name,
    "messages": lambda block: list(block.mailbox or ()),
    "monitors": lambda block: [(PROCESS, what) for _, _, _, what, _ in (block.monitors or {}).values()],
    "monitored_by": lambda block: [watcher.pid for _, watcher, *_ in (block.monitored_by or {}).values()],
    "current_location": _location,
    "current_stacktrace": _stacktrace,
    "memory": _memory,
    "parent": lambda block: block.parent,
    **_SHOWN,
}


def check(item: object) -> None:
    """Refuse what cannot be asked, also of the dead."""
    for each in item if isinstance(item, list | tuple) else () if item is None else (item,):
        if not isinstance(each, str) or each not in _ASKED:
            raise bad_argument(2, f"invalid item or item list: {each!r}; known are {', '.join(sorted(_ASKED))}")


# What may change while it is looked through.
_CONTAINERS = ("dictionary", "messages", "links", "monitors", "monitored_by")
# The user's own data among these are copied, as a message is.
_COPIED = ("dictionary", "messages")


def info(block: ControlBlock, item: Any) -> Any:
    """One item as `(item, value)`, several as a dict, all for None. The items have been checked."""
    if item is None:
        named = {} if block.name is None else {"registered_name": block.name}
        return {**named, **{key: _ask(block, key) for key in _SHOWN}}
    if isinstance(item, list | tuple):
        return {str(each): _ask(block, each) for each in item}
    return (Atom(item), _ask(block, item))


def _ask(block: ControlBlock, item: str) -> Any:
    if item not in _CONTAINERS:
        return _ASKED[item](block)
    found = snapshot(lambda: _ASKED[item](block))
    return copied(found) if item in _COPIED else found
