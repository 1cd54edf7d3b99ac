"""Terms that a person writes down: a Python literal, with atoms and pids as the shell shows them.

    read_term("('add', 1)")                     # ('add', 1)
    read_term("{'from': #PID<0.98.0>, 'how': :slowly}")
    read_reason("kill")                         # :kill, an atom

Nothing is evaluated.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable
from typing import Any

from pyex.atom import Atom
from pyex.observer.looking.term import pid_of
from pyex.observer.view import Refused

MOST_CHARACTERS, MOST_LEVELS, MOST_DIGITS = 20_000, 50, 4_000
EXAMPLE = "a Python literal such as ('add', 1), in which atoms are written :ok and pids #PID<0.98.0>"
_WORD = re.compile(r"[^\W\d]\w*[?!]?")
# What a text consists of, as far as it matters here: strings, which hold anything; comments; pids; atoms; names and
# numbers; one character of something else.
_PARTS = re.compile(
    r"""
    (?P<string> (?:\b[rRbBuUfF]{1,2})? (?: '{3}.*?(?<!\\)'{3} | "{3}.*?(?<!\\)"{3}
                                         | '(?:\\.|[^'\\\n])*' | "(?:\\.|[^"\\\n])*" ) )
  | (?P<pid> \#PID<[^>\n]*> )
  | (?P<comment> \#[^\n]* )
  | (?P<atom> :(?:[^\W\d]\w*[?!]?) )
  | (?P<word> [\w.]+ )
  | (?P<space> \s+ )
  | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)


def read_term(text: str, what: str = "message") -> Any:
    """The term that a text stands for. `what` is what it is called where it is refused. Raises `Refused`."""
    return _Reading(text, what).term()


def read_reason(text: str, what: str = "reason") -> Any:
    """The same for an exit reason, where a bare word is an atom."""
    word = text.strip()
    # Not what is a literal already.
    if _WORD.fullmatch(word) and word not in ("None", "True", "False") and len(word) <= MOST_CHARACTERS:
        return Atom(word)
    return _Reading(text, what).term()


class _Reading:
    """One text that is read."""

    def __init__(self, text: str, what: str) -> None:
        self._what = what
        self._stand_ins: dict[str, tuple[str, Any]] = {}
        if not text.strip():
            raise self._refused("it is empty")
        if len(text) > MOST_CHARACTERS:
            raise Refused(f"{what} is too long: at most {MOST_CHARACTERS:,} characters are taken")
        # Names stand in the text for what is no Python.
        self._prefix = "term"
        while self._prefix in text:
            self._prefix += "_"
        self._source = self._as_python(text.strip()).strip()

    def term(self) -> Any:
        try:
            with warnings.catch_warnings():
                # They would be told at the prompt.
                warnings.simplefilter("ignore")
                body = ast.parse(self._source, mode="eval").body
        except SyntaxError as error:
            raise self._refused(_words(error), error.lineno) from None
        except (RecursionError, MemoryError):
            raise self._refused("it is nested too deeply") from None
        except ValueError as error:
            raise self._refused(str(error)) from None
        try:
            return self._value(body, 0)
        except RecursionError:
            raise self._refused("it is nested too deeply") from None

    def _refused(self, why: str, line: int | None = None) -> Refused:
        where = f"line {line}: " if line is not None and "\n" in self._source else ""
        return Refused(f"{self._what} is {EXAMPLE}: {where}{why}")

    # Atoms and pids

    def _as_python(self, text: str) -> str:
        """The text with names in place of atoms and pids."""
        parts: list[str] = []
        # Whether a value has just ended: then a colon is that of a dict.
        after_value = False
        levels = 0
        for found in _PARTS.finditer(text):
            kind, part = found.lastgroup, found.group()
            if kind == "atom" and after_value:
                # {1:None} as well as {1::none}
                parts.append(f": {part[1:]}" if part[1:] in ("None", "True", "False") else part)
            elif kind == "atom":
                parts.append(self._stand_in(part, Atom(part[1:])))
            elif kind == "pid":
                parts.append(self._stand_in(part, pid_of(part)))
            else:
                parts.append(part)
            if part in "([{":
                levels += 1
                if levels > MOST_LEVELS:
                    raise self._refused(f"it is nested more than {MOST_LEVELS} levels deep")
            elif part in ")]}":
                levels -= 1
            if kind not in ("space", "comment"):
                after_value = kind != "other" or part in ")]}"
        return "".join(parts)

    def _stand_in(self, written: str, term: Any) -> str:
        name = f"{self._prefix}{len(self._stand_ins)}"
        self._stand_ins[name] = (written, term)
        return f" {name} "

    def _written(self, node: ast.AST) -> str:
        """A part as the person has written it, cut."""
        text = ast.get_source_segment(self._source, node) or ""
        for name, (written, _) in self._stand_ins.items():
            text = text.replace(f" {name} ", written).replace(name, written)
        return text if len(text) <= 60 else f"{text[:60]}…"

    # Values

    def _value(self, node: ast.expr, level: int) -> Any:
        if level > 2 * MOST_LEVELS:
            raise self._refused("it is nested too deeply", node.lineno)
        match node:
            case ast.Constant(value=value):
                return self._constant(node, value)
            case ast.Name(id=name) if name in self._stand_ins:
                return self._stand_ins[name][1]
            case ast.Tuple(elts=parts):
                return tuple([self._value(each, level + 1) for each in parts])
            case ast.List(elts=parts):
                return [self._value(each, level + 1) for each in parts]
            case ast.Set(elts=parts):
                return self._hashed(node, lambda: {self._value(each, level + 1) for each in parts})
            case ast.Dict(keys=keys, values=values):
                return self._dict(node, keys, values, level)
            case ast.Call(func=ast.Name(id="set"), args=[], keywords=[]):
                return set()
            case ast.UnaryOp(op=ast.UAdd() | ast.USub(), operand=ast.Constant(value=number)) if _is_number(number):
                number = self._constant(node, number)
                return -number if isinstance(node.op, ast.USub) else number
            case ast.BinOp(left=left, op=ast.Add() | ast.Sub(), right=ast.Constant(value=complex() as imaginary)):
                real = self._value(left, level + 1)
                if type(real) in (int, float) and _is_small(real):
                    return real + imaginary if isinstance(node.op, ast.Add) else real - imaginary
        raise self._refused(f"{self._written(node)} is {_kind(node)}", node.lineno)

    def _constant(self, node: ast.expr, value: Any) -> Any:
        if type(value) is int and value.bit_length() > MOST_DIGITS * 3:
            raise self._refused(f"a number has more than {MOST_DIGITS:,} digits", node.lineno)
        return value

    def _dict(self, node: ast.expr, keys: list[ast.expr | None], values: list[ast.expr], level: int) -> Any:
        if None in keys:
            raise self._refused("** cannot be written in it", node.lineno)
        pairs = [(self._value(key, level + 1), self._value(value, level + 1))
                 for key, value in zip(keys, values, strict=True) if key is not None]  # fmt: skip
        return self._hashed(node, lambda: dict(pairs))

    def _hashed(self, node: ast.expr, make: Callable[[], Any]) -> Any:
        try:
            return make()
        except TypeError as error:
            raise self._refused(f"{self._written(node)}: {error}", node.lineno) from None


def _is_number(value: object) -> bool:
    return type(value) in (int, float, complex)


def _is_small(number: int | float) -> bool:
    """Whether it can be the real part of a complex number."""
    return type(number) is float or abs(number) < 1 << 1000


def _words(error: SyntaxError) -> str:
    if "integer string conversion" in (error.msg or ""):
        return f"a number has more than {MOST_DIGITS:,} digits"
    return error.msg or "it is no Python"


def _kind(node: ast.expr) -> str:
    """What that is which is no literal, in words."""
    match node:
        case ast.Name():
            return "a name; a string is written 'so', an atom :so"
        case ast.Call():
            return "a call, and nothing is evaluated"
        case ast.JoinedStr():
            return "an f-string, and nothing is evaluated"
    return "no literal, and nothing is evaluated"
