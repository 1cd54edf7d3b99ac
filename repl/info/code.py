"""What `i(x)` tells of functions, classes and modules."""

from __future__ import annotations

import functools
import inspect as inspection
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from pyex.errors import ArgumentError
from pyex.otp.behaviour import Behaviour
from pyex.registered_name import whereis
from pyex.repl.display import inspect
from pyex.repl.documentation.callbacks import callbacks_of
from pyex.repl.documentation.signature import specifications, title
from pyex.repl.documentation.source import place_of
from pyex.repl.documentation.subject import subject_of
from pyex.repl.info.protocol import Entry, info
from pyex.repl.info.words import place


@info.register
def _(function: FunctionType) -> list[Entry]:
    code = function.__code__
    is_local = function.__module__ == "__main__" or "<locals>" in function.__qualname__
    entries: list[Entry] = [
        ("Data type", "function"),
        ("Type", "local" if is_local else "external"),
        ("Arity", str(code.co_argcount)),
        ("Signature", signature(function).removeprefix("<lambda>")),
        ("Source", place(code.co_filename, code.co_firstlineno)),
    ]
    if code.co_freevars:
        entries.append(("Captures", ", ".join(code.co_freevars)))
    is_lambda = function.__name__ == "<lambda>"
    documented = f"Use h({name(function)}) to access its documentation."
    words = ["This is an anonymous function." if is_lambda else documented]
    if code.co_flags & inspection.CO_ASYNC_GENERATOR:
        words.append("A call of it runs nothing: it makes an asynchronous generator.")
    elif code.co_flags & inspection.CO_GENERATOR:
        words.append("A call of it runs nothing: it makes a generator.")
    elif code.co_flags & inspection.CO_COROUTINE:
        words.append("A call of it runs nothing: it makes a coroutine. Run it with blocking(asyncio.run, f()).")
    return [*entries, ("Description", "\n".join(words))]


@info.register
def _(function: BuiltinFunctionType) -> list[Entry]:
    words = f"Use h({name(function)}) to access its documentation."
    return [
        ("Data type", "function"),
        ("Type", "built-in"),
        ("Signature", signature(function)),
        ("Description", words),
        ("Reference modules", str(function.__module__ or "builtins")),
    ]


@info.register
def _(method: MethodType) -> list[Entry]:
    entries = dict(info.dispatch(type(method.__func__))(method.__func__))
    return [*{**entries, "Data type": "method", "Bound to": inspect(method.__self__)}.items()]


@info.register(functools.partial)
def _(function: functools.partial[Any]) -> list[Entry]:
    given = [*map(inspect, function.args), *(f"{key}={inspect(value)}" for key, value in function.keywords.items())]
    words = "This is a function with arguments that are given already."
    return [
        ("Function", inspect(function.func)),
        ("Arguments", ", ".join(given) or "none"),
        ("Description", words),
        ("Reference modules", "functools"),
    ]


@info.register
def _(cls: type) -> list[Entry]:
    above = [inspect(base) for base in type.mro(cls)[1:-1]]
    block = whereis(cls)
    entries: list[Entry] = [("Data type", "class"), ("Source", _source_of_class(cls))]
    if isinstance(cls, Behaviour):
        callbacks = _callbacks(cls)
        is_own = cls.__module__.startswith("pyex.")
        entries += [("Behaviours", ", ".join(behaviours(cls)))] if not is_own else []
        entries += [("Callbacks", ", ".join(callbacks))] if callbacks else []
    elif above:
        entries.append(("Base classes", ", ".join(above)))
    if block is not None:
        entries.append(("Registered name of", repr(block.pid)))
    words = [f"Use h({name(cls)}) to access its documentation."]
    if isinstance(cls, Behaviour) and cls.__module__.startswith("pyex."):
        words.insert(0, "This is a behaviour: subclasses of it are modules of callbacks.")
        words.append(f"Use b({name(cls)}) to see its callbacks.")
    elif isinstance(cls, Behaviour):
        words.insert(0, "This is a module of callbacks.")
    return [*entries, ("Description", "\n".join(words)), ("Reference modules", "type")]


@info.register
def _(module: ModuleType) -> list[Entry]:
    # Not by getattr: a module may have a __getattr__ of its own.
    known = vars(module)
    entries: list[Entry] = [
        ("Data type", "module"),
        ("Source", str(known.get("__file__") or "built into Python")),
    ]
    if isinstance(known.get("__version__"), str):
        entries.append(("Version", str(known["__version__"])))
    title = str(known.get("__name__", "?"))
    words = f"Use h({title}) to access its documentation."
    return [*entries, ("Description", words), ("Reference modules", title)]


def behaviours(cls: type) -> list[str]:
    """The names of pyex's behaviours that a class is of."""
    above = type.mro(cls)
    return [each.__qualname__ for each in above if isinstance(each, Behaviour) and each.__module__.startswith("pyex.")]


def _callbacks(cls: type) -> list[str]:
    """The callbacks that a class of the user's has itself; for a behaviour of pyex those that it asks for."""
    above = [each for each in cls.__mro__ if isinstance(each, Behaviour)]
    offered = [each for each in above if each.__module__.startswith("pyex.")]
    asked = dict.fromkeys(callback.name for each in offered for callback in callbacks_of(each))
    if cls in offered:
        return [*asked]
    written = {key for each in above if each not in offered for key in vars(each)}
    return [key for key in asked if key in written]


def _source_of_class(cls: type) -> str:
    try:
        return place(*place_of(cls))
    except (ArgumentError, OSError, TypeError):
        pass  # typed at the prompt, built in, or its file is not there any more
    for value in vars(cls).values():
        function = value.__func__ if isinstance(value, staticmethod | classmethod) else value
        if isinstance(function, FunctionType) and function.__module__ == cls.__module__:
            return place(function.__code__.co_filename)
    return "typed at the prompt" if cls.__module__ == "__main__" else "built into Python"


def name(value: Any) -> str:
    """A function or class as one writes it to `h`."""
    return subject_of(value).name


def signature(function: Any) -> str:
    """How a function is called, with its types if it has any."""
    subject = subject_of(function)
    return "\n".join(specifications(subject) or [title(subject)])
