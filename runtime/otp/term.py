"""How terms compare: by their structure, as Erlang compares them, whatever `__eq__` and `__hash__` say in Python.

A term is turned into its *form*: plain numbers, strings and tuples that Python compares as Erlang compares the terms.
No code of the user runs when forms are compared, looked up or sorted, so that this cannot be interrupted.

The order of terms: numbers < strings, atoms, True, False, None and classes (by name) < references < functions < pids <
tuples (by size, then element by element) < dicts (by size, then keys, then values) < sets and other objects (by class,
then what they are made of) < lists < bytes.
"""

from __future__ import annotations

from types import BuiltinFunctionType, FunctionType
from typing import Any

from pyex.atom import Atom
from pyex.pid import Pid
from pyex.reference import Reference

Form = Any

NUMBER, ATOM, REFERENCE, FUNCTION, PID, TUPLE, DICT, OBJECT, LIST, BYTES = range(10)
# Between numbers and atoms: it equals no number, not even itself.
NOT_A_NUMBER = (0.5,)
# Exact types whose values are their own forms where `1` and `1.0` differ. Their tuples are, too.
_PLAIN = frozenset({int, str, Atom, bytes, type(None)})


def identity(term: Any) -> Form:
    """The form in which terms are equal that match each other, Erlang's `=:=`: 1, 1.0 and True differ."""
    kind = type(term)
    if kind in _PLAIN or (kind is tuple and _PLAIN.issuperset(map(type, term))):
        return term
    # A tuple in a tuple: none of the above is one.
    return (_form(term, True),)


def ordering(term: Any) -> Form:
    """The form by which terms are sorted and `==`: 1 and 1.0 are the same."""
    return _form(term, False)


def _form(term: Any, exact: bool) -> Form:
    kind = type(term)
    if kind is int:
        return (NUMBER, term)
    if kind is Atom or kind is str:
        return (ATOM, term)
    if kind is tuple:
        return (TUPLE, len(term), *[_form(item, exact) for item in term])
    if kind is float:
        return _float_form(term, exact)
    if kind is Pid:
        return (PID, term.number)
    if kind is Reference:
        return (REFERENCE, term.number)
    if term is None:
        return (ATOM, "nil", 0)
    if kind is bool:
        return (ATOM, "true" if term else "false", 0)
    if isinstance(term, type):
        return _class_form(term)
    if isinstance(term, FunctionType | BuiltinFunctionType):
        return _function_form(term, exact)
    if kind is object:
        return (OBJECT, "object", id(term))
    return _container_form(term, exact)


def _class_form(term: type) -> Form:
    """A class that is defined anew has the name of the old one, and is the same; those made in a function differ."""
    local = "<locals>" in term.__qualname__
    return (ATOM, term.__qualname__, id(term) if local else 1, term.__module__)


def _float_form(number: float, exact: bool) -> Form:
    if number != number:
        return NOT_A_NUMBER
    return (NUMBER, number, 1) if exact else (NUMBER, number)


def _function_form(function: Any, exact: bool) -> Form:
    """Copies of a function have its code, and equal values in its closure."""
    name = (FUNCTION, str(function.__module__), function.__qualname__)
    if not isinstance(function, FunctionType):
        return (*name, id(function))
    captured = [_form(cell.cell_contents, exact) for cell in function.__closure__ or ()]
    return (*name, id(function.__code__), *captured)


def _container_form(term: Any, exact: bool) -> Form:
    if isinstance(term, dict):
        entries = sorted([(_form(key, True), _form(value, exact)) for key, value in term.items()])
        return (DICT, len(entries), tuple([key for key, _ in entries]), tuple([value for _, value in entries]))
    if isinstance(term, list):
        return (LIST, *[_form(item, exact) for item in term])
    if isinstance(term, bytes | bytearray):
        return (BYTES, bytes(term))
    if isinstance(term, set | frozenset):
        return (OBJECT, "set", len(term), *sorted([_form(item, True) for item in term]))
    # Of classes derived from the plain ones, as NamedTuple and IntEnum.
    if isinstance(term, tuple):
        return (TUPLE, len(term), *[_form(item, exact) for item in term])
    if isinstance(term, str):
        return (ATOM, str.__str__(term))
    if isinstance(term, int):
        return (NUMBER, int.__int__(term))
    if isinstance(term, float):
        return _float_form(float.__float__(term), exact)
    return _object_form(term, exact)


def _object_form(term: Any, exact: bool) -> Form:
    """Other objects are what `copy` and `pickle` make them of; those that cannot be copied are only themselves."""
    kind = (OBJECT, *_class_form(type(term)))
    try:
        parts = term.__reduce_ex__(4)
    except Exception:
        parts = ""
    if isinstance(parts, str):
        return (*kind, id(term))
    _, arguments, state, items, entries = (*parts, None, None, None)[:5]
    made_of = (arguments, state, items and list(items), entries and list(entries))
    return (*kind, *[_form(part, exact) for part in made_of])
