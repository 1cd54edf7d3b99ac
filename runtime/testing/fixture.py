"""Fixtures that need processes: pytest makes fixtures before the test's process runs, and these in it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Generator
from contextlib import ExitStack
from typing import Any

from pyex.errors import bad_argument, describe


class Promise:
    """What pytest hands around for the value of such a fixture, which the test's process makes."""

    def __init__(self, function: Callable[..., Any], owner: tuple[Any, ...], arguments: dict[str, Any]) -> None:
        self.function = function
        # The instance, where it is the method of a test class.
        self.owner = owner
        self.arguments = arguments
        self.value: Any = None
        self.is_kept = False

    def keep(self, undo: ExitStack) -> Any:
        """Make the value, once; what is to be done after the test goes to `undo`."""
        if self.is_kept:
            return self.value
        self.is_kept = True
        arguments = kept(self.arguments, undo)
        if not inspect.isgeneratorfunction(self.function):
            self.value = self.function(*self.owner, **arguments)
            return self.value
        generator = self.function(*self.owner, **arguments)
        self.value = next(generator)
        undo.callback(_finish, self.function, generator)
        return self.value


def kept(arguments: dict[str, Any], undo: ExitStack) -> dict[str, Any]:
    """The arguments with the values that were promised. In the test's process."""
    return {name: each.keep(undo) if isinstance(each, Promise) else each for name, each in arguments.items()}


def process_fixture(
    function: Callable[..., Any] | None = None, *, name: str | None = None, autouse: bool = False
) -> Any:
    """A pytest fixture that is evaluated in the process of the test, so that it can spawn, link and receive.

        @process_fixture
        def counter():
            return start_supervised_ok((Counter, 0))

    A decorator, also `@process_fixture(name=…, autouse=True)`. The function may take other fixtures, and may `yield`
    its value: what follows runs when the test has returned or raised, in its process; of a test that is killed only
    `finally` runs. A test that asks for it runs as a process, marked or not. A plain fixture that
    asks for it gets a stand-in, which it can only return or yield. Mirrors `ExUnit.Callbacks.setup/1`.
    """
    if function is None:
        return functools.partial(process_fixture, name=name, autouse=autouse)
    if not callable(function) or inspect.iscoroutinefunction(function) or inspect.isasyncgenfunction(function):
        raise bad_argument(1, f"not a plain function: {describe(function)}")
    # Only here, for the rest of the package does without.
    import pytest

    made_by = function

    @functools.wraps(made_by)
    def promise(*owner: Any, **arguments: Any) -> Promise:
        return Promise(made_by, owner, arguments)

    return pytest.fixture(name=name, autouse=autouse)(promise)


def _finish(function: Callable[..., Any], generator: Generator[Any, None, None]) -> None:
    try:
        next(generator)
    except StopIteration:
        return
    raise RuntimeError(f"the fixture {function.__qualname__} has yielded more than once")
