"""The shell's helpers: one short word each, beside everything that `from pyex import *` gives."""

from __future__ import annotations

import inspect as inspection
import re
import shutil
from collections.abc import Callable
from typing import Any

import pyex
from pyex import Atom, receive
from pyex.otp.behaviour import Behaviour
from pyex.repl.display import inspect
from pyex.repl.reload import r

_NOTHING: Any = object()


class LeaveShell(BaseException):
    """Raised by `exit()` and `quit()` at the prompt."""


class Helper:
    """A helper that also works when its parentheses are left out, as in the article: `flush` is `flush()`."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.__name__ = function.__name__
        self.__doc__ = function.__doc__
        self.__wrapped__ = function

    def __call__(self, *args: Any) -> Any:
        return self.function(*args)

    def __repr__(self) -> str:
        return f"<helper {self.__name__}()>"


@Helper
def flush() -> Atom:
    """Print and remove all messages in the mailbox of the shell process. Returns "ok". Mirrors IEx's `flush/0`."""
    while (message := receive(after=0, default=_NOTHING)) is not _NOTHING:
        print(inspect(message))
    return Atom("ok")


@Helper
def exit(reason: Any = _NOTHING) -> Any:
    """`exit()` leaves the shell, and so does `exit`. `exit(reason)` ends the process that calls it; the shell
    process lives
    on and only reports it."""
    if reason is _NOTHING:
        raise LeaveShell
    pyex.exit(reason)


@Helper
def quit() -> Any:
    """Leave the shell; so do `exit`, Ctrl+D, and Ctrl+C twice on an empty line."""
    raise LeaveShell


@Helper
def h(subject: Any = _NOTHING) -> None:
    """`h()` lists what there is; `h(x)` shows the signature and documentation of a function, class, module or value."""
    if subject is _NOTHING:
        print(_overview())
        return
    documented = (
        subject
        if inspection.isroutine(subject) or inspection.isclass(subject)
        else getattr(subject, "__wrapped__", subject)
    )
    name = str(getattr(documented, "__qualname__", None) or getattr(documented, "__name__", type(subject).__name__))
    try:
        signature = str(inspection.signature(documented)).replace("'", "")
        name += re.sub(r"<object object at \w+>", "...", signature)
    except (TypeError, ValueError):
        pass
    print(f"\n  {name}\n")
    print(
        "\n".join(f"  {line}".rstrip() for line in (inspection.getdoc(documented) or "No documentation.").split("\n"))
    )
    if inspection.isclass(documented):
        print("\n".join(["", *(_summary(name, function) for name, function in _functions_of(documented))]))
    print()


def _functions_of(cls: type) -> list[tuple[str, Any]]:
    """The functions of a class, and before them those that a behaviour like GenServer offers."""
    offered = vars(type(cls)) if isinstance(cls, Behaviour) else {}
    offered = {name: each for name, each in offered.items() if not isinstance(each, property)}
    names = [each for each in {**offered, **vars(cls)} if not each.startswith("_")]
    return [(each, getattr(cls, each)) for each in names if callable(getattr(cls, each))]


def _overview() -> str:
    lines = ["", "Welcome to pyex: Erlang's processes for Python. Everything here is also in `from pyex import *`:", ""]
    lines += [_summary(name, getattr(pyex, name)) for name in sorted(pyex.__all__, key=str.lower)]
    lines += ["", "Helpers of the shell:", ""]
    lines += [_summary(name, helper) for name, helper in HELPERS.items()]
    lines += ["", "h(x) tells more, for example h(spawn), h(Process) or h(Process.link).", ""]
    return "\n".join(lines)


def _summary(name: str, subject: object) -> str:
    first = (inspection.getdoc(subject) or "").split("\n\n")[0].replace("\n", " ")
    sentence = first.split(". ")[0].rstrip(".")
    line = f"  {name:<15} {sentence}"
    columns = shutil.get_terminal_size().columns
    return line if len(line) <= columns else line[: columns - 4].rpartition(" ")[0] + " ..."


HELPERS: dict[str, Helper] = {"exit": exit, "flush": flush, "h": h, "quit": quit, "r": Helper(r)}


def prelude() -> dict[str, object]:
    """What the prompt has from the start."""
    return {**{name: getattr(pyex, name) for name in pyex.__all__}, **HELPERS}
