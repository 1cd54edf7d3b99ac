"""Tables: whose they are, what becomes of them when their owners die, who may use them, and what they are known by."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import pytest
from ets_support import GONE, NO_ACCESS, refused
from in_process import caught, dead, ends, idle, messages, outcome, until

import pyex
from pyex import Atom, Pid, Process, exit, receive, self, send, spawn, spawn_monitor
from pyex.otp import ets


def table_of_a_dead_process(*options: Any) -> Any:
    """A table whose owner has ended."""
    kind, table = outcome(lambda: ets.new("t", list(options)))
    assert kind == "returned"
    return table


@pytest.mark.process
def test_ets_04_the_table_dies_with_its_owner() -> None:
    """Its information is "undefined", and its use an ArgumentError."""
    table = table_of_a_dead_process("public")
    assert ets.info(table) == "undefined"
    assert refused(lambda: ets.lookup(table, "a")) == GONE


@pytest.mark.process
def test_the_table_is_gone_in_the_moment_its_owner_is_killed() -> None:
    """Nobody else has run since; the name is free at once."""

    def own(parent: Pid) -> None:
        ets.new("kept", ["named_table", "public"])
        send(parent, "ready")
        receive("never")

    pid = spawn(own, self())
    receive("ready")
    reference = ets.whereis("kept")
    Process.exit(pid, "kill")
    assert refused(lambda: ets.insert("kept", (1,))) == GONE
    assert refused(lambda: ets.insert(reference, (1,))) == GONE
    assert "kept" not in ets.all() and ets.whereis("kept") == "undefined"
    assert ets.new("kept", ["named_table"]) == "kept"
    Process.sleep(20)
    assert ets.info("kept", "owner") == self()


_alive: weakref.WeakSet[Noted] = weakref.WeakSet()


class Noted:
    """Something whose end is seen."""

    def __deepcopy__(self, memo: Any) -> Noted:
        copy = Noted()
        _alive.add(copy)
        return copy


@pytest.mark.process
def test_the_memory_of_a_dead_owners_table_is_freed() -> None:
    """Without anybody asking for the table."""

    def own() -> None:
        ets.insert(ets.new("t", []), [(key, Noted()) for key in range(10)])
        send(parent, len(_alive))
        receive("end")

    parent = self()
    pid, reference = spawn_monitor(own)
    assert receive() == 10
    send(pid, "end")
    receive(("DOWN", reference, ..., ..., ...))
    until(lambda: not _alive)


def test_tables_do_not_outlive_the_run() -> None:
    """A second run finds neither the name nor the table, and can make its own."""
    reference = pyex.run(lambda: [ets.new("t", ["named_table", "public"]), ets.whereis("t")][1])

    def again() -> list[Any]:
        found = [ets.all(), ets.info("t"), ets.info(reference), ets.new("t", ["named_table"])]
        _, monitor = spawn_monitor(lambda: ets.new("u", ["named_table"]))
        receive(("DOWN", monitor, ..., ..., ...))
        return [*found, ets.info("u")]

    assert pyex.run(again) == [[], "undefined", "undefined", "t", "undefined"]
    assert pyex.run(ets.all) == []


@pytest.mark.process
def test_ets_08_the_heir_gets_the_table_and_a_message() -> None:
    """So does who is given a table; `info` shows both."""
    me = self()

    def own() -> Any:
        table = ets.new("t", [("heir", me, "data")])
        ets.insert(table, ("a", 1))
        return table

    _, table = outcome(own)
    assert ets.lookup(table, "a") == [("a", 1)]
    assert ets.insert(table, ("b", 2)) is True
    ((tag, inherited, _, data),) = messages()
    assert (tag, inherited, data) == ("ETS-TRANSFER", table, "data")

    def taker() -> None:
        _, _, from_, data = receive(("ETS-TRANSFER", ..., ..., ...))
        send(me, (from_ == me, data))
        receive("never")

    pid = spawn(taker)
    assert ets.give_away(table, pid, "gift") is True
    assert receive() == (True, "gift")
    info = ets.info(table)
    assert list(info) == [
        "id", "decentralized_counters", "read_concurrency", "write_concurrency", "compressed", "memory", "owner",
        "heir", "name", "size", "node", "named_table", "type", "keypos", "protection",
    ]  # fmt: skip
    assert (info["owner"], info["heir"], info["size"], info["type"]) == (pid, me, 2, "set")
    assert refused(lambda: ets.insert(table, ("c", 3))) == NO_ACCESS


@pytest.mark.process
def test_the_transfer_names_the_table_as_its_users_do_and_the_dead_owner() -> None:
    """For a named table its name."""
    me = self()
    pid, monitor = spawn_monitor(lambda: ets.new("kept", ["named_table", ("heir", me, {"some": ["data"]})]))
    receive(("DOWN", monitor, ..., ..., ...))
    assert receive(after=1000) == ("ETS-TRANSFER", "kept", pid, {"some": ["data"]})
    assert (ets.info("kept", "owner"), ets.info("kept", "heir")) == (me, me)
    assert messages() == []


@pytest.mark.process
def test_a_table_goes_from_heir_to_heir() -> None:
    """Each is told once; the last one's death ends it."""
    me = self()

    def inherit() -> None:
        _, table, _, _ = receive(("ETS-TRANSFER", ..., ..., ...))
        ets.setopts(table, ("heir", me, "third hand"))
        exit("done")

    second = spawn(inherit)
    spawn(lambda: ets.new("kept", ["named_table", ("heir", second, "second hand")]))
    assert receive(("ETS-TRANSFER", ..., ..., ...), after=1000) == ("ETS-TRANSFER", "kept", second, "third hand")
    assert ets.info("kept", "owner") == me
    ets.setopts("kept", ("heir", "none"))
    assert ets.info("kept", "heir") == "none"


@pytest.mark.process
def test_an_heir_that_is_dead_inherits_nothing() -> None:
    """Dead when it is named: there is none. Dead when the owner dies: the table is gone."""
    assert ets.info(ets.new("t", [("heir", dead(), 1)]), "heir") == "none"
    heir = idle()
    parent = self()

    def own() -> None:
        send(parent, ets.new("t", [("heir", heir, 1), "public"]))
        receive("end")

    owner, monitor = spawn_monitor(own)
    table = receive()
    Process.exit(heir, "kill")
    assert ets.info(table, "heir") == heir
    send(owner, "end")
    receive(("DOWN", monitor, ..., ..., ...))
    assert ets.info(table) == "undefined"


@pytest.mark.process
def test_giving_away_is_refused_where_it_makes_no_sense() -> None:
    """To oneself, to the dead, to what is no process, by who does not own it."""
    table = ets.new("t", ["public"])
    me = self()
    assert "the process is already the owner of the table" in refused(lambda: ets.give_away(table, me, 1))
    assert refused(lambda: ets.give_away(table, "x", 1)) == "  * 2nd argument: not a pid\n"  # type: ignore[arg-type]
    assert "the pid refers to a terminated process" in refused(lambda: ets.give_away(table, dead(), 1))
    assert outcome(lambda: refused(lambda: ets.give_away(table, me, 1))) == ("returned", NO_ACCESS)


@pytest.mark.process
def test_a_table_that_was_given_away_lives_and_dies_with_the_new_owner() -> None:
    """The old owner's death does not matter any more."""
    taker = idle()
    kind, table = outcome(lambda: [t := ets.new("t", ["public"]), ets.give_away(t, taker, 1)][0])
    assert kind == "returned" and ets.insert(table, (1,)) is True
    Process.exit(taker, "kill")
    assert ets.info(table) == "undefined"


def managers() -> list[Pid]:
    return [
        pid
        for pid in Process.list()
        if Process.info(pid, "initial_call") == ("initial_call", ("pyex.otp.ets.owner", "serve", 0))
    ]


@pytest.mark.process
def test_the_table_manager_may_be_killed() -> None:
    """Tables stay; another takes over with the next table, and tells heirs and frees memory as the first."""
    me = self()

    def own() -> None:
        table = ets.new("kept", ["named_table", ("heir", me, "data")])
        ets.insert(table, (1,))
        send(me, "ready")
        receive("end")

    owner = spawn(own)
    receive("ready")
    (manager,) = managers()
    Process.exit(manager, "kill")
    assert ets.lookup("kept", 1) == [(1,)]
    assert ends(manager) in ("killed", "noproc")
    ets.new("t", [])
    (successor,) = managers()
    assert successor != manager
    send(owner, "end")
    assert receive(after=1000) == ("ETS-TRANSFER", "kept", owner, "data")
    assert messages() == []


@pytest.mark.process
def test_without_a_table_manager_the_heir_still_inherits_and_is_told_when_it_asks() -> None:
    """Whoever finds the owner dead starts another."""
    me = self()
    owner = spawn(lambda: [ets.new("kept", ["named_table", ("heir", me, "data")]), send(me, "ready"), receive("end")])
    receive("ready")
    Process.exit(managers()[0], "kill")
    send(owner, "end")
    until(lambda: not Process.alive(owner))
    assert ets.info("kept", "owner") == me
    assert receive(after=1000) == ("ETS-TRANSFER", "kept", owner, "data")


@pytest.mark.process
def test_strange_messages_do_not_stop_the_table_manager() -> None:
    """Nor do they start another."""
    ets.new("t", [])
    (manager,) = managers()
    for message in ("hello", ("owner", -1, self()), ("deleted", 99, self()), ("DOWN", 1, 2, self(), 4), ()):
        send(manager, message)
    until(lambda: Process.info(manager, "message_queue_len") == ("message_queue_len", 0))
    assert managers() == [manager]


# -- protection


@pytest.mark.parametrize(("protection", "reads", "writes"), [("private", 0, 0), ("protected", 1, 0), ("public", 1, 1)])
def test_what_others_may_do(protection: str, reads: int, writes: int) -> None:
    """Each call is checked by the caller's pid; `info` and `whereis` are free to all."""

    def check() -> None:
        t = ets.new("shown", ["named_table", "ordered_set", protection])
        ets.insert(t, (1, 0))
        spec = [(("_", "_"), [], [True])]
        reading: list[Callable[[], Any]] = [
            lambda: ets.lookup(t, 1), lambda: ets.member(t, 1), lambda: ets.lookup_element(t, 1, 1),
            lambda: ets.tab2list(t), lambda: ets.first(t), lambda: ets.last(t), lambda: ets.next(t, 1),
            lambda: ets.prev(t, 1), lambda: ets.match(t, "_"), lambda: ets.match_object(t, "_"),
            lambda: ets.select(t, spec), lambda: ets.select(t, spec, 1), lambda: ets.select_count(t, spec),
            lambda: ets.foldl(lambda _, x: x, 0, t), lambda: ets.safe_fixtable(t, True),
        ]  # fmt: skip
        writing: list[Callable[[], Any]] = [
            lambda: ets.insert(t, (1, 0)), lambda: ets.insert_new(t, (1, 0)), lambda: ets.update_counter(t, 1, 1),
            lambda: ets.update_element(t, 1, (2, 0)), lambda: ets.select_replace(t, [("$1", [], ["$_"])]),
            lambda: ets.delete_object(t, (2, 0)), lambda: ets.match_delete(t, (3, 0)), lambda: ets.take(t, 2),
            lambda: ets.select_delete(t, []), lambda: ets.delete(t, 2), lambda: ets.delete_all_objects(t),
            lambda: ets.rename(t, t) if not writes else None, lambda: ets.delete(t),
        ]  # fmt: skip
        owning: list[Callable[[], Any]] = [lambda: ets.setopts(t, []), lambda: ets.give_away(t, dead(), 1)]
        # Last of all the table is deleted.

        def allowed() -> list[set[int]]:
            return [{int(may(call)) for call in calls} for calls in (owning, reading, writing)]

        assert outcome(lambda: ets.info(t, "size")) == ("returned", 1)
        assert outcome(lambda: ets.whereis(t)) == ("returned", ets.whereis(t))
        assert outcome(allowed) == ("returned", [{0}, {reads}, {writes}])

    def may(call: Callable[[], Any]) -> bool:
        kind, error = caught(call)
        return kind == "value" or str(error).removeprefix("errors were found at the given arguments:\n\n") != NO_ACCESS

    pyex.run(check)


@pytest.mark.process
def test_protection_can_be_changed() -> None:
    """By the owner."""
    t = ets.new("t", ["private"])
    assert ets.setopts(t, [("protection", "public")]) is True
    assert outcome(lambda: ets.insert(t, (1,))) == ("returned", True)
    assert refused(lambda: ets.setopts(t, "x")) == "  * 2nd argument: invalid options\n"
    assert refused(lambda: ets.setopts(t, ("protection", "x"))) == "  * 2nd argument: invalid options\n"


# -- handles


@pytest.mark.parametrize(("handle", "problem"), [("nope", GONE), (1, None), (None, None), (b"x", None), (["t"], None)])
def test_what_is_no_table(handle: Any, problem: str | None) -> None:
    """A name that nobody has, and what cannot be a table at all."""

    def check() -> None:
        wanted = problem or "  * 1st argument: not an atom or a table identifier\n"
        assert refused(lambda: ets.insert(handle, (1, 2))) == wanted
        assert refused(lambda: ets.tab2list(handle)) == wanted
        assert refused(lambda: ets.delete(handle)) == wanted
        if problem is None:
            assert refused(lambda: ets.info(handle)) == wanted
        else:
            assert (ets.info(handle), ets.info(handle, "size")) == ("undefined", "undefined")

    pyex.run(check)


@pytest.mark.process
def test_a_deleted_table_is_gone() -> None:
    """For its owner, too; its name is free."""
    ets.new("t", ["named_table"])
    assert ets.delete("t") is True
    assert refused(lambda: ets.delete("t")) == GONE
    assert ets.new("t", ["named_table"]) == "t"


@pytest.mark.process
def test_rename() -> None:
    """A named table gets another handle, any other only another name."""
    ets.new("one", ["named_table"])
    ets.new("two", ["named_table"])
    t = ets.new("three", [])
    assert ets.rename("one", "first") == "first"
    assert (ets.info("one"), ets.info("first", "name")) == ("undefined", "first")
    assert ets.rename(t, "third") == t and ets.info(t, "name") == "third"
    assert refused(lambda: ets.rename("first", "first")) == "  * 2nd argument: table name already exists\n"
    assert refused(lambda: ets.rename("first", "two")) == "  * 2nd argument: table name already exists\n"
    assert refused(lambda: ets.rename("first", 1)) == "  * 2nd argument: invalid table name (must be an atom)\n"
    assert refused(lambda: ets.whereis(t)) == "  * 1st argument: invalid table name (must be an atom)\n"


@pytest.mark.process
def test_all_lists_the_tables_by_their_handles() -> None:
    """Those of the dead not."""
    one, other = ets.new("one", ["named_table"]), ets.new("other", [])
    table_of_a_dead_process()
    assert ets.all() == [one, other]


@pytest.mark.process
def test_info_items() -> None:
    """One by one; what is no item is refused."""
    t = ets.new("t", ["duplicate_bag", ("keypos", 2)])
    ets.insert(t, [(n, n % 3) for n in range(10)])
    assert (ets.info(t, "size"), ets.info(t, "keypos"), ets.info(t, "named_table")) == (10, 2, False)
    assert ets.info(t, "node") == pyex.node() and ets.info(t, "binary") == []
    assert isinstance(ets.info(t, "type"), Atom)
    before = ets.info(t, "memory")
    ets.insert(t, [(n, n) for n in range(1000)])
    assert ets.info(t, "memory") > before + 1000
    assert refused(lambda: ets.info(t, "foo")) == "  * 2nd argument: not a valid info item\n"
