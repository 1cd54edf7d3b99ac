"""The debugger's helpers: breakpoints, and what can be done at a pry prompt."""

from __future__ import annotations

import importlib
from types import FunctionType, ModuleType
from typing import Any

from pyex import ArgumentError, Atom
from pyex.atom import OK
from pyex.errors import describe
from pyex.repl.pry.resume import CONTINUE, NEXT, OUT, Resume
from pyex.repl.shell.current import current
from pyex.repl.shell.outcome import NO_RESULT

_NOT_FOUND = Atom("not_found")
_NOT_HERE = "Pry session is not currently enabled"


def break_(function: Any, stops: int = 1) -> int:
    """Set a breakpoint: the next `stops` calls of a function stop at its first line, whichever process makes them.

        break_(Shop.total)
        break_("shop.total", stops=3)

    Works for functions and methods, written in files or at the prompt, of running servers too. The call that stops
    shows a pry prompt, see `h(pry)`; `next_()`, `out()` and `continue_()` let it go on. Calls that are running already
    are not affected. The function keeps its other properties; one that is defined anew, or reloaded, has no breakpoint.

    Returns the breakpoint's number; a function has one, which is given the new `stops`. Raises `RuntimeError` for what
    is not written in Python, is pyex's own, or whose source is not there or has changed. Mirrors IEx's `break!/2`.
    """
    from pyex.repl.pry.breakpoint import set_breakpoint

    if isinstance(stops, bool) or not isinstance(stops, int) or stops < 1:
        raise ArgumentError(f"stops is how many calls are to stop, 1 or more, not {describe(stops)}")
    return set_breakpoint(_named(function) if isinstance(function, str) else function, stops)


def breaks() -> Atom:
    """Print all breakpoints: their numbers, functions, and how many calls are still to stop. Mirrors IEx's
    `breaks/0`."""
    from pyex.repl.pry.breakpoint import breakpoints

    if not breakpoints:
        print("No breakpoints set")
        return NO_RESULT
    heads = ("ID", "Module.function/arity", "Pending stops")
    rows = [(str(each.number), each.name, str(each.stops)) for _, each in sorted(breakpoints.items())]
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(3)]
    lines = ["  ".join(f" {cell:<{width}}" for cell, width in zip(row, widths, strict=True)) for row in [heads, *rows]]
    ruler = " ".join("-" * (width + 2) for width in widths)
    print("\n".join(["", lines[0].rstrip(), ruler, *(line.rstrip() for line in lines[1:]), ""]))
    return NO_RESULT


def reset_break(breakpoint: Any) -> Atom:
    """Set the pending stops of a breakpoint to 0, by its number or its function: it stays, and stops nobody.

    Returns "ok", or "not_found". `break_` gives it stops again. Mirrors IEx's `reset_break/1`.
    """
    from pyex.repl.pry.breakpoint import breakpoints, function_of

    if isinstance(breakpoint, int) and not isinstance(breakpoint, bool):
        found = breakpoints.get(breakpoint)
    else:
        function = function_of(_named(breakpoint) if isinstance(breakpoint, str) else breakpoint)
        found = next((each for each in breakpoints.values() if each.function is function), None)
    if found is None:
        return _NOT_FOUND
    found.stops = 0
    return OK


def remove_breaks(*subject: Any) -> Atom:
    """Remove all breakpoints, or those of a class, a module or a function: their code is as it was before.

        remove_breaks()
        remove_breaks(Shop)

    Calls that have stopped go on when they are let. Returns "ok". Mirrors IEx's `remove_breaks/1`.
    """
    from pyex.repl.pry.breakpoint import function_of, remove_breakpoints

    if len(subject) > 1:
        raise ArgumentError("remove_breaks takes nothing, or one class, module or function")
    if not subject:
        remove_breakpoints(lambda function: True)
        return OK
    owner = _named(subject[0]) if isinstance(subject[0], str) else subject[0]
    if isinstance(owner, ModuleType):
        remove_breakpoints(lambda function: function.__module__ == owner.__name__)
    elif isinstance(owner, type):
        remove_breakpoints(lambda function: _is_of(owner, function))
    else:
        wanted = function_of(owner)
        remove_breakpoints(lambda function: function is wanted)
    return OK


def continue_() -> Atom:
    """Let the process that has stopped go on; the shell is as it was before. Mirrors IEx's `continue/0`."""
    return _resume(CONTINUE)


def next_() -> Atom:
    """At a breakpoint: go on to the next line of the function, and stop there. After its last line the process just
    goes on. Mirrors IEx's `next/0`."""
    return _resume(NEXT)


def n() -> Atom:
    """As `next_()`. Mirrors IEx's `n/0`."""
    return _resume(NEXT)


def out() -> Atom:
    """At a breakpoint: go on until the function returns, and stop there; the value is shown, and is `__return__`."""
    return _resume(OUT)


def whereami(radius: int = 2) -> Atom:
    """At a pry prompt, print where the process has stopped: the place, `radius` lines of source on either side, and
    the calls that led there. Mirrors IEx's `whereami/1`."""
    from pyex.error_report import shortened
    from pyex.format_exit import format_stack
    from pyex.repl.display.colours import coloured
    from pyex.repl.pry.place import short, source_around
    from pyex.repl.pry.stop import current_stop

    if isinstance(radius, bool) or not isinstance(radius, int) or radius < 1:
        raise ArgumentError(f"whereami takes a number of lines, 1 or more, not {describe(radius)}")
    stop = current_stop()
    if stop is None:
        return _not_here()
    source = source_around(stop.place, radius)
    print(coloured("eval_info", f"Location: {short(stop.place.file)}:{stop.place.line}"))
    print("\n" + (source + "\n" if source else "(its source is not there)\n"), end="")
    print(coloured("stack_info", format_stack(shortened(stop.place.stack))) + "\n")
    return NO_RESULT


def _resume(how: Atom) -> Atom:
    from pyex.repl.pry.stop import current_stop

    stop = current_stop()
    if stop is None:
        return _not_here()
    if how != CONTINUE and stop.step is None:
        raise RuntimeError(
            "next_() and out() need a breakpoint, and this is a pry() in a function without one: "
            "break_(f) sets one for the next call of f; continue_() lets this one go on"
        )
    raise Resume(how)


def _not_here() -> Atom:
    from pyex.repl.display.colours import coloured

    print(coloured("eval_error", _NOT_HERE))
    return NO_RESULT


def _named(name: str) -> Any:
    """What a dotted name stands for: at the prompt, or else in a module, which is imported."""
    first, *rest = name.split(".")
    found: Any = current().bindings.namespace.get(first)
    if found is None:
        try:
            found = importlib.import_module(first)
        except ImportError:
            raise RuntimeError(f"could not set breakpoint, there is no {first}") from None
    path = first
    for part in rest:
        path += f".{part}"
        if not hasattr(found, part) and isinstance(found, ModuleType):
            try:
                importlib.import_module(path)
            except ImportError:
                raise RuntimeError(f"could not set breakpoint, unknown function {name}") from None
        if not hasattr(found, part):
            raise RuntimeError(f"could not set breakpoint, unknown function {name}")
        found = getattr(found, part)
    return found


def _is_of(owner: type, function: FunctionType) -> bool:
    return function.__module__ == owner.__module__ and function.__qualname__.startswith(f"{owner.__qualname__}.")
