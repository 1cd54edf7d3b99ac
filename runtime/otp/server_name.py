"""Server names: what a server can be registered as, and called by.

A name is a string or a class, `(name, node())`, or `("via", module, term)`, which leaves the matter to
`module.register_name(term, pid)`, `whereis_name(term)` and `unregister_name(term)`.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from pyex.atom import Atom
from pyex.errors import ArgumentError, Self, describe
from pyex.node import node
from pyex.pid import Pid
from pyex.process import Process
from pyex.self_ import self

UNDEFINED = Atom("undefined")


def check(name: Any) -> None:
    """Refuse, for the option `name`, what no server can be registered as."""
    match name:
        case None | type() | ("via", type() | ModuleType(), _):
            return
        case str() if name not in ("", UNDEFINED):
            return
        case ("global", _):
            raise ArgumentError(f'name={describe(name)}: ("global", term) is kept for several nodes; there is one')
    raise ArgumentError(
        "expected name to be one of the following:\n\n  * None\n  * a string or a class\n"
        f'  * ("via", module, term)\n\nGot: {describe(name)}\n'
    )


def whereis(server: Any) -> Pid | None:
    """The process that a server's name stands for; a pid stands for itself. None where there is none."""
    match server:
        case Pid():
            return server
        case None:
            return None
        case str() | type():
            return Process.whereis(server)
        case ("via", module, term):
            found = module.whereis_name(term)
            return found if isinstance(found, Pid) else None
        case ("global", _):
            return None
        case (str() | type() as name, on_node) if on_node == node():
            return Process.whereis(name)
        case (str() | type(), str()):
            return None
    if isinstance(server, Self):
        raise ArgumentError(describe(server))
    known = 'a pid, a name, (name, node()) or ("via", module, term)'
    raise ArgumentError(f"{describe(server)} is no server; write {known}")


def is_somebody(name: Any) -> bool:
    """Whether a process is registered so; False too for what can be no name."""
    return isinstance(name, str | type) and bool(name) and Process.whereis(name) is not None


def shown(name: Any) -> Any:
    """A name as reports have it: for `("via", module, term)` the term. Mirrors `gen:name/1`."""
    match name:
        case ("via", _, term):
            return term
    return name


def register_self(name: Any) -> Pid | None:
    """Register the calling process. Returns None when that is done, else the pid of who has the name."""
    if name is None:
        return None
    while not _register(name):
        owner = whereis(name)
        if owner is not None:
            return owner
        # Who had it has ended meanwhile.
    return None


def _register(name: Any) -> bool:
    match name:
        case ("via", module, term):
            return bool(module.register_name(term, self()) == "yes")
    if Process.whereis(name) is not None:
        return False
    return Process.register(self(), name)


def unregister(name: Any) -> None:
    """Take the name away from the calling process, which is about to end."""
    match name:
        case None:
            pass
        case ("via", module, term):
            module.unregister_name(term)
        case _ if Process.whereis(name) == self():
            Process.unregister(name)
