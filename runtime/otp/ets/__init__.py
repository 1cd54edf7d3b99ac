"""`ets`: tables of tuples that all processes of the runtime share, by the names of Erlang's module `ets`.

    >>> t = ets.new("prices", ["set", "public"])
    >>> ets.insert(t, [("apple", 3), ("plum", 4)]), ets.lookup(t, "plum")
    (True, [('plum', 4)])

A table belongs to the process that made it, and is gone when that dies. What is put in and what comes out are copies: a
table shares nothing with its users. Keys and objects compare by what they are made of, as terms do in Erlang.

This module is the namespace: write `ets.insert(...)`.
"""

from pyex.otp.ets.admin import all, give_away, info, new, rename, setopts, whereis
from pyex.otp.ets.counter import update_counter, update_element
from pyex.otp.ets.object import (
    delete,
    delete_all_objects,
    delete_object,
    insert,
    insert_new,
    lookup,
    lookup_element,
    member,
    take,
)
from pyex.otp.ets.search import (
    match,
    match_delete,
    match_object,
    select,
    select_count,
    select_delete,
    select_replace,
    select_reverse,
    test_ms,
)
from pyex.otp.ets.walk import first, foldl, foldr, last, next, prev, safe_fixtable, tab2list

__all__ = [
    "all",
    "delete",
    "delete_all_objects",
    "delete_object",
    "first",
    "foldl",
    "foldr",
    "give_away",
    "info",
    "insert",
    "insert_new",
    "last",
    "lookup",
    "lookup_element",
    "match",
    "match_delete",
    "match_object",
    "member",
    "new",
    "next",
    "prev",
    "rename",
    "safe_fixtable",
    "select",
    "select_count",
    "select_delete",
    "select_replace",
    "select_reverse",
    "setopts",
    "tab2list",
    "take",
    "test_ms",
    "update_counter",
    "update_element",
    "whereis",
]
