"""The patterns of `receive`: which messages they match."""

from __future__ import annotations

import re
from collections import OrderedDict, namedtuple
from dataclasses import dataclass
from typing import Any

import pytest
from in_process import in_process, messages

from pyex import ArgumentError, Atom, make_ref, receive, run, self, send, value

NOTHING = Atom("nothing")
Point = namedtuple("Point", "x y")


@dataclass
class Price:
    amount: int


def taken(pattern: Any, message: Any) -> bool:
    """Whether a mailbox that holds only this message gives it to a receive with this pattern."""

    def try_it() -> bool:
        send(self(), message)
        return receive(pattern, after=0, default=NOTHING) is not NOTHING

    return bool(run(try_it))


@pytest.mark.parametrize("message", [1, "text", None, (), ("a", [1]), {"k": 1}])
def test_three_dots_match_any_element(message: Any) -> None:
    """In a tuple, ... stands for anything at all."""
    assert taken(("it", ...), ("it", message))


@pytest.mark.parametrize("pattern", ["hello", Atom("hello")])
@pytest.mark.parametrize("message", ["hello", Atom("hello")])
def test_strings_stand_for_atoms(pattern: str, message: str) -> None:
    """A plain string matches the atom of that name, and an atom the string."""
    assert taken(pattern, message)


@pytest.mark.parametrize("message", ["Hello", "hello ", b"hello", ("hello",), ["hello"], None])
def test_a_string_matches_only_that_string(message: Any) -> None:
    """A string matches the same text and nothing else."""
    assert not taken("hello", message)


@pytest.mark.parametrize(("pattern", "message"), [(1, True), (True, 1), (1, 1.0), (1.0, 1), (0, False), (1, 1 + 0j)])
def test_numbers_of_different_types_do_not_match(pattern: Any, message: Any) -> None:
    """1 is neither True nor 1.0, although Python calls them equal."""
    assert not taken(pattern, message)
    assert not taken(("n", pattern), ("n", message))


@pytest.mark.parametrize("number", [0, 1, -7, 1.5, True, False, 2j, 1 << 80])
def test_a_number_matches_itself(number: Any) -> None:
    """A number matches an equal one of its own type."""
    assert taken(number, number)
    assert not taken(number, "something else")


def test_none_matches_only_none() -> None:
    """None in a pattern is a value, not a wildcard."""
    assert taken(("result", None), ("result", None))
    assert not taken(("result", None), ("result", 0))


@pytest.mark.parametrize("message", [("a",), ("a", 1, 2), ["a", 1], "a", ()])
def test_a_tuple_matches_a_tuple_of_its_length(message: Any) -> None:
    """A tuple pattern matches no tuple of another length, and no list."""
    assert not taken(("a", ...), message)


def test_the_empty_tuple_matches_only_itself() -> None:
    """() is the empty tuple, not any tuple."""
    assert taken((), ())
    assert not taken((), (1,))


@pytest.mark.parametrize(
    ("message", "wanted"), [([1, "a"], True), ([1], False), ([1, "a", 2], False), ((1, "a"), False)]
)
def test_a_list_matches_a_list_of_its_length(message: Any, wanted: bool) -> None:
    """A list pattern is compared element by element, with lists only."""
    assert taken([int, ...], message) is wanted


@pytest.mark.parametrize(
    ("message", "wanted"),
    [({"a": 1}, True), ({"a": 1, "b": 2}, True), ({"a": "x"}, False), ({"b": 1}, False), ({}, False), ("a", False)],
)
def test_a_dict_matches_by_the_keys_it_names(message: Any, wanted: bool) -> None:
    """A dict pattern asks for the keys that it names, and lets the message have more."""
    assert taken({"a": int}, message) is wanted


def test_the_empty_dict_matches_every_dict() -> None:
    """{} asks for no key, so that any dict will do, as an empty map pattern in Elixir."""
    assert taken({}, {"a": 1})
    assert not taken({}, [])


def test_patterns_nest() -> None:
    """Tuples, lists and dicts in each other are matched to any depth."""
    pattern = ("order", [{"id": int, "lines": [(str, ...), ...]}])
    assert taken(pattern, ("order", [{"id": 7, "lines": [("tea", 2), None], "note": ""}]))
    assert not taken(pattern, ("order", [{"id": 7, "lines": [(2, "tea"), None]}]))


@pytest.mark.parametrize(
    ("kind", "message", "wanted"),
    [
        (int, 7, True),
        (int, "7", False),
        (str, Atom("x"), True),
        (Atom, "x", False),
        (tuple, (1, 2), True),
        (Exception, ValueError("x"), True),
        (Price, Price(3), True),
        (object, None, True),
    ],
)
def test_a_class_matches_its_instances(kind: type, message: Any, wanted: bool) -> None:
    """A class in a pattern matches what is an instance of it, also of a subclass."""
    assert taken(kind, message) is wanted
    assert taken(("got", kind), ("got", message)) is wanted


def test_a_class_does_not_match_itself() -> None:
    """The class int as a message is no int: value(int) is for that."""
    assert not taken(("type", int), ("type", int))
    assert taken(("type", value(int)), ("type", int))


def test_value_matches_nothing_but_what_it_holds() -> None:
    """value(int) matches the class int: no other class, and no instance."""
    assert not taken(value(int), bool)
    assert not taken(value(int), 1)


def test_value_matches_a_function_itself() -> None:
    """value(f) matches the function f as a message, and does not call it."""

    def explode(message: Any) -> bool:
        raise AssertionError("called")

    assert taken(("callback", value(len)), ("callback", len))
    assert not taken(("callback", value(explode)), ("callback", len))


@pytest.mark.parametrize(
    ("answer", "wanted"), [(True, True), (1, True), ([0], True), (False, False), (0, False), (None, False)]
)
def test_a_function_matches_what_it_returns_true_for(answer: Any, wanted: bool) -> None:
    """A function in a pattern is asked, and any true answer is a yes."""
    assert taken(lambda message: answer, "anything") is wanted


def test_a_function_is_given_the_element_at_its_place() -> None:
    """Inside a tuple a function sees only the element that stands where it stands."""
    assert taken(("age", lambda age: age >= 18), ("age", 18))
    assert not taken(("age", lambda age: age >= 18), ("age", 17))


def test_a_function_is_not_asked_about_a_tuple_that_cannot_match() -> None:
    """The parts before it are compared first, so that a guard may rely on them."""
    assert not taken(("n", int, lambda text: text.startswith("a")), ("n", "no int", 5))


def test_a_method_of_a_compiled_expression_can_be_a_guard() -> None:
    """Anything callable works as a function, for instance re.compile(...).match."""
    assert taken(("name", re.compile("[a-z]+$").match), ("name", "bob"))
    assert not taken(("name", re.compile("[a-z]+$").match), ("name", "Bob"))


@in_process
def test_a_pid_and_a_reference_match_themselves() -> None:
    """Pids and references in patterns are values: they match the same pid and the same reference only."""
    reference = make_ref()
    send(self(), ("reply", make_ref(), self()))
    send(self(), ("reply", reference, self()))
    assert receive(("reply", reference, self()), after=0) == ("reply", reference, self())
    assert len(messages()) == 1


def test_other_objects_match_what_equals_them() -> None:
    """A dataclass instance, bytes or a set matches an equal one."""
    assert taken(Price(3), Price(3))
    assert not taken(Price(3), Price(4))
    assert taken(b"raw", b"raw")
    assert taken({1, 2}, {2, 1})


def test_a_named_tuple_matches_as_a_tuple() -> None:
    """A plain tuple pattern matches a named tuple of its length, as a dict pattern matches kinds of dict."""
    assert taken((1, int), Point(1, 2))
    assert taken({"a": 1}, OrderedDict(a=1))


@in_process
def test_a_bare_wildcard_among_patterns_is_refused() -> None:
    """receive("price", ...) is nearly always a forgotten pair of parentheses, and the error shows them."""
    with pytest.raises(ArgumentError, match=re.escape("receive(('price', ...))")):
        receive("price", ..., after=0)


@in_process
def test_a_lone_wildcard_is_refused() -> None:
    """receive(...) is refused: receive() is how to take any message."""
    with pytest.raises(ArgumentError, match=re.escape("write receive()")):
        receive(..., after=0)


@in_process
def test_self_without_parentheses_as_a_pattern_is_refused() -> None:
    """receive(self) says to write self()."""
    with pytest.raises(ArgumentError, match=r"write self\(\)"):
        receive(self, after=0)


@in_process
def test_self_without_parentheses_inside_a_pattern_is_refused() -> None:
    """receive(("from", self)) says to write self(), instead of failing when a message comes."""
    send(self(), ("from", self()))
    with pytest.raises(ArgumentError, match=r"write self\(\)"):
        receive(("from", self), after=0)


@in_process
def test_a_refused_pattern_takes_no_message() -> None:
    """Where the patterns are refused, the mailbox is left alone."""
    send(self(), "keep me")
    with pytest.raises(ArgumentError):
        receive("x", ..., after=0)
    assert messages() == ["keep me"]
