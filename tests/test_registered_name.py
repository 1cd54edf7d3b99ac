"""Registered names: one process, one name, while it lives."""

from __future__ import annotations

import pytest
from in_process import dead, ends_after, idle, outcome

from pyex import ArgumentError, Atom, Process, node, receive, run, self, send, spawn

SOON = 5000


class Shop:
    """A class, which can be a name."""


class Bank:
    """Another one."""


@pytest.mark.process
def test_name_01_register_whereis_unregister() -> None:
    """A name that I give is found until I take it away, and the process lives on without it."""
    pid = idle()
    assert Process.register(pid, "n01") is True
    assert Process.whereis("n01") == pid
    assert Process.unregister("n01") is True
    assert Process.whereis("n01") is None
    assert Process.alive(pid)


@pytest.mark.process
def test_name_02_a_name_that_is_taken_cannot_be_given_again() -> None:
    """The same name for another process is refused, with a text that tells what may be wrong, and stays where it is."""
    pid = idle()
    Process.register(pid, "n02")
    with pytest.raises(ArgumentError) as refused:
        Process.register(self(), "n02")
    assert str(refused.value) == (
        f"could not register {self()!r} with name 'n02' because it is not alive, the name is already taken, "
        "or it has already been given another name"
    )
    assert Process.whereis("n02") == pid


@pytest.mark.parametrize("second", ["n03b", "n03"])
def test_name_03_a_process_has_one_name(second: str) -> None:
    """A process that has a name gets no second one, and not the same one again."""

    def name_twice() -> None:
        pid = idle()
        Process.register(pid, "n03")
        with pytest.raises(ArgumentError):
            Process.register(pid, second)
        assert Process.whereis("n03") == pid
        assert Process.registered() == ["n03"]

    run(name_twice)


@pytest.mark.process
def test_a_dead_process_gets_no_name() -> None:
    """Registering a process that has ended is refused, and the name stays free."""
    with pytest.raises(ArgumentError, match="it is not alive"):
        Process.register(dead(), "for_the_dead")
    assert Process.whereis("for_the_dead") is None


@pytest.mark.process
def test_name_05_the_name_is_free_when_its_process_has_died() -> None:
    """When I hear that a process has ended, its name can be given to another."""
    pid = idle()
    Process.register(pid, "n05")
    ends_after(pid, lambda: Process.exit(pid, "kill"), SOON)
    assert Process.whereis("n05") is None
    assert Process.register(self(), "n05") is True


@pytest.mark.process
def test_the_name_is_free_as_soon_as_its_process_is_killed() -> None:
    """Right after the kill, before anybody has been told, the name can be given again."""
    pid = idle()
    Process.register(pid, "worker")
    Process.exit(pid, "kill")
    assert Process.whereis("worker") is None
    assert Process.register(self(), "worker") is True


@pytest.mark.process
def test_the_name_is_free_when_its_process_returns() -> None:
    """A process that ends by itself gives up its name too."""

    def named_for_a_while() -> None:
        Process.register(self(), "for_a_while")

    assert outcome(named_for_a_while) == ("returned", None)
    assert Process.whereis("for_a_while") is None


@pytest.mark.process
def test_name_06_an_unknown_name_cannot_be_taken_away() -> None:
    """Unregistering a name that nobody has is an error, while whereis only says None."""
    with pytest.raises(ArgumentError, match="1st argument"):
        Process.unregister("nobody_here")
    assert Process.whereis("nobody_here") is None


@pytest.mark.parametrize("name", [None, True, False, "undefined", 42, ("a", "b"), ["a"], b"a"])
def test_name_07_what_cannot_be_a_name(name: object) -> None:
    """None, True, False and "undefined" cannot be names, nor can anything but a string or a class."""

    def register_so() -> None:
        with pytest.raises(ArgumentError):
            Process.register(self(), name)

    run(register_so)


@pytest.mark.parametrize("not_a_pid", ["a", None, 42, self])
def test_only_pids_can_be_registered(not_a_pid: object) -> None:
    """The first argument must be a pid."""

    def register_so() -> None:
        with pytest.raises(ArgumentError, match="1st argument: not a pid"):
            Process.register(not_a_pid, "a_name")  # type: ignore[arg-type]

    run(register_so)


@pytest.mark.process
def test_a_class_can_be_a_name() -> None:
    """A class is a name like a module in Elixir: it is found by it, and gets what is sent to it."""
    assert Process.register(self(), Shop) is True
    assert Process.whereis(Shop) == self()
    send(Shop, "by class")
    send((Shop, node()), "by class and node")
    assert [receive(after=0), receive(after=0)] == ["by class", "by class and node"]
    assert Process.info(self(), "registered_name") == ("registered_name", Shop)


@pytest.mark.process
def test_a_class_is_another_name_than_its_text_and_than_other_classes() -> None:
    """Two classes, and a class and a string that reads like it, are different names."""
    Process.register(self(), Shop)
    assert Process.whereis(Bank) is None
    assert Process.whereis("Shop") is None


@pytest.mark.process
def test_an_atom_and_its_string_are_the_same_name() -> None:
    """A name that was given as a string is found by the atom, and is an atom where it is shown."""
    Process.register(self(), "shop")
    assert Process.whereis(Atom("shop")) == self()
    assert type(Process.info(self(), "registered_name")[1]) is Atom


@pytest.mark.process
def test_name_09_info_tells_the_name() -> None:
    """Asked for, the name of a process without one is []; in the whole information it is missing, or comes first."""
    pid = idle()
    assert Process.info(pid, "registered_name") == ("registered_name", [])
    assert "registered_name" not in Process.info(pid)
    Process.register(pid, "n09")
    assert Process.info(pid, "registered_name") == ("registered_name", "n09")
    assert next(iter(Process.info(pid).items())) == ("registered_name", "n09")


@pytest.mark.process
def test_a_process_can_change_its_name() -> None:
    """After giving up one name a process can get another."""
    Process.register(self(), "before")
    Process.unregister("before")
    Process.register(self(), "after")
    assert Process.whereis("before") is None
    assert Process.whereis("after") == self()


@pytest.mark.process
def test_a_name_can_move_to_another_process() -> None:
    """A name that was taken away can be given to another process, which then gets the messages."""
    me = self()
    Process.register(self(), "desk")
    Process.unregister("desk")
    Process.register(spawn(lambda: send(me, ("the other got", receive()))), "desk")
    send("desk", "hello")
    assert receive(after=SOON) == ("the other got", "hello")


@pytest.mark.process
def test_sending_to_a_name_that_was_taken_away_raises() -> None:
    """A name is nobody's after unregister."""
    Process.register(self(), "gone")
    Process.unregister("gone")
    with pytest.raises(ArgumentError):
        send("gone", "hi")


@pytest.mark.process
def test_registered_lists_the_names_in_use() -> None:
    """Process.registered() holds each name while it is in use."""
    Process.register(self(), "listed")
    Process.register(idle(), Shop)
    assert {"listed", Shop} <= {*Process.registered()}
    Process.unregister("listed")
    assert "listed" not in Process.registered()


@pytest.mark.process
def test_anybody_can_name_any_process() -> None:
    """One process may name another, and the name outlives the one that gave it."""
    pid = idle()
    assert outcome(lambda: Process.register(pid, "named_by_another")) == ("returned", True)
    assert Process.whereis("named_by_another") == pid


@pytest.mark.process
def test_anybody_can_take_a_name_away() -> None:
    """One process may take the name of another."""
    Process.register(self(), "mine")
    assert outcome(lambda: Process.unregister("mine")) == ("returned", True)
    assert Process.whereis("mine") is None


@pytest.mark.process
def test_of_many_who_want_a_name_one_gets_it() -> None:
    """When ten processes want the same name at once, one of them has it and the others are refused."""
    me = self()

    def grab() -> None:
        try:
            Process.register(self(), "only_one")
        except ArgumentError:
            send(me, "refused")
        else:
            send(me, "got it")
        receive("never")

    for _ in range(10):
        spawn(grab)
    answers = [receive(after=SOON) for _ in range(10)]
    assert sorted(answers) == ["got it"] + ["refused"] * 9


def test_names_end_with_the_runtime() -> None:
    """A name of one pyex.run is free in the next."""
    run(lambda: Process.register(self(), "first_run"))
    assert run(lambda: Process.register(self(), "first_run")) is True
