"""Tables: from key to key, while they change."""

from __future__ import annotations

import pytest
from ets_support import END, KINDS, refused
from in_process import outcome

import pyex
from pyex import self
from pyex.otp import ets


@pytest.mark.parametrize("kind", KINDS)
def test_first_and_next_visit_every_key_once(kind: str) -> None:
    """Whatever the kind, and after deletes."""

    def check() -> None:
        table = ets.new("t", [kind])
        ets.insert(table, [(key, 0) for key in range(200)])
        for key in range(0, 200, 3):
            ets.delete(table, key)
        seen, key = [], ets.first(table)
        while key != END:
            seen.append(key)
            key = ets.next(table, key)
        assert sorted(seen) == [key for key in range(200) if key % 3]
        assert ets.last(table) in seen

    pyex.run(check)


@pytest.mark.process
def test_next_of_a_missing_key() -> None:
    """In an ordered_set the key after where it would be; elsewhere it is refused."""
    o, s = ets.new("t", ["ordered_set"]), ets.new("t", ["set"])
    ets.insert(o, [(1,), (5,)])
    assert (ets.next(o, 3), ets.prev(o, 3), ets.next(o, 9), ets.prev(o, 1)) == (5, 1, END, END)
    for step in (ets.next, ets.prev):
        assert refused(lambda step=step: step(s, 3)) == "  * 2nd argument: not a key that exists in the table\n"  # type: ignore[misc]


@pytest.mark.process
def test_a_fixed_table_can_be_emptied_while_it_is_traversed() -> None:
    """`next` goes on from a key that is gone; what is new may be seen, what stays is seen once."""
    table = ets.new("t", ["set"])
    ets.insert(table, [(key,) for key in range(100)])
    assert ets.safe_fixtable(table, True) is True
    assert ets.info(table, "fixed") is True
    seen, key = [], ets.first(table)
    while key != END:
        seen.append(key)
        ets.delete(table, key)
        if key < 50:
            ets.insert(table, (key + 1000,))
        key = ets.next(table, key)
    assert sorted(seen)[:100] == list(range(100)) and len(set(seen)) == len(seen)
    assert ets.safe_fixtable(table, False) is True
    assert ets.info(table, "fixed") is False
    assert "not a key" in refused(lambda: ets.next(table, 0))


@pytest.mark.parametrize("kind", KINDS)
def test_keys_that_came_back_are_visited_once(kind: str) -> None:
    """Also when others are gone by then, and a first traversal was before that."""

    def check() -> None:
        table = ets.new("t", [kind])
        ets.insert(table, [(key,) for key in range(50)])
        for key in range(100):
            ets.first(table)
            ets.delete(table, key % 50)
            ets.next(table, ets.first(table))
            ets.insert(table, [(key % 50,), (key + 50,)])
            ets.delete(table, key // 2)
        for _ in range(2):
            seen, reached = [], ets.first(table)
            while reached != END:
                seen.append(reached)
                ets.first(table)
                reached = ets.next(table, reached)
            assert sorted(seen) == sorted(key for (key,) in ets.tab2list(table))

    pyex.run(check)


@pytest.mark.process
def test_a_table_from_which_any_one_is_taken_while_others_come_stays_fast() -> None:
    """A heap of work: many are there, the first is taken, another is put in."""
    table = ets.new("t", ["set"])
    ets.insert(table, [(key,) for key in range(5000)])
    for key in range(5000, 25_000):
        ets.delete(table, ets.first(table))
        ets.insert(table, (key,))
    assert ets.info(table, "size") == 5000


@pytest.mark.process
def test_who_has_fixed_a_table_is_told_and_forgotten_when_dead() -> None:
    """A process counts its fixes, and its death lets go."""
    table = ets.new("t", ["set", "public"])
    ets.safe_fixtable(table, True)
    ets.safe_fixtable(table, True)
    assert ets.info(table, "safe_fixed_monotonic_time")[1] == [(self(), 2)]
    seconds = ets.info(table, "safe_fixed")[0]
    assert len(seconds) == 3 and seconds[0] > 1000
    ets.safe_fixtable(table, False)
    ets.safe_fixtable(table, False)
    ets.safe_fixtable(table, False)
    assert ets.info(table, "safe_fixed") is False
    outcome(lambda: ets.safe_fixtable(table, True))
    assert ets.info(table, "fixed") is False
    assert "not a boolean" in refused(lambda: ets.safe_fixtable(table, "x"))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", KINDS)
def test_a_queue_of_many_is_emptied_from_its_head_in_reasonable_time(kind: str) -> None:
    """Taking the first key again and again does not look at all those that are gone each time."""

    def check() -> None:
        table = ets.new("t", [kind])
        ets.insert(table, [(key,) for key in range(30_000)])
        taken = 0
        while (key := ets.first(table)) != END:
            ets.delete(table, key)
            taken += 1
        assert taken == 30_000

    pyex.run(check)
