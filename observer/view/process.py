"""The view `process`: one process, with its messages, dictionary, stack and state. Nothing is asked of it, and what is
big is cut before it is looked at.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from pyex.atom import Atom
from pyex.control_block import ControlBlock
from pyex.inspection.static_lookup import class_name, is_a, module_of, mro
from pyex.observer.looking import census
from pyex.observer.looking.current_call import current_call, stack_of, status_of
from pyex.observer.looking.in_time import texts_in_time
from pyex.observer.looking.term import block_of, cut, id_text, initial_call_text, is_word, name_text, pid_text, shown
from pyex.observer.recording import tracing
from pyex.observer.view import Query, Refused
from pyex.otp.gen_server.loop import Server
from pyex.pid import Pid
from pyex.process_info import snapshot
from pyex.watching.initial_call import SUPERVISOR, otp_initial_call
from pyex.watching.server_state import server_of

MOST_MESSAGES, MOST_KEYS, MOST_PEERS = 100, 200, 500
# How many characters of a term are shown, and how many elements.
STATE, MESSAGE, VALUE, KEY = (20_000, 50), (2000, 20), (2000, 20), (200, 10)
# Of a supervisor's children so many are looked through for one.
MOST_CHILDREN = 10_000
# A supervisor writes all of its children when it is shown.
MOST_IN_STATE = 50
# Classes of pyex that a behaviour's own name does not tell.
_BEHAVIOURS = {"AgentServer": "Agent", "DynamicSupervisorServer": "DynamicSupervisor", "LoggerServer": "GenServer"}
# What tasks have in their dictionaries.
CALLERS = Atom("$callers")

Peer = dict[str, Any]


def read(rest: str, query: Query) -> dict[str, Any]:
    """See the API's description."""
    if not rest:
        raise Refused("write which process: process/0.98.0")
    block = block_of(rest)
    if block is None or block.pid.block is None:
        return {"pid": rest.removeprefix("#PID<").removesuffix(">"), "alive": False}
    server = server_of(block)
    return {**_overview(block, server), **_neighbours(block), **_contents(block, server)}


def _overview(block: ControlBlock, server: Server | None) -> dict[str, Any]:
    rates = census.rates()
    return {
        "pid": pid_text(block.pid),
        "alive": True,
        "label": census.label(block),
        "name": None if block.name is None else name_text(block.name),
        "what": census.what(block),
        "initial_call": initial_call_text(block),
        "current": current_call(block),
        "status": status_of(block),
        "queue": len(block.mailbox or ()),
        "priority": block.priority,
        "trap_exit": block.trap_exit,
        "reductions": block.reductions,
        "rate": rates.get(block.pid.number, 0.0),
        "memory": census.memory_of(block),
        "stack": stack_of(block),
        "behaviour": behaviour_of(block, server),
        "suspended": server is not None and server.suspended,
        "traced": tracing.is_traced(block),
        "own": census.is_own_process(block),
    }


def _neighbours(block: ControlBlock) -> dict[str, Any]:
    """Those that it has to do with; of very many the first."""
    links = _first(block.links, MOST_PEERS)
    monitors = _first_values(block.monitors, MOST_PEERS)
    monitored_by = _first_values(block.monitored_by, MOST_PEERS)
    return {
        "group_leader": _peer(block.group_leader),
        "parent": _peer(block.parent),
        "supervisor": _supervisor(block),
        "links": [_peer(other.pid) for other in links],
        "monitors": [_peer(what) for _, _, _, what, _ in monitors],
        "monitored_by": [_peer(watcher.pid) for _, watcher, *_ in monitored_by],
        "counts": {
            "links": len(block.links or ()),
            "monitors": len(block.monitors or ()),
            "monitored_by": len(block.monitored_by or ()),
            "messages": len(block.mailbox or ()),
            "dictionary": len(block.dictionary or ()),
        },
    }


def _contents(block: ControlBlock, server: Server | None) -> dict[str, Any]:
    """Its data, as text."""
    messages = _first(block.mailbox, MOST_MESSAGES)
    entries = snapshot(lambda: [*islice((block.dictionary or {}).items(), MOST_KEYS)])
    state = [] if server is None else [_Children(server.state) if _is_big_supervisor(block, server) else server.state]
    terms = [(term, STATE) for term in state] + [(term, MESSAGE) for term in messages]
    terms += [each for key, value in entries for each in ((key, KEY), (value, VALUE))]
    texts = iter(texts_in_time(terms, _written))
    return {
        "state": next(texts) if state else None,
        "messages": [next(texts) for _ in messages],
        "dictionary": [[next(texts), next(texts)] for _ in entries],
    }


def _written(order: tuple[Any, tuple[int, int]]) -> str:
    term, (characters, elements) = order
    return cut(shown(term, limit=elements), characters)


def _first(container: Any, most: int) -> list[Any]:
    """The first of many, taken at once, for a finaliser might change it meanwhile."""
    found: list[Any] = snapshot(lambda: [*islice(container or (), most)])
    return found


def _first_values(container: Any, most: int) -> list[Any]:
    found: list[Any] = snapshot(lambda: [*islice((container or {}).values(), most)])
    return found


def _peer(other: object) -> Peer | None:
    """A process by its pid, or by the name that was asked for."""
    if other is None:
        return None
    if type(other) is Pid:
        return {"pid": pid_text(other), "label": None if other.block is None else census.label(other.block)}
    if type(other) is tuple and len(other) == 2:
        other = other[0]  # (name, node)
    return {"pid": None, "label": name_text(other)}


# -- servers and supervisors


class _Children:
    """Stands for the state of a supervisor that has too many children to be written."""

    def __init__(self, state: Any) -> None:
        self._count = len(state.children)

    def __repr__(self) -> str:
        return f"<supervisor of {self._count} children>"


def _is_big_supervisor(block: ControlBlock, server: Server) -> bool:
    children = _children(block, server)
    return children is not None and len(children) > MOST_IN_STATE


def _children(block: ControlBlock, server: Server | None) -> dict[Any, Any] | None:
    """The children of a supervisor, as its state has them."""
    if server is None or not _is_supervisor(block):
        return None
    children = getattr(server.state, "children", None)
    return children if type(children) is dict else None


def _is_supervisor(block: ControlBlock) -> bool:
    call = otp_initial_call(block)
    return call is not None and is_word(call[0], SUPERVISOR)


def _supervisor(block: ControlBlock) -> dict[str, Any] | None:
    """Whose child it is, and by which id that knows it: it has been started by it."""
    above = None if block.parent is None else block.parent.block
    if above is None or not _is_supervisor(above):
        return None
    children = _children(above, server_of(above))
    if children is None:
        return None
    for child in _first_values(children, MOST_CHILDREN):
        if child.pid == block.pid:
            return {"pid": pid_text(above.pid), "label": census.label(above), "id": _id_text(child.id)}
    return None


def _id_text(id: Any) -> str | None:
    """By what a supervisor knows a child; None where that is its pid."""
    return None if type(id) is Atom and id == "undefined" else id_text(id)


def behaviour_of(block: ControlBlock, server: Server | None) -> str | None:
    """`"GenServer"`, `"Supervisor"`, `"Agent"`, …: what a process of OTP's is; None for others."""
    call = otp_initial_call(block)
    if call is None:
        return None
    if _is_supervisor(block):
        name = "" if server is None else _nearest(server.module)
        return "DynamicSupervisor" if name == "DynamicSupervisor" else "Supervisor"
    if is_a(call[0], type):
        return _nearest(call[0])
    if server is not None:
        return _nearest(server.module)
    return "Task" if _is_task(block) else None


def _nearest(module: Any) -> str | None:
    """The class of pyex that a class is of."""
    for each in mro(module) if is_a(module, type) else ():
        if module_of(each).startswith("pyex."):
            name = class_name(each)
            return _BEHAVIOURS.get(name, name)
    return None


def _is_task(block: ControlBlock) -> bool:
    return CALLERS in (block.dictionary or {})
