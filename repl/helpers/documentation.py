"""Helpers that tell what there is: `h`, `b`, `t`, `s`, `exports` and `open`."""

from __future__ import annotations

import builtins
import os
from types import ModuleType
from typing import Any

from pyex import ArgumentError, Atom
from pyex.inspection.safe_text import one_line
from pyex.repl.helpers.helper import NOTHING, unwrapped
from pyex.repl.shell.current import columns, current, has_colours

# A wrong name is told up to so many characters.
_LONGEST_NAME = 80


def h(subject: Any = NOTHING) -> None:
    """Print documentation: `h(x)` that of a function, class or module, and `h()` what there is at the prompt.

        h(GenServer)
        h(GenServer.call)
        h("json.dumps")
        h("for")

    Anything can be asked about: of a value that has no text of its own, its class is shown. What is in quotes is looked
    up: a name at the prompt, a public name of pyex, one of Python's builtins, a keyword or topic of Python's, or a
    module that is loaded. Nothing is run to find out: no property, no `__getattr__`.

    Returns None. What has no text says so: `No documentation for x was found`. Mirrors IEx's `h/0` and `h/1`.
    """
    from pyex.repl import documentation
    from pyex.repl.documentation import overview

    if subject is NOTHING:
        from pyex.repl.helpers import HELPERS

        print(overview.page(HELPERS, columns(), has_colours()))
    elif type(subject) in (str, Atom):
        print(documentation.named_page(subject, _names(), columns(), has_colours()))
    else:
        print(documentation.page(subject, columns(), has_colours()))


def help(*subject: Any) -> None:
    """`help()` points to `h()`; `help(x)` is Python's own."""
    if subject:
        import pydoc

        pydoc.help(*subject)
    else:
        print("h() lists everything there is here, and h(x) tells of one thing; help(x) is Python's own help.")


def b(behaviour: Any = NOTHING) -> None:
    """Print the callbacks of a behaviour, or one of them with its text.

        b(GenServer)
        b(GenServer.init)

    Each stands with its parameters and what it may return; those that may be left out are named at the end. A behaviour
    is one of pyex's, an abstract class, a protocol, or a class with methods that only raise `NotImplementedError`.

    Returns None. What asks for nothing says so: `No callbacks for x were found`. Mirrors IEx's `b/1`.
    """
    from pyex.repl.documentation import callbacks
    from pyex.repl.documentation.paint import Paint

    subject = _wanted("b", "a behaviour or a callback, as in b(GenServer) or b(GenServer.init)", behaviour)
    show = callbacks.listing if isinstance(subject, type) else callbacks.page
    text = show(subject, columns(), Paint(has_colours()))
    print(f"No callbacks for {_called(behaviour)} were found" if text is None else text)


def t(subject: Any = NOTHING) -> None:
    """Print the types of a module, the fields of a class, an alias, or a function's signature with its types.

        t(Point)

    Shown are type aliases, dataclasses, named tuples, typed dicts, enums and protocols, as one would write them.

    Returns None. What has none says so: `No type information for x was found`. Mirrors IEx's `t/1`.
    """
    from pyex.repl.documentation import type_definitions

    wanted = _wanted("t", "a module, class, alias or function, as in t(Point)", subject)
    text = type_definitions.listing(wanted, columns())
    print(f"No type information for {_called(subject)} was found" if text is None else _code(text))


def s(subject: Any = NOTHING) -> None:
    """Print the specification of a function: its signature with all types, and each of its overloads.

        s(Process.link)

    Of a class or module it prints those of all public functions in it.

    Returns None. What says no types says so: `No specification for x was found`. Mirrors the `s/1` of IEx before 1.15.
    """
    from pyex.repl.documentation import type_definitions

    wanted = _wanted("s", "a function, class or module, as in s(Process.link)", subject)
    text = type_definitions.specification(wanted, columns())
    print(f"No specification for {_called(subject)} was found" if text is None else _code(text))


def exports(module: Any = NOTHING) -> None:
    """Print the functions and classes in a module, class or behaviour, sorted; without an argument, the names at the
    prompt.

        exports(Process)

    Parameters are shown where there are few: `link(pid)`, and `spawn(…)` where there are more.

    Returns None. Raises `ArgumentError` for what has no names in it. Mirrors IEx's `exports/1`.
    """
    from pyex.repl.display.side_by_side import side_by_side
    from pyex.repl.documentation import members

    if module is NOTHING:
        names = members.in_short((name, each) for name, each in _names().items() if not name.startswith("_"))
    else:
        wanted = _wanted("exports", "a module, class or behaviour, as in exports(Process)", module)
        if not isinstance(wanted, ModuleType | type):
            raise ArgumentError(f"exports takes a module, class or behaviour, not {_called(module)}")
        names = members.exported(wanted)
    print("\n".join(side_by_side(dict.fromkeys(names, ""), columns())) or f"{_called(module)} exports nothing")


def open(subject: Any = NOTHING, *args: Any, **options: Any) -> Any:
    """Open the source of something in the editor; a file by its name is opened by Python, as ever.

        open(GenServer.call)
        open(error)                     # where it was raised
        open(("shop.py", 12))           # that file, at line 12
        open()                          # where the process has stopped, in a pry session
        with open("shop.py") as file: …

    With a function, class, module, exception, stack trace place or `(file, line)` the editor is started at that line,
    and the prompt waits until it is left. The editor is `PYEX_EDITOR`, `VISUAL` or `EDITOR`; it may have arguments, and
    `__FILE__` and `__LINE__` stand for the place where it is not known how the editor is told. With a string, a path or
    a number, or with more arguments, this is Python's own `open`.

    Returns None, or what Python's returns. Raises `ArgumentError` for what was typed at the prompt or is not written in
    Python, and where no editor is set. Mirrors IEx's `open/1`.
    """
    if args or options or isinstance(subject, str | bytes | int | os.PathLike):
        return builtins.open(*(() if subject is NOTHING else (subject,)), *args, **options)
    from pyex.repl import editor
    from pyex.repl.documentation import source

    if subject is NOTHING:
        from pyex.repl.pry import location_of_current

        subject = location_of_current()
        if subject is None:
            raise ArgumentError("open takes what to open, as in open(GenServer.call); without, it needs a pry session")
    command = editor.command_for(*source.place_of(subject))
    shell = current()
    # Ctrl+C is for the editor meanwhile.
    shell.console.foreground(None)
    try:
        editor.run(command)
    finally:
        from pyex.scheduler import scheduler

        shell.console.foreground(scheduler.me())
    return None


def _wanted(helper: str, what: str, value: Any) -> Any:
    """What a helper is asked about: itself, or what its name stands for."""
    if value is NOTHING:
        raise ArgumentError(f"{helper} takes {what}")
    if type(value) not in (str, Atom):
        return unwrapped(value)
    from pyex.repl.documentation.subject import value_named

    return value_named(value, _names())


def _names() -> dict[str, object]:
    return current().bindings.namespace


def _called(value: Any) -> str:
    """A thing as messages name it."""
    from pyex.repl.display import inspect
    from pyex.repl.documentation.subject import subject_of

    if type(value) in (str, Atom):
        return one_line(value[:_LONGEST_NAME])
    subject = subject_of(value)
    return inspect(value, limit=5) if subject.note and subject.value is type(value) else subject.name


def _code(text: str) -> str:
    from pyex.repl.documentation.paint import Paint

    return "\n".join([*Paint(has_colours()).code(text.split("\n"), "python"), ""])
