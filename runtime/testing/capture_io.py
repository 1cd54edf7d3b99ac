"""Collecting what is printed, and giving `input` something to read."""

from __future__ import annotations

import builtins
import functools
import io
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, overload

from pyex.errors import bad_argument, describe


class CapturedIO(io.StringIO):
    """What `capture_io` has collected."""

    @property
    def text(self) -> str:
        """What was printed."""
        return self.getvalue()

    def __contains__(self, text: str) -> bool:
        return text in self.text

    def __str__(self) -> str:
        return self.text


Function = Callable[[], Any]


@overload
def capture_io(device: str = "stdio", *, input: str | None = None) -> AbstractContextManager[CapturedIO]: ...
@overload
def capture_io(device: Function, *, input: str | None = None) -> str: ...
@overload
def capture_io(device: str, function: Function, *, input: str | None = None) -> str: ...
def capture_io(
    device: str | Function = "stdio", function: Function | None = None, *, input: str | None = None
) -> AbstractContextManager[CapturedIO] | str:
    """Collect what is printed, by whatever process.

        >>> with capture_io() as out:
        ...     print("hello")
        >>> out.text
        'hello\\n'
        >>> capture_io(lambda: print(input("age? ") + "!"), input="7")
        'age? 7!\\n'

    As a context manager it gives an object whose `text` is what was printed (`"…" in out` looks there). With a function
    it calls that, and returns the text. `capture_io("stderr")` and `capture_io("stderr", function)` collect what goes
    to `sys.stderr`. `input` is what is read meanwhile. Raises `ArgumentError` for another device. Mirrors
    `ExUnit.CaptureIO.capture_io/2`, which captures the caller and those that it spawns; this captures everybody.
    """
    name, call = ("stdio", device) if callable(device) else (device, function)
    if call is None:
        return _captured_io(name, input)
    return with_io(name, call, input=input)[1]


@overload
def with_io(device: Function, *, input: str | None = None) -> tuple[Any, str]: ...
@overload
def with_io(device: str, function: Function, *, input: str | None = None) -> tuple[Any, str]: ...
def with_io(
    device: str | Function, function: Function | None = None, *, input: str | None = None
) -> tuple[Any, str]:
    """Call a function, and collect what is printed meanwhile.

        >>> with_io(lambda: print("hello") or 7)
        (7, 'hello\\n')

    The arguments are those of `capture_io`. Returns what the function returns, and the text. Mirrors
    `ExUnit.CaptureIO.with_io/2`.
    """
    name, call = ("stdio", device) if callable(device) else (device, function)
    if call is None:
        raise bad_argument(2, "a function is wanted")
    with _captured_io(name, input) as out:
        value = call()
    return value, out.text


@contextmanager
def _captured_io(device: str, text: str | None) -> Iterator[CapturedIO]:
    stream = {"stdio": "stdout", "stderr": "stderr"}.get(device)
    if stream is None:
        raise bad_argument(
            1, f'not a device: {describe(device)}; known are "stdio" and "stderr", and input="..." is what is read'
        )
    out = CapturedIO()
    before = getattr(sys, stream), sys.stdin, builtins.input
    setattr(sys, stream, out)
    if text is not None:
        sys.stdin = source = io.StringIO(text)
        # In a process `input` asks the group leader, who knows nothing of this.
        builtins.input = functools.partial(_read_line, source)
    try:
        yield out
    finally:
        setattr(sys, stream, before[0])
        _, sys.stdin, builtins.input = before


def _read_line(source: io.StringIO, prompt: object = "", /) -> str:
    """Stands for `input`."""
    sys.stdout.write(str(prompt))
    line = source.readline()
    if not line:
        raise EOFError("end of input")
    return line.removesuffix("\n")
