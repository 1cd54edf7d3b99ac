"""How kinds of values beyond the plain containers show at the prompt: long ones, foreign ones and hostile ones."""

from __future__ import annotations

import array
import re
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum, IntEnum
from pathlib import PurePosixPath
from types import MappingProxyType, SimpleNamespace
from typing import Any
from unittest.mock import MagicMock, Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pyex.atom import Atom
from pyex.repl.display import inspect

LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Colour(Enum):
    RED = 1


class Size(IntEnum):
    BIG = 3


@dataclass(slots=True)
class Point:
    x: int
    y: list[int] = field(default_factory=list)


@pytest.mark.parametrize(
    "value",
    [
        Counter("aab"),
        Counter(),
        OrderedDict(a=1),
        OrderedDict(),
        defaultdict(list, a=[1]),
        ChainMap({"a": 1}, {}),
        MappingProxyType({"a": 1}),
        SimpleNamespace(a=1, b="x"),
        array.array("i", [1, 2]),
        array.array("d"),
        {"a": 1}.keys(),
        {"a": 1}.values(),
        {"a": 1}.items(),
        OrderedDict(a=1).keys(),
        Point(1, [2]),
        UserDict(a=1),
        Colour.RED,
        Size.BIG,
        range(5),
        PurePosixPath("/tmp/x"),
        datetime(2026, 1, 2),
        timedelta(days=1),
        1 + 2j,
        bytearray(b"ab"),
        re.compile("x"),
        slice(1, 2),
    ],
)
def test_short_values_of_the_standard_library_show_as_their_repr(value: object) -> None:
    """What fits on a line looks as Python people know it."""
    assert inspect(value) == repr(value)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (dict.fromkeys(range(9)).keys(), "dict_keys([0, 1, 2, ...])"),
        (OrderedDict.fromkeys(range(9)).values(), "odict_values([None, None, None, ...])"),
        (Counter({"a": 1, "b": 5, "c": 3, "d": 2}), "Counter({'b': 5, 'c': 3, 'd': 2, ...})"),
        (MappingProxyType(dict.fromkeys(range(9), 0)), "mappingproxy({0: 0, 1: 0, 2: 0, ...})"),
        (array.array("i", range(9)), "array('i', [0, 1, 2, ...])"),
        (SimpleNamespace(**dict.fromkeys("abcd", 0)), "namespace(a=0, b=0, c=0, ...)"),
        (defaultdict(int, dict.fromkeys(range(9), 0)), "defaultdict(<class 'int'>, {0: 0, 1: 0, 2: 0, ...})"),
    ],
)
def test_the_limit_holds_for_every_container(value: object, shown: str) -> None:
    """Of whatever has elements, no more than `limit` are shown."""
    assert inspect(value, limit=3) == shown


def test_a_wide_container_is_listed_whatever_its_kind() -> None:
    """Entries with names or keys stand one to a line when they do not fit."""
    assert inspect(SimpleNamespace(first="x" * 20, second="y" * 20), width=40) == (
        f"namespace(\n  first='{'x' * 20}',\n  second='{'y' * 20}'\n)"
    )
    assert inspect(Counter(LETTERS * 2), width=40).split("\n")[:2] == ["Counter({", "  'a': 2,"]


def test_an_unset_field_of_a_data_class_does_not_hide_the_others() -> None:
    """A slot that was never assigned shows as such."""
    point = object.__new__(Point)
    point.x = 1
    assert inspect(point) == "Point(x=1, y=<not set>)"


# Limits


def test_a_long_string_is_cut_as_in_iex() -> None:
    """IEx shows `"aaaaa" <> ...`; in Python strings are joined by a plus."""
    assert inspect("a" * 20, printable_limit=5) == "'aaaaa' + ..."
    assert inspect(["b" * 6, "b" * 5], printable_limit=5) == "['bbbbb' + ..., 'bbbbb']"
    assert inspect("x" * 4096) == repr("x" * 4096)
    assert inspect("x" * 4097) == repr("x" * 4096) + " + ..."


def test_bytes_that_are_text_are_cut_like_strings_and_others_like_elements() -> None:
    """As Elixir's binaries: printable ones have the printable limit, of others `limit` bytes are shown."""
    assert inspect(b"y" * 100) == repr(b"y" * 100)
    assert inspect(b"y" * 10, printable_limit=3) == "b'yyy' + ..."
    assert inspect(bytes(60), limit=2) == r"b'\x00\x00' + ..."
    assert inspect((Atom("a"), bytes(60)), limit=3) == r"(:a, b'\x00' + ...)"


@pytest.mark.parametrize("infinity", ["infinity", Atom("infinity")])
def test_no_limit_is_infinity(infinity: str) -> None:
    """`limit="infinity"` shows every element, and the same word lifts the other limits."""
    value = [*range(1000), "s" * 9999]
    shown = inspect(value, limit=infinity, printable_limit=infinity, width=infinity)
    assert shown == repr(value)


def test_not_pretty_is_one_line() -> None:
    """`pretty=False` breaks no line, however long."""
    assert inspect({"a": list(range(40))}, pretty=False) == repr({"a": list(range(40))})


def test_a_number_too_long_for_python_shows_all_the_same() -> None:
    """Python refuses to write more than 4,300 digits; such a number shows in a form that it takes back, or its size."""
    number = 10**4400
    assert eval(inspect(number)) == number
    assert inspect(2**100_000) == "<int of 100001 bits>"


def test_a_huge_string_costs_what_is_shown_of_it() -> None:
    """Of 200 MB the prompt looks at four thousand characters."""
    assert len(inspect("\0" * 200_000_000)) < 20_000


def test_a_repr_without_end_is_cut() -> None:
    """Ten megabytes that somebody's repr returns do not reach the screen."""

    class Chatty:
        def __repr__(self) -> str:
            return "x" * 10_000_000

    assert len(inspect(Chatty())) < 200_000


# Nothing paints the terminal


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("bell\x07", r"bell\x07"),
        ("a\rb", r"a\rb"),
        ("a\r\nb", "a\nb"),
        ("a\tb", "a       b"),
        ("c1\x9b31m", r"c1\x9b31m"),
        ("turned\u202eround", r"turned\u202eround"),
        ("lone\udc80", r"lone\udc80"),
        ("wide\u3000space, été, 日本", "wide\u3000space, été, 日本"),
    ],
)
def test_control_characters_of_a_repr_show_escaped(text: str, shown: str) -> None:
    """Line breaks stay and tabs are filled up; what a terminal would obey is spelt out."""

    class Painter:
        def __repr__(self) -> str:
            return text

    assert inspect(Painter()) == shown
    assert inspect([Painter()]).replace("\n  ", "\n").strip("[]\n") == shown


@given(st.text())
def test_no_value_sends_a_control_character(text: str) -> None:
    """Whatever stands in names, keys and texts, only line breaks reach the terminal, with and without colours."""

    class Named:
        def __repr__(self) -> str:
            return text

        def __rich_repr__(self) -> Iterator[Any]:
            yield text, text

    named = type("Named", (), {"__repr__": lambda self: text})()
    fields = SimpleNamespace(**{text: 1})
    value = [text, Atom(text), {text: Named(), Named(): text}, named, fields, text.encode("utf8", "replace")]
    shown = inspect(value, limit=1000)
    assert all(char.isprintable() or char == "\n" or char.isspace() for char in shown)
    assert not any(char in shown for char in "\x1b\x07\r\t\x85\u2028")
    assert re.sub(r"\x1b\[[\d;]*m", "", inspect(value, limit=1000, colours=True)) == shown


def test_the_name_of_a_class_cannot_paint_either() -> None:
    """A class may have any name."""
    painter = type("\x1b[31mx\n", (), {"__module__": "__main__"})
    assert inspect(painter) == r"\x1b[31mx\n"
    assert "\x1b" not in inspect([painter()])


# Hostile values


class Liar:
    """An object that says it is a class."""

    @property
    def __class__(self) -> Any:
        return type


class Touchy(type):
    """A metaclass that lets nobody look at its classes."""

    def __getattribute__(cls, name: str) -> Any:
        raise ValueError(name)


class Untouchable(metaclass=Touchy):
    pass


class Thief(dict[str, int]):
    """A dict whose methods all fail; its repr is dict's."""

    def items(self) -> Any:
        raise ValueError

    __iter__ = __len__ = __bool__ = items


class NoText:
    def __repr__(self) -> str:
        return 5  # type: ignore[return-value]


class Endless:
    def __repr__(self) -> str:
        return repr(self)


class Secretive:
    def __getattribute__(self, name: str) -> Any:
        raise KeyError(name)


class Sly(str):
    """A str that fails wherever it is used."""

    def __len__(self) -> int:
        raise ValueError

    replace = __str__ = __len__  # type: ignore[assignment]


class SlyRepr:
    def __repr__(self) -> str:
        return Sly("sly")


@pytest.mark.parametrize(
    ("make", "shown"),
    [
        (NoText, "<unprintable NoText object: TypeError>"),
        (Endless, "<unprintable Endless object: RecursionError>"),
        (Liar, object.__repr__),
        (Secretive, object.__repr__),
        (lambda: Untouchable, f"{__name__}.Untouchable"),
        (lambda: Untouchable(), object.__repr__),
        (lambda: Thief(a=1), "{'a': 1}"),
        (lambda: Sly("sly"), "'sly'"),
        (SlyRepr, "sly"),
    ],
    ids=range(9),
)
def test_a_value_that_lies_or_fails_is_shown_all_the_same(make: Any, shown: Any) -> None:
    """Looking at a value raises nothing, and runs nothing of it but its repr."""
    value = make()
    text = shown if isinstance(shown, str) else shown(value)
    alone, inside = inspect(value), inspect([value, 1])
    assert (alone, inside) == (text, f"[{text}, 1]")


def test_mocks_show_as_they_say() -> None:
    """A mock answers every question; none is asked but its repr."""
    for mock in (MagicMock(), Mock(spec=type), Mock(spec=dict)):
        assert inspect(mock) == repr(mock)


def test_an_endless_mapping_is_cut() -> None:
    """Only what is shown is asked for."""
    asked: list[int] = []

    class Endless(dict[int, int]):
        def items(self) -> Any:
            for number in range(10**9):
                asked.append(number)
                yield number, number

    assert inspect(MappingProxyType(Endless()), limit=2) == "mappingproxy({0: 0, 1: 1, ...})"
    assert len(asked) <= 3


# The protocol of rich, and attrs


class Bird:
    """What rich's protocol can tell."""

    def __init__(self, name: str, eats: Any = None, flies: bool = True) -> None:
        self.name, self.eats, self.flies = name, eats, flies

    def __rich_repr__(self) -> Iterator[Any]:
        yield self.name
        yield "eats", self.eats
        yield "flies", self.flies, True


def test_an_object_with_a_rich_repr_is_laid_out() -> None:
    """What it tells of itself is shown like the fields of a data class; defaults are left out."""
    assert inspect(Bird("gull", [1])) == "Bird('gull', eats=[1])"
    assert inspect(Bird("gull", flies=False)) == "Bird('gull', eats=None, flies=False)"
    assert inspect(Bird("gull", ["x" * 30, "y" * 30]), width=50) == (
        f"Bird(\n  'gull',\n  eats=['{'x' * 30}',\n   '{'y' * 30}']\n)"
    )


def test_a_repr_further_down_counts_more_than_a_rich_repr() -> None:
    """A subclass that says how it looks is shown so."""

    class Loud(Bird):
        def __repr__(self) -> str:
            return "LOUD"

    assert inspect(Loud("gull")) == "LOUD"


def test_a_rich_repr_that_fails_or_never_ends_is_survived() -> None:
    """It is somebody else's code."""

    class Broken:
        def __rich_repr__(self) -> Iterator[Any]:
            raise ValueError

    class Endless:
        def __rich_repr__(self) -> Iterator[Any]:
            while True:
                yield 1

    assert inspect(Broken()) == "<unprintable Broken object: ValueError>"
    assert inspect(Endless(), limit=2) == "Endless(1, 1, ...)"


def test_a_class_of_attrs_is_laid_out() -> None:
    """Its generated repr is known by the name of the file that attrs gives it."""
    scope: dict[str, Any] = {}
    exec(compile("def __repr__(self): return 'Pet(...)'", "<attrs generated repr pets.Pet>", "exec"), scope)
    fields = (SimpleNamespace(name="name", repr=True), SimpleNamespace(name="secret", repr=False))
    pet_class = type("Pet", (), {"__repr__": scope["__repr__"], "__attrs_attrs__": fields})
    pet = pet_class()
    pet.name, pet.secret = "rex", 1
    assert inspect(pet) == "Pet(name='rex')"


# Width


def test_wide_characters_count_as_two_columns() -> None:
    """A line of Chinese or Japanese text fits the terminal, too."""
    assert inspect(["日本"] * 4, width=20) == "['日本', '日本',\n '日本', '日本']"
