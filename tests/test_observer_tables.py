"""What the Observer sees of tables: those of ETS, and the registries."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from in_process import in_process, until

from pyex import Pid, Process, Registry, ets, receive, self, send, spawn
from pyex.observer.view import Refused, read


def owner_of(make: Callable[[], Any]) -> tuple[Pid, Any]:
    """A process of its own that makes a table, and keeps it; and the table."""
    caller = self()

    def keep() -> None:
        send(caller, ("made", make()))
        Process.sleep("infinity")

    pid = spawn(keep)
    return pid, receive(("made", ...))[1]


def filled(options: list[Any], items: list[tuple[Any, ...]]) -> Any:
    table = ets.new("things", options)
    ets.insert(table, items)
    return table


def row_of(name: str) -> dict[str, Any]:
    return next(row for row in read("tables")["rows"] if row["name"] == name)


def rows(view: str) -> list[list[str]]:
    answer = read(view)
    json.dumps(answer)
    return list(answer["rows"])


@in_process
def test_all_tables_are_listed_with_their_owners() -> None:
    """Name, type, protection, number of objects, memory and owner of each, as ets.info tells."""
    pid, table = owner_of(lambda: filled(["bag", "private", "named_table"], [(1, "a"), (1, "b")]))
    Process.register(pid, "keeper")
    row = row_of("things")
    assert (row["id"], row["named"], row["type"], row["protection"]) == ("things", True, "bag", "private")
    assert row["objects"] == ets.info(table, "size") == 2
    assert row["owner"] == {"pid": repr(pid)[5:-1], "label": "keeper"}
    assert row["memory"] > 0 and row["own"] is False


@in_process
def test_a_table_without_a_name_has_its_reference_as_id() -> None:
    """Two tables of one name are told apart, and each is found by its id."""
    for content in ("one", "two"):
        filled(["set"], [(content,)])
    ids = [row["id"] for row in read("tables")["rows"]]
    assert len(set(ids)) == 2 and all(id.startswith("#Reference<") for id in ids)
    assert [rows(f"table/{id.replace('#', '%23')}") for id in ids] == [[["'one'"]], [["'two'"]]]


@in_process
def test_a_name_that_cannot_stand_in_an_address_is_no_id() -> None:
    """A table that is called with slashes and question marks is found by its reference."""
    name = "odd/na?me%41 #1"
    ets.insert(ets.new(name, ["named_table"]), ("here",))
    Registry.start_link(keys="unique", name=name)
    Registry.register(name, "there", 1)
    ids = [row["id"] for row in read("tables")["rows"] if row["name"] == name]
    assert [rows(f"table/{id.replace('#', '%23')}")[0][0] for id in ids] == ["'here'", "'there'"]
    assert not any(set("/?%") & set(id) for id in ids)


@in_process
def test_a_table_goes_with_its_owner() -> None:
    """The table of a dead owner is not listed, and to ask for it is answered with 404."""
    pid, _ = owner_of(lambda: filled(["named_table"], [(1,)]))
    Process.exit(pid, "kill")
    until(lambda: not Process.alive(pid))
    assert read("tables")["rows"] == []
    with pytest.raises(Refused, match="things") as refused:
        read("table/things")
    assert refused.value.status == 404


@pytest.mark.parametrize("sort", ["name", "type", "protection", "objects", "memory", "id"])
@in_process
def test_tables_are_sorted(sort: str) -> None:
    """By any column, both ways."""
    for name, size in (("plums", 3), ("apples", 1), ("pears", 2)):
        table = ets.new(name, ["named_table", "ordered_set" if size == 2 else "set"])
        ets.insert(table, [(number, "x" * number) for number in range(size)])
    up = [row[sort] for row in read(f"tables?sort={sort}")["rows"]]
    down = [row[sort] for row in read(f"tables?sort={sort}&order=desc")["rows"]]
    assert up == sorted(up) and down == up[::-1]


@in_process
def test_the_contents_of_a_private_table_can_be_seen() -> None:
    """Looking is not the program's access: also what nobody but the owner may read is shown."""
    _, table = owner_of(lambda: filled(["private", "named_table", ("keypos", 2)], [("apple", 3, [1])]))
    with pytest.raises(Exception, match="insufficient access rights"):
        ets.lookup(table, 3)
    found = read("table/things")
    assert found["rows"] == [["'apple'", "3", "[1]"]]
    assert (found["columns"], found["keypos"], found["total"], found["next"]) == (3, 2, 1, None)


@pytest.mark.parametrize("kind", ["set", "ordered_set", "bag", "duplicate_bag"])
@in_process
def test_pages_hold_each_object_once(kind: str) -> None:
    """From `next` to `next` through a table of any type; an ordered_set in its order, without what was deleted."""
    filled([kind, "named_table"], [(number, "x") for number in range(250)])
    ets.delete("things", 7)
    found, offset = [], 0
    while offset is not None:
        page = read(f"table/things?offset={offset}&limit=100")
        found += page["rows"]
        offset = page["next"]
    assert sorted(int(key) for key, _ in found) == [number for number in range(250) if number != 7]
    if kind == "ordered_set":
        assert [int(key) for key, _ in found] == sorted(int(key) for key, _ in found)


@in_process
def test_objects_of_different_lengths_stand_in_one_table() -> None:
    """There are as many columns as the longest object has, and at most fifty."""
    filled(["named_table", "ordered_set"], [(1,), (2, "b", "c"), (3, *range(100))])
    found = read("table/things")
    assert found["columns"] == 50
    assert [len(row) for row in found["rows"]] == [1, 3, 50]


@in_process
def test_search_finds_a_text_anywhere_in_an_object() -> None:
    """In keys, numbers and nested data, in large letters or small."""
    filled(["named_table"], [("apple", {"colour": "Red"}), (4711, ["x"]), ("plum", ("stone", [self()]))])
    for text, key in (("red", "'apple'"), ("471", "4711"), ("STONE", "'plum'"), (repr(self())[2:-1], "'plum'")):
        found = read(f"table/things?search={text.replace('<', '%3C')}")
        assert [row[0] for row in found["rows"]] == [key]
        assert (found["total"], found["partial"], found["next"]) == (1, False, None)
    assert read("table/things?search=nowhere")["total"] == 0


@in_process
def test_a_large_table_is_read_in_bounded_steps() -> None:
    """A page anywhere in 100,000 objects takes some milliseconds; a search gives what it has found, and goes on."""
    for kind in ("set", "ordered_set", "bag"):
        table = ets.new(f"large_{kind}", [kind, "named_table"])
        ets.insert(table, [(number, f"value {number}") for number in range(100_000)])
        for query in ("", "?offset=50000", "?offset=99990"):
            assert least_ms(f"table/large_{kind}{query}") < 150
        found, offset, steps = [], 0, 0
        while offset is not None:
            begun = time.perf_counter()
            answer = read(f"table/large_{kind}?search=value%2077&offset={offset}&limit=1000")
            assert time.perf_counter() - begun < 2
            assert answer["partial"] is (answer["next"] is not None)
            found += answer["rows"]
            offset, steps = answer["next"], steps + 1
        assert len(found) == 1111
        assert len({key for key, _ in found}) == 1111


def least_ms(view: str) -> float:
    """How long a read takes when nothing else has the machine."""
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        read(view)
        times.append(time.perf_counter() - begun)
    return min(times) * 1000


@in_process
def test_hostile_contents_are_shown_cut_and_as_text() -> None:
    """Objects that fail, that never end, and that are huge stand in their cells."""

    class Failing:
        def __repr__(self) -> str:
            raise ValueError("no")

    class Endless:
        def __repr__(self) -> str:
            while True:
                pass

    filled(["named_table", "ordered_set"], [(1, Failing()), (2, Endless()), (3, "<b>\x1b[2J" * 10**6), (4, 10**4000)])
    cells = [row[1] for row in rows("table/things")]
    assert cells[0] == "<unprintable Failing object: ValueError>"
    assert cells[1] == "<it takes too long to show>"
    assert len(cells[2]) < 600 and "\x1b" not in cells[2]
    assert len(cells[3]) < 600
    assert rows("table/things?search=Failing") == [["1", cells[0]]]


@in_process
def test_a_registry_is_a_table_too() -> None:
    """Registries are listed, marked as pyex's own; their entries are key, pid and value."""
    Registry.start_link(keys="duplicate", name="rooms")
    Registry.register("rooms", "lobby", 3)
    Registry.register("rooms", "attic", 4)
    row = row_of("rooms")
    assert (row["id"], row["type"], row["objects"], row["own"]) == ("Registry:rooms", "registry, duplicate", 2, True)
    assert row["owner"]["label"] == "rooms"
    pid = repr(self())
    assert sorted(rows("table/Registry:rooms")) == [["'attic'", pid, "4"], ["'lobby'", pid, "3"]]
    assert rows("table/Registry:rooms?search=lob") == [["'lobby'", pid, "3"]]


@pytest.mark.parametrize("query", ["sort=colour", "order=up", "limit=0"])
@in_process
def test_a_wrong_query_is_refused_in_words(query: str) -> None:
    """It is said which word is wrong."""
    with pytest.raises(Refused, match=query.partition("=")[0]):
        read(f"tables?{query}")


@pytest.mark.parametrize("query", ["offset=-1", "limit=5000", f"search={'x' * 999}"])
@in_process
def test_a_wrong_query_of_a_table_is_refused_in_words(query: str) -> None:
    """It is said which word is wrong."""
    filled(["named_table"], [(1,)])
    with pytest.raises(Refused, match=query.partition("=")[0]):
        read(f"table/things?{query}")
