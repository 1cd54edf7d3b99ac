"""What `i(x)` tells of numbers and containers."""

from __future__ import annotations

from typing import Any

from pyex.repl.info.protocol import Entry, info

_WORDS = {
    "ok": 'a result as OTP\'s functions return it: "ok", and what came of it. ok(x) takes that out.',
    "error": 'a result as OTP\'s functions return it: "error", and the reason. ok(x) raises MatchError for it.',
    "EXIT": "the message that an exit signal becomes in a process that traps exits: who ended, and the reason.",
    "DOWN": "the message of a monitor: its reference, what it watched, and the reason of the end.",
}


@info.register(int)
@info.register(float)
@info.register(complex)
def _(number: complex) -> list[Entry]:
    kind = type(number).__qualname__
    module = {"float": "float, math", "complex": "complex, cmath"}.get(kind, kind)
    return [("Data type", kind), ("Reference modules", module)]


@info.register
def _(value: bool) -> list[Entry]:
    words = f"This is a boolean, the atom {str(value).lower()} of OTP. In a pattern it is not the number {int(value)}."
    return [("Data type", "bool"), ("Description", words), ("Reference modules", "bool")]


@info.register
def _(value: None) -> list[Entry]:
    return [("Data type", "NoneType"), ("Description", "This is None, the atom nil of Elixir.")]


@info.register(tuple)
def _(items: tuple[Any, ...]) -> list[Entry]:
    fields = getattr(type(items), "_fields", None)
    entries: list[Entry] = [("Data type", type(items).__qualname__), ("Size", str(len(items)))]
    if isinstance(fields, tuple):
        entries += [("Fields", ", ".join(map(str, fields))), ("Description", "This is a tuple with named fields.")]
    elif words := _tagged(items):
        entries.append(("Description", words))
    return [*entries, ("Reference modules", "tuple")]


def _tagged(items: tuple[Any, ...]) -> str:
    """What a tuple means that begins with an atom."""
    if len(items) < 2 or not isinstance(items[0], str):
        return ""
    tag = str(items[0])
    if tag in _WORDS and len(items) == {"EXIT": 3, "DOWN": 5}.get(tag, 2):
        return f"This is a tagged tuple, {_WORDS[tag]}"
    return "This is a tagged tuple: its first element says what it is, and patterns begin with it."


@info.register(list)
@info.register(dict)
@info.register(set)
@info.register(frozenset)
def _(items: Any) -> list[Entry]:
    kind = type(items).__qualname__
    module = next(each.__name__ for each in type(items).__mro__ if each.__module__ == "builtins")
    return [("Data type", kind), ("Length", str(len(items))), ("Reference modules", module)]
