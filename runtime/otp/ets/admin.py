"""Making tables, giving them away, and asking about them."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable
from typing import Any

from pyex.atom import Atom
from pyex.errors import bad_argument, describe
from pyex.message import copied
from pyex.node import node
from pyex.otp.ets import commit
from pyex.otp.ets import owner as ets_owner
from pyex.otp.ets.order import fixers
from pyex.otp.ets.owner import OTHERS_MAY, OWN, WRITE, access, exists, find
from pyex.otp.ets.table import Table, all_objects, size
from pyex.otp.hint import hinted
from pyex.pid import Pid
from pyex.process import Process
from pyex.reference import Reference, make_ref
from pyex.self_ import self

KINDS = ("set", "ordered_set", "bag", "duplicate_bag")
UNDEFINED, NONE = Atom("undefined"), Atom("none")
BAD_OPTIONS = "invalid options"
KNOWN_OPTIONS = (
    '"set", "ordered_set", "bag", "duplicate_bag", "public", "protected", "private", "named_table", ("keypos", n), '
    '("heir", pid, data), ("heir", "none"), "compressed", ("read_concurrency", bool), ("write_concurrency", bool) and '
    '("decentralized_counters", bool)'
)
BAD_NAME = "invalid table name (must be an atom)"
# Accepted, shown by `info`, and without effect.
TUNING = {
    "decentralized_counters": (True, False),
    "read_concurrency": (True, False),
    "write_concurrency": (True, False, "auto"),
}
# So many objects are looked at to estimate the memory of a table.
SAMPLE = 100


def new(name: Any, options: list[Any] | tuple[Any, ...] = ()) -> Any:
    """Make a table, which the caller owns.

        >>> t = ets.new("prices", ["set", "public"])
        >>> ets.insert(t, ("apple", 3)), ets.lookup(t, "apple")
        (True, [('apple', 3)])
        >>> ets.new("stock", ["named_table"])
        'stock'

    Options: what it is, "set" (one object for each key), "ordered_set" (the same, sorted, with 1 and 1.0 one key),
    "bag" (any objects, each once) or "duplicate_bag"; who else may use it, "protected" (others may read), "public" or
    "private"; "named_table": the name is the handle; `("keypos", n)`: which element is the key, from 1 on; `("heir",
    pid, data)` or `("heir", "none")`: who owns it next. The tuning options of OTP are accepted, and change nothing.

    Returns the handle: a reference, or the name. The table is gone as soon as its owner has died, unless the heir is
    alive: then that gets `("ETS-TRANSFER", handle, owner, data)`, and owns it.

    Raises `ArgumentError` for other options, and when the name is taken. Mirrors `ets:new/2`.
    """
    if not isinstance(name, str | type):
        raise bad_argument(1, "not an atom")
    if not isinstance(options, list | tuple):
        raise hinted(bad_argument(2, "not a list"), f"the options were {describe(options)}; write [...]")
    title = name if isinstance(name, type) else Atom(name)
    chosen = _options(options)
    table = Table(
        make_ref(),
        title,
        chosen["named_table"],
        chosen["kind"],
        chosen["keypos"],
        chosen["protection"],
        self(),
        tuning={item: chosen[item] for item in (*TUNING, "compressed")},
    )
    commit.set_heir(table, *chosen["heir"])
    ets_owner.add(table)
    return table.handle


def _options(options: list[Any] | tuple[Any, ...]) -> dict[str, Any]:
    chosen: dict[str, Any] = {
        "kind": "set",
        "protection": "protected",
        "named_table": False,
        "keypos": 1,
        "heir": (None, None),
        "compressed": False,
        **dict.fromkeys(TUNING, False),
    }
    for option in options:
        match option:
            case str() if option in KINDS:
                chosen["kind"] = str(option)
            case str() if option in OTHERS_MAY:
                chosen["protection"] = str(option)
            case "named_table" | "compressed":
                chosen[option] = True
            case ("keypos", int() as position) if position >= 1 and not isinstance(position, bool):
                chosen["keypos"] = position
            case ("heir", *heir):
                chosen["heir"] = _heir(heir)
            case (str() as item, value) if item in TUNING and value in TUNING[item]:
                chosen[item] = value
            case _:
                hint = f"{describe(option)} is no option; known are {KNOWN_OPTIONS}"
                raise hinted(bad_argument(2, BAD_OPTIONS), hint)
    return chosen


def _heir(heir: builtins.list[Any]) -> tuple[Pid | None, Any]:
    match heir:
        case ["none"]:
            return (None, None)
        case [Pid() as pid, data]:
            # As in OTP nobody inherits who was dead before.
            return (pid, copied(data)) if Process.alive(pid) else (None, None)
    raise bad_argument(2, BAD_OPTIONS)


def setopts(table: Any, options: Any) -> bool:
    """Change the heir or the protection of a table that the caller owns.

        >>> t = ets.new("prices", ["set"])
        >>> ets.setopts(t, ("heir", self(), "yours")), ets.info(t, "heir") == self()
        (True, True)

    `options` is `("heir", pid, data)`, `("heir", "none")` or `("protection", which)`, or a list of these. Returns True.
    Mirrors `ets:setopts/2`.
    """
    wanted = access(table, OWN)
    for option in options if isinstance(options, list) else [options]:
        match option:
            case ("heir", *heir):
                commit.set_heir(wanted, *_heir(heir))
            case ("protection", str() as protection) if protection in OTHERS_MAY:
                wanted.protection = str(protection)
            case _:
                raise bad_argument(2, BAD_OPTIONS)
    return True


def give_away(table: Any, pid: Pid, data: Any) -> bool:
    """Make another process the owner of a table that the caller owns.

        >>> t = ets.new("prices", ["set"])
        >>> pid = spawn(Process.sleep, "infinity")
        >>> ets.give_away(t, pid, "yours"), ets.info(t, "owner") == pid
        (True, True)

    The new owner gets the message `("ETS-TRANSFER", handle, from_pid, data)`. Returns True. Raises `ArgumentError` when
    it is dead, or the caller. Mirrors `ets:give_away/3`.
    """
    wanted = access(table, OWN)
    if not isinstance(pid, Pid):
        raise bad_argument(2, "not a pid")
    if pid == self():
        raise bad_argument(2, "the process is already the owner of the table")
    if not Process.alive(pid):
        raise bad_argument(2, "the pid refers to a terminated process")
    ets_owner.give_away(wanted, pid, data)
    return True


def rename(table: Any, name: Any) -> Any:
    """Give a table another name.

        >>> t = ets.new("prices", ["named_table"])
        >>> ets.rename(t, "old_prices"), ets.info("prices")
        ('old_prices', 'undefined')

    Returns the handle: for a named table the new name. Raises `ArgumentError` when that is taken. Mirrors
    `ets:rename/2`.
    """
    wanted = access(table, WRITE)
    if not isinstance(name, str | type):
        raise bad_argument(2, BAD_NAME)
    ets_owner.rename(wanted, name if isinstance(name, type) else Atom(name))
    return wanted.handle


def whereis(name: Any) -> Reference | Atom:
    """The reference of a named table, by which it can be used, too.

        >>> ets.whereis("prices")
        'undefined'

    Returns "undefined" when there is no such table. Mirrors `ets:whereis/1`.
    """
    if not isinstance(name, str | type):
        raise bad_argument(1, BAD_NAME)
    table = find(name)
    return UNDEFINED if table is None else table.reference


def all() -> list[Any]:
    """The handles of all tables.

        >>> t = ets.new("prices", ["set"])
        >>> t in ets.all()
        True

    Mirrors `ets:all/0`.
    """
    return [table.handle for table in list(ets_owner.tables.values()) if exists(table)]


def info(table: Any, item: Any = None) -> Any:
    """Information about a table, whoever may use it.

        >>> t = ets.new("prices", ["bag"])
        >>> ets.info(t, "type"), ets.info(t, "size"), ets.info(t)["protection"]
        ('bag', 0, 'protected')

    Returns for an item its value, without one a dict: id, decentralized_counters, read_concurrency, write_concurrency,
    compressed, memory (in words of 8 bytes, estimated), owner, heir, name, size, node, named_table, type, keypos and
    protection. Only when asked for: fixed, safe_fixed, safe_fixed_monotonic_time, binary. "undefined" for a table that
    is gone. Raises `ArgumentError` for other items. Mirrors `ets:info/1` and `/2`.
    """
    wanted = find(table)
    if item is not None and not (isinstance(item, str) and item in (*_ITEMS, *_MORE_ITEMS)):
        raise bad_argument(2, "not a valid info item")
    if wanted is None:
        return UNDEFINED
    if item is None:
        return {name: value(wanted) for name, value in _ITEMS.items()}
    return {**_ITEMS, **_MORE_ITEMS}[item](wanted)


def _memory(table: Table) -> int:
    """As far as a sample tells."""
    items = all_objects(table)
    sample = items[:SAMPLE]
    bytes_each = sum(sys.getsizeof(item) + sum(map(sys.getsizeof, item)) for item in sample) / max(len(sample), 1)
    return int(sys.getsizeof(table.objects) + sys.getsizeof(table.keys) + bytes_each * len(items)) // 8


def _safe_fixed(table: Table, when: Any) -> Any:
    holders = fixers(table)
    return (when, holders) if holders else False


def _wall_clock(table: Table) -> tuple[int, int, int]:
    seconds, microseconds = divmod(int(table.fixed_at[0] * 1_000_000), 1_000_000)
    return (seconds // 1_000_000, seconds % 1_000_000, microseconds)


_ITEMS: dict[str, Callable[[Table], Any]] = {
    "id": lambda table: table.reference,
    "decentralized_counters": lambda table: table.tuning["decentralized_counters"],
    "read_concurrency": lambda table: table.tuning["read_concurrency"],
    "write_concurrency": lambda table: table.tuning["write_concurrency"],
    "compressed": lambda table: table.tuning["compressed"],
    "memory": _memory,
    "owner": lambda table: table.owner,
    "heir": lambda table: NONE if table.heir is None else table.heir,
    "name": lambda table: table.name,
    "size": size,
    "node": lambda table: node(),
    "named_table": lambda table: table.named,
    "type": lambda table: Atom(table.kind),
    "keypos": lambda table: table.keypos,
    "protection": lambda table: Atom(table.protection),
}
_MORE_ITEMS: dict[str, Callable[[Table], Any]] = {
    "fixed": lambda table: bool(fixers(table)),
    "safe_fixed": lambda table: _safe_fixed(table, _wall_clock(table)),
    "safe_fixed_monotonic_time": lambda table: _safe_fixed(table, table.fixed_at[1]),
    "binary": lambda table: [],
}
