"""One input of Python: what it binds, how it runs, and which value it echoes.

Echoed are the value of a last expression, what a last assignment assigned (`pid = spawn(f)`: the pid), what `x += 1`
made of `x`, and what the branch of an `if`, `match`, `with` or `try` ends with; everything else echoes nothing. What
ends in `;` has a value that is kept and not shown. To get at an assignment's value without evaluating anything twice,
the last statement is rewritten: the value goes to a hidden name first, and from there on. Hidden names cannot be typed
(they hold `<`), differ from input to input, and are gone when the input has run.
"""

from __future__ import annotations

import ast
import itertools
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

_BINDING = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
_serial = itertools.count(1)


@dataclass(slots=True)
class PythonInput:
    """One compiled input.

    `binds_code` holds the names that `def`, `class` and `import` bind at the top level, `binds_classes` those bound by
    `class`. What `from module import *` binds is known only when it has run: read `binds_code` after `run`.
    """

    binds_code: frozenset[str]
    binds_classes: frozenset[str]
    is_quiet: bool
    is_assignment: bool
    code: CodeType
    _value: str
    _star_imports: tuple[str, ...]

    def run(self, namespace: dict[str, object]) -> object:
        """Execute the input in `namespace`; return the value to echo, or None. What the code raises passes through.

        This call is the outermost frame of such a traceback, the input's own frame is the next one.
        """
        if _key(self._value) in self.code.co_names:
            namespace[_key(self._value)] = _KEY
        try:
            exec(self.code, namespace)
            return namespace.get(self._value)
        finally:
            for name in (self._value, _holder(self._value), _key(self._value)):
                namespace.pop(name, None)
            for module in self._star_imports:
                self.binds_code |= namespace.keys() & set(_public_names(module))


class _Key:
    """`_KEY[1:2]` is `slice(1, 2)`: it turns the inside of any subscript into a value."""

    def __getitem__(self, key: object) -> object:
        return key


_KEY = _Key()


def compile_tree(tree: ast.Module, text: str, filename: str, flags: int) -> PythonInput:
    """Compile the parsed `text`, under the given `from __future__` flags. Raises what the compiler raises."""
    name = f"<value {next(_serial)}>"
    binding = list(_binding_statements(tree))
    is_quiet = bool(tree.body) and _after(tree.body[-1], text).lstrip().startswith(";")
    is_assignment = bool(tree.body) and isinstance(tree.body[-1], ast.Assign | ast.AnnAssign | ast.AugAssign)
    tree.body = _keeping(tree.body, name)
    return PythonInput(
        is_quiet=is_quiet,
        is_assignment=is_assignment,
        binds_code=frozenset(bound for statement in binding for bound in _bound_names(statement)),
        binds_classes=frozenset(node.name for node in binding if isinstance(node, ast.ClassDef)),
        code=compile(tree, filename, "exec", flags, dont_inherit=True),
        _value=name,
        _star_imports=tuple(
            node.module
            for node in binding
            if isinstance(node, ast.ImportFrom) and node.module and not node.level and node.names[0].name == "*"
        ),
    )


def _after(statement: ast.stmt, text: str) -> str:
    """Return what follows `statement` on its last line."""
    line = text.split("\n")[(statement.end_lineno or statement.lineno) - 1]
    return line.encode()[statement.end_col_offset :].decode()  # Python counts columns in bytes


def _keeping(body: list[ast.stmt], name: str) -> list[ast.stmt]:
    """Return statements that do what `body` does and keep its value, if there is one, in `name`."""
    if body:
        body = [*body[:-1], *(ast.fix_missing_locations(part) for part in _keeping_value(body[-1], name))]
    # A string in first place would become the prompt's __doc__.
    return list(itertools.dropwhile(_is_bare_constant, body))


def _keeping_value(statement: ast.stmt, name: str) -> list[ast.stmt]:
    """Return statements that do what `statement` does, each part of it once, and keep its value in `name`."""
    match statement:
        case ast.Expr(value=value):
            return [_store(name, value)]
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            statement.value = _load(name, value)
            return [_store(name, value), statement]
        case ast.AugAssign(target=target, op=operator, value=value):
            # x[i] += v becomes: holder = x; key = i; name = holder[key]; name += v; holder[key] = name
            parts, read, write = _taken_apart(target, name)
            add = ast.copy_location(ast.AugAssign(ast.Name(name, ast.Store()), operator, value), statement)
            assign = ast.copy_location(ast.Assign([write], _load(name, value)), statement)
            return [*parts, _store(name, read), add, assign]
        case ast.If() | ast.With() | ast.AsyncWith() | ast.Try() | ast.TryStar() | ast.Match():
            for branch in _branches(statement):
                branch[-1:] = _keeping_value(branch[-1], name)
    return [statement]


def _branches(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of which one may be the last that runs: as in Elixir, an `if` or a `match` is worth what that
    ends with."""
    match statement:
        case ast.Match(cases=cases):
            yield from (case.body for case in cases)
        case ast.Try() | ast.TryStar():
            yield from (block for block in (statement.body, statement.orelse) if block)
            yield from (handler.body for handler in statement.handlers)
        case ast.If():
            yield from (block for block in (statement.body, statement.orelse) if block)
        case ast.With() | ast.AsyncWith():
            yield statement.body


def _taken_apart(
    target: ast.Name | ast.Attribute | ast.Subscript, name: str
) -> tuple[list[ast.stmt], ast.expr, ast.expr]:
    """Return statements that evaluate the parts of `target` once, and expressions that then read and write it."""
    holder, key = _holder(name), _key(name)
    parts: list[ast.stmt] = []
    read: ast.expr
    write: ast.expr
    match target:
        case ast.Name(id=variable):
            read, write = ast.Name(variable, ast.Load()), ast.Name(variable, ast.Store())
        case ast.Attribute(value=value, attr=attribute):
            parts = [_store(holder, value)]
            held = _load(holder, value)
            read, write = ast.Attribute(held, attribute, ast.Load()), ast.Attribute(held, attribute, ast.Store())
        case ast.Subscript(value=value, slice=index):
            # `key` holds _KEY until then, so that a slice can be kept like any other value.
            inside = ast.copy_location(ast.Subscript(_load(key, index), index, ast.Load()), index)
            parts = [_store(holder, value), _store(key, inside)]
            held, at = _load(holder, value), _load(key, index)
            read, write = ast.Subscript(held, at, ast.Load()), ast.Subscript(held, at, ast.Store())
    return parts, ast.copy_location(read, target), ast.copy_location(write, target)


def _store(name: str, value: ast.expr) -> ast.stmt:
    return ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], value), value)


def _load(name: str, where: ast.expr) -> ast.expr:
    return ast.copy_location(ast.Name(name, ast.Load()), where)


def _holder(name: str) -> str:
    return name + " holder"


def _key(name: str) -> str:
    return name + " key"


def _is_bare_constant(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _binding_statements(tree: ast.Module) -> Iterator[ast.stmt]:
    """Yield the top level's def, class and import statements, those inside its if, try, with … blocks included."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        for node in ast.iter_child_nodes(waiting.pop()):
            if isinstance(node, _BINDING):
                yield node
            elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case):
                waiting.append(node)


def _bound_names(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in names if alias.name != "*")


def _public_names(module: str) -> Iterator[str]:
    """Yield what `from module import *` binds; nothing if the import did not happen."""
    names = getattr(sys.modules.get(module), "__dict__", {})
    if "__all__" in names:
        yield from names["__all__"]
    else:
        yield from (name for name in names if not name.startswith("_"))
