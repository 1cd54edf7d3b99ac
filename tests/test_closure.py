"""What a function takes with it when it is spawned or sent."""

from __future__ import annotations

import functools
import logging
import sys
from collections.abc import Callable
from typing import Any

from in_process import in_process

import pyex
from pyex import Process, receive, self, send, spawn, spawn_monitor

SOON = 5000

# Data of this module, which a function in a file shares with all others, as in all Python.
SHARED: list[Any] = []


def as_received(function: Callable[..., Any]) -> Callable[..., Any]:
    """What the receiver of a function gets."""
    send(self(), function)
    received: Callable[..., Any] = receive(after=0)
    return received


@in_process
def test_a_variable_is_taken_as_it_is_at_spawn() -> None:
    """What a spawned function reads from around it has the value of the moment of spawning."""
    me = self()
    for number in range(3):
        spawn(lambda: send(me, number))  # noqa: B023
    assert sorted(receive(after=SOON) for _ in range(3)) == [0, 1, 2]


@in_process
def test_what_a_spawned_function_changes_its_parent_does_not_see() -> None:
    """A list around a spawned function is the child's own copy."""
    me = self()
    basket = ["tea"]

    def add() -> None:
        basket.append("milk")
        send(me, ("child has", basket))

    spawn(add)
    assert receive(after=SOON) == ("child has", ["tea", "milk"])
    assert basket == ["tea"]


@in_process
def test_what_the_parent_changes_afterwards_a_spawned_function_does_not_see() -> None:
    """The copy is made at spawn, not when the process first runs."""
    me = self()
    basket = ["tea"]
    spawn(lambda: send(me, basket))
    basket.append("milk")
    assert receive(after=SOON) == ["tea"]


@in_process
def test_nonlocal_in_a_process_is_its_own() -> None:
    """A process that assigns to a variable around its function does not assign to its parent's."""
    me = self()
    count = 0

    def increase() -> None:
        nonlocal count
        count += 1
        send(me, count)

    spawn(increase)
    spawn(increase)
    assert [receive(after=SOON), receive(after=SOON)] == [1, 1]
    assert count == 0


@in_process
def test_a_closure_that_is_sent_is_copied_as_one_that_is_spawned() -> None:
    """A function in a message is a message too."""
    basket = ["tea"]

    def add(what: str) -> list[str]:
        basket.append(what)
        return basket

    assert as_received(add)("milk") == ["tea", "milk"]
    assert basket == ["tea"]


@in_process
def test_a_function_around_a_function_is_copied_too() -> None:
    """What the functions read that a spawned function calls is copied as well."""
    basket = ["tea"]

    def add() -> None:
        basket.append("milk")

    def add_twice() -> list[str]:
        add()
        add()
        return basket

    assert as_received(add_twice)() == ["tea", "milk", "milk"]
    assert basket == ["tea"]


@in_process
def test_functions_that_share_a_variable_go_on_sharing_it() -> None:
    """Two functions that arrive together and had a variable in common have one in common."""
    count = 0

    def increase() -> None:
        nonlocal count
        count += 1

    def read() -> int:
        return count

    send(self(), (increase, read))
    their_increase, their_read = receive()
    their_increase()
    assert their_read() == 1
    assert read() == 0


@in_process
def test_an_object_shared_by_a_function_and_its_argument_stays_one() -> None:
    """What is sent together with a function and is read by it is one object for the receiver."""
    basket = ["tea"]
    send(self(), (lambda: basket, basket))
    function, theirs = receive()
    assert function() is theirs


@in_process
def test_a_local_function_may_call_itself() -> None:
    """A recursive function inside another works in a process of its own."""
    me = self()

    def countdown(n: int) -> None:
        if n == 0:
            send(me, "lift off")
        else:
            countdown(n - 1)

    spawn(countdown, 3)
    assert receive(after=SOON) == "lift off"


@in_process
def test_local_functions_may_call_each_other() -> None:
    """Two functions inside another that call each other work in a process of its own."""
    me = self()

    def is_even(n: int) -> bool:
        return n == 0 or is_odd(n - 1)

    def is_odd(n: int) -> bool:
        return n != 0 and is_even(n - 1)

    spawn(lambda: send(me, is_even(10)))
    assert receive(after=SOON) is True


@in_process
def test_a_default_argument_is_copied() -> None:
    """`lambda basket=basket: ...`, Python's way to keep a value, shares nothing either."""
    me = self()
    basket = ["tea"]
    spawn(lambda basket=basket: (basket.append("milk"), send(me, basket)))
    assert receive(after=SOON) == ["tea", "milk"]
    assert basket == ["tea"]


@in_process
def test_a_default_of_a_keyword_argument_is_copied() -> None:
    """The same for arguments that are given by name only."""
    me = self()
    basket = ["tea"]
    spawn(lambda *, basket=basket: (basket.append("milk"), send(me, basket)))
    assert receive(after=SOON) == ["tea", "milk"]
    assert basket == ["tea"]


@in_process
def test_a_bound_method_takes_a_copy_of_its_object() -> None:
    """spawn(obj.method) gives the process an object of its own."""
    me = self()

    class Basket:
        def __init__(self) -> None:
            self.inside = ["tea"]

        def add(self, what: str) -> None:
            self.inside.append(what)
            send(me, self.inside)

    basket = Basket()
    spawn(basket.add, "milk")
    assert receive(after=SOON) == ["tea", "milk"]
    assert basket.inside == ["tea"]


@in_process
def test_a_partial_takes_copies_of_its_arguments() -> None:
    """functools.partial(f, x) is spawned with a copy of x."""
    me = self()
    basket = ["tea"]
    spawn(functools.partial(lambda given: (given.append("milk"), send(me, given)), basket))
    assert receive(after=SOON) == ["tea", "milk"]
    assert basket == ["tea"]


@in_process
def test_a_closure_inside_an_object_is_copied_too() -> None:
    """What a function reads is copied also where a partial, or any other object, holds the function."""
    basket = ["tea"]

    def add(what: str) -> list[str]:
        basket.append(what)
        return basket

    assert as_received(functools.partial(add, "milk"))() == ["tea", "milk"]
    assert basket == ["tea"]


@in_process
def test_a_copied_function_is_called_as_the_original() -> None:
    """The receiver's function has the name, text, defaults, annotations and attributes of the sender's."""
    here = ["x"]

    def original(a: int, b: int = 2, *, c: int = 3) -> tuple[Any, ...]:
        """Its text."""
        return (a, b, c, here)

    original.note = "attribute"  # type: ignore[attr-defined]
    copy = as_received(original)
    assert copy is not original
    assert copy(1) == (1, 2, 3, ["x"])
    assert [copy.__name__, copy.__qualname__, copy.__doc__, copy.__module__] == [
        original.__name__, original.__qualname__, original.__doc__, original.__module__,
    ]  # fmt: skip
    assert copy.__annotations__ == original.__annotations__
    assert copy.note == "attribute"  # type: ignore[attr-defined]


@in_process
def test_a_variable_that_is_not_bound_yet_stays_so() -> None:
    """A function may be sent before a variable that it reads has a value; reading it there is the usual NameError."""

    def read() -> Any:
        return later

    copy = as_received(read)
    later = 1
    assert read() == later
    try:
        copy()
    except NameError as error:
        assert error.name == "later"
    else:
        raise AssertionError("read a variable that was never bound for it")


@in_process
def test_a_lock_around_a_function_is_the_same_lock() -> None:
    """What cannot be copied, as a generator, is taken along by reference."""
    numbers = (number for number in range(3))
    assert as_received(lambda: numbers)() is numbers


@in_process
def test_self_without_parentheses_around_a_function_is_the_function_self() -> None:
    """A spawned function that calls self() has its own pid, wherever it has the name from."""
    me, who_am_i = self(), self
    pid = spawn(lambda: send(me, who_am_i()))
    assert receive(after=SOON) == pid


@in_process
def test_the_globals_of_a_module_are_shared() -> None:
    """What is defined at the top of a file is there once, for all processes, as in all Python."""
    me = self()
    SHARED.clear()
    spawn(lambda: (SHARED.append("from the child"), send(me, "done")))
    receive("done", after=SOON)
    assert SHARED == ["from the child"]


# -- at a prompt, whose namespace tells data from code


class Names:
    """What a prompt tells of its namespace."""

    def __init__(self, *data: str, gone: dict[str, str] | None = None) -> None:
        self.data = data
        self.gone = gone or {}

    def is_data(self, name: str) -> bool:
        return name in self.data

    def why_gone(self, name: str) -> str | None:
        return self.gone.get(name)


def prompt(code: str, names: Names, **bound: Any) -> dict[str, Any]:
    """Run code as a prompt does, in a namespace that has marked what is data; returns the namespace."""
    namespace: dict[str, Any] = {"__data__": names, **vars(pyex), **bound}
    exec(code, namespace)
    return namespace


@in_process
def test_a_lambda_at_the_prompt_takes_the_data_that_it_reads() -> None:
    """for i in range(3): spawn(lambda: print(i)) shows 0, 1 and 2 at the prompt too."""
    prompt("for i in range(3): spawn(lambda: send(me, i))", Names("i", "me"), me=self())
    assert sorted(receive(after=SOON) for _ in range(3)) == [0, 1, 2]


@in_process
def test_data_of_the_prompt_is_copied_for_a_lambda() -> None:
    """What a process does to a list of the prompt's, the prompt does not see."""
    code = "basket = ['tea']; spawn(lambda: (basket.append('milk'), send(me, basket)))"
    namespace = prompt(code, Names("basket", "me"), me=self())
    assert receive(after=SOON) == ["tea", "milk"]
    assert namespace["basket"] == ["tea"]


@in_process
def test_a_lambda_inside_a_lambda_takes_its_data_along() -> None:
    """Data that is read by a lambda within the lambda is captured as well."""
    prompt("x = 1; spawn(lambda: (lambda: send(me, x))()); x = 2", Names("x", "me"), me=self())
    assert receive(after=SOON) == 1


@in_process
def test_a_lambda_that_is_data_may_call_itself() -> None:
    """A recursive lambda that was assigned at the prompt works in a process."""
    code = "factorial = lambda n: 1 if n == 0 else n * factorial(n - 1); spawn(lambda: send(me, factorial(5)))"
    prompt(code, Names("factorial", "me"), me=self())
    assert receive(after=SOON) == 120


@in_process
def test_code_of_the_prompt_is_not_captured() -> None:
    """A function that was defined at the prompt is looked up when it is called: its new version is used."""
    code = (
        "def version(): return 'old'\n"
        "pid = spawn(lambda: (receive(), send(me, version())))\n"
        "def version(): return 'new'\n"
        "send(pid, 'go')"
    )
    prompt(code, Names("me", "pid"), me=self())
    assert receive(after=SOON) == "new"


@in_process
def test_a_def_of_the_prompt_reads_data_when_it_runs() -> None:
    """Only lambdas take data along: a function that was defined reads what the prompt has then."""
    code = "x = 1\ndef tell(): send(me, (receive(), x))\npid = spawn(tell)\nx = 2\nsend(pid, 'go')"
    prompt(code, Names("x", "me", "pid"), me=self())
    assert receive(after=SOON) == ("go", 2)


@in_process
def test_without_a_prompt_nothing_global_is_captured() -> None:
    """A lambda in a plain file reads a global when it runs."""
    namespace = {**vars(pyex), "me": self()}
    exec("x = 1; pid = spawn(lambda: (receive(), send(me, x))); x = 2; send(pid, 'go')", namespace)
    assert receive(after=SOON) == 2


@in_process
def test_a_crash_for_want_of_data_that_died_says_what_became_of_it() -> None:
    """The report of a NameError about data of a dead shell tells that it died with the shell."""
    me = self()

    class Teller(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            send(me, record.getMessage())

    teller = Teller()
    log = logging.getLogger("pyex")
    log.addHandler(teller)
    try:
        names = Names(gone={"basket": "basket died with the shell"})
        prompt("def tell(): return basket\npid = spawn(tell)", names)
        report = receive(str, after=SOON)
    finally:
        log.removeHandler(teller)
    assert "** (NameError) name 'basket' is not defined\nbasket died with the shell\n" in report


@in_process
def test_the_dead_leave_nothing_behind() -> None:
    """When a process has ended, what its function took along is freed."""
    basket = ["tea"]
    size = sys.getrefcount(basket)
    _, reference = spawn_monitor(lambda: basket)
    receive(("DOWN", reference, ..., ..., ...), after=SOON)
    assert sys.getrefcount(basket) == size
    assert Process.info(self(), "messages") == ("messages", [])
