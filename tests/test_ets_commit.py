"""Tables: every change is made in one piece, whoever is preempted or killed in the middle of his own."""

from __future__ import annotations

import dis
import inspect
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

import pytest
from ets_support import KINDS
from in_process import messages

import pyex
from pyex import Pid, Process, receive, self, send, spawn, spawn_monitor, time_slice
from pyex.otp import ets
from pyex.otp.ets import commit as ets_commit
from pyex.otp.ets import owner as ets_owner
from pyex.otp.ets.table import Table

COMMITS = [function for function in vars(ets_commit).values() if isinstance(function, FunctionType)]
# Where Python looks for signals: calls, and jumps back. Where 3.11 may collect garbage: containers that are made.
INTERRUPTIBLE = ("CALL", "PRECALL", "JUMP_BACKWARD", "BUILD", "FOR_ITER", "SEND", "YIELD", "GET_", "IMPORT", "RAISE")


@pytest.mark.parametrize("commit", COMMITS, ids=lambda commit: commit.__name__)
def test_a_commit_cannot_be_interrupted(commit: FunctionType) -> None:
    """Nothing in its bytecode lets a signal or the garbage collector in, but a last call, of C, before the return."""
    steps = [step.opname for step in dis.get_instructions(commit)]
    interruptible = [place for place, name in enumerate(steps) if name.startswith(INTERRUPTIBLE)]
    if commit is ets_commit.put_many:
        assert steps[interruptible[-1] + 1 :] in (
            ["POP_TOP", "LOAD_CONST", "RETURN_VALUE"],
            ["POP_TOP", "RETURN_CONST"],
        )
        interruptible = [place for place in interruptible if steps[place] not in ("PRECALL", "CALL")]
        assert steps.count("CALL") == 1 and "update" in commit.__code__.co_names
    assert interruptible == []


def test_the_test_above_sees_what_can_be_interrupted() -> None:
    """A loop, a call and a new container are found in a function that has them."""

    def other(table: Any) -> Any:
        for key in table.keys:
            table.objects[key] = [key]
        return len(table)

    found = {step.opname for step in dis.get_instructions(other) if step.opname.startswith(INTERRUPTIBLE)}
    assert any("CALL" in name for name in found) and "BUILD_LIST" in found and "JUMP_BACKWARD" in found


@pytest.fixture
def preempted_anywhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Slices end after some hundred microseconds, and at once in library code, too, where ets is."""
    monkeypatch.setattr(time_slice, "OVERDUE_SECONDS", 0.0)
    stop = threading.Event()
    main = threading.main_thread().ident
    assert main is not None

    def hurry() -> None:
        while not stop.wait(0.0003):
            if signal.getsignal(signal.SIGURG) is time_slice.on_slice_end:
                sys.setswitchinterval(0.00001)
                signal.pthread_kill(main, signal.SIGURG)

    interval = sys.getswitchinterval()
    # While nobody listens the signal is ignored.
    thread = threading.Thread(target=hurry)
    thread.start()
    yield
    stop.set()
    thread.join()
    sys.setswitchinterval(interval)


def all_of(functions: list[Callable[[], Any]]) -> list[Any]:
    """Run functions in processes of their own, at the same time; what they return."""
    monitors = []
    for function in functions:
        _, monitor = spawn_monitor(lambda function=function: pyex.exit(("result", function())))
        monitors.append(monitor)
    reasons = [receive(("DOWN", monitor, ..., ..., ...))[4] for monitor in monitors]
    assert all(reason[0] == "result" for reason in reasons), reasons
    return [result for _, result in reasons]


@pytest.mark.parametrize("kind", ["set", "ordered_set"])
@pytest.mark.usefixtures("preempted_anywhere")
def test_many_preempted_processes_lose_no_count(kind: str) -> None:
    """Twenty processes count one counter; they are interrupted all the time, wherever they are in ets."""

    def check() -> None:
        table = ets.new("t", [kind, "public"])

        end = time.monotonic() + 1.5

        def count() -> int:
            counted = 0
            while time.monotonic() < end:
                ets.update_counter(table, "n", [(2, 1), (3, -1)], ("n", 0, 0))
                counted += 1
            return counted

        counted = sum(all_of([count] * 20))
        assert ets.lookup(table, "n") == [("n", counted, -counted)]
        assert pyex.runtime_info()["preemptions"] > 50

    pyex.run(check)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("preempted_anywhere")
def test_what_is_taken_is_taken_once_and_what_is_new_is_new_once(kind: str) -> None:
    """Ten processes insert the same keys, and take them out again."""

    def check() -> None:
        table = ets.new("t", [kind, "public"])
        keys = range(1500)

        def insert() -> int:
            return sum(ets.insert_new(table, [(key, 0), (key + 1, 0)]) for key in range(0, 1500, 2))

        def take() -> int:
            return sum(len(ets.take(table, key)) for key in keys)

        assert sum(all_of([insert] * 10)) == 750
        assert sum(all_of([take] * 10)) == 1500
        assert ets.info(table, "size") == 0

    pyex.run(check)


@pytest.mark.usefixtures("preempted_anywhere")
def test_a_list_is_seen_as_a_whole() -> None:
    """Whoever reads two objects that are always written together in one call of select finds them alike."""

    def check() -> None:
        table = ets.new("t", ["ordered_set", "public"])
        names = [f"name{n}" for n in range(5)]
        ets.insert(table, [(name, 0) for name in names])
        end = time.monotonic() + 1

        def write() -> None:
            for n in range(1_000_000):
                ets.insert(table, [(name, n) for name in names])
                if time.monotonic() > end:
                    return

        def read() -> int:
            mixed = 0
            while time.monotonic() < end:
                table_now: Table = ets_owner.tables[table.number]
                values = {item[1] for item in list(table_now.objects.values())}
                mixed += len(values) > 1
            return mixed

        assert all_of([write, write, read, read])[2:] == [0, 0]

    pyex.run(check)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("preempted_anywhere")
def test_processes_that_are_killed_in_the_middle_leave_the_table_whole(kind: str) -> None:
    """Keys and objects agree, nobody waits for the dead, and each key is reached once."""

    def check() -> None:
        table = ets.new("t", [kind, "public"])
        me = self()

        def hammer(seed: int) -> None:
            send(me, "ready")
            n = seed
            while True:
                n = (n * 1103515245 + 12345) % 2**31
                key = n % 50
                ets.insert(table, [(key, n), (key + 1, n)])
                ets.insert(table, (key + 2, n))
                ets.select_delete(table, [((key, "_"), [], [True])])
                ets.delete(table, key + 3)
                ets.next(table, ets.first(table)) if kind == "ordered_set" else ets.first(table)

        def victims() -> list[Pid]:
            return [spawn(hammer, seed) for seed in range(8)]

        for _ in range(12):
            pids = victims()
            for _ in pids:
                receive("ready")
            Process.sleep(10)
            for pid in pids:
                Process.exit(pid, "kill")
        messages(20)
        seen, key = [], ets.first(table)
        while key != "$end_of_table":
            seen.append(key)
            key = ets.next(table, key)
        keys = {item[0] for item in ets.tab2list(table)}
        assert len(seen) == len(set(seen)) and set(seen) == keys == {key for key in range(53) if ets.member(table, key)}
        if kind == "ordered_set":
            assert seen == sorted(seen)
        ets.insert(table, (99, 0))
        assert ets.member(table, 99)

    pyex.run(check)


# -- what happens when somebody else was faster, between the look and the change


def rivalled(monkeypatch: pytest.MonkeyPatch, name: str, rival: Callable[[], Any]) -> list[bool]:
    """Have `rival` run just before a commit is tried for the first time; the results of the tries."""
    commit, results = getattr(ets_commit, name), []

    def tried(*args: Any) -> bool:
        if not results:
            results.append(False)
            rival()
            results.clear()
        results.append(commit(*args))
        return results[-1]

    monkeypatch.setattr(ets_commit, name, tried)
    return results


@pytest.mark.parametrize(
    ("kind", "commit", "change", "rival", "result", "left"),
    [
        ("set", "replace", lambda t: ets.update_counter(t, 1, 1), lambda t: ets.update_counter(t, 1, 5), 16, [(1, 16)]),
        ("set", "replace", lambda t: ets.update_counter(t, 2, 1, (2, 0)), lambda t: ets.insert(t, (2, 7)), 8, None),
        ("set", "replace", lambda t: ets.insert_new(t, (2, 0)), lambda t: ets.insert(t, (2, 7)), False, None),
        (
            "set",
            "put_many",
            lambda t: ets.insert_new(t, [(2, 0), (3, 0)]),
            lambda t: ets.insert(t, (3, 1)),
            False,
            None,
        ),
        ("set", "remove", lambda t: ets.take(t, 1), lambda t: ets.insert(t, (1, 11)), [(1, 11)], []),
        ("set", "remove", lambda t: ets.take(t, 1), lambda t: ets.delete_all_objects(t), [], []),
        ("set", "remove", lambda t: ets.delete_object(t, (1, 10)), lambda t: ets.insert(t, (1, 11)), True, [(1, 11)]),
        ("set", "remove", lambda t: ets.select_delete(t, [((1, 10), [], [True])]), lambda t: ets.delete(t, 1), 0, []),
        ("set", "replace", lambda t: ets.update_element(t, 1, (2, 0)), lambda t: ets.delete(t, 1), False, []),
        ("bag", "put_in_bucket", lambda t: ets.insert(t, (1, 2)), lambda t: ets.delete(t, 1), True, [(1, 2)]),
        ("bag", "put_in_bucket", lambda t: ets.insert(t, (1, 2)), lambda t: ets.insert(t, (1, 2)), True, None),
        ("duplicate_bag", "remove", lambda t: ets.take(t, 1), lambda t: ets.insert(t, (1, 3)), [(1, 10), (1, 3)], []),
        ("ordered_set", "put_sorted", lambda t: ets.insert(t, (0, 0)), lambda t: ets.insert(t, (-1, 0)), True, None),
        ("ordered_set", "put_sorted", lambda t: ets.insert(t, (0, 0)), lambda t: ets.insert(t, (0, 9)), True, None),
    ],
)
def test_a_change_is_computed_anew_when_the_table_has_changed_meanwhile(
    monkeypatch: pytest.MonkeyPatch, kind: str, commit: str, change: Any, rival: Any, result: Any, left: Any
) -> None:
    """The first try is refused, and the result is as if one had come after the other."""

    def check() -> None:
        table = ets.new("t", [kind, "public"])
        ets.insert(table, (1, 10))
        tries = rivalled(monkeypatch, commit, lambda: rival(table))
        assert change(table) == result
        assert tries[0] is False
        if left is not None:
            assert ets.tab2list(table) == left
        if kind == "ordered_set":
            keys = [key for key, _ in ets.tab2list(table)]
            assert keys == sorted(set(keys))

    pyex.run(check)


def test_of_two_who_want_a_name_one_gets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when the other was faster by a hair."""

    def check() -> None:
        tries = rivalled(monkeypatch, "claim_name", lambda: ets.new("shop", ["named_table"]))
        with pytest.raises(pyex.ArgumentError, match="table name already exists"):
            ets.new("shop", ["named_table"])
        assert tries == [False] and ets.all() == ["shop"]

    pyex.run(check)


seen_at_the_end: list[set[int]] = []


class Witness:
    """Sees, when it is freed, which generations of objects are in the table."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def __deepcopy__(self, memo: Any) -> Witness:
        return self

    def __del__(self) -> None:
        seen_at_the_end.append({generation for _, generation, _ in ets.tab2list(self.table)})


@pytest.mark.parametrize("kind", KINDS)
def test_a_finaliser_of_what_is_replaced_sees_the_change_as_a_whole(kind: str) -> None:
    """It runs when all of a list is in its place, or all of a table is gone."""

    def check() -> None:
        seen_at_the_end.clear()
        table = ets.new("t", [kind])
        for generation in range(2):
            if "bag" in kind:
                ets.delete_all_objects(table)
            ets.insert(table, [(key, generation, Witness(table)) for key in range(5)])
        assert seen_at_the_end == ([set()] * 5 if "bag" in kind else [{1}] * 5)
        ets.delete_all_objects(table)
        assert seen_at_the_end[5:] == [set()] * 5
        ets.delete(table)

    pyex.run(check)


@pytest.mark.process
def test_what_cannot_be_copied_is_known_by_itself() -> None:
    """Two such keys of a class differ."""

    class Socket:
        def __reduce_ex__(self, protocol: Any) -> Any:
            raise TypeError("cannot be copied")

    table, one, other = ets.new("t", ["ordered_set"]), Socket(), Socket()
    ets.insert(table, [(one, 1), (other, 2)])
    assert (ets.lookup(table, one), ets.lookup(table, other)) == ([(one, 1)], [(other, 2)])
    assert ets.lookup(table, Socket()) == []


@pytest.mark.process
def test_a_list_within_itself_is_no_key() -> None:
    """It has no end: the error is Python's, and the table goes on."""
    table, endless = ets.new("t", []), []  # type: ignore[var-annotated]
    endless.append(endless)
    with pytest.raises(RecursionError):
        ets.insert(table, (endless, 1))
    assert ets.insert(table, ("endless", endless)) is True
    assert ets.tab2list(table)[0][0] == "endless"


def test_the_commits_are_all_that_changes_a_table() -> None:
    """No other module of ets assigns to the objects, the keys or the version of a table."""
    for name in ("table", "order", "owner", "object", "search", "counter", "admin"):
        module = __import__(f"pyex.otp.ets.{name}", fromlist=["x"])
        source = inspect.getsource(module)
        for field in ("objects", "keys", "version", "owner", "heir"):
            assert f"table.{field} = " not in source and f"wanted.{field} = " not in source, (name, field)
            assert f"table.{field}[" not in source, (name, field)
