"""The lines of code that was typed. Its file is named by the prompt's number, and numbers come again: after an error,
and in the next shell. So the text of an input is kept with its code, and not only under the name of its file."""

from __future__ import annotations
import __future__

import ast
import linecache
import os
import warnings
import weakref
from collections.abc import Iterator
from functools import partial
from types import CodeType

# What a `from __future__` import leaves in the flags of code.
FUTURE_FLAGS: int = sum(getattr(__future__, name).compiler_flag for name in __future__.all_feature_names)
# The names of files begin so that are inputs of a prompt.
_PROMPTS = ("pyex(", "pry(")
_texts: dict[int, tuple[weakref.ref[CodeType], list[str]]] = {}


def was_typed(file: str) -> bool:
    """Whether the file of a code object is no file: it names a prompt."""
    return file.startswith(_PROMPTS)


def register(file: str, text: str) -> None:
    """Have tracebacks quote this text for a file of this name."""
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)


def read(place: str, file: str | None = None) -> str:
    """The text of a file, which tracebacks quote from here on; `file` is what they call it."""
    import tokenize

    with tokenize.open(place) as opened:
        text = opened.read()
    register(file or place, text)
    return text


def keep(code: CodeType, text: str) -> None:
    """Remember what an input was typed as, for as long as any code of it lives."""
    lines = text.split("\n")
    for each in codes_in(code):
        _texts[id(each)] = (weakref.ref(each, partial(_forget, id(each))), lines)


def text_of(code: CodeType) -> str:
    """What the code was typed as; "" for what comes from a file that there is."""
    return "" if os.path.exists(code.co_filename) else "\n".join(_kept_lines(code) or ())


def line_of(code: CodeType, number: int) -> str:
    """A line of the file that the code comes from; "" where nobody knows it any more."""
    lines = _kept_lines(code)
    if lines is not None:
        return lines[number - 1] if 0 < number <= len(lines) else ""
    name = code.co_filename
    if not os.path.exists(name) and not _is_of_text("".join(linecache.getlines(name)), code):
        return ""
    return linecache.getline(name, number).rstrip("\r\n")


def first_line(statement: ast.stmt) -> int:
    """The number of the line that a statement starts on, its decorators included."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(each.lineno for each in decorators)])


def codes_in(code: CodeType) -> Iterator[CodeType]:
    """A code object, and those of all functions and classes in it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from codes_in(constant)


def _kept_lines(code: CodeType) -> list[str] | None:
    kept = _texts.get(id(code))
    return kept[1] if kept is not None and kept[0]() is code else None


def _forget(key: int, _: object) -> None:
    _texts.pop(key, None)


def _is_of_text(text: str, code: CodeType) -> bool:
    """Whether a text that stands under the name of a file is what the code was made of."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compiled = compile(text, code.co_filename, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(each == code for each in codes_in(compiled))
