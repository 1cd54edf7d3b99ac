"""Where a thing is written: a file and a line."""

from __future__ import annotations

import ast
import inspect as inspection
import os
import tokenize
import types
from typing import Any

from pyex import ArgumentError
from pyex.repl.documentation.subject import subject_of
from pyex.repl.language.source_lines import first_line, was_typed

_WHAT_IT_TAKES = "a function, class or module, (file, line), an exception or a place of a stack trace"


def place_of(value: Any) -> tuple[str, int]:
    """The file and line (from 1) where a thing is written.

        place_of(json.dumps)                # ("…/json/__init__.py", 183)
        place_of(("shop.py", 12))           # ("shop.py", 12)
        place_of(error)                     # where it was raised

    Raises `ArgumentError` for what has no file: it is part of Python, or was typed at the prompt.
    """
    file, line = _place(value)
    if not os.path.exists(file):
        if was_typed(file) or file.startswith("<"):
            raise ArgumentError(f"{_shown(value)} was typed at the prompt: there is no file to open")
        raise ArgumentError(f"could not find the file {file}")
    return file, line


def _place(value: Any) -> tuple[str, int]:
    match value:
        case (str() | os.PathLike() as file, int() as line) if not isinstance(line, bool):
            return os.fspath(file), max(line, 1)
        case (_, _, _, {"file": str() as file, "line": int() as line}):
            return file, max(line, 1)
        case BaseException():
            return _place_of_traceback(value, value.__traceback__)
        case types.TracebackType():
            return _place_of_traceback(value, value)
        case types.FrameType():
            return value.f_code.co_filename, value.f_lineno
        case types.CodeType():
            return value.co_filename, value.co_firstlineno
    subject = subject_of(value)
    if subject.note and subject.value is type(value):
        raise ArgumentError(f"open takes {_WHAT_IT_TAKES}, not {_shown(value)}")
    return _place_of_definition(subject.value, subject.name)


def _place_of_traceback(value: Any, traceback: types.TracebackType | None) -> tuple[str, int]:
    if traceback is None:
        raise ArgumentError(f"{_shown(value)} was not raised anywhere: it has no stack trace")
    while traceback.tb_next is not None:
        traceback = traceback.tb_next
    return traceback.tb_frame.f_code.co_filename, traceback.tb_lineno


def _place_of_definition(value: Any, name: str) -> tuple[str, int]:
    if isinstance(value, types.ModuleType):
        file = vars(value).get("__file__")
        if isinstance(file, str) and os.path.exists(file) and not file.endswith((".so", ".pyd")):
            return file, 1
        raise ArgumentError(f"could not find the source of {name}: it is built into Python, or compiled")
    if isinstance(value, type):
        return _place_of_class(value, name)
    if isinstance(value, property):
        value = value.fget
    while hasattr(value, "func") and not inspection.isfunction(value):
        value = value.func
    code = getattr(inspection.unwrap(getattr(value, "__func__", value)), "__code__", None)
    if code is None:
        raise ArgumentError(f"could not find the source of {name}: it is built into Python, or compiled")
    return code.co_filename, code.co_firstlineno


def _place_of_class(cls: type, name: str) -> tuple[str, int]:
    try:
        file = inspection.getsourcefile(cls)
    except (TypeError, OSError):
        file = None
    if file is None:
        # A class of the prompt, or of the program that was loaded before it: its functions know the file.
        functions = (getattr(each, "__func__", each) for each in vars(cls).values())
        codes = [each.__code__ for each in functions if isinstance(each, types.FunctionType)]
        if cls.__module__ == "__main__":
            file = codes[0].co_filename if codes else "<prompt>"
        else:
            raise ArgumentError(f"could not find the source of {name}: it is built into Python, or compiled")
    return file, _line_of_class(file, cls)


def _line_of_class(file: str, cls: type) -> int:
    """The line of the class statement; 1 where it is not found."""
    try:
        with tokenize.open(file) as opened:
            tree = ast.parse(opened.read())
    except (OSError, SyntaxError, ValueError):
        return 1
    body: Any = tree
    for part in cls.__qualname__.split("."):
        if part == "<locals>":
            continue
        found = [
            node
            for node in ast.walk(body)
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and node.name == part
        ]
        if not found:
            return 1
        body = found[-1]
    return first_line(body) if isinstance(body, ast.ClassDef) else 1


def _shown(value: Any) -> str:
    from pyex.errors import describe

    return getattr(value, "__qualname__", None) or describe(value)
