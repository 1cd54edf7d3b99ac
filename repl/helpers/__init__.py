"""The shell's helpers: one short word each, beside everything that `from pyex import *` gives."""

from __future__ import annotations

import pydoc
from collections.abc import Callable, Mapping
from inspect import getdoc
from typing import Any

import pyex
from pyex import Atom, receive
from pyex.repl.display import inspect
from pyex.repl.documentation import describe, summaries
from pyex.repl.helpers.reload import r

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
    """`exit()` leaves the shell, and so does `exit`. `exit(reason)` ends the process that calls it; the shell process
    lives on and only reports it."""
    if reason is _NOTHING:
        raise LeaveShell
    pyex.exit(reason)


@Helper
def quit() -> Any:
    """Leave the shell; so do `exit`, Ctrl+D, and Ctrl+C twice on an empty line."""
    raise LeaveShell


@Helper
def h(subject: Any = _NOTHING) -> None:
    """`h()` lists what there is; `h(x)` shows the signature and documentation of a function, class or module, or of
    what a name in quotes stands for. Mirrors IEx's `h/1`."""
    print(_overview() if subject is _NOTHING else describe(subject))


@Helper
def help(*subject: Any) -> None:
    """`help()` points to `h()`; `help(x)` is Python's own."""
    if subject:
        pydoc.help(*subject)
    else:
        print("h() lists everything there is here, and h(x) tells of one thing; help(x) is Python's own help.")


def _overview() -> str:
    lines = ["", "Welcome to pyex: Erlang's processes for Python. Everything here is also in `from pyex import *`:", ""]
    lines += _listed({name: getattr(pyex, name) for name in sorted(pyex.__all__, key=str.lower)})
    lines += ["", "Helpers of the shell:", "", *_listed(HELPERS)]
    lines += ["", "h(x) tells more, for example h(spawn), h(Process) or h(Process.link).", ""]
    return "\n".join(lines)


def _listed(subjects: Mapping[str, object]) -> list[str]:
    return [f"  {line}" for line in summaries((name, getdoc(each) or "") for name, each in subjects.items())]


HELPERS: dict[str, Helper] = {"exit": exit, "flush": flush, "h": h, "help": help, "quit": quit, "r": Helper(r)}


def prelude() -> dict[str, object]:
    """What the prompt has from the start."""
    return {**{name: getattr(pyex, name) for name in pyex.__all__}, **HELPERS}
