"""Which tables there are, who may do what with them, and what becomes of them when their owners die.

A table is looked up by its owner's life: whoever asks for the table of a dead owner finds it gone, or its heir's, at
once. Behind that a process, the *table manager*, started with the first table, watches the owners: it lets go of what
is gone, and sends the heirs their "ETS-TRANSFER". When it is killed another takes over with the next table.
"""

from __future__ import annotations

from typing import Any

from pyex.atom import Atom
from pyex.errors import ArgumentError, bad_argument, describe
from pyex.mailbox import receive, send
from pyex.otp.ets import commit
from pyex.otp.ets.table import Table
from pyex.otp.hint import hinted
from pyex.otp.term import Form, identity
from pyex.pid import Pid
from pyex.process import Process
from pyex.reference import Reference
from pyex.self_ import self
from pyex.spawn import spawn

TRANSFER = Atom("ETS-TRANSFER")
# Who others are to a table: what they may do to it. The owner may do everything.
READ, WRITE, OWN = 1, 2, 3
OTHERS_MAY = {"private": 0, "protected": READ, "public": WRITE}

NOT_A_TABLE = "not an atom or a table identifier"
NO_SUCH_TABLE = "the table identifier does not refer to an existing ETS table"
NO_ACCESS = "the table identifier refers to an ETS table with insufficient access rights"
WRONG_TYPE = "the table identifier refers to an ETS table of a type not supported by this operation"
NAME_TAKEN = "table name already exists"

# By the number of their reference, and those that have a name that is their handle by that.
tables: dict[int, Table] = {}
names: dict[Form, Table] = {}
_manager: Pid | None = None


def find(handle: Any) -> Table | None:
    """The table, if it exists. Raises `ArgumentError` for what cannot be one."""
    if type(handle) is Reference:
        table = tables.get(handle.number)
    elif isinstance(handle, str | type):
        table = names.get(identity(handle))
    else:
        raise bad_argument(1, NOT_A_TABLE)
    return table if table is not None and exists(table) else None


def access(handle: Any, right: int) -> Table:
    """The table, for a caller who wants to read, write or own it."""
    table = find(handle)
    if table is None:
        raise hinted(bad_argument(1, NO_SUCH_TABLE), f"there is no table {describe(handle)}{_hint(handle)}")
    if right > OTHERS_MAY[table.protection] and table.owner != self():
        raise bad_argument(1, NO_ACCESS)
    return table


def _hint(handle: Any) -> str:
    if type(handle) is Reference:
        return ": it was deleted, or its owner has ended"
    unnamed = any(table.name == handle for table in tables.values() if not table.named)
    return ' of that name: give "named_table" to ets.new, or use what it returned' if unnamed else ""


def add(table: Table) -> None:
    """Make a new table known. Raises `ArgumentError` when its name is taken."""
    # First of all: whenever the owner ends after this, the manager is told.
    tell_manager("owner", table)
    tables[table.reference.number] = table
    if table.named and not _claim(table):
        remove(table)
        raise bad_argument(1, NAME_TAKEN)


def _claim(table: Table) -> bool:
    name = identity(table.name)
    while True:
        holder = names.get(name)
        if holder is not None and exists(holder):
            return False
        if commit.claim_name(names, name, holder, table):
            return True


def rename(table: Table, name: Any) -> None:
    if not table.named:
        table.name = name
        return
    old, new = identity(table.name), identity(name)
    while True:
        holder = names.get(new)
        if holder is not None and exists(holder):
            raise bad_argument(2, NAME_TAKEN)
        if commit.rename(names, old, new, holder, table, name):
            return


def remove(table: Table) -> None:
    """Let go of a table: nobody finds it any more."""
    if tables.pop(table.reference.number, None) is None:
        return
    if table.named:
        commit.release_name(names, identity(table.name), table)
    if Process.alive(table.owner):
        tell_manager("deleted", table)


def exists(table: Table) -> bool:
    """Whether the owner is alive; where it is not, the heir is the owner from now on, or the table is gone."""
    owner = table.owner
    if Process.alive(owner):
        return True
    if table.heir is None or not Process.alive(table.heir):
        remove(table)
        return False
    commit.inherit(table, owner, table.heir, (table.heir, owner, table.heir_data))
    # It is told of the death, too, and sends what is to be sent. Who is dying can start no process.
    if Process.alive(self()):
        ensure_manager()
    return exists(table)


def give_away(table: Table, to: Pid, data: Any) -> None:
    if not commit.give(table, self(), to):
        raise bad_argument(1, NO_ACCESS)
    send(to, (TRANSFER, table.handle, self(), data))
    tell_manager("owner", table)


# -- the manager


def tell_manager(event: str, table: Table) -> None:
    """Tell that a table has got its owner, or is deleted."""
    send(ensure_manager(), (event, table.reference.number, table.owner))


def ensure_manager() -> Pid:
    global _manager
    old = _manager
    if old is not None and Process.alive(old):
        return old
    new = spawn(serve)
    # No call between the two: else another might have started one, too.
    if _manager is old:
        _manager = new
        return new
    Process.exit(new, "kill")
    return ensure_manager()


def serve() -> None:
    """The table manager."""
    # The heirs are to be told before they do anything else.
    Process.flag("priority", "high")
    # By owner: what watches it, and the tables that it has (some of them maybe no longer).
    watched: dict[Pid, tuple[Reference, set[int]]] = {}
    try:
        for number in list(tables):
            _take_care(watched, number)
        while True:
            match receive():
                case ("owner", int() as number, Pid() as owner):
                    # Maybe before the table is there.
                    _watch(watched, number, owner)
                    _take_care(watched, number)
                case ("deleted", int() as number, Pid() as owner):
                    _forget(watched, number, owner)
                case ("DOWN", _, "process", Pid() as owner, _):
                    _, numbers = watched.pop(owner, (None, set()))
                    for number in numbers:
                        _take_care(watched, number)
    finally:
        # At the end of a run all owners are dead: nothing is left for the next.
        for table in list(tables.values()):
            exists(table)


def _take_care(watched: dict[Pid, tuple[Reference, set[int]]], number: int) -> None:
    """Pass a table on or let go of it, tell its new owner, and watch that."""
    table = tables.get(number)
    if table is None or not exists(table):
        return
    transfer = commit.take_transfer(table)
    if transfer is not None:
        heir, owner, data = transfer
        send(heir, (TRANSFER, table.handle, owner, data))
    _watch(watched, number, table.owner)


def _watch(watched: dict[Pid, tuple[Reference, set[int]]], number: int, owner: Pid) -> None:
    if owner not in watched:
        watched[owner] = (Process.monitor(owner), set())
    watched[owner][1].add(number)


def _forget(watched: dict[Pid, tuple[Reference, set[int]]], number: int, owner: Pid) -> None:
    reference, numbers = watched.get(owner, (None, set()))
    numbers.discard(number)
    if reference is not None and not numbers:
        del watched[owner]
        Process.demonitor(reference, ["flush"])


def argument_error(note: str) -> ArgumentError:
    """OTP's bare "argument error", where it says no more; what it means is in a note."""
    error = ArgumentError("argument error")
    error.add_note(note)
    return error
