"""The changes that a table can see, each in one piece.

Elsewhere in ets a process may lose the thread, and be killed, between any two bytecodes (after 0.1 s even in library
code; a finaliser that the garbage collector runs may lose it at any time), and it holds no lock that it could take
with it. So everything is computed first, and then made true by one of these functions. None of them is ever seen half
done, because Python looks for signals, and collects garbage, only where a function begins, where a loop goes back,
after a call, and (in 3.11) where a container is made: from its first test to its last change each of them does none
of that. A call that comes last (`dict.update`) is made in C, and runs no code of the user: forms compare in C, and what
is replaced is kept alive by somebody. tests/test_ets_commit.py looks at their bytecode.

Whoever has computed with what it read in a table passes the table's version as it was before. Where it has changed
since, nothing is done and False is returned: compute again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pyex.otp.ets.table import Bucket, Table
    from pyex.otp.term import Form
    from pyex.pid import Pid


def put(table: Table, form: Form, entry: Any) -> None:
    """Whatever is there."""
    table.version = table.version + 1
    table.grown = True
    table.objects[form] = entry


def replace(table: Table, version: int, form: Form, entry: Any) -> bool:
    if table.version != version:
        return False
    table.version = version + 1
    table.grown = True
    table.objects[form] = entry
    return True


def put_sorted(table: Table, version: int, form: Form, entry: Any, place: slice, cell: list[Form]) -> bool:
    """A key that is new to an ordered_set; `cell` is `[form]`."""
    if table.version != version:
        return False
    table.version = version + 1
    table.objects[form] = entry
    table.keys[place] = cell
    return True


def put_many(table: Table, version: int, entries: dict[Form, Any], keys: list[Form], _replaced: list[Any]) -> bool:
    if table.version != version:
        return False
    table.version = version + 1
    old_keys = table.keys  # noqa: F841 - let it go at the end
    table.keys = keys
    table.grown = True
    table.objects.update(entries)
    return True


def put_in_bucket(table: Table, version: int, bucket: Bucket, mark: Form, item: tuple[Any, ...]) -> bool:
    if table.version != version:
        return False
    table.version = version + 1
    bucket[mark] = item
    return True


def remove(table: Table, version: int, form: Form) -> bool:
    if table.version != version:
        return False
    table.version = version + 1
    del table.objects[form]
    return True


def clear(table: Table, objects: dict[Form, Any], keys: list[Form]) -> None:
    old_objects, old_keys = table.objects, table.keys  # noqa: F841 - let them go at the end
    table.version = table.version + 1
    table.objects = objects
    table.keys = keys


def set_keys(table: Table, version: int, keys: list[Form]) -> bool:
    """The same keys without some that are dead."""
    if table.version != version:
        return False
    table.version = version + 1
    table.keys = keys
    return True


def drop_keys(table: Table, version: int, place: slice) -> bool:
    """Keys that are dead."""
    if table.version != version:
        return False
    table.version = version + 1
    del table.keys[place]
    return True


def inherit(table: Table, owner: Pid, heir: Pid, transfer: tuple[Any, ...]) -> bool:
    """Make the heir the owner; `transfer` is what is still to be sent to it."""
    if table.owner is not owner:
        return False
    table.owner = heir
    table.transfer = transfer
    return True


def give(table: Table, owner: Pid, new: Pid) -> bool:
    if table.owner is not owner:
        return False
    table.owner = new
    return True


def take_transfer(table: Table) -> tuple[Any, ...] | None:
    transfer = table.transfer
    table.transfer = None
    return transfer


def set_heir(table: Table, heir: Pid | None, data: Any) -> None:
    old_data = table.heir_data  # noqa: F841 - let it go at the end
    table.heir = heir
    table.heir_data = data


def claim_name(names: dict[Any, Table], name: Any, holder: Table | None, table: Table) -> bool:
    """Give a table a name that `holder` had, which is gone, or nobody."""
    if name in names and names[name] is not holder:
        return False
    names[name] = table
    return True


def release_name(names: dict[Any, Table], name: Any, table: Table) -> None:
    if name in names and names[name] is table:
        del names[name]


def rename(names: dict[Any, Table], old: Any, new: Any, holder: Table | None, table: Table, title: Any) -> bool:
    if new in names and names[new] is not holder:
        return False
    names[new] = table
    if old in names and names[old] is table:
        del names[old]
    table.name = title
    return True
