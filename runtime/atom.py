"""Atoms: names that stand for themselves."""

from __future__ import annotations


class Atom(str):
    """A name that stands for itself, Elixir's `:ok`.

        >>> Atom("ok") == "ok"
        True
        >>> Atom("ok")
        'ok'

    An atom equals, and hashes as, its string, so plain strings can be typed and matched wherever OTP wants an
    atom. Its `repr` is the string's, so that logs and pasted output evaluate; the shell shows it as `:ok`.
    """

    __slots__ = ()

    def __copy__(self) -> Atom:
        return self

    def __deepcopy__(self, memo: dict[int, object]) -> Atom:
        return self


OK = Atom("ok")
ERROR = Atom("error")
NORMAL = Atom("normal")
KILL = Atom("kill")
KILLED = Atom("killed")
NOPROC = Atom("noproc")
EXIT = Atom("EXIT")
DOWN = Atom("DOWN")
PROCESS = Atom("process")
INFINITY = Atom("infinity")
