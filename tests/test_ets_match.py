"""Tables: patterns and match specifications."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from ets_support import END, KINDS, refused

import pyex
from pyex import ArgumentError, Atom, make_ref, self
from pyex.otp import ets
from pyex.otp.ets import test_ms as apply_to

NO_SPEC = "  * 2nd argument: not a valid match specification\n"


def numbers(kind: str = "ordered_set", last: int = 5) -> Any:
    """A table of (1, 1), (2, 2) …"""
    table = ets.new("numbers", [kind])
    ets.insert(table, [(n, n) for n in range(1, last + 1)])
    return table


@pytest.mark.process
def test_ets_07_match_match_object_select_delete() -> None:
    """The fact's snippet."""
    t = ets.new("t", ["ordered_set"])
    for i in range(1, 5):
        ets.insert(t, (i, i % 2))
    assert [
        ets.match(t, ("$1", 0)),
        ets.match_object(t, ("_", 1)),
        ets.select(t, [(("$1", "$2"), [(">", "$1", 2)], ["$1"])]),
        ets.select_count(t, [(("_", 0), [], [True])]),
        ets.match_delete(t, ("_", 0)),
        ets.tab2list(t),
        ets.delete_all_objects(t),
        ets.tab2list(t),
        ets.delete(t),
        ets.info(t),
    ] == [[[2], [4]], [(1, 1), (3, 1)], [3, 4], 2, True, [(1, 1), (3, 1)], True, [], True, "undefined"]


@pytest.mark.parametrize(
    ("item", "pattern", "result"),
    [
        ((1, 2, 3), ("$3", "$1", "_"), [2, 1]),
        ((1, 1), ("$1", "$1"), [1]),
        ((1, 1.0), ("$1", "$1"), None),
        ((1, True), ("$1", "$1"), None),
        ((1.0,), (1,), None),
        ((True,), (1,), None),
        ((1,), (1, "_"), None),
        ((1,), "_", []),
        ((1,), "$1", [(1,)]),
        ((1,), 7, None),
        ((1,), "$_", None),
        (("$01",), ("$01",), []),
        (("$x",), ("$x",), []),
        (("$0",), ("$0",), ["$0"]),
        (({"a": 1, "b": 2},), ({"a": "$1"},), [1]),
        (({"a": 1, "b": 2},), ({"a": 1},), []),
        (({"a": 1, "b": 2},), ({},), []),
        (({"a": 1, "b": 2},), ({"a": "_", "c": "_"},), None),
        (({True: 1},), ({1: "_"},), None),
        (([1, 2],), (["$1", "$2"],), [1, 2]),
        (([1, 2, 3],), (["$1", "$2"],), None),
        (((1, 2),), (["$1", "$2"],), None),
        ((("deep", (1, [2])),), (("deep", ("_", ["$1"])),), [2]),
        (([1], "x"), ([1], "$1"), ["x"]),
        ((None, Atom("ok")), (None, "ok"), []),
        (("None",), (None,), None),
    ],
)
def test_what_patterns_match(item: Any, pattern: Any, result: Any) -> None:
    """As in Erlang; dicts match by the keys of the pattern."""
    found = apply_to(item, [(pattern, [], ["$$"])])
    assert found == ("ok", False if result is None else result)

    def in_a_table() -> Any:
        table = ets.new("t", [])
        ets.insert(table, item)
        return ets.match(table, pattern)

    assert pyex.run(in_a_table) == ([] if result is None else [result])


@pytest.mark.parametrize(
    ("body", "result"),
    [
        ("$1", 7),
        ("$_", (7, [1, 2], 2.5)),
        ("$$", [7, [1, 2], 2.5]),
        ((("$1", ("const", ("$1",))),), (7, ("$1",))),
        (((),), ()),
        (["$1", 5, ("+", "$1", 1)], [7, 5, 8]),
        ({"a": "$1", "$1": ("+", "$1", 1)}, {"a": 7, 7: 8}),
        ((("div", -7, 2), ("rem", -7, 2), ("bsr", -7, 1), ("bsl", -7, -1), ("abs", -7)), None),
        (((("div", -7, 2), ("rem", -7, 2), ("bsr", -7, 1), ("bsl", -7, -1), ("abs", -7)),), (-3, -1, -4, -4, 7)),
        (((("round", 2.5), ("trunc", 2.5), ("round", -2.5), ("round", 3), ("float", 3)),), (3, 2, -3, 3, 3.0)),
        (((("==", 1, 1.0), ("=:=", 1, 1.0), ("/=", 1, 1.0), ("=/=", 1, 1.0)),), (True, False, False, True)),
        (((("<", 1, "a"), ("<", "a", ("const", ())), (">=", 2, 2.0), ("=<", 3, 2)),), (True, True, True, False)),
        (((("length", "$2"), ("hd", "$2"), ("tl", "$2"), ("element", 1, "$_"), ("size", "$_")),), (2, 1, [2], 7, 3)),
        (((("map_get", "a", {"a": 1}), ("is_map_key", "b", {"a": 1}), ("map_size", {"a": 1})),), (1, False, 1)),
        (((("band", 6, 3), ("bor", 6, 3), ("bxor", 6, 3), ("bnot", 6), ("-", 1), ("*", 2, 3)),), (2, 7, 5, -7, -1, 6)),
        (((("/", 7, 2), ("-", 3, 1), ("+", 1)),), (3.5, 2, 1)),
        (
            ((("is_integer", 1.0), ("is_integer", True), ("is_float", "$3"), ("is_number", 1)),),
            (False, False, True, True),
        ),
        (((("is_atom", True), ("is_list", "$2"), ("is_tuple", "$_"), ("is_map", {})),), (True, True, True, True)),
        (((("is_record", "$_", 7, 3), ("is_record", "$_", 7, 2), ("byte_size", "ä")),), (True, False, 2)),
        (("binary_part", ("const", b"hello"), 1, 3), b"ell"),
        (
            ((("xor", True, False), ("and", True, True, False), ("or", False, True), ("not", True)),),
            (True, False, True, False),
        ),
        (("andalso", True, 5), 5),
        (("orelse", True, ("hd", 1)), True),
        (("andalso", 5, True), "EXIT"),
        (("hd", 1), "EXIT"),
        (("tl", []), "EXIT"),
        (("+", 1, "a"), "EXIT"),
        (("+", 1, True), "EXIT"),
        (("div", 1, 0), "EXIT"),
        (("div", 1.0, 1), "EXIT"),
        (("element", 0, "$_"), "EXIT"),
        (("bsl", 1, 10**12), "EXIT"),
    ],
)
def test_what_bodies_make(body: Any, result: Any) -> None:
    """The functions of OTP by their names; what fails is "EXIT"."""
    found = apply_to((7, [1, 2], 2.5), [(("$1", "$2", "$3"), [], [body])])
    if result is None:
        assert found[0] == "error"
        return
    assert found == ("ok", result)
    assert type(found[1]) is type(result) or result == "EXIT"


@pytest.mark.process
def test_functions_that_know_the_process() -> None:
    """self and node, and the types that only a runtime has."""
    body = ((("self",), ("node",), ("is_pid", "$1"), ("is_reference", "$2"), ("node", "$1"), ("is_function", "$3")),)
    found = apply_to((self(), make_ref(), apply_to), [(("$1", "$2", "$3"), [], [body])])
    assert found == ("ok", (self(), pyex.node(), True, True, pyex.node(), True))


@pytest.mark.parametrize(
    ("guards", "holds"),
    [
        ([], True),
        ([True], True),
        ([1], False),
        (["true"], False),
        ([(">", "$1", 1), ("<", "$1", 9)], True),
        ([(">", "$1", 1), ("<", "$1", 2)], False),
        ([("hd", 1)], False),
        ([("orelse", True, ("hd", 1))], True),
        ([("orelse", False, False, True)], True),
        ([("or", True, ("hd", 1))], False),
        ([("not", ("hd", 1))], False),
        ([("not", 1)], False),
        ([("and", True, 1)], False),
        ([("and", True)], True),
        ([((1,),)], False),
    ],
)
def test_when_guards_hold(guards: list[Any], holds: bool) -> None:
    """Only True is true, and a guard that fails does not hold."""
    assert apply_to((7,), [(("$1",), guards, ["yes"])]) == ("ok", "yes" if holds else False)


@pytest.mark.parametrize(
    "spec",
    [
        7,
        (("_", [], [True]),),
        [("_", [])],
        [["_", [], [True]]],
        [("_", [], [])],
        [("_", (">", 1, 0), [True])],
        [("_", [], True)],
        [(("$1",), [], ["$2"])],
        [("_", [("foo", 1)], [True])],
        [("_", [("is_boolean", 1)], [True])],
        [("_", [("hd", 1, 2)], [True])],
        [("_", [()], [True])],
        [("_", [], [("$1", 2)])],
        [("_", [], [("const", 1, 2)])],
        [({"$1": 1}, [], [True])],
        [({"_": 1}, [], [True])],
    ],
)
def test_what_is_no_match_specification(spec: Any) -> None:
    """Refused by all that take one, before anything is changed; test_ms says why."""

    def check() -> None:
        table = numbers()
        calls: list[Callable[[Any, Any], Any]] = [
            ets.select, ets.select_count, ets.select_delete, ets.select_replace, ets.select_reverse,
        ]  # fmt: skip
        for call in calls:
            assert refused(lambda call=call: call(table, spec)) == NO_SPEC  # type: ignore[misc]
        assert ets.info(table, "size") == 5

    pyex.run(check)
    kind, [(tag, text)] = apply_to((1,), spec)
    assert (kind, tag) == ("error", "error") and text


@pytest.mark.parametrize("kind", KINDS)
def test_select_count_delete_and_replace_in_every_kind(kind: str) -> None:
    """Only those count for which the first clause that matches gives True."""

    def check() -> None:
        table = numbers(kind)
        assert ets.select_count(table, [(("$1", "_"), [], [(">", "$1", 3)])]) == 2
        assert ets.select_delete(table, [(("$1", "_"), [], [(">", "$1", 4)]), ((1, "_"), [], [True])]) == 1
        assert sorted(ets.tab2list(table)) == [(1, 1), (2, 2), (3, 3), (4, 4)]
        if kind != "bag":
            times_ten = [(("$1", "$2"), [(">", "$1", 2)], [(("$1", ("*", "$2", 10)),)])]
            assert ets.select_replace(table, times_ten) == 2
            assert sorted(ets.tab2list(table)) == [(1, 1), (2, 2), (3, 30), (4, 40)]
        assert ets.match_delete(table, (2, "_")) is True
        assert not ets.member(table, 2)
        assert ets.select(table, []) == [] and ets.select_delete(table, []) == 0

    pyex.run(check)


@pytest.mark.process
def test_the_first_clause_that_matches_counts() -> None:
    """And its last body is the result."""
    big = (("$1", "_"), [(">", "$1", 3)], ["ignored", (("big", "$1"),)])
    assert ets.select(numbers(), [big, (("$1", "_"), [], ["$1"])]) == [1, 2, 3, ("big", 4), ("big", 5)]


@pytest.mark.parametrize(
    ("clause", "allowed"),
    [
        ((("$1", "$2"), [], [(("$1", 7),)]), True),
        (("$1", [], ["$_"]), True),
        (("$1", [], [((("element", 1, "$1"), 2),)]), True),
        (("$1", [], [((("element", 1, "$_"), 2),)]), True),
        (((3, "_"), [], [((3, 0),)]), True),
        ((("$1", "$2"), [], [(("$2", 7),)]), False),
        ((("$1", "$2"), [], [((1, 2),)]), False),
        ((("_", "_"), [], [((1, 2),)]), False),
        (("$1", [], [((("element", 2, "$1"), 2),)]), False),
        ((("$1", "$2"), [], ["$2"]), False),
        ((("$1", "$2"), [], [((),)]), False),
    ],
)
def test_select_replace_must_be_seen_to_keep_the_key(clause: Any, allowed: bool) -> None:
    """Otherwise the specification is refused."""

    def check() -> None:
        table = numbers()
        if allowed:
            assert ets.select_replace(table, [clause]) >= 1
            assert [key for key, _ in ets.tab2list(table)] == [1, 2, 3, 4, 5]
        else:
            assert refused(lambda: ets.select_replace(table, [clause])) == NO_SPEC
            assert ets.tab2list(table) == [(n, n) for n in range(1, 6)]

    pyex.run(check)


# -- limits


@pytest.mark.parametrize("kind", KINDS)
def test_a_limit_gives_parts_that_together_are_all(kind: str) -> None:
    """Each has as many as were asked for, but the last."""

    def check() -> None:
        table = numbers(kind, 100)
        if kind == "duplicate_bag":
            ets.insert(table, [(1, 1)] * 20)
        every = ets.match_object(table, "_")
        sizes, found = [], []
        part = ets.match_object(table, "_", 7)
        while part != END:
            items, more = part
            sizes.append(len(items))
            found += items
            part = ets.match_object(more)
        assert found == every
        assert set(sizes[:-1]) == {7} and 0 < sizes[-1] <= 7

    pyex.run(check)


@pytest.mark.process
def test_where_a_search_with_a_limit_ends() -> None:
    """Exactly as many: there may be more. Fewer: "$end_of_table" stands for the continuation. None: for all."""
    table, spec = numbers(), [(("$1", "_"), [], ["$1"])]
    found, more = ets.select(table, spec, 5)
    assert (found, ets.select(more)) == ([1, 2, 3, 4, 5], END)
    assert ets.select(table, spec, 6) == ([1, 2, 3, 4, 5], END)
    assert ets.match(table, ("x", "_"), 6) == END
    assert [ets.match(END), ets.match_object(END), ets.select(END)] == [END, END, END]


@pytest.mark.process
def test_a_continuation_may_be_used_again_and_by_any_of_the_calls() -> None:
    """What came of it before does not change it."""
    table = numbers()
    ets.insert(table, [(n, [n]) for n in range(1, 6)])
    _, more = ets.match(table, ("$1", "$2"), 2)
    first, _ = ets.match(more)
    first[0][1].append("changed outside")
    for call in (ets.match, ets.match_object, ets.select):
        assert call(more)[0] == [[3, [3]], [4, [4]]]


@pytest.mark.process
def test_a_continuation_sees_what_is_there_by_then() -> None:
    """What is deleted meanwhile is not found, and a table that is gone is an error."""
    table = numbers()
    _, more = ets.match(table, ("$1", "_"), 2)
    ets.delete(table, 3)
    ets.insert(table, (4, "new"))
    assert ets.match(more)[0] == [[4], [5]]
    ets.delete(table)
    assert "does not refer to an existing ETS table" in refused(lambda: ets.match(more))


@pytest.mark.process
def test_wrong_limits_and_continuations() -> None:
    """In OTP's words."""
    table = numbers()
    assert refused(lambda: ets.match(table, "_", 0)) == "  * 3rd argument: out of range\n"
    assert refused(lambda: ets.match(table, "_", "x")) == "  * 3rd argument: not an integer\n"
    assert refused(lambda: ets.match_object(table, "_", True)) == "  * 3rd argument: not an integer\n"
    assert refused(lambda: ets.select("foo")) == "  * 1st argument: invalid continuation\n"


@pytest.mark.process
def test_a_bag_whose_key_is_given_is_not_searched_through() -> None:
    """Ten thousand searches in a large table by key are soon done; 1 does not match the key 1.0 of an ordered_set."""
    table = numbers("ordered_set", 10_000)
    for key in range(1, 10_001):
        assert ets.match(table, (key, "$1")) == [[key]]
    ets.insert(table, (1.0, "float"))
    assert ets.match(table, (1, "$1")) == [] and ets.match(table, (1.0, "$1")) == [["float"]]


@pytest.mark.process
def test_a_value_that_cannot_be_compared_in_python_is_compared_as_a_term() -> None:
    """What `__eq__` and `__lt__` of a class say does not matter."""

    class Odd:
        def __init__(self, size: int) -> None:
            self.size = size

        def __eq__(self, other: object) -> bool:
            raise RuntimeError("not this way")

        __hash__ = None  # type: ignore[assignment]

    table = ets.new("t", ["ordered_set"])
    ets.insert(table, [(Odd(2), "two"), (Odd(1), "one")])
    assert ets.match(table, (Odd(2), "$1")) == [["two"]]
    assert ets.select(table, [(("$1", "$2"), [("<", "$1", Odd(2))], ["$2"])]) == ["one"]


def test_test_ms_takes_tuples_only() -> None:
    """As in OTP."""
    with pytest.raises(ArgumentError):
        apply_to([1], [])  # type: ignore[arg-type]
