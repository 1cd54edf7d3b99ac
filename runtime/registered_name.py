"""Registered names: one process, one name, while it lives."""

from __future__ import annotations

from pyex.atom import Atom
from pyex.control_block import ControlBlock
from pyex.errors import bad_argument

registered_names: dict[object, ControlBlock] = {}


def normalise(name: object, position: int = 1) -> object:
    """A name as it is kept: strings become atoms, a class stands for itself; all else is refused."""
    if isinstance(name, type):
        return name
    if isinstance(name, str) and name not in ("", "undefined"):
        return Atom(name)
    raise bad_argument(position, f"not a name: {name!r}; a name is a string or a class, and not 'undefined'")


def whereis(name: object) -> ControlBlock | None:
    return registered_names.get(name)


def register(block: ControlBlock, name: object) -> bool:
    """Give a name; False when the name or the process has one already."""
    if name in registered_names or block.name is not None or block.dying:
        return False
    registered_names[name] = block
    block.name = name
    return True


def release(block: ControlBlock) -> None:
    """Take the name of a process from it, if it has one."""
    if block.name is not None:
        del registered_names[block.name]
        block.name = None
