"""Python as the language typed at the prompt.

`PythonLanguage` answers what the shell asks of a language: does Enter run this text, how far is the next line indented,
what is the code in a pasted session, which inputs does a text hold, and what does running one of them echo.

    language = PythonLanguage()
    language.state("def f():")                       # "incomplete"
    language.compile("x = 1 + 1", "shell").run({})   # 2, the value to echo

Python's own parser decides all of it. A text that it refuses is searched for a few Elixir habits (`:kill`, `|>`, `do`),
so that the error can say how pyex spells them; a text that it accepts is never second-guessed.
"""

from __future__ import annotations

import ast
import codeop
import itertools
import re
import warnings
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from pyex.repl.language.python_input import PythonInput, compile_tree
from pyex.repl.language.source_lines import FUTURE_FLAGS, first_line, keep

if TYPE_CHECKING:
    from pygments.lexer import Lexer

    from pyex.repl.completion import Completion

_COMPOUND = (
    ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match,
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef,
)  # fmt: skip
# The flags by which the standard library's codeop tells "not finished" from "wrong".
_UNFINISHED_FLAGS: int = codeop.PyCF_ALLOW_INCOMPLETE_INPUT | codeop.PyCF_DONT_IMPLY_DEDENT  # type: ignore[attr-defined]
# What the compiler raises, besides SyntaxError, for NUL bytes, lone surrogates and absurd nesting.
_REFUSALS = (ValueError, OverflowError, RecursionError, MemoryError)
_CUTS_TRIED = 20

_PROMPT = re.compile(r"[ \t]*(?:(?:pyex|pry)(?:\([^()\n]*\)\d*)?>|>>>)(?: (.*)|[ \t]*)$")
_NUMBERED_CONTINUATION = re.compile(r"[ \t]*\.\.\.\([^()\n]*\)\d*>(?: (.*)|[ \t]*)$")
_BARE_CONTINUATION = re.compile(r"[ \t]*\.\.\.>?(?: (.*)|[ \t]*)$")

_STRING_OR_COMMENT = re.compile(
    r"""(?P<quotes>\"\"\"|''')(?:\\.|(?!(?P=quotes)).)*(?:(?P=quotes)|\Z)"""
    r"""|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|(?P<comment>\#[^\n]*)""",
    re.DOTALL,
)
_STATEMENT_START = re.compile(r"(?!(?:elif|else|except|finally)\b)[^\s#)\]}]")
_LEAVES_BLOCK = re.compile(r"\s*(?:(?:return|pass|raise|break|continue)\b|exit\((?:.*\))?\s*$)")

# Elixir habit (searched with strings written as quotes only, see _mask) -> what the SyntaxError says.
# {0} is the text of the pattern's group, {1} the same without its quotes.
_ELIXIR_HINTS = (
    (re.compile(r"\|>"), "the pipe |> is Elixir; in pyex write f(g(x))"),
    (re.compile(r"\bfn\b.*->"), "fn -> … end is Elixir; in pyex write lambda: …, for example spawn(lambda: …)"),
    (re.compile(r"\bdo[ \t]*$|,[ \t]*do:"), "do … end is Elixir; in pyex a block starts with : and is indented, "
                                            "and a process is started with spawn(lambda: …)"),
    (re.compile(r"""(?<![\w)\]:"])(?<![\w)\]"]\[):([^\W\d][\w@]*[?!]?|"+)"""),
     ':{0} is Elixir\'s way to write an atom; in pyex write "{1}"'),
    (re.compile(r"\b([\w.]+\.(?:await|async|yield))(?=\()"),
     "{0} has a word of Python's own in it; in pyex write {0}_(…)"),
    (re.compile(r"^continue[ \t]*(?:\(|$)"), "'continue' outside a loop; the debugger's helper is continue_()"),
    (re.compile(r"^break![ \t]*\S|^break[ \t]*\("),
     "break is a word of Python's own; the debugger's helper is break_(…)"),
    (re.compile(r"^(b|c|cd|exports|h|i|import_file|l|ls|nl|open|pid|r|ref|runtime_info|s|t|v|whereami)"
                r"[ \t]+[\w\":.-].*"),
     "in pyex a helper is called with parentheses: {0}(…)"),
    (re.compile(r"\b([\w.]+)\?(?=\()"), "a name that ends in ? is Elixir; in pyex write {0}(…)"),
)  # fmt: skip


class PythonLanguage:
    """Python 3 as a prompt language.

    It holds one thing: the `from __future__` imports seen so far, which stay in force for later inputs.
    """

    def __init__(self) -> None:
        self._future = 0

    @cached_property
    def lexer(self) -> type[Lexer]:
        """The Pygments lexer for highlighting; imported when first asked for, since start-up time matters."""
        from pygments.lexers.python import PythonLexer

        return PythonLexer

    def state(self, text: str) -> Literal["complete", "incomplete", "invalid"]:
        """Say whether Enter would run `text`: `state("x = 1")` is "complete", `state("if x:")` "incomplete".

        As in Python's own shell, a compound statement runs after an empty line. "invalid" text is run as well, so that
        its error is shown. Never raises, and never shows a warning: compiling does that, once.
        """
        text = _unix_newlines(text)
        try:
            statements = _parse_quietly(text, self._future).body
        except SyntaxError:
            return "incomplete" if self._is_unfinished(text) else "invalid"
        except _REFUSALS:
            return "invalid"
        last_line = text.rpartition("\n")[2]
        if statements and isinstance(statements[-1], _COMPOUND) and last_line.strip():
            return "incomplete"
        return "complete"

    def _is_unfinished(self, text: str) -> bool:
        try:
            _parse_quietly(text + "\n", self._future | _UNFINISHED_FLAGS)
        except SyntaxError as error:
            return "incomplete input" in str(error)
        except _REFUSALS:
            return False
        return True

    def indent(self, text: str) -> str:
        """Return the white space that the line after `text` should start with: `indent("if x:")` is four spaces."""
        original, masked = text.split("\n"), _mask(text).split("\n")
        margin, first = "", ""
        depth = depth_before = 0
        continued = False
        for line, code in zip(original, masked, strict=True):
            goes_on = depth > 0 or continued
            if not goes_on:
                margin, first = _margin(line), code
            depth_before = depth
            depth = max(0, depth + sum(map(code.count, "([{")) - sum(map(code.count, ")]}")))
            continued = code.endswith("\\")
        own, code = _margin(original[-1]), masked[-1].rstrip()
        if not original[-1].strip():
            return own
        if depth > 0:
            return _deeper(own) if depth > depth_before else own
        if continued:
            return own if goes_on else _deeper(own)
        if code.endswith(":"):
            return _deeper(margin)
        return _shallower(margin) if _LEAVES_BLOCK.match(first) else margin

    def strip_prompts(self, text: str) -> str:
        """Return the code of a pasted session: `strip_prompts("pyex(1)> 1 + 1\\n2")` is `"1 + 1"`.

        A session is a text whose first line that is not blank starts with `pyex(1)> `, `pyex> ` or `>>> `. What the
        shell printed (results, banners, reports) is left out. Any other text comes back unchanged.
        """
        lines = _unix_newlines(text).split("\n")
        first = next((line for line in lines if line.strip()), "")
        if not _PROMPT.match(first):
            return text
        code: list[str] = []
        typing = False  # a bare "..." is a prompt only right below typed code; elsewhere it is output
        for line in lines:
            if prompt := _PROMPT.match(line):
                if prompt[1]:
                    code.append(prompt[1])
            elif prompt := _NUMBERED_CONTINUATION.match(line) or (typing and _BARE_CONTINUATION.match(line)) or None:
                code.append(prompt[1] or "")
            typing = prompt is not None
        session = "\n".join(code)
        if self.state(session) == "incomplete" and self.state(session + "\n") == "complete":
            return session + "\n"
        return session

    def complete(self, text: str, namespace: Mapping[str, object]) -> Completion:
        """Return what can follow the text before the cursor: `complete("Process.ali", namespace)` has `alias` and
        `alive`.

        See `pyex.repl.completion`, which is imported when first asked for.
        """
        from pyex.repl.completion import complete

        return complete(text, namespace)

    def split(self, text: str) -> list[str]:
        """Cut `text` into inputs, one a top-level statement: `split("x = 1\\nx")` is `["x = 1", "x"]`.

        Statements on one line (`x = 1; x`) stay one input; comments and decorators stay with their statement. Of a text
        that does not parse, the statements before the broken one come first. Nothing but comments gives `[]`.
        """
        text = _unix_newlines(text)
        try:
            statements = _parse_quietly(text, self._future).body
        except SyntaxError as error:
            return self._split_before(text, error.lineno or 1)
        except _REFUSALS:
            return [text]
        lines = text.split("\n")
        groups = _grouped_by_line(statements)
        inputs = []
        start = 0
        for group, following in itertools.zip_longest(groups, groups[1:]):
            end = _last_line(group[-1])
            limit = first_line(following[0]) - 1 if following else len(lines)
            # An indented comment below a block still belongs to it, and so does whatever ends the text.
            while end < limit and (not following or not lines[end].strip() or lines[end][0].isspace()):
                end += 1
            source = "\n".join(lines[start:end]).strip("\n").rstrip()
            # A backslash in last place needs the line that it continued on.
            inputs.append(source + "\n\n" if source.endswith("\\") else source)
            start = end
        return inputs

    def _split_before(self, text: str, error_line: int) -> list[str]:
        """Split what stands before the statement that does not parse, and keep the rest as one input."""
        lines = text.split("\n")
        cuts = (line for line in range(min(error_line, len(lines)) - 1, 0, -1) if _STATEMENT_START.match(lines[line]))
        for cut in itertools.islice(cuts, _CUTS_TRIED):
            before = "\n".join(lines[:cut])
            try:
                _parse_quietly(before, self._future)
            except (SyntaxError, *_REFUSALS):
                continue
            return [*self.split(before), "\n".join(lines[cut:]).rstrip()]
        return [text.strip("\n")]

    def compile(self, text: str, filename: str) -> PythonInput:
        """Compile one input; `compile("x = 2", "shell").run(namespace)` binds `x` and returns 2.

        Raises SyntaxError, and nothing else, for text that cannot be compiled. The caller registers the source under
        `filename` (linecache) if tracebacks are to quote it.
        """
        text = _unix_newlines(text)
        try:
            compiled = compile_tree(_parse(text, filename, self._future), text, filename, self._future)
        except SyntaxError as error:
            raise _explained(error, text, filename) from None
        except _REFUSALS as error:
            raise SyntaxError(f"cannot compile this: {str(error) or 'it is nested too deeply'}") from None
        keep(compiled.code, text)
        self._future |= compiled.code.co_flags & FUTURE_FLAGS
        return compiled


def _unix_newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _parse(text: str, filename: str, flags: int) -> ast.Module:
    tree = compile(text, filename, "exec", flags | ast.PyCF_ONLY_AST, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    return tree


def _parse_quietly(text: str, flags: int) -> ast.Module:
    # catch_warnings changes the filters of the whole program for a moment, so use it only where the parser could warn:
    # about a backslash in a string, or a number that runs into a word.
    if not re.search(r"\\|\d[A-Za-z]", text):
        return _parse(text, "<prompt>", flags)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return _parse(text, "<prompt>", flags)


def _mask(text: str) -> str:
    """Return `text`, every line as long as before, with strings turned into quotes and comments into spaces."""

    def masked(found: re.Match[str]) -> str:
        return re.sub(r"[^\n]", " " if found["comment"] else '"', found[0])

    return _STRING_OR_COMMENT.sub(masked, text)


def _margin(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]


def _deeper(margin: str) -> str:
    return margin + ("\t" if margin.endswith("\t") else "    ")


def _shallower(margin: str) -> str:
    return margin[:-1] if margin.endswith("\t") else margin.removesuffix("    ")


def _last_line(statement: ast.stmt) -> int:
    return statement.end_lineno or statement.lineno


def _grouped_by_line(statements: list[ast.stmt]) -> list[list[ast.stmt]]:
    """Put statements that share a line into one group."""
    groups: list[list[ast.stmt]] = []
    for statement in statements:
        if groups and _last_line(groups[-1][-1]) == first_line(statement):
            groups[-1].append(statement)
        else:
            groups.append([statement])
    return groups


def _explained(error: SyntaxError, text: str, filename: str) -> SyntaxError:
    """Return `error` with its source line, or, where the line is written as in Elixir, one that says so."""
    lines = text.split("\n")
    number = error.lineno or 0
    if not 1 <= number <= len(lines):
        return error
    line = lines[number - 1]
    error.text = error.text or line + "\n"
    if error.msg == "'await' outside function":
        error.msg += "; blocking(f, …) runs the coroutine function f and waits for its value"
    masked = _mask(text).split("\n")[number - 1]
    for pattern, message in _ELIXIR_HINTS:
        # What lies wholly before the place where Python stumbled was right.
        if found := next((match for match in pattern.finditer(masked) if match.end() >= (error.offset or 0)), None):
            start, end = found.span()
            word = line[slice(*found.span(found.lastindex or 0))]
            where = (filename, number, start + 1, line + "\n", number, end + 1)
            return SyntaxError(message.format(word, word.strip('"')), where)
    return error
