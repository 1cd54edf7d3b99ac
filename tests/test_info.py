"""`i(x)`: what the prompt tells of a value."""

from __future__ import annotations

import datetime
import io
import os
import re
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from in_process import in_process
from shell_session import said, sections, told

import pyex
from pyex import Atom, Process
from pyex.message import copied
from pyex.repl.info import info
from pyex.repl.info import sections as sections_of
from pyex.repl.info.in_messages import in_messages

SERVER = """
class Stack(GenServer):
    def start_link(items): return GenServer.start_link(Stack, items, name=Stack)
    def init(items): return ("ok", items)
    def handle_call(request, from_, items): return ("reply", items, items)
    def helper(): pass
"""

# Layout


def test_a_process_is_told_of_as_iex_does() -> None:
    """The headings of IEx, in its order, each with what stands below indented by two."""
    me, shown = said("self()", "i(self())")
    assert shown == (
        f"Term\n  {me}\nData type\n  PID\nAlive\n  true\nName\n  not registered\nLinks\n  none\n"
        "Message queue length\n  0\nDescription\n  Use Process.info(pid) to get more info about this process\n"
        "Reference modules\n  Process, Pid\nImplemented protocols\n  Hashable"
    )


def test_of_a_dead_process_less_is_told() -> None:
    """As in IEx: no name, links or messages; also of a pid that never was."""
    headings = ["Term", "Data type", "Alive", "Description", "Reference modules", "Implemented protocols"]
    for text in (
        "pid, ref = spawn_monitor(lambda: None); receive(('DOWN', ref, ..., ..., ...)); i(pid)",
        "i(pid(0, 9999, 0))",
    ):
        found = told(text)
        assert list(found) == headings
        assert found["Alive"] == "false"


def test_every_kind_of_value_has_the_headings_that_all_have() -> None:
    """A term and its data type come first, and what can be done with it last."""
    inputs = [
        "i(1)",
        "i(1.5)",
        "i('a')",
        "i(())",
        "i(None)",
        "i(print)",
        "i(GenServer)",
        "i(object())",
        "i(make_ref())",
    ]
    for shown in said(*inputs):
        found = [*sections(shown)]
        assert found[:2] == ["Term", "Data type"]
        assert found[-1] == "Implemented protocols"


def test_i_alone_tells_of_the_last_value() -> None:
    """And where there is none, it says so as `v()` does."""
    shown = said("i()", "6 * 7", "i()")
    assert "v(-1) is out of bounds" in shown[0]
    assert sections(shown[2])["Term"] == "42"


def test_i_works_without_parentheses_and_shows_no_result() -> None:
    """As `flush` does; the value of the input is not echoed."""
    _, shown = said("'hello'", "i")
    assert sections(shown)["Term"] == "'hello'"
    assert "None" not in shown


@pytest.mark.parametrize("width", [20, 40, 78])
def test_texts_fit_the_width(width: int) -> None:
    """Prose is broken between words, and a wide value is laid out as the prompt lays it out."""
    entries = sections_of([*range(100)], width) + sections_of("text", width)
    assert all(len(line) <= width for _, text in entries for line in text.splitlines())


# Processes


def test_links_name_and_messages_of_a_process_are_told() -> None:
    """What links it, what waits in its mailbox, and its name, as the prompt shows it."""
    _, _, _, shown = said(
        "p = spawn_link(Process.sleep, 'infinity')",
        "Process.register(p, 'sleeper')",
        "send(p, 1), send(p, 2)",
        "i(p), print(repr(self()))",
    )
    *lines, me, _ = shown.splitlines()
    found = sections("\n".join(lines))
    assert (found["Name"], found["Links"], found["Message queue length"]) == (":sleeper", me, "2")


def test_of_very_many_links_the_first_are_shown() -> None:
    """The rest is counted."""
    found = told("for _ in range(60): spawn_link(Process.sleep, 'infinity')", "i(self())")
    assert len(re.findall("#PID", found["Links"])) == 50
    assert found["Links"].split()[-3:] == ["and", "10", "more"]


def test_a_server_tells_what_runs_in_it() -> None:
    """The function that it was started for, and the behaviour of its module."""
    found = told(SERVER, "i(ok(Stack.start_link([])))")
    assert (found["Initial call"], found["Behaviour"], found["Name"]) == ("Stack.init/1", "GenServer", "Stack")


def test_a_supervisor_tells_how_many_children_it_has() -> None:
    """Without being asked: it may be busy. Who else is linked to it is no child."""
    found = told(
        SERVER,
        """
        class Top(Supervisor):
            def start_link(arg): return Supervisor.start_link(Top, arg)
            def init(arg): return Supervisor.init([], strategy="one_for_one")
        """,
        "s = ok(Supervisor.start_link([(Stack, []), (Top, 1)], strategy='one_for_one'))",
        "i(s)",
    )
    assert found["Children"] == "2 (1 worker, 1 supervisor)"
    assert found["Behaviour"] == "Supervisor"
    assert found["Links"].count("#PID") == 3


def test_a_server_that_is_stuck_is_told_of_at_once() -> None:
    """Nothing is asked of the process itself."""
    found = told(
        """
        class Slow(GenServer):
            def init(n): return ("ok", n)
            def handle_cast(message, n): Process.sleep("infinity")
        """,
        "s = ok(GenServer.start_link(Slow, 1))",
        "GenServer.cast(s, 'go'), send(s, 'more')",
        "i(s)",
    )
    assert (found["Alive"], found["Behaviour"]) == ("true", "GenServer")


# References and tables


def test_the_reference_of_a_table_tells_of_the_table() -> None:
    """Its name, type, size, owner and protection; a name that is a handle tells it, too."""
    shown = said("t = ets.new('prices', ['bag', 'public', 'named_table'])", "ets.insert(t, [(1, 2), (3, 4)])", "i(t)")[
        2
    ]
    found = sections(shown)
    assert (found["ETS table"], found["Size"], found["Data type"]) == (":prices", "2 objects", "Atom")
    found = told("t = ets.new('prices', ['ordered_set'])", "i(t)")
    assert (found["Data type"], found["Type"]) == ("Reference", "ordered_set, keys at position 1")
    assert found["Protection"].startswith("protected")
    assert found["Owner"].startswith("#PID")


def test_a_table_that_is_gone_is_a_plain_reference() -> None:
    """Nothing is told of what is not there any more."""
    assert "ETS table" not in told("t = ets.new('t')", "ets.delete(t)", "i(t)")


def test_a_timer_a_monitor_and_an_alias_are_told_apart() -> None:
    """When it fires, whom it watches, and whose alias it is; a bare reference is none of these."""
    assert "ms" in told("i(Process.send_after(self(), 'x', 60_000))")["Timer"]
    assert told("p = spawn(Process.sleep, 'infinity')", "i(Process.monitor(p))")["Monitors"].startswith("#PID")
    assert "explicit_unalias" in told("i(Process.alias())")["Alias of"]
    assert list(told("i(make_ref())")) == ["Term", "Data type", "Implemented protocols"]


# Code


def test_a_function_of_the_prompt_tells_its_place_and_arguments() -> None:
    """Where it was typed, how it is called, and what a lambda captures."""
    found = told("def add(x: int, y=1) -> int: return x + y", "i(add)")
    assert (found["Arity"], found["Signature"]) == ("2", "add(x: int, y=1) -> int")
    assert found["Source"] == "typed at the prompt, pyex(1)"
    assert "h(add)" in found["Description"]
    found = told("def make(n): return lambda x: x + n", "i(make(1))")
    assert (found["Captures"], found["Description"]) == ("n", "This is an anonymous function.")


def test_a_function_of_a_file_tells_the_file_and_line() -> None:
    """As an editor wants it."""
    found = told("import textwrap", "i(textwrap.dedent)")
    assert re.fullmatch(r".*textwrap\.py:\d+", found["Source"].replace("\n", ""))
    assert found["Type"] == "external"


def test_a_bound_method_tells_of_its_object() -> None:
    """And what its function tells."""
    found = told(
        "class Shop:\n    def sell(self, n): pass\n    def __repr__(self): return 'the shop'", "i(Shop().sell)"
    )
    assert (found["Data type"], found["Bound to"], found["Arity"]) == ("method", "the shop", "2")


@pytest.mark.parametrize(
    ("definition", "word"),
    [
        ("def f(): yield 1", "a generator"),
        ("async def f(): pass", "a coroutine"),
        ("async def f(): yield", "asynchronous"),
    ],
)
def test_functions_whose_call_runs_nothing_say_so(definition: str, word: str) -> None:
    """It surprises everybody once, in `spawn` for example."""
    assert word in told(definition, "i(f)")["Description"]


def test_a_class_of_callbacks_tells_which_it_has() -> None:
    """Its behaviour, those of its functions that are callbacks, and the process that has its name."""
    found = told(SERVER, "Stack.start_link([])", "i(Stack)")
    assert (found["Behaviours"], found["Callbacks"]) == ("GenServer", "handle_call, init")
    assert found["Source"] == "typed at the prompt, pyex(1)"
    assert found["Registered name of"].startswith("#PID")


def test_a_behaviour_tells_what_it_asks_for() -> None:
    """And where its documentation is."""
    found = told("i(GenServer)")
    assert "handle_call" in found["Callbacks"]
    assert found["Description"].splitlines() == [
        "This is a behaviour: subclasses of it are modules of callbacks.",
        "Use h(GenServer) to access its documentation.",
        "Use b(GenServer) to see its callbacks.",
    ]


def test_a_plain_class_tells_its_base_classes() -> None:
    """Also one of another metaclass."""
    assert told("i(bool)")["Base classes"] == "int"
    found = told("import abc", "class Shape(abc.ABC): pass", "class Square(Shape): pass", "i(Square)")
    assert (found["Base classes"], found["Data type"]) == ("Shape, abc.ABC", "class")


def test_a_module_is_not_asked_for_what_it_makes_up() -> None:
    """A module with a `__getattr__` of its own is told of by what it has."""
    found = told(
        "import types",
        "m = types.ModuleType('made_up'); m.__getattr__ = lambda name: 1 / 0;",
        "i(m)",
    )
    assert (found["Data type"], found["Source"]) == ("module", "built into Python")


# Data


def test_atoms_and_strings_are_told_apart() -> None:
    """Both compare equal; what is a name of a process says whose."""
    found = told("i(Atom('kill'))")
    assert (found["Term"], found["Data type"], found["Raw representation"]) == (":kill", "Atom", "'kill'")
    found = told("Process.register(self(), 'shop')", "i('shop')")
    assert (found["Data type"], found["Byte size"], found["Length"]) == ("str", "4", "4")
    assert found["Registered name of"].startswith("#PID")
    assert "atom" in found["Description"]


def test_strings_tell_how_long_they_are_in_bytes_and_what_is_odd() -> None:
    """Characters that are not printable, and lone surrogates, are no trouble."""
    assert told("i('caf\\u00e9')")["Byte size"] == "5"
    assert r"'\x00'" in told("i('a\\0')")["Description"]
    assert told("i('\\ud800')")["Byte size"] == "3"
    assert "0xff" in told("i(b'ab\\xff')")["Description"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("('ok', 1)", "ok(x) takes that out"),
        ("('error', 'x')", "MatchError"),
        ("('EXIT', self(), 'x')", "exit signal"),
        ("('DOWN', 1, 2, 3, 4)", "monitor"),
        ("('hello', 'world')", "This is a tagged tuple"),
    ],
)
def test_tagged_tuples_say_what_they_mean(value: str, words: str) -> None:
    """Those of OTP by their meaning, others as what they are."""
    assert words in " ".join(told(f"i({value})")["Description"].split())


def test_plain_tuples_are_just_tuples() -> None:
    """And those with named fields show these."""
    assert "Description" not in told("i((1, 2))")
    found = told("from collections import namedtuple", "Point = namedtuple('Point', 'x y');", "i(Point(1, 2))")
    assert (found["Data type"], found["Fields"]) == ("Point", "x, y")


def test_an_exception_tells_its_message_and_where_it_came_from() -> None:
    """Also one whose text cannot be made."""
    found = told(
        """
        def f():
            try:
                {}["a"]
            except KeyError as error:
                raise ValueError("bad") from error
        """,
        "try: f()\nexcept ValueError as error: kept = error",
        "i(kept)",
    )
    assert (found["Message"], found["Cause"]) == ("bad", "KeyError('a')")
    assert found["Raised in"] == "f of __main__, typed at the prompt, pyex(1), line 5"
    found = told("class Odd(Exception):\n    def __str__(self): return 1 / 0", "i(Odd())")
    assert found["Message"].startswith("unprintable")


def test_generators_tell_how_far_they_are() -> None:
    """Not begun, suspended or closed, and at which line."""
    shown = said("def f():\n    yield 1\n    yield 2", "g = f()", "i(g)", "next(g)", "i(g)", "g.close()", "i(g)")
    assert [sections(shown[place])["State"] for place in (2, 4, 6)] == ["not begun", "suspended", "closed"]
    assert sections(shown[4])["At"] == "typed at the prompt, pyex(1), line 2"


def test_a_hostile_object_does_not_stop_it() -> None:
    """One whose `repr` raises, whose `__class__` lies, and that answers to every name."""
    found = told(
        """
        class Hostile:
            __class__ = property(lambda self: 1 / 0)
            def __getattr__(self, name): raise SystemError(name)
            def __repr__(self): raise ValueError
        """,
        "i(Hostile())",
    )
    assert found["Term"] == "<unprintable Hostile object: ValueError>"
    assert found["Data type"] == "Hostile"


# In messages


class Plain:
    """An object that can be copied."""


@pytest.mark.parametrize(
    "make",
    [
        lambda: 1, lambda: "a", lambda: (1, "a"), lambda: frozenset({1}), lambda: datetime.date(2020, 1, 1),
        lambda: [1], lambda: {}, lambda: (1, []), lambda: set(), Plain, lambda: GenServer_, lambda: print,
        lambda: io.StringIO(), lambda: os.fdopen(os.open(os.devnull, 0)), threading.Lock, socket.socket,
        lambda: (x for x in "a"), lambda: test_plain_tuples_are_just_tuples, lambda: re.compile("a"), lambda: Path("a"),
    ],
)  # fmt: skip
def test_what_is_told_of_messages_is_what_happens(make: Callable[[], Any]) -> None:
    """What is said to be copied is copied, and what is said to pass by reference does."""
    value = make()
    words = in_messages(value)
    assert (copied(value) is value) == (not words or words.startswith("passes by reference")), words
    if hasattr(value, "close"):
        value.close()


GenServer_ = pyex.GenServer


# A protocol to extend


class Account:
    def __init__(self, balance: int) -> None:
        self.balance = balance


@in_process
def test_types_of_mine_can_have_more_to_say() -> None:
    """What I register for a class holds for its subclasses, too, and has the usual headings around it."""
    try:
        info.register(Account)(lambda account: [("Balance", account.balance), ("Owner", Process.self())])
        found = dict(sections_of(type("Savings", (Account,), {})(Atom("high"))))
        assert list(found)[:4] == ["Term", "Data type", "Balance", "Owner"]
        assert (found["Data type"], found["Balance"]) == ("Savings", ":high")
        info.register(Account)(lambda account: "nonsense")
        with pytest.raises(pyex.ArgumentError, match="info of Account must return a list of"):
            sections_of(Account(1))
    finally:
        info.register(Account)(info.dispatch(object))


def test_texts_in_a_section_do_not_paint_the_terminal() -> None:
    """The file of a module may be called anything."""
    shown = told("m = type(__import__('os'))('m')", "m.__file__ = '\\x1b[2J'", "i(m)")
    assert shown["Source"] == "\\x1b[2J"
