"""What `i(pid)` tells of a process."""

from __future__ import annotations

from pyex.control_block import ControlBlock
from pyex.errors import Self
from pyex.pid import Pid
from pyex.process import Process
from pyex.repl.display import inspect
from pyex.repl.info.code import behaviours
from pyex.repl.info.protocol import Entry, info
from pyex.repl.info.words import counted
from pyex.watching.initial_call import SUPERVISOR, call_in_words, otp_initial_call

# So many links are named.
_SHOWN_LINKS = 50


@info.register
def _(pid: Pid) -> list[Entry]:
    return [("Data type", "PID"), *_entries(pid)]


@info.register
def _(value: Self) -> list[Entry]:
    how = "This is the function self. Write self() for the pid of the calling process."
    return [("Data type", "function"), ("Description", how), ("Reference modules", "Process")]


def _entries(pid: Pid) -> list[Entry]:
    last: list[Entry] = [
        ("Description", "Use Process.info(pid) to get more info about this process"),
        ("Reference modules", "Process, Pid"),
    ]
    found = Process.info(pid, ["registered_name", "links", "message_queue_len"])
    block = pid.block
    if found is None or block is None:
        return [("Alive", "false"), *last]
    name, links = found["registered_name"], found["links"]
    return [
        ("Alive", "true"),
        ("Name", "not registered" if name == [] else inspect(name)),
        ("Links", _links(links)),
        ("Message queue length", str(found["message_queue_len"])),
        *_of_otp(block, links),
        *last,
    ]


def _links(links: list[Pid]) -> str:
    named = ", ".join(map(repr, links[:_SHOWN_LINKS]))
    more = len(links) - _SHOWN_LINKS
    return f"{named}, … and {more} more" if more > 0 else named or "none"


def _of_otp(block: ControlBlock, links: list[Pid]) -> list[Entry]:
    """What a process that a behaviour runs in has beside: which, of which module, and how many children."""
    initial = otp_initial_call(block)
    if initial is None:
        return []
    module = initial[0]
    entries: list[Entry] = [("Initial call", call_in_words(initial))]
    if module == SUPERVISOR:
        entries.append(("Behaviour", "Supervisor"))
        entries.append(("Children", _children(block, links)))
    elif isinstance(module, type) and (names := behaviours(module)):
        entries.append(("Behaviour", ", ".join(names)))
    return entries


def _children(block: ControlBlock, links: list[Pid]) -> str:
    """How many there are, as far as the links tell: nothing is asked of the supervisor, which may be busy."""
    linked = [each for each in (pid.block for pid in links) if each is not None]
    children = [each for each in linked if each.parent == block.pid]
    supervisors = sum((otp_initial_call(each) or ("",))[0] == SUPERVISOR for each in children)
    workers = len(children) - supervisors
    return f"{len(children)} ({counted(workers, 'worker')}, {counted(supervisors, 'supervisor')})"
