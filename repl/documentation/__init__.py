"""What `h(x)` shows: a name with its signature, its text laid out for the terminal, and what there is inside."""

from __future__ import annotations

import inspect as inspection
import re
import shutil
import textwrap
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

import pyex
from pyex.errors import safe_repr
from pyex.otp.behaviour import Behaviour
from pyex.repl.display import inspect

_NAME_COLUMNS = 15
_LONGEST_VALUE = 30
_DIRECTIVE = re.compile(r"\s*# doctest:.*")
# What behaviours have for those that start them.
_MACHINERY = frozenset(vars(Behaviour)) - {"child_spec"}
# Classes that the parts of a behaviour run in. They are no calls of anybody's: Elixir's own documentation hides them.
_INTERNAL = frozenset({"Agent.Server", "Task.Supervised"})


def describe(subject: Any) -> str:
    """The text for a function, class, module, or the name of a public one; of other values, what they are."""
    if isinstance(subject, str) and (named := _named(subject)) is not None:
        subject = named
    if not inspection.isroutine(subject) and not inspection.isclass(subject):
        subject = getattr(subject, "__wrapped__", subject)
    if not _has_text(subject):
        kind = type(subject).__qualname__
        value = " ".join(inspect(subject, limit=5).split())
        value = value if len(value) <= _LONGEST_VALUE else f"{value[:_LONGEST_VALUE]}..."
        return f"\n  {value} is of the type {kind}: h({kind}) tells more.\n"
    heading = [
        line.replace("\0", " ")
        for line in textwrap.wrap(
            # A parameter stays together: lines are broken after commas.
            (_name_of(subject) + _signature_of(subject)).replace(" ", "\0").replace(",\0", ", "),
            _columns() - 2,
            subsequent_indent="    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    ]
    lines = ["", *heading, "", *_laid_out(inspection.getdoc(subject) or "No documentation.")]
    while not lines[-1]:
        lines.pop()
    if entries := [*_entries(subject)]:
        lines += ["", *summaries(entries)]
    return "\n".join(f"  {line}".rstrip() for line in lines) + "\n"


def summaries(entries: Iterable[tuple[str, str]]) -> list[str]:
    """A line for each name and text: the name, and the text's first sentence as far as it fits."""
    entries = [*entries]
    width = max([_NAME_COLUMNS, *(len(name) for name, _ in entries)])
    return [_summary(f"{name:<{width}} ", text) for name, text in entries]


def _summary(start: str, text: str) -> str:
    first = text.split("\n\n")[0].replace("\n", " ")
    line = start + first.split(". ")[0].rstrip(".")
    room = _columns() - 2
    return line if len(line) <= room else line[: room - 4].rpartition(" ")[0] + " ..."


def _columns() -> int:
    return max(40, shutil.get_terminal_size().columns)


# What is meant


def _named(text: str) -> Any:
    """What a public name, with dots, stands for; None where there is none."""
    subject: Any = pyex if text.split(".")[0] in pyex.__all__ else None
    for part in text.split("."):
        subject = None if part.startswith("_") else getattr(subject, part, None)
    return subject


def _has_text(subject: Any) -> bool:
    if inspection.isroutine(subject) or inspection.isclass(subject) or isinstance(subject, ModuleType):
        return True
    return _public_name(subject) is not None


def _public_name(subject: Any) -> str | None:
    return next((name for name in pyex.__all__ if getattr(pyex, name) is subject), None)


def _name_of(subject: Any) -> str:
    """The name that a user would write."""
    if public := _public_name(subject):
        return public
    owner = getattr(subject, "__self__", None)
    if isinstance(owner, type):
        return f"{owner.__qualname__}.{subject.__name__}"
    if (inspection.isfunction(subject) or inspection.isclass(subject)) and _package(subject) == "pyex":
        homes = [name for name in pyex.__all__ if getattr(getattr(pyex, name), subject.__name__, None) is subject]
        # Of several behaviours that offer a function it is that one's where it is defined.
        homes.sort(key=lambda name: not f"{subject.__module__}.".startswith(f"{_module_of(getattr(pyex, name))}."))
        if homes:
            return f"{homes[0]}.{subject.__name__}"
    return str(getattr(subject, "__qualname__", None) or getattr(subject, "__name__", type(subject).__qualname__))


def _module_of(namespace: Any) -> str:
    return namespace.__name__ if isinstance(namespace, ModuleType) else str(getattr(namespace, "__module__", None))


# Signatures


class _Bare(str):
    """A text that shows without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _signature_of(subject: Any) -> str:
    if isinstance(subject, ModuleType) or (isinstance(subject, type) and not _is_instantiated(subject)):
        return ""
    try:
        signature = inspection.signature(subject)
    except (TypeError, ValueError):
        return ""
    parameters = [
        each.replace(annotation=_bare(each.annotation), default=_default(each.default))
        for each in signature.parameters.values()
    ]
    return str(signature.replace(parameters=parameters, return_annotation=_bare(signature.return_annotation)))


def _is_instantiated(cls: type) -> bool:
    """Whether somebody writes `cls(…)`: a namespace, a behaviour or the module of a GenServer is never called."""
    is_made = any("__init__" in vars(base) or "__new__" in vars(base) for base in cls.__mro__[:-1])
    if _package(cls) == "pyex":
        return is_made and not isinstance(cls, Behaviour)
    return is_made or not isinstance(cls, Behaviour)


def _bare(annotation: Any) -> Any:
    return _Bare(annotation) if isinstance(annotation, str) else annotation


def _default(value: Any) -> Any:
    return _Bare("...") if value is not inspection.Parameter.empty and " at 0x" in safe_repr(value) else value


# Texts


def _laid_out(text: str) -> Iterator[str]:
    """The lines of a text: paragraphs that are too wide for the terminal filled anew; examples, and what else is
    indented, as they are."""
    width = _columns() - 2
    paragraph: list[str] = []
    in_example = False

    def filled() -> list[str]:
        lines = [*paragraph]
        if max(map(len, lines), default=0) > width:
            hanging = "  " if lines[0].startswith("- ") else ""
            joined = " ".join(map(str.strip, lines))
            lines = textwrap.wrap(
                joined, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
            )
        paragraph.clear()
        return lines

    for line in text.split("\n"):
        in_example = bool(line.strip()) and (in_example or line.lstrip().startswith(">>>"))
        goes_on = bool(paragraph) and paragraph[0].startswith("- ") and line.startswith("  ")
        if not line.strip() or in_example or (line.startswith(" ") and not goes_on):
            yield from filled()
            yield _DIRECTIVE.sub("", line)
            continue
        if line.startswith("- "):
            yield from filled()
        paragraph.append(line)
    yield from filled()


# What there is inside


def _entries(subject: Any) -> Iterator[tuple[str, str]]:
    """The public functions of a class or module, each with its text."""
    if isinstance(subject, ModuleType):
        for name in getattr(subject, "__all__", None) or _own_functions(subject):
            yield name, inspection.getdoc(getattr(subject, name, None)) or ""
    elif isinstance(subject, type):
        # What a behaviour like GenServer offers goes before its callbacks.
        offered = vars(type(subject)) if isinstance(subject, Behaviour) else {}
        members = {name: each for name, each in offered.items() if not isinstance(each, property)} | vars(subject)
        for name in members:
            if not name.startswith("_") and name not in _MACHINERY and _is_listed(subject, name):
                yield name, _text_of_member(subject, name)


def _own_functions(module: ModuleType) -> list[str]:
    package = f"{module.__name__}."
    return [
        name
        for name, each in vars(module).items()
        if not name.startswith("_") and inspection.isroutine(each) and f"{each.__module__}.".startswith(package)
    ]


def _is_listed(cls: type, name: str) -> bool:
    member = getattr(cls, name)
    if isinstance(member, type):
        return member.__qualname__ not in _INTERNAL and _package(member) == _package(cls)
    return callable(member)


def _package(subject: Any) -> str:
    return str(subject.__module__).partition(".")[0]


def _text_of_member(cls: type, name: str) -> str:
    """The text of a member, or else that of what it overrides."""
    texts = [inspection.getdoc(getattr(cls, name))]
    texts += [inspection.getdoc(vars(base)[name]) for base in (*cls.__mro__, pyex.GenServer) if name in vars(base)]
    return next((text for text in texts if text), "")
