"""Putting objects into tables, and taking them out by their keys."""

from __future__ import annotations

from typing import Any

from pyex.errors import bad_argument, describe
from pyex.message import copied
from pyex.otp.ets import commit
from pyex.otp.ets import owner as ets_owner
from pyex.otp.ets.owner import READ, WRITE, access, argument_error
from pyex.otp.ets.table import Object, Table, any_object_at, objects_at, put, put_many
from pyex.otp.ets.table import delete_object as take_object
from pyex.otp.ets.table import take as take_all
from pyex.otp.hint import hinted

_WHOLE_TABLE: Any = object()


def insert(table: Any, objects: tuple[Any, ...] | list[tuple[Any, ...]]) -> bool:
    """Put an object into a table, or a list of them, all at once.

        >>> t = ets.new("prices", ["set"])
        >>> ets.insert(t, ("apple", 3)), ets.insert(t, [("pear", 4), ("apple", 5)])
        (True, True)
        >>> ets.lookup(t, "apple")
        [('apple', 5)]

    An object is a tuple; its key is the element at the table's "keypos". In a set or ordered_set it takes the place of
    one with an equal key. The table keeps a copy. Returns True. Raises `ArgumentError` for what is no tuple, or has no
    key. Mirrors `ets:insert/2`.
    """
    wanted = access(table, WRITE)
    if isinstance(objects, list):
        return put_many(wanted, _checked_list(wanted, objects)) if objects else True
    return put(wanted, _checked(wanted, objects))


def insert_new(table: Any, objects: tuple[Any, ...] | list[tuple[Any, ...]]) -> bool:
    """As `insert`, but only if no key is taken.

        >>> t = ets.new("prices", ["set"])
        >>> ets.insert_new(t, ("apple", 3)), ets.insert_new(t, [("pear", 4), ("apple", 5)])
        (True, False)
        >>> ets.tab2list(t)
        [('apple', 3)]

    Returns True, or False when any key of the objects is taken: then none of them is inserted. Mirrors
    `ets:insert_new/2`.
    """
    wanted = access(table, WRITE)
    if isinstance(objects, list):
        return put_many(wanted, _checked_list(wanted, objects), only_new=True) if objects else True
    return put(wanted, _checked(wanted, objects), only_new=True)


def _checked(table: Table, item: Any, position: int = 2) -> Object:
    """The table's own copy of an object."""
    if not isinstance(item, tuple):
        hint = f"it was {describe(item)}; an object is a tuple, (key, value)"
        raise hinted(bad_argument(position, "not a tuple"), hint)
    if not item:
        raise bad_argument(position, "is an empty tuple")
    if len(item) < table.keypos:
        raise argument_error(f"the object {item!r} has no element {table.keypos}, where its key is")
    return copied(item)  # type: ignore[no-any-return]


def _checked_list(table: Table, items: list[Any]) -> list[Object]:
    wrong = next(([item] for item in items if not (isinstance(item, tuple) and item)), None)
    if wrong is not None:
        problem = "not a non-empty tuple or a list of non-empty tuples"
        hint = f"{describe(wrong[0])} in {describe(items)} is no such tuple; one object is (key, value)"
        raise hinted(bad_argument(2, problem), hint)
    return [_checked(table, item) for item in items]


def lookup(table: Any, key: Any) -> list[Object]:
    """The objects that have a key.

        >>> t = ets.new("prices", ["bag"])
        >>> ets.insert(t, ("apple", 3)), ets.insert(t, ("apple", 4))
        (True, True)
        >>> ets.lookup(t, "apple"), ets.lookup(t, "plum")
        ([('apple', 3), ('apple', 4)], [])

    Returns a list of copies: of a set or ordered_set with at most one, of a bag in the order of insertion. In an
    ordered_set 1 and 1.0 are the same key. Mirrors `ets:lookup/2`.
    """
    wanted = access(table, READ)
    return [copied(item) for item in objects_at(wanted, wanted.form_of(key))]


def lookup_element(table: Any, key: Any, position: int) -> Any:
    """One element of the object that has a key.

        >>> t = ets.new("prices", ["set"])
        >>> ets.insert(t, ("apple", 3))
        True
        >>> ets.lookup_element(t, "apple", 2)
        3

    Positions count from 1. Returns the element, for a bag the list of the elements of all objects. Raises
    `ArgumentError` when there is no such key, or no such element. Mirrors `ets:lookup_element/3`.
    """
    wanted = access(table, READ)
    if not isinstance(position, int) or isinstance(position, bool):
        raise bad_argument(3, "not an integer")
    if position < 1:
        raise bad_argument(3, "out of range")
    items = objects_at(wanted, wanted.form_of(key))
    if not items:
        raise bad_argument(2, "not a key that exists in the table")
    if any(len(item) < position for item in items):
        raise bad_argument(3, "position is greater than the size of the object")
    elements = [copied(item[position - 1]) for item in items]
    return elements if wanted.is_bag else elements[0]


def member(table: Any, key: Any) -> bool:
    """Whether there is an object that has a key.

        >>> ets.member(ets.new("prices", ["set"]), "apple")
        False

    Mirrors `ets:member/2`.
    """
    wanted = access(table, READ)
    return any_object_at(wanted, wanted.form_of(key)) is not None


def take(table: Any, key: Any) -> list[Object]:
    """Take the objects that have a key out of a table.

        >>> t = ets.new("prices", ["set"])
        >>> ets.insert(t, ("apple", 3)), ets.take(t, "apple"), ets.take(t, "apple")
        (True, [('apple', 3)], [])

    Returns them as `lookup` does; of several processes that take the same object one gets it. Mirrors `ets:take/2`.
    """
    wanted = access(table, WRITE)
    return [copied(item) for item in take_all(wanted, wanted.form_of(key))]


def delete(table: Any, key: Any = _WHOLE_TABLE) -> bool:
    """Delete the objects that have a key; without one, the table.

        >>> t = ets.new("prices", ["set"])
        >>> ets.insert(t, ("apple", 3)), ets.delete(t, "apple"), ets.lookup(t, "apple")
        (True, True, [])
        >>> ets.delete(t), ets.info(t)
        (True, 'undefined')

    Returns True, whether there were any. Whoever may write to a table may delete it. Mirrors `ets:delete/1` and `/2`.
    """
    wanted = access(table, WRITE)
    if key is _WHOLE_TABLE:
        ets_owner.remove(wanted)
    else:
        take_all(wanted, wanted.form_of(key))
    return True


def delete_object(table: Any, item: tuple[Any, ...]) -> bool:
    """Delete exactly this object, and leave others with its key.

        >>> t = ets.new("prices", ["bag"])
        >>> ets.insert(t, [("apple", 3), ("apple", 4)])
        True
        >>> ets.delete_object(t, ("apple", 3)), ets.lookup(t, "apple")
        (True, [('apple', 4)])

    Of a duplicate_bag all that equal it. Returns True, whether there was one. Mirrors `ets:delete_object/2`.
    """
    wanted = access(table, WRITE)
    take_object(wanted, _checked(wanted, item))
    return True


def delete_all_objects(table: Any) -> bool:
    """Empty a table, at once.

        >>> t = ets.new("prices", ["set"])
        >>> ets.insert(t, ("apple", 3)), ets.delete_all_objects(t), ets.info(t, "size")
        (True, True, 0)

    Returns True. Mirrors `ets:delete_all_objects/1`.
    """
    commit.clear(access(table, WRITE), {}, [])
    return True
