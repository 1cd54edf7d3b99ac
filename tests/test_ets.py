"""Tables: their kinds, and putting objects in and taking them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
from ets_support import END, KINDS, refused
from in_process import caught, idle

import pyex
from pyex import make_ref, self
from pyex.otp import ets

# -- making tables


@pytest.mark.process
def test_ets_02_a_named_tables_name_is_its_handle_and_taken() -> None:
    """The name is returned and used as the table; a second table of that name is refused."""
    assert ets.new("ets02", ["named_table"]) == "ets02"
    assert ets.insert("ets02", (1, 2)) is True
    assert refused(lambda: ets.new("ets02", ["named_table"])) == "  * 1st argument: table name already exists\n"


@pytest.mark.process
def test_a_class_is_a_name_and_stays_one_when_it_is_defined_anew() -> None:
    """Elixir's `:ets.new(__MODULE__, [:named_table])`."""
    first, again = (type("Cache", (), {"__module__": "shop"}) for _ in range(2))
    assert ets.new(first, ["named_table"]) is first
    ets.insert(first, (1, 2))
    assert ets.lookup(again, 1) == [(1, 2)]
    assert ets.info(first, "name") is first


@pytest.mark.process
def test_tables_without_named_table_may_share_a_name() -> None:
    """The name of such a table is only for people."""
    one, other = ets.new("t", []), ets.new("t", [])
    assert one != other
    assert ets.whereis("t") == "undefined"
    assert ets.info(one, "name") == ets.info(other, "name") == "t"


@pytest.mark.process
def test_a_named_table_is_also_found_by_its_reference() -> None:
    """`whereis` gives the reference; all calls take it."""
    ets.new("t", ["named_table"])
    ets.insert(ets.whereis("t"), (1, 2))
    assert ets.lookup("t", 1) == [(1, 2)]
    assert ets.info("t", "id") == ets.whereis("t")


@pytest.mark.parametrize(
    ("name", "options", "problem"),
    [
        (1, [], "1st argument: not an atom"),
        ("t", ["foo"], "2nd argument: invalid options"),
        ("t", "set", "2nd argument: not a list"),
        ("t", [("keypos", 0)], "2nd argument: invalid options"),
        ("t", [("keypos", True)], "2nd argument: invalid options"),
        ("t", [("heir", 1)], "2nd argument: invalid options"),
        ("t", [("heir", "x", 1)], "2nd argument: invalid options"),
        ("t", [("read_concurrency", "x")], "2nd argument: invalid options"),
    ],
)
def test_bad_options_are_refused(name: Any, options: Any, problem: str) -> None:
    """In OTP's words."""
    pyex.run(lambda: _check(refused(lambda: ets.new(name, options)), f"  * {problem}\n"))


def _check(found: object, wanted: object) -> None:
    assert found == wanted


@pytest.mark.process
def test_of_options_that_contradict_each_other_the_last_counts() -> None:
    """As in OTP; the tuning options are shown, and change nothing."""
    table = ets.new("t", ["set", "private", "bag", "public", "compressed", ("write_concurrency", "auto")])
    info = ets.info(table)
    assert (info["type"], info["protection"]) == ("bag", "public")
    assert (info["compressed"], info["write_concurrency"], info["read_concurrency"]) == (True, "auto", False)


# -- the kinds


@pytest.mark.process
def test_ets_03_what_the_kinds_keep() -> None:
    """Bags keep equal keys, in order; an ordered_set is sorted, and 1 and 1.0 are one key there."""
    b, d, o, s = (ets.new(kind, [kind]) for kind in ("bag", "duplicate_bag", "ordered_set", "set"))
    ets.insert(b, [("a", 1), ("a", 2), ("a", 1)])
    ets.insert(d, [("a", 1), ("a", 1)])
    ets.insert(o, [(3, "c"), (1, "a"), (2, "b"), (1.0, "float_one")])
    ets.insert(s, [(1, "a"), (1.0, "f")])
    assert ets.lookup(b, "a") == [("a", 1), ("a", 2)]
    assert ets.lookup(d, "a") == [("a", 1), ("a", 1)]
    assert ets.tab2list(o) == [(1.0, "float_one"), (2, "b"), (3, "c")]
    assert [ets.first(o), ets.next(o, 2), ets.next(o, 3), ets.last(o), ets.prev(o, 2)] == [1.0, 3, END, 3, 1.0]
    assert type(ets.first(o)) is float
    assert ets.info(s, "size") == 2


@pytest.mark.process
def test_in_a_set_numbers_of_different_types_and_booleans_are_different_keys() -> None:
    """Also inside tuples, lists and dicts, where Python would take them for equal."""
    table = ets.new("t", ["set"])
    keys: list[Any] = [1, 1.0, True, (1, 2), (1.0, 2), (True, 2), [1], [True], {"a": 1}, {"a": 1.0}, "1", b"1", None]
    keys += ["true", "nil", 0, False, 0.5, ("nil",), (None,)]
    ets.insert(table, [(key, place) for place, key in enumerate(keys)])
    assert [ets.lookup(table, key)[0][1] for key in keys] == list(range(len(keys)))


@pytest.mark.process
def test_any_term_may_be_a_key() -> None:
    """Lists, dicts, sets, pids, references, functions, dataclasses: they compare by what they are made of."""
    table = ets.new("t", ["set"])
    captured = [1]

    @dataclass
    class Point:
        x: int
        y: int

    def function() -> list[int]:
        return captured

    keys: list[Any] = [[1, [2]], {"b": 1, "a": 2}, {1, 2}, self(), make_ref(), function, Point(1, 2), int, range(3)]
    ets.insert(table, [(key, place) for place, key in enumerate(keys)])
    assert [ets.lookup(table, key)[0][1] for key in keys] == list(range(len(keys)))
    assert ets.lookup(table, {"a": 2, "b": 1}) == [({"a": 2, "b": 1}, 1)]
    assert ets.lookup(table, Point(1, 2)) == [(Point(1, 2), 6)]
    assert ets.lookup(table, Point(2, 1)) == []


@pytest.mark.process
def test_the_order_of_terms() -> None:
    """Numbers, strings and atoms, references, functions, pids, tuples by size, dicts, objects, lists, bytes."""
    sorted_keys: list[Any] = [
        float("-inf"), -1, 0.5, 1, 2**70, float("inf"), "a", None, "nil2", True, "true2", "ä", make_ref(), make_ref(),
        idle, self(), idle(), (), (1,), ("a",), (0, 0), (0, "a"), {}, {"a": 1}, {"a": 2}, {"b": 0},
        {"a": 0, "b": 0}, {1}, [], [1], [1, 2], [2], b"", b"a",
    ]  # fmt: skip
    table = ets.new("t", ["ordered_set"])
    ets.insert(table, [(key,) for key in sorted_keys[::-1]])
    assert [key for (key,) in ets.tab2list(table)] == sorted_keys


@pytest.mark.process
def test_not_a_number_is_one_key_and_harms_no_order() -> None:
    """Erlang has no NaN: here it is a key behind all numbers."""
    nan = float("nan")
    for kind in ("set", "ordered_set"):
        table = ets.new("t", [kind])
        ets.insert(table, [(nan, 1), (3, 0), (float("nan"), 2), (1, 0)])
        assert ets.info(table, "size") == 3
        assert ets.lookup(table, nan)[0][1] == 2
    assert [type(key) for key, _ in ets.tab2list(table)] == [int, int, float]


@pytest.mark.process
def test_the_key_may_be_any_element() -> None:
    """Positions count from 1."""
    table = ets.new("t", [("keypos", 2)])
    ets.insert(table, ("a", 1))
    assert ets.lookup(table, 1) == [("a", 1)]
    assert ets.lookup(table, "a") == []
    assert ets.update_counter(table, 2, (1, 5), (0, 2)) == 5
    assert ets.lookup(table, 2) == [(5, 2)]


@pytest.mark.process
def test_a_named_tuple_is_an_object_and_stays_one() -> None:
    """As a record in Erlang is a tuple."""

    class User(NamedTuple):
        name: str
        age: int

    table = ets.new("t", [])
    ets.insert(table, User("ann", 41))
    assert ets.update_counter(table, "ann", 1) == 42
    (user,) = ets.lookup(table, "ann")
    assert type(user) is User and user.age == 42
    assert ets.match(table, ("$1", 42)) == [["ann"]]


# -- isolation


@pytest.mark.process
def test_what_is_stored_shares_nothing_with_the_caller() -> None:
    """Neither what was inserted nor what was returned changes the table."""
    table = ets.new("t", [])
    basket = ["apple"]
    ets.insert(table, ("basket", basket))
    basket.append("changed outside")
    ets.lookup(table, "basket")[0][1].append("changed outside")
    ets.match(table, ("_", "$1"))[0][0].append("changed outside")
    ets.select(table, [("$1", [], ["$1"])])[0][1].append("changed outside")
    ets.tab2list(table)[0][1].append("changed outside")
    ets.lookup_element(table, "basket", 2).append("changed outside")
    ets.foldl(lambda item, _: item[1].append("changed outside"), None, table)
    assert ets.lookup(table, "basket") == [("basket", ["apple"])]


@pytest.mark.process
def test_update_element_and_defaults_are_copied_too() -> None:
    """What is put into an object later is the table's own, as the rest."""
    table, basket = ets.new("t", []), ["apple"]
    ets.update_counter(table, "n", (2, 1), ("n", 0, basket))
    basket.append("changed outside")
    assert ets.lookup(table, "n") == [("n", 1, ["apple"])]
    ets.update_element(table, "n", (3, basket))
    basket.append("changed again")
    assert ets.lookup(table, "n") == [("n", 1, ["apple", "changed outside"])]


@pytest.mark.process
def test_a_list_as_a_key_cannot_be_changed_from_outside() -> None:
    """The table keeps finding it by what it was."""
    table, key = ets.new("t", []), [1]
    ets.insert(table, (key, "x"))
    key.append(2)
    assert ets.lookup(table, [1]) == [([1], "x")]


# -- objects


@pytest.mark.process
def test_ets_06_insert_new_update_counter_update_element_take() -> None:
    """The fact's snippet."""
    t = ets.new("t", [])
    assert [
        ets.insert_new(t, ("a", 1)),
        ets.insert_new(t, ("a", 2)),
        ets.update_counter(t, "a", 5),
        ets.update_counter(t, "n", 1, ("n", 0)),
        ets.update_element(t, "a", (2, "x")),
        ets.update_element(t, "zz", (2, "x")),
        ets.take(t, "a"),
        ets.lookup(t, "a"),
    ] == [True, False, 6, 1, True, False, [("a", "x")], []]
    assert refused(lambda: ets.update_counter(t, "zz", 1)) == "  * 2nd argument: not a key that exists in the table\n"


@pytest.mark.parametrize("kind", KINDS)
def test_insert_new_of_a_list_inserts_all_or_nothing(kind: str) -> None:
    """One key that is taken is enough."""

    def check() -> None:
        table = ets.new("t", [kind])
        assert ets.insert_new(table, [(1, "a"), (2, "b")]) is True
        assert ets.insert_new(table, [(3, "c"), (2, "x")]) is False
        assert sorted(ets.tab2list(table)) == [(1, "a"), (2, "b")]

    pyex.run(check)


@pytest.mark.parametrize("kind", KINDS)
def test_insert_delete_and_take_in_every_kind(kind: str) -> None:
    """They do what they say; deleting what is not there is True as well."""

    def check() -> None:
        table = ets.new("t", [kind])
        assert ets.insert(table, []) is True
        assert ets.insert(table, [(key, str(key)) for key in range(300)]) is True
        assert all(ets.delete(table, key) for key in range(0, 300, 2))
        assert ets.delete(table, "nothing") is True
        assert sorted(key for key, _ in ets.tab2list(table)) == list(range(1, 300, 2))
        assert ets.take(table, 3) == [(3, "3")]
        assert ets.take(table, 3) == []
        assert not ets.member(table, 3) and ets.member(table, 5)
        assert ets.insert(table, (4, "again")) is True
        assert ets.lookup(table, 4) == [(4, "again")]
        assert ets.info(table, "size") == 150
        assert ets.delete_all_objects(table) is True
        assert ets.tab2list(table) == [] and ets.first(table) == END

    pyex.run(check)


@pytest.mark.process
def test_delete_object_deletes_exactly_that_one() -> None:
    """Of a duplicate_bag all that equal it; of a set only where the whole object is the same."""
    bag, duplicates, one = (ets.new("t", [kind]) for kind in ("bag", "duplicate_bag", "set"))
    ets.insert(bag, [("a", 1), ("a", 2)])
    ets.insert(duplicates, [("a", 1), ("a", 2), ("a", 1)])
    ets.insert(one, ("a", 1))
    for table in (bag, duplicates):
        assert ets.delete_object(table, ("a", 1)) is True
        assert ets.lookup(table, "a") == [("a", 2)]
    ets.delete_object(one, ("a", 1.0))
    ets.delete_object(one, ("a", True))
    assert ets.lookup(one, "a") == [("a", 1)]
    ets.delete_object(one, ("a", 1))
    assert ets.lookup(one, "a") == []


@pytest.mark.process
def test_update_counter_in_all_its_forms() -> None:
    """Increment, (pos, incr), (pos, incr, threshold, set_value), and lists of them."""
    t = ets.new("t", [])
    ets.insert(t, ("a", 1, "x"))
    assert ets.update_counter(t, "a", [(2, 1), (2, 2)]) == [2, 4]
    assert ets.update_counter(t, "a", []) == []
    assert [ets.update_counter(t, "a", (2, 1, 6, 0)) for _ in range(4)] == [5, 6, 0, 1]
    assert [ets.update_counter(t, "a", (2, -2, 0, 9)) for _ in range(4)] == [9, 7, 5, 3]
    assert ets.update_counter(t, "a", (2, 0, 0, 100)) == 100


@pytest.mark.process
def test_update_counter_takes_the_key_and_not_the_defaults() -> None:
    """What stands in the default in its place does not matter; an empty list of steps only inserts."""
    t = ets.new("t", [])
    assert (ets.update_counter(t, "n", 1, ("whatever", 5)), ets.lookup(t, "n")) == (6, [("n", 6)])
    assert (ets.update_counter(t, "m", [], ("m", 1)), ets.lookup(t, "m")) == ([], [("m", 1)])


@pytest.mark.parametrize(
    ("operation", "problem"),
    [
        ("x", "not a valid update operation"),
        (True, "not a valid update operation"),
        ((2, "x"), "not a valid update operation"),
        ((2, 0, "x", 100), "not a valid update operation"),
        ([1], "not a valid update operation"),
        ((3, 1), "the value in the given position, in the object, is not an integer"),
        ((4, 1), "the value in the given position, in the object, is not an integer"),
        ([(2, 1), (3, 2)], "the value in the given position, in the object, is not an integer"),
        ((9, 1), "the position in the update operation is out of range"),
        ((0, 1), "the position in the update operation is out of range"),
        ((1, 1), "the position is the same as the key position"),
    ],
)
def test_an_update_counter_that_is_refused_changes_nothing(operation: Any, problem: str) -> None:
    """In OTP's words; True is no number."""

    def check() -> None:
        t = ets.new("t", [])
        ets.insert(t, ("a", 1, "x", True))
        assert refused(lambda: ets.update_counter(t, "a", operation)) == f"  * 3rd argument: {problem}\n"
        assert ets.lookup(t, "a") == [("a", 1, "x", True)]
        assert caught(lambda: ets.update_counter(t, "new", operation, ("new", 0, "x", True)))[0] == "error"
        assert ets.lookup(t, "new") == []

    pyex.run(check)


@pytest.mark.process
def test_update_element_replaces_several() -> None:
    """A list of positions and values; a missing key is False before anything else is looked at."""
    t = ets.new("t", [])
    ets.insert(t, ("a", 1, 2))
    assert (ets.update_element(t, "a", [(2, "x"), (3, "y")]), ets.lookup(t, "a")) == (True, [("a", "x", "y")])
    assert ets.update_element(t, "a", []) is True
    assert ets.update_element(t, "zz", (1, "b")) is False
    assert ets.update_element(t, "zz", (0, "b")) is False
    third = "  * 3rd argument: "
    assert refused(lambda: ets.update_element(t, "a", (9, 1))) == third + "out of range\n"
    assert refused(lambda: ets.update_element(t, "a", [(2, "z"), (1, 1)])).startswith(
        third + "the position is the same"
    )
    assert refused(lambda: ets.update_element(t, "a", "x")) == third + "is not a valid element specification\n"
    assert ets.lookup(t, "a") == [("a", "x", "y")]


@pytest.mark.process
def test_what_a_bag_cannot_do() -> None:
    """Counters need one object for a key."""
    t = ets.new("t", ["bag"])
    wrong = "refers to an ETS table of a type not supported by this operation"
    assert wrong in refused(lambda: ets.update_counter(t, "a", 1))
    assert wrong in refused(lambda: ets.update_element(t, "a", (2, 1)))
    assert wrong in refused(lambda: ets.select_replace(t, []))


@pytest.mark.process
def test_ets_10_an_empty_table_folds_and_elements() -> None:
    """The fact's snippet."""
    t = ets.new("t", ["ordered_set"])
    assert ets.first(t) == END
    ets.insert(t, [(1, 10), (2, 20)])
    assert ets.foldl(lambda item, total: total + item[1], 0, t) == 30
    assert ets.lookup_element(t, 2, 2) == 20
    assert refused(lambda: ets.lookup_element(t, 9, 2)) == "  * 2nd argument: not a key that exists in the table\n"


@pytest.mark.process
def test_lookup_element_of_a_bag_and_of_what_is_not_there() -> None:
    """A list for a bag; each wrong argument is named."""
    t = ets.new("t", ["bag"])
    ets.insert(t, (1, 2)), ets.insert(t, (1, 3))
    assert ets.lookup_element(t, 1, 2) == [2, 3]
    third = "  * 3rd argument: "
    assert refused(lambda: ets.lookup_element(t, 1, 7)) == third + "position is greater than the size of the object\n"
    assert refused(lambda: ets.lookup_element(t, 1, 0)) == third + "out of range\n"
    assert refused(lambda: ets.lookup_element(t, 1, "x")) == third + "not an integer\n"


@pytest.mark.process
def test_foldr_goes_from_the_end() -> None:
    """Both folds take the object first, then the accumulator."""
    t = ets.new("t", ["ordered_set"])
    ets.insert(t, [(n,) for n in range(4)])
    assert ets.foldl(lambda item, keys: [item[0], *keys], [], t) == [3, 2, 1, 0]
    assert ets.foldr(lambda item, keys: [item[0], *keys], [], t) == [0, 1, 2, 3]
    assert "not a function" in refused(lambda: ets.foldl(1, 0, t))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        (1, "  * 2nd argument: not a tuple\n"),
        ((), "  * 2nd argument: is an empty tuple\n"),
        ([(1, 2), 1], "  * 2nd argument: not a non-empty tuple or a list of non-empty tuples\n"),
        ([(1, 2), ()], "  * 2nd argument: not a non-empty tuple or a list of non-empty tuples\n"),
        ((1,), "argument error"),
        ([(1, 2), (1,)], "argument error"),
    ],
)
def test_what_is_no_object_is_refused(item: Any, problem: str) -> None:
    """Nothing of a list is inserted where one of it is wrong."""

    def check() -> None:
        t = ets.new("t", [("keypos", 2)])
        assert refused(lambda: ets.insert(t, item)) == problem
        assert refused(lambda: ets.insert_new(t, item)) == problem
        assert ets.tab2list(t) == []

    pyex.run(check)
