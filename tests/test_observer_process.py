"""What the Observer sees of one process."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from in_process import dead, idle, in_process, until, waiting
from observed import Shelf, about, milliseconds, shelf, text

import pyex
from pyex import (
    Agent,
    DynamicSupervisor,
    GenServer,
    Process,
    Supervisor,
    Sys,
    Task,
    receive,
    self,
    send,
    spawn,
)
from pyex.observer.looking.current_call import MOST_PLACES
from pyex.observer.view import Refused, read


@in_process
def test_one_process_with_its_neighbours() -> None:
    """Links, monitors and who monitors it are told with pid and label, and so are parent and group leader."""
    other = idle()
    Process.register(other, "other")

    def linked() -> None:
        Process.link(other)
        Process.monitor(other)
        Process.monitor("other")
        Process.sleep("infinity")

    pid = waiting(spawn(linked))
    Process.monitor(pid)
    found = about(pid)
    peer, me = {"pid": text(other), "label": "other"}, text(self())
    assert found["links"] == [peer]
    assert peer in found["monitors"]
    assert found["counts"]["monitors"] == 2
    assert [each["pid"] for each in found["monitored_by"]] == [me]
    assert found["parent"]["pid"] == me
    assert found["group_leader"]["label"] == "group_leader.serve/0"
    assert (found["status"], found["priority"], found["trap_exit"]) == ("waiting", "normal", False)


@in_process
def test_the_stack_is_told_innermost_first() -> None:
    """The places where a process is, with files and lines, without the engine's."""

    def inner() -> None:
        Process.sleep("infinity")

    def outer() -> None:
        inner()

    found = about(waiting(spawn(outer)))
    assert [place["function"].rpartition(".")[2] for place in found["stack"]] == ["inner/0", "outer/0"]
    assert all(place["file"] == __file__ and place["line"] > 0 for place in found["stack"])
    assert found["current"] == "Process.sleep/1"


@in_process
def test_a_very_deep_stack_is_cut_in_the_middle() -> None:
    """Of a recursion both ends are shown, and how much is left out."""

    def deep(left: int) -> None:
        if left:
            deep(left - 1)
        else:
            Process.sleep("infinity")

    stack = about(waiting(spawn(deep, 500)))["stack"]
    assert len(stack) == 2 * MOST_PLACES + 1
    assert stack[MOST_PLACES]["function"] == f"({501 - 2 * MOST_PLACES} more)"


@in_process
def test_messages_and_dictionary_are_shown_as_the_shell_shows_them() -> None:
    """The oldest messages, and the dictionary's entries, as text."""

    def keeper() -> None:
        Process.put("colour", ("ok", "<script>"))
        Process.sleep("infinity")

    pid = spawn(keeper)
    send(pid, (self(), pyex.Atom("hello")))
    found = about(waiting(pid))
    assert found["messages"] == [f"({self()!r}, :hello)"]
    assert ["'colour'", "('ok', '<script>')"] in found["dictionary"]


@in_process
def test_a_server_shows_its_state_without_being_asked() -> None:
    """Also one that is suspended, or busy, tells its state, behaviour and class."""
    pid = shelf({"books": 3})
    Sys.suspend(pid)
    found = about(pid)
    assert (found["state"], found["behaviour"], found["what"]) == ("{'books': 3}", "GenServer", "Shelf")
    assert found["suspended"] is True
    assert found["initial_call"].endswith("Shelf.init/1")
    assert about(self())["state"] is None


@in_process
def test_the_behaviour_of_each_kind_of_process() -> None:
    """Supervisors, agents and tasks are told by the name of their behaviour."""
    _, supervisor = Supervisor.start_link([], strategy="one_for_one")
    _, dynamic = DynamicSupervisor.start_link()
    _, agent = Agent.start_link(lambda: 1)
    task = Task.async_(Process.sleep, "infinity")
    until(lambda: about(task.pid)["behaviour"] == "Task")
    assert about(supervisor)["behaviour"] == "Supervisor"
    assert about(dynamic)["behaviour"] == "DynamicSupervisor"
    assert about(agent)["behaviour"] == "Agent"
    assert about(idle())["behaviour"] is None


@in_process
def test_a_child_tells_its_supervisor_and_its_id() -> None:
    """Whose child a process is, and by which id it is known there."""
    spec = {"id": "books", "start": (GenServer, "start_link", [Shelf, 1])}
    _, supervisor = Supervisor.start_link([spec], strategy="one_for_one", name="library")
    (_, child, _, _), *_ = Supervisor.which_children(supervisor)
    assert about(child)["supervisor"] == {"pid": text(supervisor), "label": "library", "id": "books"}
    assert about(supervisor)["supervisor"] is None


@in_process
@pytest.mark.parametrize("id", ["books", ("books", 1), Shelf, object()])
def test_a_child_is_known_by_the_id_that_the_tree_has(id: object) -> None:
    """Its page and the tree write it alike: an action on a child names it so."""
    spec = {"id": id, "start": (GenServer, "start_link", [Shelf, 1])}
    _, supervisor = Supervisor.start_link([spec], strategy="one_for_one")
    (_, child, _, _), *_ = Supervisor.which_children(supervisor)
    left = [*read("applications")["roots"]]
    while (node := left.pop())["pid"] != text(child):
        left += node["children"]
    assert about(child)["supervisor"]["id"] == node["id"]


@in_process
def test_a_dead_process_is_told_as_dead() -> None:
    """It is no error to ask for one that has died meanwhile."""
    pid = dead()
    assert {**read(f"process/{text(pid)}"), "at": 0} == {"at": 0, "pid": text(pid), "alive": False}


@pytest.mark.parametrize(
    "rest", ["", "nonsense", "0.1", "1.2.3.4", "<0.1.0>", "../etc", "0.1.0000000000000000", "0.1.٣"]
)
@in_process
def test_what_is_no_pid_is_refused(rest: str) -> None:
    """It is said how a pid is written."""
    with pytest.raises(Refused, match=r"0\.98\.0") as refused:
        read(f"process/{rest}")
    assert refused.value.status == 400


@in_process
def test_a_mailbox_of_very_many_messages_is_cut() -> None:
    """The first hundred are shown, and how many there are; the rest is not touched."""
    pid = idle()
    for number in range(200_000):
        send(pid, number)
    found = about(waiting(pid))
    assert found["messages"] == [str(number) for number in range(100)]
    assert found["counts"]["messages"] == found["queue"] == 200_000
    assert milliseconds(f"process/{text(pid)}") < 100


@in_process
def test_a_huge_dictionary_is_cut() -> None:
    """Of 100,000 entries the first are shown, cut themselves, in a moment."""

    def hoarder() -> None:
        for number in range(100_000):
            Process.put(number, "x" * 5000 if number < 10 else number)
        Process.sleep("infinity")

    pid = waiting(spawn(hoarder))
    found = about(pid)
    assert len(found["dictionary"]) == 200 and found["counts"]["dictionary"] == 100_000
    assert max(len(value) for _, value in found["dictionary"]) < 3000
    assert milliseconds(f"process/{text(pid)}") < 100


@pytest.mark.parametrize(
    "state", [list(range(10**6)), dict.fromkeys(range(10**5), "x" * 1000), "x" * 10**7, (((),) * 99,) * 99]
)
@in_process
def test_a_huge_state_is_cut_and_not_copied(state: Any) -> None:
    """It is shown in a moment, and so much of it as can be read."""
    pid = shelf(state)
    assert 0 < len(about(pid)["state"]) <= 20_001
    assert milliseconds(f"process/{text(pid)}") < 100


@in_process
def test_a_state_that_resists_is_shown_all_the_same() -> None:
    """Objects whose repr fails or recurses for ever, and that lie about their class, stand beside the others."""

    class Failing:
        def __repr__(self) -> str:
            raise ValueError("no")

    class Recursing:
        def __repr__(self) -> str:
            return repr(self)

    class Lying:
        @property
        def __class__(self) -> Any:  # type: ignore[override]
            raise ValueError

        def __eq__(self, other: object) -> bool:
            raise ValueError

        def __hash__(self) -> int:
            raise ValueError

    state = about(shelf([1, Failing(), Recursing(), Lying(), 2]))["state"]
    assert state.startswith("[1,") and state.rstrip("]").endswith("2")
    assert "<unprintable Failing object: ValueError>" in state and "Lying object" in state


def spin() -> None:
    while True:
        pass


@pytest.mark.parametrize("wait", [spin, receive, lambda: Process.sleep("infinity"), lambda: time.sleep(60)])
@in_process
def test_a_repr_without_end_holds_nothing_up(wait: Callable[[], Any]) -> None:
    """It is given up after a moment, the other messages are shown, and no process is left."""

    class Endless:
        def __repr__(self) -> str:
            wait()
            return "never"

        def __deepcopy__(self, memo: object) -> Endless:
            return self

    pid = idle()
    for message in (1, Endless(), 3):
        send(pid, message)
    waiting(pid)
    before = Process.list()
    begun = time.monotonic()
    assert about(pid)["messages"] == ["1", "<it takes too long to show>", "3"]
    assert time.monotonic() - begun < 3
    until(lambda: Process.list() == before)


@pytest.mark.parametrize(
    "error", [SystemExit(1), KeyboardInterrupt(), pyex.Exit("no"), BaseExceptionGroup("", [OSError()])]
)
@in_process
def test_a_repr_that_would_end_the_process_ends_nothing(error: BaseException) -> None:
    """Whatever it raises, the other messages are shown."""

    class Leaving:
        def __repr__(self) -> str:
            raise error

        def __deepcopy__(self, memo: object) -> Leaving:
            return self

    pid = idle()
    for message in (1, Leaving(), 3):
        send(pid, message)
    first, other, last = about(waiting(pid))["messages"]
    assert (first, last) == ("1", "3") and type(error).__name__ in other


@in_process
def test_very_many_such_messages_are_given_up_together() -> None:
    """However many there are, a look takes a moment."""

    class Endless:
        def __repr__(self) -> str:
            while True:
                pass

        def __deepcopy__(self, memo: object) -> Endless:
            return self

    pid = idle()
    for _ in range(100):
        send(pid, Endless())
    begun = time.monotonic()
    assert about(waiting(pid))["messages"] == ["<it takes too long to show>"] * 100
    assert time.monotonic() - begun < 3


@in_process
def test_looking_asks_the_process_nothing() -> None:
    """No message comes of a look, no callback is called, nothing is changed."""
    pid = shelf({"a": 1})
    Sys.suspend(pid)
    before = Process.info(pid, ["message_queue_len", "reductions", "dictionary", "links"])
    for _ in range(5):
        about(pid)
        read("processes?search=x")
    assert Process.info(pid, ["message_queue_len", "reductions", "dictionary", "links"]) == before


@in_process
def test_a_supervisor_of_very_many_is_not_written_out() -> None:
    """Its state is told by their number."""
    _, supervisor = DynamicSupervisor.start_link()
    spec = {"id": "x", "start": (GenServer, "start_link", [Shelf, 1])}
    for _ in range(100):
        DynamicSupervisor.start_child(supervisor, spec)
    assert about(supervisor)["state"] == "<supervisor of 100 children>"
