"""A function with a breakpoint does what it did without: every kind of function, with its stops used up."""

from __future__ import annotations

import asyncio
import importlib
import inspect
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pyex.repl.pry.breakpoint import breakpoints, remove_breakpoints, set_breakpoint

SOURCE = '''
"""Functions of all kinds."""
from __future__ import annotations
import functools

TOTAL = 0

def plain(a, /, b=2, *rest, c: int = 3, **more):
    """The docstring."""
    return (a, b, rest, c, more)

def only_docstring():
    """Nothing else."""

def falls_off(a):
    if a:
        return
    a = 1

def one_line(a): return a + 1

def loops(numbers):
    found = []
    for number in numbers:
        if number == 2:
            continue
        elif number > 4:
            break
        while number:
            number -= 1
        else:
            found.append(number)
    else:
        found.append("all")
    with open(__file__) as file:
        found.append(file.readline())
    match numbers:
        case [first, *_]:
            found.append(first)
        case _:
            return None
    try:
        found.append(1 / 0)
    except ZeroDivisionError as error:
        found.append(str(error))
    finally:
        found.append("finally")
    return found

def adds(n):
    global TOTAL
    TOTAL += n
    return TOTAL

def counts(start):
    n = start
    def tick(by=1):
        nonlocal n
        n += by
        return n
    return tick

def generates(n):
    for i in range(n):
        got = yield i
        if got:
            return got
    return "end"

async def waits(n):
    return n * 2

async def generates_later(n):
    for i in range(n):
        yield i
    return

def factorial(n):
    if n < 2:
        return 1
    return n * factorial(n - 1)

def comprehends(n):
    inner = [lambda: (i, n) for i in range(n)]
    return [each() for each in inner], {n: i for i in range(n)}

def fails(n):
    m = n
    raise ValueError(m)

def decorates(function):
    @functools.wraps(function)
    def inner(*args):
        return ("decorated", function(*args))
    return inner

@decorates
def decorated(a):
    b = a
    return b

class Base:
    def greet(self):
        return "base"

class Derived(Base):
    __secret = 7
    def greet(self):
        """Greets."""
        own = super().greet()
        return (own, self.__secret, __class__.__name__)
    @staticmethod
    def static(a):
        return a
    @classmethod
    def make(cls):
        made = cls()
        return made
    @property
    def double(self):
        return self.__secret * 2
'''


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """A module of such functions, in a file."""
    (tmp_path / "of_all_kinds.py").write_text(SOURCE)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    sys.modules.pop("of_all_kinds", None)
    yield importlib.import_module("of_all_kinds")
    remove_breakpoints(lambda function: True)
    del sys.modules["of_all_kinds"]


def both(target: Any, call: Any) -> tuple[Any, Any]:
    """What a call gives without a breakpoint, and with one whose stops are used up."""
    before = call()
    number = set_breakpoint(target, 1)
    breakpoints[number].stops = 0
    assert breakpoints[number].is_set()
    return before, call()


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("plain", (1,)),
        ("only_docstring", ()),
        ("falls_off", (0,)),
        ("falls_off", (1,)),
        ("one_line", (1,)),
        ("loops", ([1, 2, 3],)),
        ("loops", ([1, 5],)),
        ("loops", ((),)),
        ("factorial", (5,)),
        ("comprehends", (3,)),
        ("decorated", (1,)),
    ],
)
def test_a_call_gives_what_it_gave(module: ModuleType, name: str, args: tuple[Any, ...]) -> None:
    """Loops, with, match, try, recursion, comprehensions and decorators work as before."""
    function = getattr(module, name)
    before, after = both(function, lambda: function(*args))
    assert repr(after) == repr(before)


def test_what_python_tells_of_it_stays(module: ModuleType) -> None:
    """Signature, defaults, docstring, names and lines are those of the function."""
    function = module.plain
    told = (inspect.signature(function), function.__doc__, function.__qualname__, function.__code__.co_firstlineno)
    set_breakpoint(function, 1)
    assert (inspect.signature(function), function.__doc__, function.__qualname__) == told[:3]
    assert function.__code__.co_firstlineno == told[3]


def test_the_lines_of_an_error_stay(module: ModuleType) -> None:
    """The traceback of an error names the line that raised it."""

    def lines() -> list[int | None]:
        with pytest.raises(ValueError) as caught:
            module.fails(1)
        return [each.lineno for each in traceback.extract_tb(caught.value.__traceback__)][-1:]

    before, after = both(module.fails, lines)
    assert after == before


def test_a_closure_keeps_its_variables(module: ModuleType) -> None:
    """A function inside another shares its variables with it as before; others of its kind are left alone."""
    tick, other = module.counts(10), module.counts(100)
    set_breakpoint(tick, 1)
    breakpoints[1].stops = 0
    assert [tick(), tick(5), other()] == [11, 16, 101]
    assert other.__code__ is not tick.__code__


def test_global_names_stay_global(module: ModuleType) -> None:
    """`global` means the module's variable as before."""
    both(module.adds, lambda: module.adds(2))
    assert module.TOTAL == 4


def test_super_and_private_names_work_in_methods(module: ModuleType) -> None:
    """`super()`, `__class__` and names with two underscores mean what they meant."""
    before, after = both(module.Derived.greet, lambda: module.Derived().greet())
    assert after == before == ("base", 7, "Derived")


@pytest.mark.parametrize("name", ["static", "make"])
def test_static_and_class_methods(module: ModuleType, name: str) -> None:
    """Static methods and class methods can have breakpoints, also by way of an instance."""
    method = getattr(module.Derived(), name)
    args = (1,) if name == "static" else ()
    before, after = both(method, lambda: type(getattr(module.Derived, name)(*args)))
    assert after == before


def test_a_property_is_its_getter(module: ModuleType) -> None:
    """A property stands for the function that reads it."""
    before, after = both(vars(module.Derived)["double"], lambda: module.Derived().double)
    assert after == before == 14


def test_generators_and_coroutines(module: ModuleType) -> None:
    """Generators, coroutines and asynchronous generators stay such, with what they return."""

    def generated() -> list[Any]:
        generator = module.generates(3)
        seen = [next(generator), next(generator)]
        with pytest.raises(StopIteration) as end:
            generator.send("stop")
        return [*seen, end.value.value, *module.generates(2)]

    async def all_later() -> list[int]:
        return [each async for each in module.generates_later(3)]

    assert both(module.generates, generated)[1] == [0, 1, "stop", 0, 1]
    assert both(module.waits, lambda: asyncio.run(module.waits(4)))[1] == 8
    assert both(module.generates_later, lambda: asyncio.run(all_later()))[1] == [0, 1, 2]


def test_removing_gives_the_code_back(module: ModuleType) -> None:
    """After the removal a function has the very code that it had: it costs nothing any more."""
    code = module.plain.__code__
    set_breakpoint(module.plain, 1)
    assert module.plain.__code__ is not code
    remove_breakpoints(lambda function: True)
    assert module.plain.__code__ is code


def test_a_source_that_has_changed_is_refused(module: ModuleType) -> None:
    """Where the file says something else by now, a breakpoint would stop at the wrong lines: it is refused."""
    path = Path(str(module.__file__))
    path.write_text("\n\n" + SOURCE.replace("return (a, b", "return (b, a"))
    with pytest.raises(RuntimeError, match=r"could not find the source of of_all_kinds\.plain: it has changed"):
        set_breakpoint(module.plain, 1)
    path.write_text("def plain(:\n")
    with pytest.raises(RuntimeError, match="it has changed since it was loaded"):
        set_breakpoint(module.plain, 1)
    path.unlink()
    with pytest.raises(RuntimeError, match="could not set breakpoint, could not find the source"):
        set_breakpoint(module.plain, 1)


def test_code_without_a_source_is_refused() -> None:
    """What `exec` has defined has no source."""
    names: dict[str, Any] = {"__name__": "made"}
    exec("def f(): return 1", names)
    with pytest.raises(RuntimeError, match=r"could not find the source of made\.f: there is none"):
        set_breakpoint(names["f"], 1)


def test_a_second_breakpoint_is_the_same_one(module: ModuleType) -> None:
    """Setting one again gives it new stops and returns its number; removed numbers are free again."""
    assert (set_breakpoint(module.plain, 1), set_breakpoint(module.loops, 1)) == (1, 2)
    assert set_breakpoint(module.plain, 5) == 1
    assert breakpoints[1].stops == 5


def test_a_thread_does_not_stop(module: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the caller is no process, the function runs through, and no stop is used up."""
    set_breakpoint(module.one_line, 1)
    assert module.one_line(1) == 2
    assert breakpoints[1].stops == 1
