"""The processes of the node as trees: who supervises whom, and who has started whom.

    roots = supervision_tree()
    roots[0].name, [child.pid for child in roots[0].children]

The roots are the applications that run, then "shell", for what was started from a prompt, and the processes that
nothing of this has started, below "others" where they are many. Below a supervisor stand the children that it knows
of, in the order of their start, and below every other process those that it has spawned: supervisors first, and then
those with names. What the runtime and the shell need for themselves is left out.

Nothing is changed by looking, and nobody is asked: what a supervisor knows is read where it keeps it, so that also a
busy or suspended one is shown as it is. Only of one that is still at its `init` the children are not known: of that one
the processes are shown that it has spawned.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeGuard

from pyex import Atom, Pid, Process
from pyex.control_block import ControlBlock
from pyex.otp.application import table as application_table
from pyex.otp.supervisor.server import State
from pyex.otp.supervisor.simple import SimpleState
from pyex.otp.supervisor.tally import Tally
from pyex.process_info import snapshot
from pyex.stack import initial_call
from pyex.watching.initial_call import SUPERVISOR, Call, otp_initial_call
from pyex.watching.server_state import server_of

# Trees may be as high as a chain of processes is long that each spawned the next; so high they are shown.
MOST_LEVELS = 100

_SYSTEM_MODULES = ("pyex.group_leader", "pyex.logger", "pyex.otp.ets.owner", "pyex.otp.application.master")
_SYSTEM_PACKAGES = ("pyex.repl.", "pyex.observer.")
_HELPERS = "pyex.repl.helpers."
_CONTROLLER = "application_controller"


@dataclass(slots=True)
class Node:
    """A process, or what stands for several, and what is below it.

    `kind` is "application", "shell", "others", "system" (these have no pid), "supervisor" or "process". `status` is
    "running"; "suspended" of an OTP process that is; "restarting" or "undefined" of a child without a process; "no
    answer" of a supervisor that is still starting. `count` is how many children there are, of which `children` may be
    the first few.
    """

    kind: str
    pid: Pid | None = None
    # The registered name, or that of the application; None without.
    name: object = None
    # By what its supervisor knows it; None where that knows it by its pid.
    id: object = None
    initial_call: Call | None = None
    status: str = "running"
    # Of a child: "permanent", "transient" or "temporary"; of a supervisor its strategy. None where that is not known.
    restart: str | None = None
    strategy: str | None = None
    # Whether it is a dynamic supervisor.
    dynamic: bool = False
    version: str | None = None
    queue_length: int = 0
    # How often its supervisor has started it again; of a supervisor what has happened to its children. None where that
    # is not known.
    times_restarted: int | None = None
    tally: Tally | None = None
    children: list[Node] = field(default_factory=list)
    count: int = 0
    # The processes that it is linked to, without those next to it in the tree.
    links: list[Pid] = field(default_factory=list)


class _Entry(NamedTuple):
    """A child; `pid` may be "restarting" or "undefined"."""

    pid: Any
    id: object = None
    restart: str | None = None
    times_restarted: int | None = None


class _Known(NamedTuple):
    """What a supervisor knows; its children in the order of their start."""

    children: list[_Entry]
    strategy: str
    dynamic: bool
    tally: Tally


@dataclass(slots=True)
class _Survey:
    """All processes, and whom each has spawned, by the numbers of their pids; a parent that is none is 0."""

    pids: dict[int, Pid] = field(default_factory=dict)
    parents: dict[int, int] = field(default_factory=dict)
    spawned: dict[int, list[Pid]] = field(default_factory=dict)
    system: set[int] = field(default_factory=set)
    supervisors: set[int] = field(default_factory=set)
    # Who has a place in a tree already, and below whom: nobody is to have two.
    placed: dict[int, int] = field(default_factory=dict)

    def is_free(self, pid: Pid) -> bool:
        """Whether it has no place in a tree."""
        return pid.number not in self.placed


def supervision_tree(*, everything: bool = False, limit: int | None = None, most: int | None = None) -> list[Node]:
    """All trees of the node. With `everything` a last root holds the runtime's own processes. Of more than
    2 * `limit` children of one process only the first `limit` are looked at, and of all `most`: see
    `Node.count`.
    """
    survey = _survey()
    roots, tops = [], []
    for name, master in _applications():
        starters = survey.spawned.get(master.number, [])
        below = [pid for starter in starters for pid in survey.spawned.get(starter.number, [])]
        spec = application_table.loaded(name)
        roots.append(Node("application", name=name, version=None if spec is None else spec.keys["vsn"]))
        tops.append((roots[-1], below))
        survey.placed.update((pid.number, 0) for pid in below)
    loose = [pid for pid in survey.pids.values() if _is_top(pid, survey)]
    if any(_module(survey.pids[number]).startswith("pyex.repl.") for number in survey.system):
        roots.append(Node("shell", name=Atom("shell")))
        tops.append((roots[-1], [pid for pid in loose if survey.parents[pid.number]]))
        loose = [pid for pid in loose if not survey.parents[pid.number]]
    others = Node("others", name=Atom("others"))
    if limit is not None and len(loose) > 2 * limit:
        tops.append((others, loose))
        loose = []
    survey.placed.update((pid.number, 0) for pid in [*loose, *(pid for _, below in tops for pid in below)])
    alone = [_node(pid, survey) for pid in loose]
    given = [(node, [_Entry(pid) for pid in _by_rank(below, survey)]) for node, below in tops]
    _grow(given, alone, survey, limit, most)
    roots += [*alone, others]
    if everything:
        own = [_node(pid, survey) for number, pid in survey.pids.items() if number in survey.system]
        roots.append(Node("system", name=Atom("pyex"), children=own, count=len(own)))
    return [root for root in roots if root.kind not in ("shell", "others") or root.count]


def supervision_tree_of(pid: Pid, *, limit: int | None = None) -> Node:
    """The tree below one process."""
    survey = _survey()
    survey.placed[pid.number] = 0
    root = _node(pid, survey)
    _grow([], [root], survey, limit, None)
    return root


def system_processes() -> set[Pid]:
    """The processes that the runtime and the shell have for themselves."""
    survey = _survey()
    return {survey.pids[number] for number in survey.system}


def supervisors_of_class(module: type) -> list[Pid]:
    """The supervisors whose `init` is this class's."""
    calls = [(pid, otp_initial_call(pid.block)) for pid in Process.list()]
    return [pid for pid, call in calls if _is_supervisor(call) and isinstance(call[1], type) and call[1] == module]


def _applications() -> list[tuple[Atom, Pid]]:
    """Those that run, the first that was loaded first, each with its master."""
    masters = [(spec.name, application_table.master_of(spec.name)) for spec in application_table.all_loaded()]
    # The table may be that of a runtime that has ended.
    return [(name, master) for name, master in reversed(masters) if master is not None and Process.alive(master)]


def _survey() -> _Survey:
    survey = _Survey()
    for pid in Process.list():
        block, number = pid.block, pid.number
        if block is None:
            continue
        parent = 0 if block.parent is None else block.parent.number
        survey.pids[number] = pid
        survey.parents[number] = parent
        survey.spawned.setdefault(parent, []).append(pid)
        call = otp_initial_call(block)
        if _is_supervisor(call):
            survey.supervisors.add(number)
        elif _is_system(pid, call, block.name):
            survey.system.add(number)
    return survey


def _is_supervisor(call: Call | None) -> TypeGuard[Call]:
    return call is not None and isinstance(call[0], str) and call[0] == SUPERVISOR


def _module(pid: Pid) -> str:
    """Where the function is from that the process was spawned with."""
    try:
        module = getattr(pid.block.initial_call, "__module__", "") if pid.block is not None else ""
    except Exception:
        return ""  # a callable of the user's that answers as it likes
    return module if type(module) is str else ""


def _is_system(pid: Pid, call: Call | None, name: object) -> bool:
    if isinstance(name, str) and name == _CONTROLLER:
        return True
    if call is not None and isinstance(call[0], str) and call[0] == "application_master":
        return True
    return is_of_system(_module(pid))


def is_of_system(module: str) -> bool:
    """Whether processes that begin with a function of this module are the runtime's or the shell's own."""
    # A helper is the user's to spawn, as `exit` is.
    return module in _SYSTEM_MODULES or (module.startswith(_SYSTEM_PACKAGES) and not module.startswith(_HELPERS))


def _by_rank(pids: list[Pid], survey: _Survey) -> list[Pid]:
    """The supervisors first, then those with names: of many others only the first are seen."""
    return sorted(
        pids, key=lambda pid: (pid.number not in survey.supervisors, pid.block is None or pid.block.name is None)
    )


def _is_top(pid: Pid, survey: _Survey) -> bool:
    """Whether it is below no process that is shown."""
    number = pid.number
    parent = survey.parents[number]
    if number in survey.system or number in survey.placed:
        return False
    return parent not in survey.pids or parent in survey.system


def _node(pid: Pid, survey: _Survey, entry: _Entry | None = None) -> Node:
    _, id, restart, times_restarted = entry or _Entry(pid)
    kind = "supervisor" if pid.number in survey.supervisors else "process"
    block = pid.block
    if block is None:
        # It has ended meanwhile.
        return Node(kind, pid, id=id, restart=restart, status="undefined", times_restarted=times_restarted)
    server = server_of(block)
    return Node(
        kind,
        pid,
        name=block.name,
        id=id,
        initial_call=otp_initial_call(block) or initial_call(block.initial_call),
        status="suspended" if server is not None and server.suspended else "running",
        restart=restart,
        queue_length=len(block.mailbox or ()),
        times_restarted=times_restarted,
        links=snapshot(lambda: [peer.pid for peer in block.links or ()]),
    )


def _grow(
    given: list[tuple[Node, list[_Entry]]], level: list[Node], survey: _Survey, limit: int | None, most: int | None
) -> None:
    """Add what is below these nodes, level by level; for those in `given` it is known already."""
    grown: list[Node] = []
    levels = 0
    while given or level:
        given += [(node, _below(node, survey)) for node in level]
        grown += level
        levels += 1
        level = []
        for node, below in given:
            node.count = len(below)
            shown = below if limit is None or len(below) <= 2 * limit else below[:limit]
            if most is not None:
                shown = shown[: max(0, most - len(grown) - len(level))]
            for entry in shown if levels <= MOST_LEVELS else []:
                child = _child(entry, survey)
                node.children.append(child)
                if child.pid is not None and child.status != "undefined":
                    level.append(child)
        given = []
    for node in grown:
        assert node.pid is not None
        node.links = [other for other in node.links if not _are_next(node.pid.number, other.number, survey)]


def _are_next(one: int, other: int, survey: _Survey) -> bool:
    """Whether one of the two is the other's parent, as the tree shows it or because it has spawned it."""
    placed, parents = survey.placed, survey.parents
    return (
        placed.get(other) == one or parents.get(other) == one or placed.get(one) == other or parents.get(one) == other
    )


def _child(entry: _Entry, survey: _Survey) -> Node:
    if isinstance(entry.pid, Pid):
        return _node(entry.pid, survey, entry)
    _, id, restart, times_restarted = entry
    return Node("process", id=id, restart=restart, status=str(entry.pid), times_restarted=times_restarted)


def _below(node: Node, survey: _Survey) -> list[_Entry]:
    """What stands below a process: the children that it supervises, and then those others that it has spawned."""
    assert node.pid is not None
    below: list[_Entry] = []
    known = _known(node.pid.block) if node.kind == "supervisor" else None
    if known is not None:
        below = [each for each in known.children if not isinstance(each.pid, Pid) or survey.is_free(each.pid)]
        node.strategy, node.dynamic, node.tally = known.strategy, known.dynamic, known.tally
    elif node.kind == "supervisor":
        node.status = "no answer"
    number = node.pid.number
    survey.placed.update((each.pid.number, number) for each in below if isinstance(each.pid, Pid))
    others = [pid for pid in survey.spawned.get(number, []) if survey.is_free(pid) and pid.number not in survey.system]
    # Some may have ended since the survey.
    others = [pid for pid in others if pid.block is not None]
    survey.placed.update((pid.number, number) for pid in others)
    return below + [_Entry(pid) for pid in _by_rank(others, survey)]


def _known(block: ControlBlock | None) -> _Known | None:
    """What a supervisor knows of its children; None while it is at its `init`, and where it has ended."""
    server = None if block is None else server_of(block)
    if server is None or not isinstance(getattr(server.state, "children", None), dict):
        return None
    state = server.state
    has_ids = type(state) is State
    strategy = "simple_one_for_one" if type(state) is SimpleState else str(getattr(state, "strategy", "one_for_one"))
    entries = [
        _Entry(
            Atom("restarting") if child.is_restarting() else child.pid,
            child.id if has_ids else None,
            str(child.restart),
            child.restarts,
        )
        for child in snapshot(lambda: list(state.children.values()))
    ]
    return _Known(entries, strategy, not has_ids and type(state) is not SimpleState, state.tally)
