"""The shell's helpers: one short word each, beside everything that `from pyex import *` gives."""

from __future__ import annotations

import pydoc
from collections.abc import Mapping
from inspect import getdoc
from typing import Any

import pyex
from pyex.repl.documentation import describe, summaries
from pyex.repl.helpers.helper import NOTHING, Helper
from pyex.repl.helpers.reload import r
from pyex.repl.helpers.session import exit, flush, import_file, import_file_if_available, quit, respawn, v


def h(subject: Any = NOTHING) -> None:
    """`h()` lists what there is; `h(x)` shows the signature and documentation of a function, class or module, or of
    what a name in quotes stands for. Mirrors IEx's `h/1`."""
    print(_overview() if subject is NOTHING else describe(subject))


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


# Each with a line of its own, in alphabetical order.
_FUNCTIONS = (
    exit,
    flush,
    h,
    help,
    import_file,
    import_file_if_available,
    quit,
    r,
    respawn,
    v,
)
HELPERS = {function.__name__: Helper(function) for function in _FUNCTIONS}


def prelude() -> dict[str, object]:
    """What the prompt has from the start."""
    return {**{name: getattr(pyex, name) for name in pyex.__all__}, **HELPERS}
