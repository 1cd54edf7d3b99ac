"""The shell's helpers: one short word each, beside everything that `from pyex import *` gives."""

from __future__ import annotations

import pyex
from pyex.repl.helpers.debugging import break_, breaks, continue_, n, next_, out, remove_breaks, reset_break, whereami
from pyex.repl.helpers.documentation import b, exports, h, help, open, s, t
from pyex.repl.helpers.errors import e
from pyex.repl.helpers.files import cd, clear, ls, pwd
from pyex.repl.helpers.helper import Helper
from pyex.repl.helpers.identity import pid, ref
from pyex.repl.helpers.information import i, process_info, processes, runtime_info
from pyex.repl.helpers.lesson import hint, lesson, skip
from pyex.repl.helpers.reload import c, l, nl, r, recompile
from pyex.repl.helpers.session import (
    binding,
    exit,
    flush,
    history,
    import_file,
    import_file_if_available,
    quit,
    respawn,
    v,
)
from pyex.repl.helpers.watching import msc, trace, tree
from pyex.repl.pry import pry
from pyex.repl.py_ex import PyEx

# Each with a line of its own, in alphabetical order.
_FUNCTIONS = (
    b,
    binding,
    break_,
    breaks,
    c,
    cd,
    clear,
    continue_,
    e,
    exit,
    exports,
    flush,
    h,
    help,
    hint,
    history,
    i,
    import_file,
    import_file_if_available,
    l,
    lesson,
    ls,
    msc,
    n,
    next_,
    nl,
    open,
    out,
    pid,
    process_info,
    processes,
    pry,
    pwd,
    quit,
    r,
    recompile,
    ref,
    remove_breaks,
    reset_break,
    respawn,
    runtime_info,
    s,
    skip,
    t,
    trace,
    tree,
    v,
    whereami,
)
HELPERS = {function.__name__: Helper(function) for function in _FUNCTIONS}


def prelude() -> dict[str, object]:
    """What the prompt has from the start."""
    return {**{name: vars(pyex)[name] for name in pyex.__all__ if name in vars(pyex)}, **HELPERS, "PyEx": PyEx}


def rest_of_prelude() -> dict[str, object]:
    """What it has a moment later, since it takes long to load: OTP; and the Observer."""
    from pyex import observer

    return {**{name: getattr(pyex, name) for name in pyex.__all__}, "observer": observer}
