"""How the shell shows values: IEx's `inspect`, for Python.

    inspect((OK, [1, 2]))           # (:ok, [1, 2])
    inspect(list(range(100)))       # lines filled to 80 columns, "..." after the fiftieth element

Atoms show as `:ok`, also inside containers, and classes by their names, as Elixir shows modules; what else a value is,
its `repr` says. Containers that do not fit on a line are laid out as IEx lays them out: simple elements fill lines,
nested ones stand one to a line.
"""

from __future__ import annotations

import dataclasses
import re
from collections import deque, namedtuple
from collections.abc import Callable, Iterable, Iterator
from types import FunctionType

from pyex.atom import Atom

_DEEPEST = 100
# Shared parts of a value are shown wherever they occur; this many times `limit` elements end even a hostile value.
_TOTAL = 40
_PLAIN_ATOM = re.compile(r"[^\W\d][\w@]*[?!]?")
_PLAIN_REPRS: tuple[object, ...] = tuple(kind.__repr__ for kind in (list, tuple, dict, set, frozenset, deque))
# Every namedtuple class has a __repr__ of its own, made from one code object.
_NAMEDTUPLE_REPR: object = getattr(namedtuple("_Sample", "").__repr__, "__code__", None)


def inspect(value: object, *, width: int = 80, limit: int = 50) -> str:
    """Return `value` as the shell shows it, in lines of at most `width` columns where that is possible.

    `limit` is how many elements of a collection are shown; a nested one gets what its parent has left. Never raises:
    an object whose `repr` raises shows as `<unprintable Foo object: ValueError>`.
    """
    try:
        return _layout(_describe(value, limit, _Walk(left=limit * _TOTAL)), indent=0, column=0, after=0, width=width)
    except RecursionError:
        return f"<unprintable {type(value).__name__} object: RecursionError>"


@dataclasses.dataclass(slots=True)
class _Group:
    """A container to lay out; each item is a prefix (`'key': ` or nothing) and what follows it."""

    open: str
    items: list[tuple[str, _Document]]
    close: str
    fill: bool
    flat: str


_Document = str | _Group


@dataclasses.dataclass(slots=True)
class _Walk:
    """What one call of inspect keeps: how many elements it may still show, and the containers it is inside of."""

    left: int
    inside: set[int] = dataclasses.field(default_factory=set)


def _describe(value: object, limit: int, walk: _Walk) -> _Document:
    kind = type(value)
    try:
        if issubclass(kind, Atom):
            return _atom(str(value))
        if isinstance(value, type):
            return _class_name(value)
        if isinstance(value, FunctionType):
            return f"<function {value.__qualname__}>"
        if not _is_container(kind):
            return repr(value)
        if id(value) in walk.inside or len(walk.inside) >= _DEEPEST:
            return "..."
        walk.inside.add(id(value))
        try:
            return _group(value, limit, walk)
        finally:
            walk.inside.discard(id(value))
    except Exception as error:
        return f"<unprintable {kind.__name__} object: {type(error).__name__}>"


def _atom(name: str) -> str:
    if _PLAIN_ATOM.fullmatch(name):
        return f":{name}"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return ':"' + "".join(char if char.isprintable() else repr(char)[1:-1] for char in quoted) + '"'


def _class_name(cls: type) -> str:
    if cls.__module__ in ("__main__", "builtins") or cls.__module__.partition(".")[0] == "pyex":
        return cls.__qualname__
    return f"{cls.__module__}.{cls.__qualname__}"


def _is_container(kind: type) -> bool:
    """Say whether instances of `kind` are laid out here; a class with a `__repr__` of its own keeps it."""
    return kind.__repr__ in _PLAIN_REPRS or _is_namedtuple(kind) or _is_dataclass(kind)


def _is_namedtuple(kind: type) -> bool:
    return issubclass(kind, tuple) and getattr(kind.__repr__, "__code__", None) is _NAMEDTUPLE_REPR


def _is_dataclass(kind: type) -> bool:
    generated = getattr(kind.__repr__, "__wrapped__", None)
    return dataclasses.is_dataclass(kind) and "__create_fn__" in getattr(generated, "__qualname__", "")


def _group(value: object, limit: int, walk: _Walk) -> _Document:
    begin, entries, end = _parts(value, lambda key: _flat(_describe(key, limit, walk)) + ": ")
    items: list[tuple[str, _Document]] = []
    for prefix, element in entries:
        if limit <= 0 or walk.left <= 0:
            items.append(("", "..."))
            break
        limit -= 1
        walk.left -= 1
        items.append((prefix, _describe(element, limit, walk)))
    flat = begin + ", ".join(prefix + _flat(item) for prefix, item in items) + end
    simple = all(isinstance(item, str) and "\n" not in item for _, item in items)
    fill = type(value) is tuple or (simple and not any(prefix for prefix, _ in items))
    return _Group(begin, items, end, fill, flat)


def _parts(value: object, key_prefix: Callable[[object], str]) -> tuple[str, Iterable[tuple[str, object]], str]:
    """Return how the container opens, its elements with their prefixes, and how it closes."""
    name = type(value).__name__
    if _is_dataclass(type(value)):
        shown = (field.name for field in dataclasses.fields(value) if field.repr)  # type: ignore[arg-type]
        return f"{type(value).__qualname__}(", ((f"{field}=", getattr(value, field)) for field in shown), ")"
    match value:
        case dict():
            return "{", ((key_prefix(key), element) for key, element in value.items()), "}"
        case list():
            return "[", _bare(value), "]"
        case tuple() if _is_namedtuple(type(value)):
            fields: tuple[str, ...] = getattr(value, "_fields", ())
            return f"{name}(", zip((f"{field}=" for field in fields), value, strict=True), ")"
        case tuple():
            return "(", _bare(value), ",)" if len(value) == 1 else ")"
        case deque():
            return f"{name}([", _bare(value), ("])" if value.maxlen is None else f"], maxlen={value.maxlen})")
        case set() | frozenset() if not value:
            return f"{name}(", (), ")"
        case set() | frozenset():
            return ("{", _bare(value), "}") if type(value) is set else (f"{name}({{", _bare(value), "})")
    raise TypeError(f"{name} is no container")


def _bare(elements: Iterable[object]) -> Iterator[tuple[str, object]]:
    return (("", element) for element in elements)


def _flat(document: _Document) -> str:
    return document if isinstance(document, str) else document.flat


def _layout(document: _Document, indent: int, column: int, after: int, width: int) -> str:
    """Return the lines of a document that starts at `column`.

    Lines that a container opens start at `indent` or deeper; `after` columns stay free behind its end for what follows.
    """
    if isinstance(document, str):
        return document.replace("\n", "\n" + " " * column)
    if not document.items or _fits(document, column + after, width):
        return document.flat
    return _filled(document, indent, column, after, width) if document.fill else _listed(document, indent, width)


def _fits(document: _Document, columns: int, width: int) -> bool:
    flat = _flat(document)
    return "\n" not in flat and columns + len(flat) <= width


def _listed(group: _Group, indent: int, width: int) -> str:
    inner = indent + 2
    lines = [group.open]
    for position, (prefix, item) in enumerate(group.items, 1):
        comma = "," if position < len(group.items) else ""
        text = _layout(item, inner, inner + len(prefix), len(comma), width)
        lines.append(" " * inner + prefix + text + comma)
    return "\n".join([*lines, " " * indent + group.close])


def _filled(group: _Group, indent: int, column: int, after: int, width: int) -> str:
    inner = indent + 1
    pieces = [group.open]
    column += len(group.open)
    for position, (_, item) in enumerate(group.items, 1):
        last = position == len(group.items)
        behind = len(group.close) + after if last else 1
        if position > 1 and _fits(item, column + 1 + behind, width):
            pieces.append(" ")
            column += 1
        elif position > 1:
            pieces.append("\n" + " " * inner)
            column = inner
        text = _layout(item, inner, column, behind, width) + ("" if last else ",")
        pieces.append(text)
        _, newline, last_line = text.rpartition("\n")
        column = len(last_line) if newline else column + len(last_line)
    return "".join(pieces) + group.close
