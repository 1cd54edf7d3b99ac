"""Messages share nothing: the receiver has a copy of everything that can change."""

from __future__ import annotations

import datetime
import decimal
import enum
import fractions
import re
import socket
import threading
import uuid
from collections import Counter, OrderedDict, defaultdict, deque, namedtuple
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from in_process import caught, in_process, messages, outcome, trapper

from pyex import ArgumentError, Atom, Pid, Process, exit, make_ref, receive, run, self, send, spawn, spawn_monitor

SOON = 5000
Point = namedtuple("Point", "x y")


class Colour(enum.Enum):
    RED = 1


@dataclass
class Order:
    number: int
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Frozen:
    inside: list[int]


class Plain:
    def __init__(self, inside: Any) -> None:
        self.inside = inside


class Node:
    """A link of a ring."""

    next: Node


class Money:
    """Decides itself how it is copied."""

    def __init__(self, amount: int, copies: int = 0) -> None:
        self.amount = amount
        self.copies = copies

    def __deepcopy__(self, memo: Any) -> Money:
        return Money(self.amount, self.copies + 1)


def as_received(message: Any) -> Any:
    """What the receiver of a message gets."""
    send(self(), message)
    return receive(after=0)


# -- what can change is copied


MUTABLE: list[Callable[[], Any]] = [
    lambda: [1, [2]],
    lambda: {"a": 1},
    lambda: {1, 2},
    lambda: bytearray(b"raw"),
    lambda: deque([1, 2]),
    lambda: Order(1, ["tea"]),
    lambda: Counter("aab"),
    lambda: OrderedDict(a=1),
]


@pytest.mark.parametrize("make", MUTABLE, ids=lambda make: type(make()).__name__)
def test_what_can_change_is_copied(make: Callable[[], Any]) -> None:
    """The receiver gets an equal object of the same type, which is not the sender's."""

    def check() -> None:
        sent = make()
        got = as_received(sent)
        assert got is not sent
        assert type(got) is type(sent)
        assert got == sent

    run(check)


@in_process
def test_what_the_sender_changes_afterwards_the_receiver_does_not_see() -> None:
    """The message is as it was when it was sent, even where it waits in the mailbox."""
    message = {"lines": ["tea"]}
    send(self(), message)
    message["lines"].append("milk")
    assert receive() == {"lines": ["tea"]}


@in_process
def test_what_the_receiver_changes_the_sender_does_not_see() -> None:
    """A receiver may do to a message what it likes."""
    me = self()
    message = {"lines": ["tea"]}
    pid = spawn(lambda: (receive()["lines"].append("milk"), send(me, "changed")))
    send(pid, message)
    receive("changed", after=SOON)
    assert message == {"lines": ["tea"]}


@in_process
def test_two_receivers_of_one_message_share_nothing() -> None:
    """The same list sent to two processes is two lists."""
    message = ["tea"]
    one, other = as_received(message), as_received(message)
    assert one == other == message
    assert one is not other


@in_process
def test_containers_are_copied_at_any_depth() -> None:
    """A list deep inside tuples, dicts, sets of tuples and objects is a copy as well."""
    innermost = ["deep"]
    message = ("a", {"k": [(1, Order(1, innermost))]})  # type: ignore[arg-type]
    got = as_received(message)
    assert got == message
    got[1]["k"][0][1].lines.append("changed")
    assert innermost == ["deep"]


@in_process
def test_a_message_may_be_nested_three_hundred_deep() -> None:
    """Deep nesting is copied down to its end."""
    innermost: list[Any] = []
    message = innermost
    for _ in range(300):
        message = [message]
    got = as_received(message)
    for _ in range(300):
        (got,) = got
    assert got == []
    assert got is not innermost


@in_process
def test_a_message_that_is_nested_too_deep_is_the_senders_error() -> None:
    """What cannot be copied for want of stack raises RecursionError in the sender, and nothing is sent."""
    message: list[Any] = []
    for _ in range(100_000):
        message = [message]
    with pytest.raises(RecursionError):
        send(self(), message)
    assert messages() == []
    while message:  # taken apart by hand: not every Python frees so deep a list without recursion
        (message,) = message


@in_process
def test_keys_of_a_dict_are_copied() -> None:
    """An object that is the key of a dict is a copy too."""
    key = Plain(["k"])
    (got,) = as_received({key: 1})
    assert got is not key
    assert got.inside == ["k"]


@in_process
def test_dataclasses_and_plain_objects_are_copied() -> None:
    """Instances of my own classes arrive as instances of the same class, with copies of what they hold."""
    for sent in (Plain([1]), Frozen([1])):
        got = as_received(sent)
        assert type(got) is type(sent)
        assert got is not sent
        assert got.inside == [1]
        assert got.inside is not sent.inside


@in_process
def test_a_named_tuple_stays_one() -> None:
    """A named tuple arrives with its names, and with a copy of the list in it."""
    sent = Point(1, [2])
    got = as_received(sent)
    assert type(got) is Point
    assert got == sent
    assert got.y is not sent.y


@in_process
def test_a_defaultdict_keeps_its_default() -> None:
    """Kinds of dict arrive as what they are."""
    got = as_received(defaultdict(list, a=[1]))
    assert got["a"] == [1]
    assert got["new"] == []


@in_process
def test_an_exception_can_be_sent() -> None:
    """An exception arrives as one of the same class, with its arguments."""
    got = as_received(("error", ValueError("oops", 1)))[1]
    assert type(got) is ValueError
    assert got.args == ("oops", 1)


@in_process
def test_a_class_may_say_how_it_is_copied() -> None:
    """An object with __deepcopy__ is copied by that, once."""
    got = as_received([Money(5)])[0]
    assert (got.amount, got.copies) == (5, 1)


# -- the shape is kept


@in_process
def test_the_same_object_twice_stays_the_same() -> None:
    """What is one list in the sender's message is one list in the receiver's."""
    line = ["tea"]
    first, second, holder = as_received([line, (line,), Plain(line)])
    assert first is second[0]
    assert first is holder.inside
    assert first is not line


@in_process
def test_equal_objects_stay_two() -> None:
    """Two equal lists do not become one."""
    first, second = as_received([["tea"], ["tea"]])
    assert first is not second


@in_process
def test_a_list_that_holds_itself_is_copied() -> None:
    """A cycle in the sender's message is a cycle in the receiver's."""
    ring: list[Any] = []
    ring.append(ring)
    got = as_received(ring)
    assert got is not ring
    assert got[0] is got


@in_process
def test_cycles_through_dicts_and_tuples_are_kept() -> None:
    """A cycle may go through a dict and a tuple."""
    entry: dict[str, Any] = {}
    entry["me"] = ("again", entry)
    got = as_received(entry)
    assert got is not entry
    assert got["me"][1] is got
    pair: tuple[list[Any]] = ([],)
    pair[0].append(pair)
    copy = as_received(pair)
    assert copy is not pair
    assert copy[0][0] is copy


@in_process
def test_cycles_through_objects_are_kept() -> None:
    """Objects that know each other know each other's copies."""
    one, other = Node(), Node()
    one.next, other.next = other, one
    got = as_received(one)
    assert got is not one
    assert got.next is not other
    assert got.next.next is got


# -- what cannot change goes by reference


class Something:
    """A class to be sent."""


def greet() -> str:
    return "hello"


UNCHANGING = [
    "text" * 1000, b"raw" * 1000, 1 << 80, 1.5, None, True, ..., Atom("ok"), (1, ("two", b"three")), range(9),
    Something, Colour.RED, threading, len, greet,
]  # fmt: skip


@pytest.mark.parametrize("sent", UNCHANGING, ids=lambda sent: type(sent).__name__)
def test_what_cannot_change_is_passed_as_it_is(sent: Any) -> None:
    """Numbers, texts, tuples of these, classes, modules and plain functions are not copied, however big they are."""

    def check() -> None:
        assert as_received(sent) is sent
        assert as_received([sent])[0] is sent

    run(check)


@in_process
def test_pids_and_references_stay_what_they_are() -> None:
    """A pid or a reference in a message names the same process, the same thing."""
    me, reference = self(), make_ref()
    assert as_received([me, {"ref": reference}, Plain(me)])[:2] == [me, {"ref": reference}]
    assert send(as_received(Plain(me)).inside, "reaches me") == receive()


# -- what cannot be copied goes by reference


@in_process
def test_a_lock_is_passed_by_reference() -> None:
    """A lock in a message is the sender's lock, and what stands around it is copied."""
    message = [threading.Lock(), ["beside it"]]
    got = as_received(message)
    assert got is not message
    assert got[0] is message[0]
    assert got[1] is not message[1]


@in_process
def test_a_socket_is_passed_by_reference() -> None:
    """A process can hand a connection to another."""
    here, there = socket.socketpair()
    with here, there:
        me = self()
        pid = spawn(lambda: (receive().sendall(b"from the other"), send(me, "sent")))
        send(pid, there)
        receive("sent", after=SOON)
        assert here.recv(100) == b"from the other"


@in_process
def test_an_open_file_is_passed_by_reference(tmp_path: Path) -> None:
    """An open file in a message is the sender's."""
    with open(tmp_path / "file", "w") as file:
        assert as_received(("file", file))[1] is file


@in_process
def test_a_generator_is_passed_by_reference() -> None:
    """A generator goes on, in the receiver, where the sender had come to."""

    def count() -> Iterator[int]:
        yield from range(3)

    numbers = count()
    assert next(numbers) == 0
    assert as_received(numbers) is numbers
    assert next(as_received(numbers)) == 1


@in_process
def test_an_object_that_holds_what_cannot_be_copied_is_passed_by_reference() -> None:
    """A threading.Event is one thing with the lock in it: the receiver waits for the sender's."""
    event = threading.Event()
    assert as_received(event) is event
    holder = Plain(threading.Lock())
    assert as_received([holder])[0] is holder


# -- self without parentheses


SLIPS: list[Callable[[], Any]] = [
    lambda: self,
    lambda: ("hello", self),
    lambda: ["hello", {"from": self}],
    lambda: Plain(self),
]


@pytest.mark.parametrize("slip", SLIPS, ids=["alone", "in a tuple", "in a list and a dict", "in an object"])
def test_self_without_parentheses_in_a_message_is_refused(slip: Callable[[], Any]) -> None:
    """A message that holds self instead of self() is refused, by an error that says what to write."""

    def check() -> None:
        with pytest.raises(ArgumentError, match=r"write self\(\)"):
            send(self(), slip())
        assert messages() == []

    run(check)


@in_process
def test_self_without_parentheses_among_the_arguments_of_spawn_is_refused() -> None:
    """spawn(f, self) says to write self()."""
    with pytest.raises(ArgumentError, match=r"write self\(\)"):
        spawn(print, self)


@in_process
def test_self_without_parentheses_in_an_exit_reason_is_refused() -> None:
    """Process.exit(pid, self) says to write self()."""
    with pytest.raises(ArgumentError, match=r"write self\(\)"):
        Process.exit(self(), ("because", self))


# -- arguments of spawn and exit reasons are messages


@in_process
def test_the_arguments_of_spawn_are_copied() -> None:
    """A process has the arguments as they were when it was spawned, and what it does to them nobody else sees."""
    argument = ["as it was"]
    pid, reference = spawn_monitor(lambda given: exit(("got", [*given], given.append("child"))), argument)
    argument.append("parent")
    assert receive(("DOWN", reference, "process", pid, ...), after=SOON)[4] == ("got", ["as it was"], None)
    assert argument == ["as it was", "parent"]


@in_process
def test_the_same_object_in_two_arguments_of_spawn_stays_the_same() -> None:
    """Arguments are copied together."""
    shared: list[Any] = []
    me = self()
    spawn(lambda one, other: send(me, one is other), shared, shared)
    assert receive(after=SOON) is True


@in_process
def test_an_exit_reason_is_copied_when_it_is_sent() -> None:
    """The reason of Process.exit arrives as it was, whatever the sender does to it."""
    pid = trapper()
    reason = ["as it was"]
    Process.exit(pid, reason)
    reason.append("changed")
    assert receive(("got", ...), after=SOON)[1] == ("EXIT", self(), ["as it was"])


@in_process
def test_those_who_hear_of_one_end_share_nothing() -> None:
    """Of two that were told the same exit reason, what one does to it the other does not see."""
    pid = spawn(lambda: exit(receive()))
    one, other = Process.monitor(pid), Process.monitor(pid)
    send(pid, ["reason"])
    receive(("DOWN", one, ..., ..., ...), after=SOON)[4].append("changed")
    assert receive(("DOWN", other, ..., ..., ...), after=SOON)[4] == ["reason"]


@in_process
def test_a_caught_exception_is_not_the_one_that_was_sent() -> None:
    """The exception in an exit reason belongs to who hears of it: it holds nothing of the process that raised it."""

    def fail() -> None:
        raise ValueError(["inside"])

    how, (error, _) = outcome(fail)
    assert how == "exited"
    assert error.args == (["inside"],)
    assert error.__traceback__ is None


@in_process
def test_a_message_to_a_timer_or_a_name_is_copied_too() -> None:
    """Whichever way a message goes, it is a copy."""
    Process.register(self(), "shop")
    message = ["m"]
    send("shop", message)
    Process.send("shop", message)
    Process.send_after("shop", message, 0)
    got = [receive(after=SOON) for _ in range(3)]
    assert got == [message] * 3
    assert all(each is not message for each in got)


def test_what_main_returns_is_handed_out_as_it_is() -> None:
    """The value of pyex.run is what the main function returned: it was not sent to anybody."""
    value = ["result"]
    assert run(lambda: value) is value


@in_process
def test_an_object_that_refuses_to_be_copied_is_passed_by_reference() -> None:
    """An error inside a class's own __deepcopy__ does not end the sender: the object goes by reference."""

    class Stubborn:
        def __deepcopy__(self, memo: Any) -> Any:
            raise TypeError("no")

    stubborn = Stubborn()
    assert caught(lambda: as_received([stubborn])[0] is stubborn) == ("value", True)


@in_process
def test_a_pid_as_a_message_can_be_answered() -> None:
    """The usual request carries the pid to answer to."""
    pid = spawn(lambda: send(receive((Pid, ...))[0], "the answer"))
    send(pid, (self(), "the question"))
    assert receive(after=SOON) == "the answer"


@pytest.mark.parametrize(
    "value",
    [
        datetime.datetime.now(datetime.UTC),
        datetime.timedelta(1),
        decimal.Decimal("1.5"),
        fractions.Fraction(1, 3),
        uuid.uuid4(),
        Path("somewhere"),
        re.compile("x+"),
        frozenset({1, "two", ("three",)[0]}),
        (1, ("two", (None, frozenset({3})))),
    ],
    ids=lambda value: type(value).__name__,
)
@in_process
def test_values_that_cannot_change_travel_by_reference(value: Any) -> None:
    """The receiver gets the very value, alone and inside a list."""
    send(self(), value)
    assert receive() is value
    send(self(), [value])
    assert receive()[0] is value


@in_process
def test_a_frozen_set_of_what_can_change_is_copied() -> None:
    """A frozenset may hold objects that change: then these are copied."""

    class Box:
        def __init__(self) -> None:
            self.content = [1]

    box = Box()
    send(self(), frozenset({box}))
    (received,) = receive()
    box.content.append(2)
    assert received.content == [1]
