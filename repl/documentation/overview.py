"""The page of `h()`: what the prompt is, and everything that there is at it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from inspect import getdoc

import pyex
from pyex.repl.documentation.inline import rendered
from pyex.repl.documentation.layout import centred, filled, laid_out
from pyex.repl.documentation.members import sentence
from pyex.repl.documentation.paint import Paint

_NAME_COLUMNS = 12
_HANGING = 4
_SHORTEST_HALF = 16
_WELCOME = """
Welcome to the prompt of pyex: Erlang's processes for Python, and all of Python. The prompt is a process itself; `self`
is its pid.

This message was triggered by the helper `h()`. With a function, class or module, `h(x)` shows its documentation; a name
in quotes will do as well, and so will a keyword of Python's:

    h(GenServer)
    h(GenServer.call)
    h("for")

`i(x)` tells of a value, whatever it is:

    i(self())

Results are kept: `v()` is the last one, and `v(3)` that of prompt 3. There are these helpers:
"""
_PUBLIC = """
What `from pyex import *` gives to every program is here as well:
"""
_POINTERS = """
Each of them has a text of its own. Try:

    h(spawn)
    h(v)

`b(GenServer)` shows the callbacks of a behaviour, `exports(Process)` the names in something, `open(GenServer.call)` its
source. `help(x)` is Python's own help.
"""


def page(helpers: Mapping[str, object], columns: int = 80, has_colours: bool = False) -> str:
    """The lines of `h()`: a line for each helper and for each public name, with the first sentence of its docstring."""
    paint = Paint(has_colours)
    lines = ["", centred("pyex", columns, paint), ""]
    lines += [*laid_out(_WELCOME.strip(), columns, paint), ""]
    lines += _listed({name: helpers[name] for name in sorted(helpers)}, columns, paint)
    lines += ["", *laid_out(_PUBLIC.strip(), columns, paint), ""]
    public = sorted(set(pyex.__all__) - {*helpers}, key=str.lower)
    lines += _listed({name: getattr(pyex, name) for name in public}, columns, paint)
    lines += ["", *laid_out(_POINTERS.strip(), columns, paint), ""]
    return "\n".join(lines)


def _listed(subjects: Mapping[str, object], columns: int, paint: Paint) -> Iterator[str]:
    """An item for each, with its first sentence."""
    for name, each in subjects.items():
        start = f"  • {name:<{_NAME_COLUMNS}} - "
        whole = sentence(getdoc(each) or "")
        # Half a sentence will do, where there are two halves and the first one tells something.
        half = re.split(r"[;:]\s", whole)[0]
        text = rendered((half if len(half) >= _SHORTEST_HALF else whole).rstrip(".:;"), paint)
        item = filled(text, columns, start, " " * _HANGING)
        yield item[0].replace(name, paint.whole(name, "doc_inline_code"), 1)
        yield from item[1:]
