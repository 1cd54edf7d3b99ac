"""`tree()`: the supervision trees of the node, as data and drawn."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest
from in_process import idle, in_process, until
from program import PATIENCE

from pyex import (
    Agent,
    Application,
    ArgumentError,
    DynamicSupervisor,
    GenServer,
    Pid,
    Pool,
    Process,
    Registry,
    Supervisor,
    Sys,
    Task,
    ok,
    send,
    spawn,
    spawn_link,
)
from pyex.repl.helpers.watching import tree
from pyex.repl.watching.tree_text import tree_lines
from pyex.watching.supervision_tree import Node, supervision_tree, supervision_tree_of


class Counter(GenServer):
    """A server with a name."""

    @staticmethod
    def start_link(name: Any) -> Any:
        return GenServer.start_link(Counter, 0, name=name)

    @staticmethod
    def init(start: int) -> Any:
        return ("ok", start)


class Shop(Supervisor):
    """A supervisor of two counters, the second under an id of its own."""

    @staticmethod
    def init(arg: Any, /) -> Any:
        second = {"id": "second", "start": (Counter, "start_link", [None]), "restart": "transient"}
        return Supervisor.init([(Counter, "counter"), second], strategy="rest_for_one")


class Orchard(Application, version="0.1.0"):
    """An application with a tree."""

    @staticmethod
    def start(type: Any, args: Any) -> Any:
        return Supervisor.start_link(Shop, None, name="orchard.top")


def agent(id: Any, **more: Any) -> dict[str, Any]:
    return {"id": id, "start": (Agent, "start_link", [int]), **more}


def supervisor(*children: Any, name: Any = None) -> Pid:
    pid: Pid = ok(Supervisor.start_link(list(children), strategy="one_for_one", name=name))
    return pid


def drawn(pid: Pid, **options: Any) -> list[str]:
    """The lines for the tree below a process, its own pid as TOP."""
    return [line.replace(repr(pid), "TOP") for line in tree_lines([supervision_tree_of(pid)], **options)]


def all_nodes(roots: list[Node]) -> Iterator[Node]:
    for node in roots:
        yield node
        yield from all_nodes(node.children)


def session(text: str, **more: Any) -> str:
    """What a session prints that comes through a pipe."""
    command = [sys.executable, "-m", "pyex"]
    text = textwrap.dedent(text)
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=PATIENCE, check=False, **more)
    assert not done.stderr
    return done.stdout


# Data


@in_process
def test_children_stand_in_the_order_of_their_start() -> None:
    """A supervisor's children are told by id, pid and restart type, the first that was started first."""
    top = ok(Supervisor.start_link(Shop, None))
    node = supervision_tree_of(top)
    assert (node.kind, node.strategy, node.count, node.status) == ("supervisor", "rest_for_one", 2, "running")
    assert [(child.id, child.name, child.restart) for child in node.children] == [
        (Counter, "counter", "permanent"),
        ("second", None, "transient"),
    ]
    assert [child.pid for child in node.children] == [pid for _, pid, _, _ in Supervisor.which_children(top)][::-1]


@in_process
def test_the_roots_are_the_applications_and_who_stands_alone() -> None:
    """An application is a root with its version, above its top supervisor; the main process is one of its own."""
    Application.start(Orchard)
    roots = supervision_tree()
    assert [(root.kind, root.name, root.version) for root in roots[:1]] == [("application", "orchard", "0.1.0")]
    assert [child.name for child in roots[0].children] == ["orchard.top"]
    assert [root.pid for root in roots[1:]] == [Process.self()]
    Application.stop("orchard")
    assert [root.kind for root in supervision_tree()] == ["process"]


@in_process
def test_every_process_has_one_place() -> None:
    """Whatever there is, no process stands in two places, and none but the runtime's own is missing."""
    Application.start(Orchard)
    ok(Pool.start_link(name="pool", worker=(Agent, int), size=3))
    ok(Registry.start_link(keys="unique", name="registry"))
    ok(DynamicSupervisor.start_link(strategy="one_for_one"))
    parent = spawn(lambda: (spawn_link(Process.sleep, "infinity"), Process.sleep("infinity")))
    Task.async_(Process.sleep, "infinity")
    until(lambda: Process.info(parent, "links")[1] != [])
    pids = [node.pid for node in all_nodes(supervision_tree(everything=True)) if node.pid is not None]
    assert sorted(pids) == Process.list()
    pids = [node.pid for node in all_nodes(supervision_tree()) if node.pid is not None]
    assert len(pids) == len(set(pids)) < len(Process.list())


@in_process
def test_children_without_a_process_are_shown() -> None:
    """A child that was terminated is "undefined"; one whose restart fails is "restarting"."""

    def start() -> Any:
        return ("error", "broken") if Process.whereis("broken") else Agent.start_link(int)

    top = ok(
        Supervisor.start_link(
            [agent("gone"), {"id": "again", "start": (start, [])}], strategy="one_for_one", max_restarts=10**6
        )
    )
    Supervisor.terminate_child(top, "gone")
    Process.register(idle(), "broken")
    again = next(pid for id, pid, _, _ in Supervisor.which_children(top) if id == "again")
    Process.exit(again, "kill")
    until(lambda: ("again", "restarting") in [(id, pid) for id, pid, _, _ in Supervisor.which_children(top)])
    node = supervision_tree_of(top)
    assert [(child.id, child.pid, child.status) for child in node.children] == [
        ("gone", None, "undefined"),
        ("again", None, "restarting"),
    ]
    assert drawn(top)[1:] == ["├── gone  (undefined)  permanent", "└── again  (restarting)  permanent"]


@in_process
def test_a_supervisor_that_is_suspended_is_not_waited_for() -> None:
    """It is shown as suspended, above its children; nothing is asked of it, and it goes on unharmed."""
    top = supervisor(agent("a"), name="boss")
    (_, child, _, _), *_ = Supervisor.which_children(top)
    Sys.suspend(top)
    node = supervision_tree_of(top)
    assert (node.status, [each.pid for each in node.children]) == ("suspended", [child])
    assert drawn(top)[0] == "boss  TOP  (suspended)  Supervisor, one_for_one"
    Sys.resume(top)
    assert supervision_tree_of(top).status == "running"
    assert Process.info(Process.self(), "message_queue_len") == ("message_queue_len", 0)


@in_process
def test_looking_changes_nothing() -> None:
    """A look leaves all processes, their mailboxes and their monitors as they were."""
    Application.start(Orchard)
    supervisor(agent("a"), agent("b"))
    items = ["message_queue_len", "links", "monitored_by", "registered_name"]
    before = {pid: Process.info(pid, items) for pid in Process.list()}
    supervision_tree(everything=True)
    assert {pid: Process.info(pid, items) for pid in Process.list()} == before


@in_process
def test_the_state_of_children_need_not_be_copied() -> None:
    """A child whose start arguments cannot be copied any more is shown all the same, and nobody is hurt."""

    class Stubborn:
        def __deepcopy__(self, memo: Any) -> Any:
            if Process.whereis("stubborn"):
                raise RuntimeError("no copy")
            return self

    held = Stubborn()
    top = supervisor({"id": "a", "start": (lambda each: Agent.start_link(int), [held])})
    Process.register(idle(), "stubborn")
    node = supervision_tree_of(top)
    assert [(child.id, child.status) for child in node.children] == [("a", "running")]
    assert node.status == "running" and Process.alive(top)


@in_process
def test_of_many_children_the_first_are_looked_at() -> None:
    """Of more than twice the limit the first are kept, and the count tells of all."""
    top = ok(DynamicSupervisor.start_link(strategy="one_for_one"))
    for _ in range(1000):
        DynamicSupervisor.start_child(top, agent("x"))
    node = supervision_tree_of(top, limit=10)
    assert (len(node.children), node.count) == (10, 1000)
    lines = [*tree_lines([node])]
    assert len(lines) == 12
    assert lines[-1] == "└── … 990 more"
    assert len(supervision_tree_of(top).children) == 1000


@in_process
def test_what_a_process_has_spawned_stands_below_it() -> None:
    """Also where nobody supervises."""
    parent = spawn(lambda: (spawn_link(Process.sleep, "infinity"), Process.sleep("infinity")))
    until(lambda: Process.info(parent, "links")[1] != [])
    node = supervision_tree_of(parent)
    assert [child.pid for child in node.children] == Process.info(parent, "links")[1]


@in_process
def test_supervisors_and_names_are_not_lost_among_many_others() -> None:
    """Of what a process has spawned the supervisors are shown first, and then those with names."""
    for _ in range(50):
        idle()
    named = idle()
    Process.register(named, "named")
    top = supervisor(name="top")
    (root,) = supervision_tree(limit=10)
    assert [child.pid for child in root.children[:2]] == [top, named]


# Drawn


@in_process
def test_a_tree_is_drawn_with_a_line_for_each_process() -> None:
    """Name or id, pid, class or function, and how it is restarted; lines lead to each."""
    top = ok(Supervisor.start_link(Shop, None, name="shop"))
    inner = ok(Supervisor.start_child(top, agent("below", type="supervisor", start=(_inner, []))))
    counter, second = (child.pid for child in supervision_tree_of(top).children[:2])
    assert drawn(top) == [
        "shop  TOP  Shop, rest_for_one",
        f"├── counter  {counter!r}  Counter, permanent",
        f"├── second  {second!r}  Counter, transient",
        f"└── below  {inner!r}  Supervisor, one_for_one, permanent",
        f"    └── last  {supervision_tree_of(inner).children[0].pid!r}  Counter, permanent",
    ]


def _inner() -> Any:
    return Supervisor.start_link([{"id": "last", "start": (Counter, "start_link", [None])}], strategy="one_for_one")


@in_process
def test_the_queue_of_a_busy_process_is_shown() -> None:
    """How many messages wait is told where any do."""
    pid = spawn(Process.sleep, "infinity")
    for number in range(1200):
        send(pid, number)
    assert drawn(pid) == ["TOP  Process.sleep/1  queue 1,200"]


@in_process
def test_pools_registries_and_task_supervisors_are_known() -> None:
    """The supervisors of OTP's own are called by what they are for."""
    pool = ok(Pool.start_link(name="pool", worker=(Agent, int), size=2))
    assert drawn(pool)[0] == "pool  TOP  Pool, one_for_all"
    assert len(drawn(pool)) == 5
    assert drawn(ok(Registry.start_link(keys="unique", name="names")))[0] == "names  TOP  Registry, one_for_all"
    tasks = ok(Task.Supervisor.start_link(name="tasks"))
    Task.Supervisor.start_child("tasks", Process.sleep, "infinity")
    lines = drawn(tasks)
    assert lines[0] == "tasks  TOP  DynamicSupervisor, one_for_one"
    assert lines[1].endswith("  Process.sleep/1, temporary")


@in_process
def test_links_are_shown_on_demand() -> None:
    """Those between parent and child are in the tree already; the others follow their process, both ways."""
    top = supervisor(agent("a"), agent("b"))
    one, other = (child.pid for child in supervision_tree_of(top).children)
    Agent.update(one, lambda state: Process.link(other) and state)
    assert not any("↔" in line for line in drawn(top))
    lines = drawn(top, links=True)
    assert lines[2] == f"│       ↔ {other!r}"
    assert lines[4] == f"        ↔ {one!r}"
    assert len(lines) == 5


@in_process
def test_no_line_is_wider_than_the_terminal() -> None:
    """Long names and deep trees are cut, wide characters counted as two."""
    top = supervisor(agent("日本語" * 20), agent("x" * 200), name="a name of some length")
    for columns in (20, 40, 80):
        widths = [sum(2 if each in "日本語" else 1 for each in line) for line in drawn(top, columns=columns)]
        assert max(widths) <= columns
    assert drawn(top, columns=40)[1].endswith("…")


@in_process
def test_a_terminal_without_those_characters_gets_ascii() -> None:
    """Lines and dots are drawn by characters that every terminal has."""
    top = supervisor(agent("a"), agent("b" * 100))
    lines = drawn(top, ascii_only=True, columns=60)
    assert [line[:4] for line in lines[1:]] == ["|-- ", "`-- "]
    assert all(line.isascii() for line in lines)
    assert lines[2].endswith("...")


@in_process
def test_a_name_cannot_move_the_cursor() -> None:
    """Control characters in an id are written out."""
    top = supervisor(agent("two\nlines\x1b[31m"))
    assert drawn(top)[1].startswith(r"└── two\nlines\x1b[31m  #PID")


# The helper


def test_the_shell_has_a_root_of_its_own() -> None:
    """What was started at the prompt stands below "shell", also when the shell process that did it is dead."""
    out = session(
        """
        boss = ok(Supervisor.start_link([{"id": "a", "start": (Agent, "start_link", [int])}], strategy="one_for_one"));
        Process.unlink(boss)
        exit_me = spawn_link(lambda: exit("boom"))
        Process.sleep(50)
        tree()
        """
    )
    assert "shell process exited with reason" in out
    shown = out[out.rindex("tree()") :].splitlines()[1:4]
    assert shown == [
        "shell",
        "└── #PID<0.5.0>  Supervisor, one_for_one",
        "    └── a  #PID<0.6.0>  int/0, permanent",
    ]


def test_where_there_is_nothing_one_line_says_so() -> None:
    """`tree()` at a fresh prompt prints that there is nothing, and no empty line below."""
    out = session("tree()\n'next'")
    assert out.endswith("no supervisors, and no processes but those of the shell\npyex(2)> 'next'\n'next'\npyex(3)> \n")


def test_one_tree_is_shown_by_pid_name_class_and_application() -> None:
    """Whatever the argument, the tree below it is drawn, and nothing else."""
    out = session(
        """
        class Top(Supervisor):
            def init(arg):
                return Supervisor.init([], strategy="one_for_all")

        class Orchard(Application):
            def start(type, args):
                return Supervisor.start_link(Top, args)

        Application.start(Orchard)
        spare = ok(Agent.start_link(int, name="spare"));
        tree("orchard")
        tree(Top)
        tree("spare")
        tree(spare)
        """
    )
    top = "#PID<0.9.0>  Top, one_for_all"
    assert [line for line in out.splitlines() if line.startswith(("orchard  ", "└──", "#PID", "spare "))] == [
        "orchard  application",
        f"└── {top}",
        top,
        "spare  #PID<0.10.0>  int/0",
        "spare  #PID<0.10.0>  int/0",
    ]


def test_ascii_is_used_where_the_output_needs_it() -> None:
    """An output that can only write ASCII gets a tree all the same."""
    out = session(
        'x = ok(Supervisor.start_link([{"id": "a", "start": (Agent, "start_link", [int])}], strategy="one_for_one"));\n'
        "tree()\n",
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert "`-- #PID<0.5.0>  Supervisor, one_for_one\n    `-- a" in out


@pytest.mark.parametrize(
    ("argument", "problem"),
    [
        (42, "42 is no process; write tree(), tree(pid), tree(name) or tree(class)"),
        ("nobody", "there is no process, no application and no supervisor 'nobody'"),
        (Shop, "there is no process, no application and no supervisor"),
    ],
)
def test_nonsense_is_refused(argument: Any, problem: str) -> None:
    """What is no process is refused with what to write instead."""

    @in_process
    def main() -> None:
        with pytest.raises(ArgumentError, match=problem.replace("(", r"\(").replace(")", r"\)")):
            tree(argument)

    main()


@in_process
def test_the_dead_have_no_tree() -> None:
    """A pid of a process that has ended is refused, and so is a limit that shows nothing."""
    pid = idle()
    Process.exit(pid, "kill")
    until(lambda: not Process.alive(pid))
    with pytest.raises(ArgumentError, match="is not alive"):
        tree(pid)
    with pytest.raises(ArgumentError, match="a number from 1 on"):
        tree(limit=0)
