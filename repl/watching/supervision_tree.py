"""The processes of the node as trees: who supervises whom, and who has started whom.

    roots = supervision_tree()
    roots[0].name, [child.pid for child in roots[0].children]

The roots are the applications that run, then "shell", for what was started from a prompt, and the processes that
nothing of this has started. Below a supervisor stand the children that it knows of, in the order of their start, and
below every other process those that it has spawned: supervisors first, and then those with names. What the runtime and
the shell need for themselves is left out.

Nothing is changed by looking. Only supervisors are asked anything, and a busy one is not waited for: of that one the
processes are shown that it has spawned.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pyex import Atom, Pid, Process
from pyex.otp.application import table as application_table
from pyex.otp.term import identity
from pyex.repl.initial_call import SUPERVISOR, Call, otp_initial_call
from pyex.repl.watching.ask import GEN_CALL, SYSTEM, ask_all

# How long the supervisors of one level of the trees may take to answer, all together.
ANSWER_MS = 200
# How much of a mailbox is looked at for a question that waits there.
_LOOKED_AT = 1000
# Of supervisors with more children the state, which is copied to be seen, is left alone.
MOST_COPIED = 100

_SYSTEM_MODULES = ("pyex.group_leader", "pyex.logger", "pyex.otp.ets.owner", "pyex.otp.application.master")
_SYSTEM_PACKAGES = ("pyex.repl.", "pyex.observer.")
_HELPERS = "pyex.repl.helpers."
_CONTROLLER = "application_controller"
WHICH_CHILDREN = Atom("which_children")


@dataclass(slots=True)
class Node:
    """A process, or what stands for several, and what is below it.

    `kind` is "application", "shell", "system" (these three have no pid), "supervisor" or "process". `status` is
    "running"; "restarting" or "undefined" of a child without a process; "no answer" of a supervisor that gave none.
    `count` is how many children there are, of which `children` may be the first few.
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
    children: list[Node] = field(default_factory=list)
    count: int = 0
    # The processes that it is linked to, without those next to it in the tree.
    links: list[Pid] = field(default_factory=list)


# A child: its id, its pid or "restarting" or "undefined", and its restart type.
_Entry = tuple[object, Any, str | None]


@dataclass(slots=True)
class _Answer:
    """What a supervisor has told; its children in the order of their start."""

    children: list[_Entry]
    strategy: str | None
    dynamic: bool


@dataclass(slots=True)
class _Survey:
    """All processes, and whom each has spawned."""

    spawned: dict[Pid | None, list[Pid]] = field(default_factory=dict)
    parents: dict[Pid, Pid | None] = field(default_factory=dict)
    system: set[Pid] = field(default_factory=set)
    supervisors: set[Pid] = field(default_factory=set)
    # Who has a place in a tree already, and below whom: nobody is to have two.
    placed: dict[Pid, Pid | None] = field(default_factory=dict)


def supervision_tree(*, everything: bool = False, limit: int | None = None) -> list[Node]:
    """All trees of the node. With `everything` a last root holds the runtime's own processes. Of more than
    2 * `limit` children of one process only the first `limit` are looked at: see `Node.count`.
    """
    survey = _survey()
    roots, tops = [], []
    for name, master in _applications():
        below = [pid for starter in survey.spawned.get(master, []) for pid in survey.spawned.get(starter, [])]
        spec = application_table.loaded(name)
        node = Node("application", name=name, version=None if spec is None else spec.keys["vsn"], count=len(below))
        roots.append(node)
        tops.append((node, below))
    has_shell = any(_module(pid).startswith("pyex.repl.") for pid in survey.system)
    loose = [pid for pid in survey.parents if _is_top(pid, survey) and not any(pid in below for _, below in tops)]
    if has_shell:
        shell = Node("shell", name=Atom("shell"))
        tops.append((shell, _by_rank([pid for pid in loose if survey.parents[pid] is not None], survey)))
        roots.append(shell)
        loose = [pid for pid in loose if survey.parents[pid] is None]
    survey.placed.update(dict.fromkeys([*loose, *(pid for _, below in tops for pid in below)]))
    alone = {pid: _node(pid, survey) for pid in loose}
    _grow([(node, [(None, pid, None) for pid in below]) for node, below in tops], [*alone.values()], survey, limit)
    roots += alone.values()
    if everything:
        own = [_node(pid, survey) for pid in survey.parents if pid in survey.system]
        roots.append(Node("system", name=Atom("pyex"), children=own, count=len(own)))
    return [root for root in roots if root.kind != "shell" or root.children]


def supervision_tree_of(pid: Pid, *, limit: int | None = None) -> Node:
    """The tree below one process."""
    survey = _survey()
    survey.placed[pid] = None
    root = _node(pid, survey)
    _grow([], [root], survey, limit)
    return root


def system_processes() -> set[Pid]:
    """The processes that the runtime and the shell have for themselves."""
    return _survey().system


def supervisors_of_class(module: type) -> list[Pid]:
    """The supervisors whose `init` is this class's."""
    return [pid for pid in Process.list() if (call := otp_initial_call(pid.block)) and call[0] == SUPERVISOR
            and isinstance(call[1], type) and call[1] == module]  # fmt: skip


def _applications() -> list[tuple[Atom, Pid]]:
    """Those that run, the first that was loaded first, each with its master."""
    masters = [(spec.name, application_table.master_of(spec.name)) for spec in application_table.all_loaded()]
    # The table may be that of a runtime that has ended.
    return [(name, master) for name, master in reversed(masters) if master is not None and Process.alive(master)]


def _survey() -> _Survey:
    survey = _Survey()
    for pid in Process.list():
        block = pid.block
        if block is None:
            continue
        parent = block.parent
        survey.parents[pid] = parent
        survey.spawned.setdefault(parent, []).append(pid)
        call = otp_initial_call(pid.block)
        if call is not None and call[0] == SUPERVISOR:
            survey.supervisors.add(pid)
        elif _is_system(pid, call, block.name):
            survey.system.add(pid)
    return survey


def _module(pid: Pid) -> str:
    """Where the function is from that the process was spawned with."""
    return str(getattr(pid.block.initial_call, "__module__", "")) if pid.block is not None else ""


def _is_system(pid: Pid, call: Call | None, name: object) -> bool:
    if name == _CONTROLLER or (call is not None and call[0] == "application_master"):
        return True
    return is_of_system(_module(pid))


def is_of_system(module: str) -> bool:
    """Whether processes that begin with a function of this module are the runtime's or the shell's own."""
    # A helper is the user's to spawn, as `exit` is.
    return module in _SYSTEM_MODULES or (module.startswith(_SYSTEM_PACKAGES) and not module.startswith(_HELPERS))


def _by_rank(pids: list[Pid], survey: _Survey) -> list[Pid]:
    """The supervisors first, then those with names: of many others only the first are seen."""
    return sorted(pids, key=lambda pid: (pid not in survey.supervisors, pid.block is None or pid.block.name is None))


def _is_top(pid: Pid, survey: _Survey) -> bool:
    """Whether it is below no process that is shown."""
    parent = survey.parents[pid]
    return pid not in survey.system and (parent not in survey.parents or parent in survey.system)


def _node(pid: Pid, survey: _Survey, id: object = None, restart: str | None = None) -> Node:
    about = Process.info(pid, ["registered_name", "message_queue_len", "links", "initial_call"])
    kind = "supervisor" if pid in survey.supervisors else "process"
    if about is None:
        # It has ended meanwhile.
        return Node(kind, pid, id=id, restart=restart, status="undefined")
    return Node(
        kind,
        pid,
        name=None if about["registered_name"] == [] else about["registered_name"],
        id=id,
        initial_call=otp_initial_call(pid.block) or about["initial_call"],
        restart=restart,
        queue_length=about["message_queue_len"],
        links=about["links"],
    )


def _grow(given: list[tuple[Node, list[_Entry]]], level: list[Node], survey: _Survey, limit: int | None) -> None:
    """Add what is below these nodes, level by level; for those in `given` it is known already."""
    grown: list[Node] = []
    while given or level:
        answers = _ask([node.pid for node in level if node.kind == "supervisor" and node.pid is not None])
        for node in level:
            assert node.pid is not None
            given.append((node, _below(node, answers.get(node.pid), survey)))
        grown += level
        level = []
        for node, below in given:
            node.count = len(below)
            for id, pid, restart in below if limit is None or len(below) <= 2 * limit else below[:limit]:
                child = _child(id, pid, restart, survey)
                node.children.append(child)
                if child.pid is not None and child.status != "undefined":
                    level.append(child)
        given = []
    for node in grown:
        node.links = [other for other in node.links if not _is_next_to(node.pid, other, survey)]


def _is_next_to(pid: Pid | None, other: Pid, survey: _Survey) -> bool:
    """Whether one of the two is the other's parent, as the tree shows it or because it has spawned it."""
    relations = (survey.placed, survey.parents)
    return any(relation.get(other) == pid or (pid and relation.get(pid) == other) for relation in relations)


def _child(id: object, pid: Any, restart: str | None, survey: _Survey) -> Node:
    if isinstance(pid, Pid):
        return _node(pid, survey, id, restart)
    return Node("process", id=id, restart=restart, status="restarting" if pid == "restarting" else "undefined")


def _below(node: Node, answer: _Answer | None, survey: _Survey) -> list[_Entry]:
    """What stands below a process: the children that it supervises, and then those others that it has spawned."""
    assert node.pid is not None
    below: list[_Entry] = []
    if answer is not None:
        below = [each for each in answer.children if each[1] not in survey.placed]
        node.strategy, node.dynamic = answer.strategy, answer.dynamic
    elif node.kind == "supervisor":
        node.status = "no answer"
    survey.placed.update({pid: node.pid for _, pid, _ in below if isinstance(pid, Pid)})
    for pid in _by_rank(survey.spawned.get(node.pid, []), survey):
        if pid not in survey.placed and pid not in survey.system:
            survey.placed[pid] = node.pid
            below.append((None, pid, None))
    return below


def _ask(supervisors: Iterable[Pid]) -> dict[Pid, _Answer]:
    """What the supervisors tell of their children."""
    ready = [pid for pid in supervisors if not _is_asked_already(pid)]
    told = {
        pid: children
        for pid, children in ask_all(ready, GEN_CALL, WHICH_CHILDREN, ANSWER_MS).items()
        if isinstance(children, list)
    }
    small = [pid for pid, children in told.items() if len(children) <= MOST_COPIED]
    states = {
        pid: answer[1]
        for pid, answer in ask_all(small, SYSTEM, Atom("get_state"), ANSWER_MS).items()
        if answer[0] == "ok"
    }
    return {pid: _answer(children, states.get(pid)) for pid, children in told.items()}


def _is_asked_already(pid: Pid) -> bool:
    """Whether the question of an earlier look still waits there: it is not to be asked twice."""
    messages = [*(pid.block.mailbox or ())] if pid.block is not None else []
    asked = [each[::2] for each in messages[-_LOOKED_AT:] if type(each) is tuple and len(each) == 3]
    # Only atoms are compared: the `==` of others would be the user's code.
    return any(all(type(each) is Atom for each in pair) and pair == (GEN_CALL, WHICH_CHILDREN) for pair in asked)


def _answer(children: list[Any], state: Any) -> _Answer:
    restarts = _restarts(state)
    entries = [
        (None if id == "undefined" else id, pid, restarts.get(pid if isinstance(pid, Pid) else _key(id)))
        for id, pid, _, _ in children
    ]
    has_ids = any(id is not None for id, _, _ in entries)
    if has_ids:
        entries.reverse()  # a supervisor that knows its children by ids tells of the last first
    if state is None:
        return _Answer(entries, None, bool(entries) and not has_ids)
    # A dynamic supervisor does not say: it can do nothing else.
    return _Answer(entries, str(getattr(state, "strategy", "one_for_one")), not hasattr(state, "strategy"))


def _restarts(state: Any) -> dict[Any, str]:
    """The restart types of the children in a supervisor's state, by pid, and for those without one by id."""
    found: dict[Any, str] = {}
    children = getattr(state, "children", None)
    for child in children.values() if isinstance(children, dict) else []:
        key = child.pid if isinstance(child.pid, Pid) else _key(child.id)
        found[key] = str(child.restart)
    return found


def _key(id: object) -> object:
    """A child's id as a key: not all terms can be one."""
    return ("id", identity(id))
