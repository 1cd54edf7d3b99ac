"""What a value is, in words and groups of words: its atoms, numbers and strings told apart, its elements counted.

Nothing here can be made to fail by the value, or to send a control character to the terminal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from pyex import Pid, Reference
from pyex.atom import Atom
from pyex.inspection.call_tokens import tokens_of_call
from pyex.inspection.containers import parts_of
from pyex.inspection.layout import Document, Group, Token, Word, flat
from pyex.inspection.safe_text import one_line, safe
from pyex.inspection.static_lookup import class_name, look_up

_DEEPEST = 100
# Shared parts of a value are shown wherever they occur; this many times `limit` elements end even a hostile value.
_TOTAL = 40
# A repr is its author's affair, up to this many characters.
_LONGEST_REPR = 100_000
_PLAIN_ATOM = re.compile(r"[^\W\d][\w@]*[?!]?")
_CUT: Token = ("", "...")


@dataclass(slots=True)
class Walk:
    """What one call of inspect keeps: how long a string may get, how many elements it may still show, and the
    containers it is inside of."""

    printable_limit: int
    left: int
    inside: set[int] = field(default_factory=set)


def describe(value: Any, limit: int, printable_limit: int) -> Document:
    """The value with at most `limit` elements of each collection, and so many characters of each string."""
    return _describe(value, limit, Walk(printable_limit, limit * _TOTAL))


def unprintable(kind: type, error: Exception) -> str:
    """What stands for a value that cannot be shown."""
    return one_line(f"<unprintable {class_name(kind)} object: {class_name(type(error))}>")


def _describe(value: Any, limit: int, walk: Walk) -> Document:
    kind = type(value)
    try:
        simple = _simple(value, kind, limit, walk)
        if simple is not None:
            return Word([simple])
        if id(value) in walk.inside or len(walk.inside) >= _DEEPEST:
            return Word([_CUT])
        walk.inside.add(id(value))
        try:
            return _group(value, limit, walk) or _by_repr(value)
        finally:
            walk.inside.discard(id(value))
    except Exception as error:
        return Word([("", unprintable(kind, error))])


def _simple(value: Any, kind: type, limit: int, walk: Walk) -> Token | None:
    """What is one token; None for containers, and for what only its repr knows."""
    if value is None:
        return ("nil", "None")
    if kind is bool:
        return ("boolean", repr(value))
    if issubclass(kind, Atom):
        return ("atom", atom(str.__str__(value)))
    if issubclass(kind, type):
        return ("atom", _class(value))
    if kind is FunctionType:
        return ("", one_line(f"<function {value.__qualname__}>"))
    shown_by = look_up(kind, "__repr__")
    if shown_by is int.__repr__:
        return ("number", _int(value, walk.printable_limit))
    if shown_by is float.__repr__ or shown_by is complex.__repr__:
        return ("number", shown_by(value))
    if shown_by is str.__repr__:
        return ("string", _cut(str, value, walk.printable_limit))
    if shown_by is bytes.__repr__ or shown_by is bytearray.__repr__:
        base = bytes if issubclass(kind, bytes) else bytearray
        # As Elixir's binaries: text is counted in characters, other bytes are elements.
        most = walk.printable_limit if _is_text(base, value, walk) else min(limit, walk.printable_limit)
        return ("binary", _cut(base, value, most))
    if kind is Pid:
        return ("pid", repr(value))
    if kind is Reference:
        return ("reference", repr(value))
    return None


def atom(name: str) -> str:
    """An atom as Elixir writes it: `:ok`, `:"two words"`."""
    if _PLAIN_ATOM.fullmatch(name):
        return f":{name}"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return ':"' + "".join(char if char.isprintable() else repr(char)[1:-1] for char in quoted) + '"'


def _class(cls: type) -> str:
    qualname = str(type.__dict__["__qualname__"].__get__(cls))
    module = type.__dict__["__module__"].__get__(cls)
    if not isinstance(module, str) or module in ("__main__", "builtins") or module.partition(".")[0] == "pyex":
        return one_line(qualname)
    return one_line(f"{module}.{qualname}")


def _int(value: int, most: int) -> str:
    try:
        return int.__repr__(value)
    except ValueError:
        # Python refuses to write very long numbers in the decimal system.
        digits = hex(value)
        return digits if len(digits) <= most else f"<int of {value.bit_length()} bits>"


def _is_text(base: type[bytes] | type[bytearray], value: Any, walk: Walk) -> bool:
    start = bytes(base.__getitem__(value, slice(walk.printable_limit)))
    return start.isascii() and start.translate(None, b"\t\n\r").decode().isprintable()


def _cut(base: Any, value: Any, most: int) -> str:
    """A string or bytes as a literal; a long one as Elixir's `"abc" <> ...`."""
    if base.__len__(value) <= most:
        return safe(base.__repr__(value))
    return safe(base.__repr__(base.__getitem__(value, slice(most)))) + " + ..."


def _by_repr(value: Any) -> Word:
    text = str.__str__(repr(value))
    if len(text) > _LONGEST_REPR:
        text = text[:_LONGEST_REPR] + "..."
    return Word(tokens_of_call(safe(text)))


def _group(value: Any, limit: int, walk: Walk) -> Group | None:
    parts = parts_of(value, min(limit, walk.left) + 1)
    if parts is None:
        return None
    items: list[tuple[list[Token], Document]] = []
    for style, label, element in parts.elements:
        if limit <= 0 or walk.left <= 0:
            items.append(([], Word([_CUT])))
            break
        limit -= 1
        walk.left -= 1
        prefix = _prefix(style, label, limit, walk)
        items.append((prefix, _describe(element, limit, walk)))
    simple = all(isinstance(item, Word) and item.is_line for _, item in items)
    fill = (parts.kind == "tuple" and parts.open == "(") or (simple and not any(prefix for prefix, _ in items))
    kind = parts.kind
    return Group([(kind, one_line(parts.open))], items, [(kind, parts.close)], fill)


def _prefix(style: str, label: Any, limit: int, walk: Walk) -> list[Token]:
    if style == "field":
        return [("key", one_line(label)), ("", "=")]
    if style == "key":
        tokens = flat(_describe(label, limit, walk))
        # A name as key is what an atom is there in Elixir: it looks different from a string that is a value.
        shown = [("key" if kind == "string" else kind, text.replace("\n", "\\n")) for kind, text in tokens]
        return [*shown, ("", ": ")]
    return []
