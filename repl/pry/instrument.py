"""Instrumentation: a function's code with stops in it.

    enter(7)                            # what a breakpoint's function calls first, and then before each statement:
    if step.mode: step.reach()
    return step.returns(value)

Not with `sys.settrace`: under a tracer every line of the program pays, and processes are not preempted in libraries.
The source of the whole file is compiled once as it is, to see that it still is what the function was made from, and
once with the stops: so free variables, `super()`, private names and line numbers are the compiler's own work.
"""

from __future__ import annotations

import ast
import builtins
import linecache
import os
import warnings
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

from pyex.repl.language.source_lines import FUTURE_FLAGS, codes_in, first_line, keep, text_of

# Names that cannot be typed: of the function that is called first, and of the local variable that it makes.
ENTER = "<pyex breakpoint>"
STEP = "<pyex step>"
_FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
# Compiler directives: nothing happens where they stand.
_DIRECTIVES = (ast.Global, ast.Nonlocal)


class NoSource(Exception):
    """The source that a function was compiled from is not there (any more)."""


def instrumented(function: FunctionType, number: int, enter: Callable[[int], Any]) -> CodeType:
    """The code of a function with stops in it; `enter(number)` is called at its beginning, and returns the step.

    Raises `NoSource` when the function's source is not there, or is another one by now.
    """
    code = function.__code__
    with warnings.catch_warnings():
        # They were shown when it was compiled for the first time.
        warnings.simplefilter("ignore")
        text, tree = _source(code, function.__globals__)
        node = _definition(tree, code)
        node.body = _with_entry(node, number)
        flags = code.co_flags & FUTURE_FLAGS
        compiled = compile(ast.fix_missing_locations(tree), code.co_filename, "exec", flags, dont_inherit=True)
    setattr(builtins, ENTER, enter)
    stopping = next(each for each in codes_in(compiled) if STEP in each.co_varnames)
    if not os.path.exists(code.co_filename):
        keep(stopping, text)
    return stopping


def _source(code: CodeType, namespace: dict[str, Any]) -> tuple[str, ast.Module]:
    """The text that a function was compiled from, and its tree."""
    linecache.checkcache(code.co_filename)
    in_file = "".join(linecache.getlines(code.co_filename, namespace))
    for text in (in_file, text_of(code)):
        flags = code.co_flags & FUTURE_FLAGS
        try:
            tree = compile(text, code.co_filename, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
            if code in codes_in(compile(tree, code.co_filename, "exec", flags, dont_inherit=True)):
                assert isinstance(tree, ast.Module)
                return text, tree
        except (SyntaxError, ValueError):
            pass
    raise NoSource("it has changed since it was loaded" if in_file else "there is none")


def _definition(tree: ast.AST, code: CodeType) -> ast.FunctionDef | ast.AsyncFunctionDef:
    named = (node for node in ast.walk(tree) if isinstance(node, _FUNCTION) and node.name == code.co_name)
    return next(node for node in named if first_line(node) == code.co_firstlineno)


def _with_entry(node: ast.FunctionDef | ast.AsyncFunctionDef, number: int) -> list[ast.stmt]:
    start = 0
    if isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant):
        start = isinstance(node.body[0].value.value, str)
    while start < len(node.body) and isinstance(node.body[start], _DIRECTIVES):
        start += 1
    head, body = node.body[:start], node.body[start:]
    begin = body[0] if body else node.body[-1]
    entry = ast.Assign([_name(STEP, ast.Store())], ast.Call(_name(ENTER), [ast.Constant(number)], []))
    stops = _with_stops(body)[1 if body else 0 :]
    end = ast.Expr(_returning(ast.Constant(None)))
    return [*head, _at(begin, entry), *stops, _at(node.body[-1], end, at_end=True)]


def _with_stops(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements with a stop before each, those of inner blocks included."""
    stops: list[ast.stmt] = []
    for statement in body:
        if isinstance(statement, _DIRECTIVES):
            stops.append(statement)
            continue
        reach = ast.Expr(ast.Call(_attribute("reach"), [], []))
        stops.append(_at(statement, ast.If(_attribute("mode"), [reach], [])))
        if isinstance(statement, ast.Return) and statement.value is not None:
            statement.value = _at(statement, _returning(statement.value))
        elif isinstance(statement, ast.Return):
            # It stays without a value: an asynchronous generator may not have one there.
            stops.append(_at(statement, ast.Expr(_returning(ast.Constant(None)))))
        elif not isinstance(statement, (*_FUNCTION, ast.ClassDef)):
            _put_into_blocks(statement)
        stops.append(statement)
    return stops


def _put_into_blocks(statement: ast.AST) -> None:
    for field in ("body", "orelse", "finalbody"):
        block = getattr(statement, field, None)
        if block:
            setattr(statement, field, _with_stops(block))
    for inner in [*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())]:
        _put_into_blocks(inner)


def _returning(value: ast.expr) -> ast.expr:
    return ast.Call(_attribute("returns"), [value], [])


def _name(name: str, context: ast.expr_context | None = None) -> ast.Name:
    return ast.Name(name, context or ast.Load())


def _attribute(name: str) -> ast.Attribute:
    return ast.Attribute(_name(STEP), name, ast.Load())


def _at(statement: ast.stmt, new: Any, *, at_end: bool = False) -> Any:
    """Give a new node, and the new ones in it, the line of a statement."""
    line = (statement.end_lineno if at_end else None) or statement.lineno
    for each in ast.walk(new):
        if isinstance(each, ast.expr | ast.stmt) and not hasattr(each, "lineno"):
            each.lineno = each.end_lineno = line
            each.col_offset = each.end_col_offset = statement.col_offset
    return new
