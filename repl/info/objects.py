"""What `i(x)` tells of other objects: of data classes, exceptions, generators, files, and all that is not known."""

from __future__ import annotations

import dataclasses
import inspect as inspection
import io
import socket
from types import AsyncGeneratorType, CoroutineType, GeneratorType
from typing import Any

from pyex.errors import safe_repr
from pyex.repl.display import inspect
from pyex.repl.info.protocol import Entry, info
from pyex.repl.info.words import place
from pyex.stack import stacktrace


@info.register
def _(value: object) -> list[Entry]:
    kind = type(value)
    entries: list[Entry] = [("Data type", _class_name(kind))]
    if dataclasses.is_dataclass(kind):
        fields = dataclasses.fields(kind)
        entries.append(("Fields", ", ".join(field.name for field in fields) or "none"))
        entries.append(("Description", "This is a data class: what structs are in Elixir."))
    else:
        entries.append(("Description", f"This is an object of the class {_class_name(kind)}."))
    return [*entries, ("Reference modules", _class_name(kind))]


@info.register
def _(error: BaseException) -> list[Entry]:
    entries: list[Entry] = [("Data type", _class_name(type(error))), ("Message", _message(error) or "none")]
    stack = stacktrace(error.__traceback__)
    if stack:
        module, function, _, where = stack[0]
        entries.append(("Raised in", f"{function} of {module}, {place(where['file'], where['line'])}"))
    if error.__cause__ is not None:
        entries.append(("Cause", inspect(error.__cause__)))
    notes = [note for note in getattr(error, "__notes__", []) if isinstance(note, str)]
    if notes:
        entries.append(("Notes", "\n".join(notes)))
    words = "This is an exception. A process that does not catch it ends with the reason (exception, stacktrace)."
    return [*entries, ("Description", words), ("Reference modules", _class_name(type(error)))]


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return f"unprintable: {safe_repr(error)}"


@info.register(GeneratorType)
@info.register(CoroutineType)
@info.register(AsyncGeneratorType)
def _(value: Any) -> list[Entry]:
    prefix = {GeneratorType: "gi", CoroutineType: "cr", AsyncGeneratorType: "ag"}[type(value)]
    code, frame = getattr(value, f"{prefix}_code"), getattr(value, f"{prefix}_frame")
    is_running = getattr(value, f"{prefix}_running")
    line = code.co_firstlineno if frame is None else frame.f_lineno
    is_fresh = frame is not None and not is_running and _not_begun(value)
    state = "closed" if frame is None else "running" if is_running else "not begun" if is_fresh else "suspended"
    words = {
        "gi": "This is a generator: next(x) runs it to its next yield, in the process that calls.",
        "cr": "This is a coroutine, which does nothing by itself: blocking(asyncio.run, x) runs it.",
        "ag": "This is an asynchronous generator: async for runs it, in a coroutine.",
    }[prefix]
    return [
        ("Function", code.co_qualname),
        ("State", state),
        ("At", place(code.co_filename, line)),
        ("Description", words),
    ]


def _not_begun(value: Any) -> bool:
    if isinstance(value, GeneratorType):
        return inspection.getgeneratorstate(value) == inspection.GEN_CREATED
    if isinstance(value, CoroutineType):
        return inspection.getcoroutinestate(value) == inspection.CORO_CREATED
    return bool(value.ag_frame is not None and value.ag_frame.f_lasti <= 0)


@info.register
def _(file: io.IOBase) -> list[Entry]:
    words = "This is an open file or stream. It belongs to the process that opened it."
    return [("Open", _truth(not file.closed)), ("Description", words), ("Reference modules", "io")]


@info.register
def _(connection: socket.socket) -> list[Entry]:
    number = socket.socket.fileno(connection)
    words = "This is a socket. A call of it that waits blocks other processes: run it with blocking(fn, …)."
    return [("Open", _truth(number >= 0)), ("Description", words), ("Reference modules", "socket")]


def _truth(value: bool) -> str:
    return "true" if value else "false"


def _class_name(kind: type) -> str:
    return (
        kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    )
