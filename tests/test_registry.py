"""Registry: processes by key. The facts REG-… were observed in Elixir 1.14, and so were those beside them."""

from __future__ import annotations

import copy
import dis
import gc
import weakref
from itertools import count
from typing import Any

import pytest
from in_process import caught, dead, ends, idle, messages, outcome, trap, until

import pyex
from pyex import ArgumentError, ErlangError, Pid, Process, exit, ok, receive, self, send, spawn, spawn_monitor
from pyex.otp.gen_server import GenServer
from pyex.otp.registry import Registry
from pyex.otp.registry import table as registry_table
from pyex.otp.supervisor import Supervisor


class Counter(GenServer):
    """Counts calls."""

    @staticmethod
    def init(start: int) -> Any:
        return ("ok", start)

    @staticmethod
    def handle_call(request: Any, from_: Any, count: int) -> Any:
        return ("reply", count, count + 1)


def unique(name: Any = "u", **options: Any) -> Pid:
    """A new registry of unique keys."""
    pid: Pid = ok(Registry.start_link(keys="unique", name=name, **options))
    return pid


def duplicate(name: Any = "d", **options: Any) -> Pid:
    """A new registry of duplicate keys."""
    pid: Pid = ok(Registry.start_link(keys="duplicate", name=name, **options))
    return pid


def registered(registry: Any, key: Any, value: Any = None) -> Pid:
    """A process that has registered, and waits for ever."""
    me = self()

    def life() -> None:
        send(me, (self(), Registry.register(registry, key, value)))
        Process.sleep("infinity")

    pid = spawn(life)
    assert receive((pid, ...))[1][0] == "ok"
    return pid


def linked(pid: Pid) -> bool:
    return pid in Process.info(self(), "links")[1]


def error_of(function: Any) -> str:
    """The text of the `ArgumentError` that a call raises."""
    kind, error = caught(function)
    assert kind == "error" and isinstance(error, ArgumentError), (kind, error)
    return str(error)


# The facts.


@pytest.mark.process
def test_reg_02_a_process_cannot_register_twice_under_a_unique_key() -> None:
    """The error names the process itself, and the first value stays."""
    unique()
    Registry.register("u", "k", 1)
    assert Registry.register("u", "k", 2) == ("error", ("already_registered", self()))
    assert Registry.lookup("u", "k") == [(self(), 1)]


@pytest.mark.process
def test_reg_03_duplicate_keys_hold_many_processes_and_one_of_them_many_times() -> None:
    """`lookup` lists all, `dispatch` gives all to its function."""
    duplicate()
    Registry.register("d", "k", 1)
    Registry.register("d", "k", 2)
    registered("d", "k", 3)
    me = self()
    Registry.dispatch("d", "k", lambda entries: [send(me, (pid == me, value)) for pid, value in entries])
    assert [value for _, value in Registry.lookup("d", "k")] == [1, 2, 3]
    assert messages() == [(True, 1), (True, 2), (False, 3)]
    assert Registry.count_match("d", "k", "_") == 3


@pytest.mark.process
def test_reg_04_entries_vanish_when_the_process_dies() -> None:
    """Nothing is found, and nothing counted, once the registry has heard of it."""
    unique()
    assert outcome(lambda: Registry.register("u", "k", 1)[0]) == ("returned", "ok")
    assert Registry.lookup("u", "k") == []
    until(lambda: Registry.count("u") == 0)


@pytest.mark.process
def test_reg_06_unregister_update_value_and_match() -> None:
    """A value can be changed by who registered it, and is gone when that one unregisters."""
    unique()
    Registry.register("u", "k", 1)
    assert Registry.update_value("u", "k", lambda value: value + 1) == (2, 1)
    assert [value for _, value in Registry.match("u", "k", "_")] == [2]
    assert Registry.unregister("u", "k") == "ok"
    assert Registry.lookup("u", "k") == []
    assert Registry.update_value("u", "k", lambda value: value) == "error"
    assert Registry.unregister("u", "k") == "ok"


@pytest.mark.process
def test_reg_07_a_registry_that_is_not_started_is_an_argument_error() -> None:
    """The text is Elixir's, for every function; names of modules are shown without a colon."""
    assert error_of(lambda: Registry.lookup("NoReg", "k")) == "unknown registry: NoReg"
    assert error_of(lambda: Registry.lookup(Counter, "k")) == "unknown registry: Counter"
    for function in [
        lambda: Registry.register("nope", "k", 1),
        lambda: Registry.unregister("nope", "k"),
        lambda: Registry.keys("nope", self()),
        lambda: Registry.values("nope", "k", self()),
        lambda: Registry.count("nope"),
        lambda: Registry.match("nope", "k", "_"),
        lambda: Registry.select("nope", []),
        lambda: Registry.dispatch("nope", "k", print),
        lambda: Registry.update_value("nope", "k", print),
        lambda: Registry.whereis_name(("nope", "k")),
        lambda: Registry.put_meta("nope", "k", 1),
        lambda: Registry.delete_meta("nope", "k"),
        lambda: GenServer.call(("via", Registry, ("nope", "k")), "x"),
    ]:
        assert error_of(function) == "unknown registry: :nope"
    assert error_of(lambda: Registry.meta("Nope", "k")) == (
        "unknown registry: Nope. Either the registry name is invalid or the registry is not running, "
        "possibly because its application isn't started"
    )


@pytest.mark.process
def test_reg_08_send_reaches_who_has_the_key() -> None:
    """It returns the message; where nobody has the key it is an `ArgumentError`."""
    unique()
    Registry.register("u", "me", None)
    assert Registry.send(("u", "me"), "hello") == "hello"
    assert messages() == ["hello"]
    assert error_of(lambda: Registry.send(("u", "none"), "hello")) == "argument error"
    assert Registry.send(("u", "me", "a value"), "again") == "again"


# Names.


@pytest.mark.process
def test_a_server_is_named_and_called_by_a_key() -> None:
    """`("via", Registry, (registry, key))` is a name as any other: there is one server of it."""
    unique()
    name = ("via", Registry, ("u", "counter"))
    pid = ok(GenServer.start_link(Counter, 7, name=name))
    assert (GenServer.call(name, "next"), GenServer.call(pid, "next")) == (7, 8)
    assert Registry.lookup("u", "counter") == [(pid, None)]
    assert Registry.keys("u", pid) == ["counter"]
    assert GenServer.start_link(Counter, 0, name=name) == ("error", ("already_started", pid))
    assert GenServer.whereis(("via", Registry, ("u", "nobody"))) is None


@pytest.mark.process
def test_a_name_may_bring_a_value() -> None:
    """`("via", Registry, (registry, key, value))` registers the value too."""
    unique()
    pid = ok(GenServer.start_link(Counter, 7, name=("via", Registry, ("u", "counter", "a value"))))
    assert Registry.lookup("u", "counter") == [(pid, "a value")]


@pytest.mark.process
def test_the_name_of_a_server_that_ended_is_free_at_once() -> None:
    """Whoever has seen it end can start the next under the same key."""
    unique()
    name = ("via", Registry, ("u", "counter"))
    for start in range(20):
        pid = ok(GenServer.start(Counter, start, name=name))
        if start % 2:
            GenServer.stop(name)
        else:
            Process.exit(pid, "kill")
    assert GenServer.call(ok(GenServer.start(Counter, 99, name=name)), "next") == 99


@pytest.mark.process
def test_names_by_their_functions() -> None:
    """`register_name` says "yes" and "no", `whereis_name` a pid or "undefined"."""
    unique()
    assert Registry.whereis_name(("u", "k")) == "undefined"
    assert Registry.register_name(("u", "k"), self()) == "yes"
    assert Registry.register_name(("u", "k"), self()) == "no"
    assert Registry.whereis_name(("u", "k")) == self()
    assert Registry.whereis_name(("u", "k", "value")) == self()
    assert Registry.unregister_name(("u", "k")) == "ok"
    assert Registry.whereis_name(("u", "k")) == "undefined"
    assert "is not the caller" in error_of(lambda: Registry.register_name(("u", "k"), idle()))
    assert "not a name in a registry" in error_of(lambda: Registry.whereis_name("u"))  # type: ignore[arg-type]


@pytest.mark.process
def test_a_registry_of_duplicate_keys_gives_no_names() -> None:
    """A name stands for one process."""
    duplicate()
    registered("d", "k")
    registered("d", "k")
    text = ":via is not supported for duplicate registries"
    assert error_of(lambda: Registry.whereis_name(("d", "k"))) == text
    assert error_of(lambda: GenServer.call(("via", Registry, ("d", "k")), "x")) == text
    assert "several processes" in error_of(lambda: Registry.send(("d", "k"), "x"))
    text = "Registry.update_value/3 is not supported for duplicate registries"
    assert error_of(lambda: Registry.update_value("d", "k", lambda value: value)) == text


# The processes.


@pytest.mark.process
def test_the_registry_is_a_supervisor_with_the_name() -> None:
    """Its children are the partitions; `register` returns the one that looks after the caller."""
    pid = unique("Rooms")
    assert Process.whereis("Rooms") == pid
    [(name, owner, kind, _)] = Supervisor.which_children("Rooms")
    assert (name, kind) == ("Rooms.PIDPartition0", "worker")
    assert Process.whereis("Rooms.PIDPartition0") == owner
    assert Registry.register("Rooms", "k", 1) == ("ok", owner)
    assert Registry.start_link(keys="unique", name="Rooms") == ("error", ("already_started", pid))
    assert Registry.lookup("Rooms", "k") == [(self(), 1)]


@pytest.mark.process
def test_a_class_can_name_a_registry() -> None:
    """As a module does in Elixir."""
    pid = unique(Counter)
    Registry.register(Counter, "k", 1)
    assert (Process.whereis(Counter), Registry.lookup(Counter, "k")) == (pid, [(self(), 1)])


@pytest.mark.process
def test_who_registers_is_linked_until_the_last_key_is_gone() -> None:
    """The link is to the partition."""
    unique()
    _, owner = Registry.register("u", "a", 1)
    Registry.register("u", "b", 1)
    Registry.unregister("u", "a")
    assert linked(owner)
    Registry.unregister("u", "b")
    assert not linked(owner)


@pytest.mark.process
def test_who_fails_to_register_is_not_linked() -> None:
    """Unless it has other keys."""
    unique()
    _, owner = Registry.register("u", "a", 1)
    holder = registered("u", "taken")
    assert outcome(lambda: (Registry.register("u", "taken", 1), linked(owner))) == (
        "returned",
        (("error", ("already_registered", holder)), False),
    )
    assert Registry.register("u", "taken", 1)[0] == "error"
    assert linked(owner)


@pytest.mark.process
def test_a_partition_that_crashes_takes_who_has_registered_with_it() -> None:
    """It is restarted, empty; who traps exits lives, and is registered no more."""
    trap()
    pid = unique()
    other, reference = registered("u", "k"), None
    reference = Process.monitor(other)
    _, owner = Registry.register("u", "mine", 1)
    Process.exit(owner, "kill")
    assert receive(("DOWN", reference, ..., ..., ...))[4] == "killed"
    assert receive(("EXIT", owner, ...))[2] == "killed"
    assert Registry.lookup("u", "mine") == []
    until(lambda: Process.whereis("u.PIDPartition0") not in (None, owner))
    assert (Registry.count("u"), Registry.keys("u", self()), Process.alive(pid)) == (0, [], True)
    assert Registry.register("u", "mine", 2)[0] == "ok"


@pytest.mark.process
def test_while_a_partition_is_down_nobody_can_register() -> None:
    """`register` links first, and there is nobody to link to."""
    unique()
    _, owner = Registry.register("u", "mine", 1)
    Process.unlink(owner)
    Process.exit(owner, "kill")
    kind, error = caught(lambda: Registry.register("u", "other", 1))
    assert kind == "error" and isinstance(error, ErlangError) and error.reason == "noproc"


@pytest.mark.process
def test_a_registry_that_is_stopped_ends_who_has_registered() -> None:
    """With reason "shutdown", as its supervisor ends the partitions; then it is unknown."""
    trap()
    pid = unique()
    other = registered("u", "k")
    reference = Process.monitor(other)
    Supervisor.stop(pid)
    assert receive(("DOWN", reference, ..., ..., ...))[4] == "shutdown"
    assert error_of(lambda: Registry.lookup("u", "k")) == "unknown registry: :u"
    unique()
    assert Registry.lookup("u", "k") == []


@pytest.mark.process
def test_a_registry_under_a_supervisor() -> None:
    """The options travel as a dict, or as a list of pairs; the child is known by the registry's name."""
    children = [(Registry, {"keys": "unique", "name": "u"}), (Registry, [("keys", "duplicate"), ("name", "d")])]
    pid = ok(Supervisor.start_link(children, strategy="one_for_one"))
    assert [(name, kind) for name, _, kind, _ in Supervisor.which_children(pid)] == [
        ("d", "supervisor"),
        ("u", "supervisor"),
    ]
    Registry.register("u", "k", 1)
    assert Registry.lookup("u", "k") == [(self(), 1)]
    spec = Registry.child_spec(keys="unique", name="u")
    assert spec == {
        "id": "u",
        "start": (Registry, "start_link", [{"keys": "unique", "name": "u"}]),
        "type": "supervisor",
    }
    assert Registry.child_spec(keys="unique")["id"] is Registry
    assert Registry.child_spec({"keys": "unique", "name": "u"}) == spec


# Keys and values.


@pytest.mark.process
def test_keys_are_compared_as_erlang_terms() -> None:
    """1, 1.0 and True are different keys; lists and dicts are keys, too."""
    unique()
    keys: list[Any] = [1, 1.0, True, None, "1", ("a", 1), ("a", 1.0), ["a"], ("a",), {"a": [1]}, self(), Counter]
    for number, key in enumerate(keys):
        assert Registry.register("u", key, number)[0] == "ok"
    for number, key in enumerate(copy.deepcopy(keys)):
        assert Registry.lookup("u", key) == [(self(), number)]
    assert Registry.keys("u", self()) == keys[::-1]
    assert [type(key) for key in Registry.keys("u", self())] == [type(key) for key in keys[::-1]]


@pytest.mark.process
def test_nothing_in_a_registry_is_shared() -> None:
    """Keys and values are copied in and out, as in ETS."""
    unique()
    key, value = ["key"], {"n": 1}
    Registry.register("u", key, value)
    key.append("changed")
    value["n"] = 2
    Registry.lookup("u", ["key"])[0][1]["n"] = 3
    Registry.keys("u", self())[0].append("changed")
    Registry.values("u", ["key"], self())[0]["n"] = 4
    assert Registry.lookup("u", ["key"]) == [(self(), {"n": 1})]
    assert Registry.keys("u", self()) == [["key"]]


@pytest.mark.process
def test_only_the_owner_unregisters_and_updates() -> None:
    """Of what others have registered nothing changes."""
    unique()
    other = registered("u", "k", 1)
    assert Registry.unregister("u", "k") == "ok"
    assert Registry.update_value("u", "k", lambda value: value + 1) == "error"
    assert Registry.lookup("u", "k") == [(other, 1)]


@pytest.mark.process
def test_keys_values_and_counts() -> None:
    """The newest key comes first, values in the order in which they were registered."""
    duplicate()
    for key, value in [("k", 1), ("j", 2), ("k", 3)]:
        Registry.register("d", key, value)
    other = registered("d", "k", 4)
    assert Registry.keys("d", self()) == ["k", "j", "k"]
    assert Registry.values("d", "k", self()) == [1, 3]
    assert Registry.values("d", "k", other) == [4]
    assert Registry.values("d", "none", other) == []
    assert Registry.count("d") == 4
    assert Registry.keys("d", dead()) == []
    assert "not a pid" in error_of(lambda: Registry.keys("d", 1))  # type: ignore[arg-type]


@pytest.mark.process
def test_to_unregister_a_duplicate_key_takes_all_of_the_callers() -> None:
    """Those of others stay."""
    duplicate()
    other = registered("d", "k", "other")
    for value in range(3):
        Registry.register("d", "k", value)
    Registry.register("d", "j", "stays")
    Registry.unregister("d", "k")
    assert Registry.lookup("d", "k") == [(other, "other")]
    assert Registry.keys("d", self()) == ["j"]


@pytest.mark.process
def test_an_update_that_fails_changes_nothing() -> None:
    """What the function raises comes through."""
    unique()
    Registry.register("u", "k", [1])

    def fail(value: list[int]) -> None:
        value.append(2)
        raise KeyError("oops")

    kind, error = caught(lambda: Registry.update_value("u", "k", fail))
    assert kind == "error" and isinstance(error, KeyError)
    assert Registry.lookup("u", "k") == [(self(), [1])]


@pytest.mark.process
def test_an_update_by_who_unregisters_meanwhile_brings_nothing_back() -> None:
    """The function may itself use the registry."""
    unique()
    Registry.register("u", "k", 1)
    Registry.update_value("u", "k", lambda value: (Registry.unregister("u", "k"), value)[1])
    assert (Registry.lookup("u", "k"), Registry.count("u")) == ([], 0)


# Match patterns.


@pytest.mark.process
def test_match_takes_patterns_and_guards() -> None:
    """Variables that stand twice must be equal; a guard that fails matches nothing."""
    unique()
    Registry.register("u", "k", (1, "atom", 1))
    pair = (self(), (1, "atom", 1))
    assert Registry.match("u", "k", ("$1", "_", "$1")) == [pair]
    assert Registry.match("u", "k", ("$1", "$1", "_")) == []
    assert Registry.match("u", "k", ("_", "_", "$1"), [(">", "$1", 10)]) == []
    assert Registry.match("u", "k", ("_", "$1", "_"), [("is_atom", "$1")]) == [pair]
    assert Registry.match("u", "other", "_") == []
    assert Registry.count_match("u", "k", (1, "_", "_")) == 1
    assert Registry.count_match("u", "k", (1, "_", "_"), [("==", 1, 2)]) == 0
    assert "not a valid match specification" in error_of(lambda: Registry.match("u", "k", "_", [("no_such", 1)]))


@pytest.mark.process
def test_unregister_match_takes_what_matches() -> None:
    """Of the caller's; in a registry of unique keys as well."""
    duplicate()
    unique()
    for value in (1, 2, 3):
        Registry.register("d", "k", value)
    other = registered("d", "k", 3)
    assert Registry.unregister_match("d", "k", "$1", [(">", "$1", 1)]) == "ok"
    assert Registry.lookup("d", "k") == [(self(), 1), (other, 3)]
    assert Registry.keys("d", self()) == ["k"]
    Registry.register("u", "k", ("a", 1))
    assert Registry.unregister_match("u", "k", ("b", "_")) == "ok"
    assert Registry.lookup("u", "k") == [(self(), ("a", 1))]
    assert Registry.unregister_match("u", "k", ("a", "_")) == "ok"
    assert Registry.lookup("u", "k") == []


@pytest.mark.process
def test_select_sees_key_pid_and_value() -> None:
    """A whole match specification, over all keys."""
    duplicate(partitions=2)
    for key, value in [("k", 1), ("j", (2, "x")), ("j", (3, "y"))]:
        Registry.register("d", key, value)
    assert sorted(Registry.select("d", [(("$1", "_", "_"), [], ["$1"])])) == ["j", "j", "k"]
    assert Registry.select("d", [(("$1", "_", ("$2", "y")), [], [(("$1", "$2"),)])]) == [("j", 3)]
    assert Registry.select("d", [(("k", "$1", "$2"), [(">", "$2", 0)], ["$$"])]) == [[self(), 1]]
    assert Registry.count_select("d", [(("_", "_", ("_", "_")), [], [True])]) == 2
    assert error_of(lambda: Registry.select("d", [("_", [], ["$_"])])).startswith(
        "invalid match specification in Registry.select/2: "
    )
    assert error_of(lambda: Registry.count_select("d", [1])).startswith(
        "invalid match specification in Registry.count_select/2: "
    )


# Dispatch.


@pytest.mark.process
def test_dispatch_runs_in_the_caller_and_not_for_nobody() -> None:
    """Its function may also be `(module, name, arguments)`."""
    duplicate()
    unique()
    seen: list[Any] = []
    assert Registry.dispatch("d", "k", seen.append) == "ok"
    assert seen == []
    Registry.register("d", "k", 1)
    Registry.register("u", "k", 2)
    Registry.dispatch("d", "k", lambda entries: seen.append((self(), entries)))
    Registry.dispatch("u", "k", seen.append)
    assert seen == [(self(), [(self(), 1)]), [(self(), 2)]]

    class Publisher:
        @staticmethod
        def publish(entries: Any, *arguments: Any) -> None:
            seen.append((entries, arguments))

    Registry.dispatch("d", "k", (Publisher, "publish", ["a", "b"]))
    assert seen[-1] == ([(self(), 1)], ("a", "b"))
    assert "not a function" in error_of(lambda: Registry.dispatch("d", "k", "print"))
    kind, error = caught(lambda: Registry.dispatch("d", "k", lambda entries: 1 / 0))
    assert kind == "error" and isinstance(error, ZeroDivisionError)


@pytest.mark.process
def test_dispatch_goes_through_the_partitions() -> None:
    """Once for each that has entries, in the caller, or with `parallel` in processes of their own."""
    duplicate(partitions=4)
    pids = {registered("d", "k", number) for number in range(40)}
    me = self()
    Registry.dispatch("d", "k", lambda entries: send(me, (self(), [pid for pid, _ in entries])))
    serial = messages()
    Registry.dispatch("d", "k", lambda entries: send(me, (self(), [pid for pid, _ in entries])), parallel=True)
    parallel = messages()
    assert len(serial) == len(parallel) == 4
    assert {caller for caller, _ in serial} == {me}
    assert len({caller for caller, _ in parallel} - {me}) == 4
    for found in (serial, parallel):
        assert {pid for _, some in found for pid in some} == pids


@pytest.mark.process
def test_a_broadcast_reaches_a_thousand_subscribers() -> None:
    """Each gets it once, also where some have just died."""
    duplicate()
    me = self()

    def subscriber(number: int) -> None:
        Registry.register("d", "news", number)
        send(me, "subscribed")
        send(me, (number, receive()))

    pids = [spawn(subscriber, number) for number in range(1000)]
    for _ in pids:
        receive("subscribed")
    for pid in pids[::10]:
        Process.exit(pid, "kill")
    Registry.dispatch("d", "news", lambda entries: [send(pid, ("news", value)) for pid, value in entries])
    got = [receive((int, ("news", int))) for _ in range(900)]
    assert sorted(number for number, _ in got) == [number for number in range(1000) if number % 10]
    assert all(number == value for number, (_, value) in got)
    until(lambda: Registry.count("d") == 0)


# Listeners and metadata.


@pytest.mark.process
def test_listeners_hear_of_registering_and_unregistering() -> None:
    """Not of failures, and not when a process ends."""
    Process.register(self(), "listener")
    unique(listeners=["listener"])
    Registry.register("u", "a", 1)
    Registry.register("u", "a", 1)
    Registry.unregister("u", "a")
    Registry.unregister("u", "a")
    Registry.register("u", "a", 2)
    Registry.unregister_match("u", "a", 9)
    Registry.unregister_match("u", "a", 2)
    pid, _ = spawn_monitor(Registry.register, "u", "x", 1)
    receive(("DOWN", ..., ..., ..., ...))
    me = self()
    assert messages() == [
        ("register", "u", "a", me, 1),
        ("unregister", "u", "a", me),
        ("unregister", "u", "a", me),
        ("register", "u", "a", me, 2),
        ("unregister", "u", "a", me),
        ("register", "u", "x", pid, 1),
    ]


@pytest.mark.process
def test_a_listener_that_is_not_there_is_an_error_of_who_registers() -> None:
    """It is registered by then, as in Elixir."""
    unique(listeners=["nobody"])
    error_of(lambda: Registry.register("u", "a", 1))
    assert Registry.lookup("u", "a") == [(self(), 1)]


@pytest.mark.process
def test_metadata_is_kept_with_the_registry() -> None:
    """Keys are atoms or tuples."""
    unique(meta={"house": ["north"]})
    assert Registry.meta("u", "house") == ("ok", ["north"])
    Registry.meta("u", "house")[1].append("changed")
    assert Registry.meta("u", "house") == ("ok", ["north"])
    assert Registry.meta("u", "garden") == "error"
    assert Registry.put_meta("u", ("a", 1), 2) == "ok"
    assert Registry.meta("u", ("a", 1)) == ("ok", 2)
    assert Registry.delete_meta("u", "house") == "ok"
    assert Registry.delete_meta("u", "house") == "ok"
    assert Registry.meta("u", "house") == "error"
    assert "no key of metadata" in error_of(lambda: Registry.meta("u", 1))


# Bad input.


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"name": "x"}, "expected :keys to be given and be one of :unique or :duplicate, got: None"),
        ({"keys": "bag", "name": "x"}, "expected :keys to be given and be one of :unique or :duplicate, got: 'bag'"),
        ({"keys": "unique"}, "expected :name option to be present"),
        ({"keys": "unique", "name": 1}, "expected :name to be an atom, got: 1"),
        ({"keys": "unique", "name": "x", "partitions": 0}, "expected :partitions to be a positive integer, got: 0"),
        (
            {"keys": "unique", "name": "x", "partitions": True},
            "expected :partitions to be a positive integer, got: True",
        ),
        (
            {"keys": "unique", "name": "x", "listeners": [1]},
            "expected :listeners to be a list of named processes, got: [1]",
        ),
        (
            {"keys": "unique", "name": "x", "listeners": "a"},
            "expected :listeners to be a list of named processes, got: 'a'",
        ),
        ({"keys": "unique", "name": "x", "meta": 1}, "expected :meta to be a keyword list, got: 1"),
        ({"keys": "unique", "name": "x", "meta": [(1, 2)]}, "expected :meta to be a keyword list, got: [(1, 2)]"),
        ({"keys": "unique", "name": "x", "compressed": 1}, "expected :compressed to be a boolean, got: 1"),
    ],
)
@pytest.mark.process
def test_wrong_options_are_refused_in_elixirs_words(options: dict[str, Any], text: str) -> None:
    """As keywords and as a dict."""
    assert error_of(lambda: Registry.start_link(**options)) == text
    assert error_of(lambda: Registry.start_link(options)) == text


@pytest.mark.process
def test_what_is_no_name_of_a_registry_is_refused() -> None:
    """A name is a string or a class."""
    for name in (1, None, ["u"], self()):
        assert "not the name of a registry" in error_of(lambda name=name: Registry.lookup(name, "k"))


# Races.


class SlowKey:
    """A key in whose reading a process loses the processor."""

    def __reduce__(self) -> Any:
        assert sum(number for number in range(100_000)) > 0
        return (SlowKey, ())


@pytest.mark.process
def test_of_many_that_race_for_a_key_one_wins() -> None:
    """Also when they are preempted in the midst of it; all others are told who has it."""
    unique()
    me = self()

    def racer(key: Any) -> None:
        receive("go")
        send(me, (self(), Registry.register("u", key, None)))
        Process.sleep("infinity")

    for key, number in (("plain", 500), (SlowKey(), 30)):
        racers = [spawn(racer, key) for _ in range(number)]
        for pid in racers:
            send(pid, "go")
        results = dict(receive((Pid, ...)) for _ in racers)
        winners = [pid for pid, result in results.items() if result[0] == "ok"]
        assert len(winners) == 1
        others = [result for result in results.values() if result[0] != "ok"]
        assert others == [("error", ("already_registered", winners[0]))] * (number - 1)
    assert Registry.count("u") == 2


@pytest.mark.process
def test_a_key_goes_from_the_dead_to_the_living() -> None:
    """Round after round its owner is killed, and at once one of those who want it has it."""
    unique()
    me = self()

    def contender() -> None:
        while True:
            receive("go")
            send(me, (self(), Registry.register("u", "throne", None)[0]))

    contenders = [spawn(contender) for _ in range(60)]
    for _ in range(50):
        for pid in contenders:
            send(pid, "go")
        results = dict(receive((Pid, str)) for _ in contenders)
        [king] = [pid for pid, result in results.items() if result == "ok"]
        assert Registry.whereis_name(("u", "throne")) == king
        Process.exit(king, "kill")
        assert Registry.lookup("u", "throne") == []
        contenders.remove(king)
    until(lambda: Registry.count("u") == 0)


@pytest.mark.process
def test_who_comes_and_goes_leaves_nothing() -> None:
    """Busy processes register, unregister and are killed in the midst of it; at the end the registry is empty."""
    duplicate(partitions=3)
    unique(partitions=3)

    def visitor(number: int) -> None:
        for turn in count():
            Registry.register("d", turn % 3, number)
            Registry.register("u", (number, turn % 5), turn)
            Registry.unregister("d", (turn + 1) % 3)
            Registry.unregister("u", (number, turn % 3))
            assert sum(range(turn % 1000)) >= 0

    visitors = [spawn_monitor(visitor, number) for number in range(20)]
    Process.sleep(400)
    for pid, _ in visitors:
        Process.exit(pid, "kill")
    for _, reference in visitors:
        assert receive(("DOWN", reference, ..., ..., ...))[4] == "killed"
    until(lambda: Registry.count("d") == Registry.count("u") == 0)
    assert [Registry.lookup("d", key) for key in range(3)] == [[], [], []]


@pytest.mark.parametrize(
    "function", [registry_table.delete_unique, registry_table.delete_duplicate, registry_table.insert_duplicate]
)
def test_nobody_gets_between_the_look_and_the_deed(function: Any) -> None:
    """From its first test on such a function neither calls, nor loops, nor makes a container."""
    names = [instruction.opname for instruction in dis.get_instructions(function)]
    rest = names[names.index("CONTAINS_OP") :]
    assert not [name for name in rest if name.startswith(("CALL", "PRECALL", "BUILD", "FOR_ITER", "JUMP_BACKWARD"))]
    assert {"STORE_SUBSCR", "DELETE_SUBSCR"} & {*rest}


@pytest.mark.process
def test_who_is_killed_registers_nothing_in_its_finally() -> None:
    """Nobody would ever remove it."""
    unique()
    me = self()

    def stubborn() -> None:
        try:
            send(me, "ready")
            Process.sleep("infinity")
        finally:
            Registry.register("u", "ghost", 1)

    pid, reference = spawn_monitor(stubborn)
    receive("ready")
    Process.exit(pid, "kill")
    receive(("DOWN", reference, ..., ..., ...))
    assert (Registry.count("u"), Registry.keys("u", pid)) == (0, [])
    assert Registry.register("u", "ghost", 1)[0] == "ok"


@pytest.mark.process
def test_partitions_change_nothing_for_unique_keys() -> None:
    """Keys and pids may belong to different partitions."""
    unique(partitions=5)
    pids = [registered("u", number, number) for number in range(50)]
    assert [Registry.lookup("u", number) for number in range(50)] == [[(pid, n)] for n, pid in enumerate(pids)]
    assert Registry.count("u") == 50
    assert len(Supervisor.which_children("u")) == 5
    for pid in pids:
        assert Registry.keys("u", pid) == [pids.index(pid)]
        Process.exit(pid, "kill")
    until(lambda: Registry.count("u") == 0)


class Traced:
    """A value that is passed by reference, so that one can see when it is gone."""

    def __deepcopy__(self, memo: object) -> Traced:
        return self


def test_nothing_is_left_for_the_next_run() -> None:
    """A registry ends with its runtime, and so does what it held."""
    values = [Traced()]
    gone = weakref.ref(values[0])

    def first() -> None:
        unique()
        Registry.register("u", "k", values[0])
        spawn(lambda: (Registry.register("u", "j", values[0]), Process.sleep("infinity")))
        Process.sleep(1)
        assert Registry.count("u") == 2

    def second() -> None:
        assert error_of(lambda: Registry.lookup("u", "k")) == "unknown registry: :u"
        unique()
        assert (Registry.lookup("u", "k"), Registry.count("u")) == ([], 0)

    pyex.run(first)
    values.clear()
    gc.collect()
    assert gone() is None
    pyex.run(second)


@pytest.mark.process
def test_the_reason_does_not_matter_for_the_entries() -> None:
    """Who returns, who exits and who crashes: all entries go."""
    unique()
    for number, end in enumerate([lambda: None, lambda: exit("boom"), lambda: 1 / 0]):
        pid, reference = spawn_monitor(lambda n=number, e=end: (Registry.register("u", n, None), e()))
        receive(("DOWN", reference, ..., ..., ...))
        assert Registry.lookup("u", number) == []
        assert ends(pid) == "noproc"
    until(lambda: Registry.count("u") == 0)
