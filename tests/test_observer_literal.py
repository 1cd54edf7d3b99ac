"""Messages and exit reasons that a person writes down in the Observer: literals, of which nothing is evaluated."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import pytest
from in_process import dead, idle, in_process

from pyex import Atom, Pid
from pyex.observer.action.literal import read_reason, read_term
from pyex.observer.view import Refused


def refusal(text: str, read: Callable[[str], Any] = read_term) -> str:
    """Why a text is refused, without what all refusals begin with."""
    with pytest.raises(Refused) as refused:
        read(text)
    return str(refused.value).partition("#PID<0.98.0>: ")[2] or str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        *("('add', 1)", "[1, 2.5, -3, 1e3]", "{'a': {1, 2}, 'b': None}", "b'\\x00'", "set()", "1-2j", "-1.5+2j"),
        *("'#PID<0.1.0> is :text'", "'''two\nlines'''", "'it' 's'", "(1, # of two\n 2)", "()", "{}", "r'\\d:a'"),
        *("  1 ", "True"),
    ],
)
def test_a_python_literal_is_what_python_says(text: str) -> None:
    """Numbers, strings, None, and all that holds such."""
    expected = eval(text.strip())
    found = read_term(text)
    assert found == expected and type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":ok", "ok"),
        (":a, [:b]", ("a", ["b"])),
        ("{:a: :b, 1::c, 'x' : :d}", {"a": "b", 1: "c", "x": "d"}),
        ("{1:None, 2: True}", {1: None, 2: True}),
        (":None", "None"),
        ("(:größe,)", ("größe",)),
    ],
)
def test_atoms_are_written_as_the_shell_shows_them(text: str, expected: Any) -> None:
    """Also in lists and dicts; the colon of a dict is not taken for one."""
    found = read_term(text)
    assert found == expected
    assert atoms(found) == text.replace("1::", "1: :").replace(" :None", "").count(":") - colons(found)


def atoms(term: Any) -> int:
    if isinstance(term, dict):
        return sum(map(atoms, [*term.keys(), *term.values()]))
    if isinstance(term, (list, tuple)):
        return sum(map(atoms, term))
    return type(term) is Atom


def colons(term: Any) -> int:
    return len(term) if isinstance(term, dict) else 0


@in_process
def test_pids_are_those_of_the_living_and_the_dead() -> None:
    """What a pid names can be sent to; that of a dead process equals it."""
    alive, gone = idle(), dead()
    first, second = read_term(f"[{alive!r}, {gone!r}]")
    assert first is alive
    assert (second, type(second), second.block) == (gone, Pid, None)
    assert refusal("#PID<1.2.3>") == "#PID<1.2.3> is no pid of this node"
    assert refusal("#PID<x>").startswith("a process is named as 0.98.0")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("f(x)", "f(x) is a call, and nothing is evaluated"),
        ("(1,\n shutdown)", "line 2: shutdown is a name; a string is written 'so', an atom :so"),
        ("{'a':ok}", "ok is a name; a string is written 'so', an atom :so"),
        ("f'{x}'", "f'{x}' is an f-string, and nothing is evaluated"),
        ("[x for x in (1,)]", "[x for x in (1,)] is no literal, and nothing is evaluated"),
        ("1+1", "1+1 is no literal, and nothing is evaluated"),
        ("(:a).b", "(:a).b is no literal, and nothing is evaluated"),
        ("(1,", "'(' was never closed"),
        ("{[1]: 2}", "{[1]: 2}: unhashable type: 'list'"),
        ("{**{}}", "** cannot be written in it"),
        ("", "it is empty"),
        (" \n", "it is empty"),
    ],
)
def test_what_is_no_literal_is_refused_with_the_part_that_is_none(text: str, why: str) -> None:
    """And nothing of it is evaluated."""
    assert refusal(text) == why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[" * 60 + "]" * 60, "it is nested more than 50 levels deep"),
        ("(" * 15_000, "it is nested more than 50 levels deep"),
        ("-" * 15_000 + "1", "it is nested too deeply"),
        ("9" * 19_000, "a number has more than 4,000 digits"),
        ("0x" + "f" * 19_000, "a number has more than 4,000 digits"),
        ("1" * 20_001, "message is too long: at most 20,000 characters are taken"),
        ("\0", "source code string cannot contain null bytes"),
    ],
)
def test_what_is_too_much_is_refused(text: str, why: str) -> None:
    """Deep nesting, long numbers, long texts; at once."""
    assert refusal(text) == why


def test_a_very_long_sum_is_refused() -> None:
    """Whether Python can read it or not."""
    why = refusal("1+" * 9_000 + "1")
    assert why == "it is nested too deeply" or why.endswith("is no literal, and nothing is evaluated")


def test_a_number_too_great_for_a_float_is_infinite_as_in_python() -> None:
    """It is one literal, and small."""
    assert read_term("1e999") == math.inf
    assert refusal("1" + "0" * 400 + "-1j").endswith("is no literal, and nothing is evaluated")


def test_reading_says_nothing_at_the_prompt() -> None:
    """Python's own remarks on a text are not told."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read_term(r"'\d'") == "\\d"


@pytest.mark.parametrize(("text", "kind"), [("kill", Atom), (" :kill ", Atom), ("'kill'", str)])
def test_a_reason_may_be_a_bare_word(text: str, kind: type) -> None:
    """It is the atom; in quotes it is a string."""
    found = read_reason(text)
    assert (found, type(found)) == ("kill", kind)


def test_other_reasons_are_literals() -> None:
    """Also those words that are Python's."""
    assert read_reason("('shutdown', :restart)") == ("shutdown", "restart")
    assert read_reason("None") is None and read_reason("42") == 42
    assert refusal("shut down", read_reason) == "invalid syntax"
    assert refusal("(kill,)", read_reason) == "kill is a name; a string is written 'so', an atom :so"
