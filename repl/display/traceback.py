"""An error in full, as `e()` shows it: each place with its line and its variables, and all errors behind it.

The prompt's own report of an error is short; this is what it leaves out. As there, the innermost place comes first.

    ** (ZeroDivisionError) division by zero

        pyex(1):2: f
          2 |     return 1 / x
            |            ^^^^^
          x = 0
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from linecache import getline
from types import FrameType, ModuleType, TracebackType
from typing import Any

from pyex import Exit
from pyex.error_report import headline
from pyex.format_exit import format_banner, format_error
from pyex.inspection.safe_text import one_line, safe
from pyex.inspection.text_width import columns_of
from pyex.repl.display import inspect
from pyex.repl.display.colours import coloured
from pyex.repl.language.source_lines import line_of
from pyex.repl.shell.current import has_colours
from pyex.stack import Stacktrace, is_pyex

MOST_PLACES, MOST_PLACES_OF_ALL = 20, 200
MOST_ERRORS = 30
_MOST_VARIABLES = 20
# Of one variable.
_MOST_LINES = 4
_LIMIT, _PRINTABLE_LIMIT = 10, 200
_INDENT = " " * 4


@dataclass(slots=True)
class Place:
    """A place that an error came through."""

    file: str
    line: int
    function: str
    # Where in the line it was: from this column, up to that.
    span: tuple[int, int] | None = None
    frame: FrameType | None = None


@dataclass(slots=True)
class _Telling:
    """What one call of `in_full` keeps."""

    all: bool
    width: int
    seen: set[int] = field(default_factory=set)


def in_full(error: BaseException, *, width: int, all: bool = False) -> str:
    """An error with its places, their variables, its causes and the members of a group; `all` tells of pyex's own
    places too, and leaves out less."""
    return "\n".join(_error(error, "", _Telling(all, width)))


def stack_in_full(reason: tuple[Any, Stacktrace], *, width: int) -> str:
    """The same for the exit reason of a process that has died of an error, `(error, stacktrace)`: of its variables
    nothing is left."""
    error, stack = reason
    places = [Place(str(at.get("file", module)), int(at.get("line", 0)), name) for module, name, _, at in stack]
    lines = [_headline(format_error(error, inspect, stack)), *_places(places, _Telling(False, width))]
    return "\n".join(lines)


def _error(error: BaseException, before: str, telling: _Telling) -> Iterator[str]:
    telling.seen.add(id(error))
    yield _headline(before + _safe_words(error))
    yield from _places(list(places_of(error.__traceback__, telling.all)), telling)
    if isinstance(error, BaseExceptionGroup):
        yield from _members(error, telling)
    cause, words = error.__cause__, "  caused by "
    if cause is None and not error.__suppress_context__:
        cause, words = error.__context__, "  raised while handling "
    if cause is not None and id(cause) not in telling.seen:
        if len(telling.seen) >= MOST_ERRORS:
            yield f"\n{words}more errors"
            return
        yield ""
        yield from _error(cause, words, telling)


def _members(group: BaseExceptionGroup[BaseException], telling: _Telling) -> Iterator[str]:
    narrower = _Telling(telling.all, max(telling.width - len(_INDENT), 20), telling.seen)
    for number, member in enumerate(group.exceptions, 1):
        if id(member) in telling.seen or len(telling.seen) >= MOST_ERRORS:
            yield f"\n{_INDENT}{number} of {len(group.exceptions)}: (left out)"
            continue
        yield ""
        for line in _error(member, f"{number} of {len(group.exceptions)}: ", narrower):
            yield "\n".join(_INDENT + each if each else each for each in line.split("\n"))


def _safe_words(error: BaseException) -> str:
    try:
        return _words(error)
    except Exception as other:  # what an exception holds may be anything
        return f"** ({type(error).__name__}) <it cannot be shown: {type(other).__name__}>"


def _words(error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        from pyex.repl.display.syntax_error import syntax_report

        return syntax_report(error).rstrip("\n")
    return format_banner("exit", error.reason, inspect) if isinstance(error, Exit) else headline(error)


def _headline(text: str) -> str:
    return coloured("eval_error", safe(text))


# -- places


def places_of(traceback: TracebackType | None, all: bool) -> Iterator[Place]:
    """The places of a traceback, the innermost first; those of pyex itself only for `all`."""
    steps = []
    while traceback is not None:
        if all or not is_pyex(traceback.tb_frame):
            steps.append(traceback)
        traceback = traceback.tb_next
    for step in reversed(steps):
        code = step.tb_frame.f_code
        place = Place(code.co_filename, step.tb_lineno or 0, code.co_qualname, frame=step.tb_frame)
        place.span = _span(step, place)
        yield place


def _span(step: TracebackType, place: Place) -> tuple[int, int] | None:
    """The columns of what was being evaluated, where that is a part of one line."""
    positions = next(islice(step.tb_frame.f_code.co_positions(), step.tb_lasti // 2, None), None)
    if positions is None:
        return None
    first, last, start, end = positions
    if first != last or first != place.line or start is None or end is None:
        return None
    # Python counts bytes.
    source = _source(place).encode()
    if source[start:end].strip() == source.strip():
        return None
    return len(source[:start].decode(errors="replace")), len(source[:end].decode(errors="replace"))


def _places(places: list[Place], telling: _Telling) -> Iterator[str]:
    most = MOST_PLACES_OF_ALL if telling.all else MOST_PLACES
    half = most // 2
    for number, place in enumerate(places):
        if len(places) > most and half <= number < len(places) - half:
            if number == half:
                yield f"\n{_INDENT}({len(places) - 2 * half} more)"
            continue
        yield ""
        yield from _place(place, telling.width)


def _place(place: Place, width: int) -> Iterator[str]:
    where = f"{place.file}:{place.line}: " if place.line else f"{place.file}: "
    yield _INDENT + coloured("stack_info", one_line(f"{where}{place.function}"))
    if _source(place).strip():
        yield from _quoted(place, width)
    if place.frame is not None:
        yield from _variables(place.frame, width)


def _quoted(place: Place, width: int) -> Iterator[str]:
    """The line of a place, and marks below what was being evaluated."""
    number, source = str(place.line), _source(place)
    start, end = place.span or (0, 0)
    margin = len(source) - len(source.lstrip())
    before, marked, shown = safe(source[margin:start]), safe(source[start:end]), safe(source.strip())
    room = width - len(_INDENT) - len(number) - len("   | ")
    if columns_of(shown) > room:
        shown = shown[: room - 3] + "..."
    yield f"{_INDENT}  {number} | {shown}"
    marks = min(columns_of(marked), room - columns_of(before))
    if marks > 0:
        gutter = f"{_INDENT}  {' ' * len(number)} | "
        yield gutter + " " * columns_of(before) + coloured("eval_error", "^" * marks)


def _source(place: Place) -> str:
    if place.frame is None:
        return getline(place.file, place.line).rstrip("\r\n") if os.path.exists(place.file) else ""
    return line_of(place.frame.f_code, place.line)


def _variables(frame: FrameType, width: int) -> Iterator[str]:
    """The function's variables; those of a whole module are left out."""
    if frame.f_locals is frame.f_globals or frame.f_code.co_name == "<module>":
        return
    shown = {name: value for name, value in frame.f_locals.items() if _is_telling(name, value)}
    for name, value in islice(shown.items(), _MOST_VARIABLES):
        yield _variable(name, value, width)
    if len(shown) > _MOST_VARIABLES:
        yield f"{_INDENT}  ({len(shown) - _MOST_VARIABLES} more variables)"


def _is_telling(name: str, value: object) -> bool:
    return name.isidentifier() and not (name.startswith("__") and name.endswith("__")) and type(value) is not ModuleType


def _variable(name: str, value: object, width: int) -> str:
    begin = f"{_INDENT}  {safe(name)} = "
    room = max(width - len(begin), 20)
    text = inspect(value, width=room, limit=_LIMIT, printable_limit=_PRINTABLE_LIMIT, colours=has_colours())
    lines = text.split("\n")
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], "..."]
    return f"{_INDENT}  {coloured('key', safe(name))} = " + ("\n" + " " * len(begin)).join(lines)
