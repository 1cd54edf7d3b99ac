"""How pids and other terms are written in a view."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from pyex.atom import Atom
from pyex.control_block import ControlBlock, process_table
from pyex.inspection import inspect
from pyex.inspection.safe_text import one_line
from pyex.inspection.static_lookup import class_name, is_a
from pyex.observer.view import Refused
from pyex.pid import Pid
from pyex.reference import Reference
from pyex.stack import initial_call
from pyex.watching.initial_call import Call, call_in_words, otp_initial_call, what_it_runs

_PID = re.compile(r"(?:#PID<)?(\d{1,12})\.(\d{1,12})\.(\d{1,12})>?", re.ASCII)
# Of one term so much is shown.
LIMIT, PRINTABLE = 50, 4096
# Of a name, or of what a process runs.
MOST_OF_NAME = 200
# An id of these is written out, if it is not longer.
_PLAIN = (str, Atom, int, bool, float, bytes, Pid, Reference)
_MOST_PARTS = 20
_QUALNAME = type.__dict__["__qualname__"].__get__
# How many pids there are until their last number counts up.
_SERIAL = 1 << 28


def pid_text(pid: Pid) -> str:
    """`"0.98.0"`: how a view names a process."""
    serial, number = divmod(pid.number, _SERIAL)
    return f"0.{number}.{serial}"


def block_of(text: str) -> ControlBlock | None:
    """The process that is named so; None for one that is dead. Raises `Refused` for what is no pid."""
    found = _PID.fullmatch(text)
    if found is None:
        raise Refused(f"a process is named as 0.98.0, not {text[:80]!r}")
    node, number, serial = map(int, found.groups())
    return process_table.get(serial * _SERIAL + number) if node == 0 and number < _SERIAL else None


def pid_of(text: str) -> Pid:
    """The pid that is written so, of a process alive or dead. Raises `Refused` for what is none."""
    block = block_of(text)
    if block is not None:
        return block.pid
    node, number, serial = map(int, text.removeprefix("#PID<").removesuffix(">").split("."))
    if node != 0 or number >= _SERIAL:
        raise Refused(f"{text} is no pid of this node")
    pid = Pid()
    pid.number, pid.block = serial * _SERIAL + number, None
    return pid


def shown(term: Any, *, width: int = 100, pretty: bool = True, limit: int = LIMIT) -> str:
    """A term as the shell shows it."""
    return inspect(term, width=width, limit=limit, printable_limit=PRINTABLE, pretty=pretty)


def cut(text: str, most: int) -> str:
    """The beginning of what is too long."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def is_word(term: object, word: str) -> bool:
    """Whether a term is this atom or string; no `==` of the user's is called."""
    return type(term) in (str, Atom) and bool(term == word)


def label_of(block: ControlBlock) -> str:
    """What a process is called: its name, or else what it runs."""
    return what_runs(block) if block.name is None else name_text(block.name)


def name_text(name: object) -> str:
    """A name as a view writes it: a string as it is, a class by its name."""
    if is_a(name, type):
        text = str(_QUALNAME(name))
    else:
        text = str.__str__(name) if is_a(name, str) else shown(name, pretty=False)
    text = text[:MOST_OF_NAME]
    return text if text.isprintable() else one_line(text)


def id_text(term: object) -> str:
    """A child's id, as a view writes it: a string as it is, a class by its name. Of the user's own objects only the
    class is told, for their `__repr__` may do anything."""
    if is_a(term, str) or is_a(term, type):
        return name_text(term)
    if _is_plain(term):
        return one_line(shown(term, pretty=False)[:MOST_OF_NAME])
    return one_line(f"<{class_name(type(term))}>"[:MOST_OF_NAME])


def _is_plain(term: object) -> bool:
    if type(term) is tuple or type(term) is list:
        return len(term) <= _MOST_PARTS and all(_is_plain(each) for each in term)
    return term is None or type(term) in _PLAIN or is_a(term, type)


def what_runs(block: ControlBlock) -> str:
    """What a process runs, in words: the class of a server, or the function that it was spawned with."""
    return _of_initial_call(block, what_it_runs)


def initial_call_text(block: ControlBlock) -> str:
    """The function that a process has begun with: `Stack.init/1`."""
    return _of_initial_call(block, call_in_words)


def _of_initial_call(block: ControlBlock, in_words: Callable[[Call], str]) -> str:
    try:
        call = otp_initial_call(block)
        text = in_words(call) if call is not None else call_in_words(initial_call(block.initial_call))
    except Exception:
        # A callable of the user's that is no function may answer as it likes when it is asked for its name.
        text = class_name(type(block.initial_call))
    return one_line(text[:MOST_OF_NAME])
