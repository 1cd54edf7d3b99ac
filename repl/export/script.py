"""A document as a script: its inputs in order, prose and outputs as comments.

A script is no shell. It shows no values, so those are comments; behind each call it waits a moment, as the prompt does,
so that others can answer. What fails is caught, and where the shell process dies the script goes on in its stead, so
that it runs to its end. What only a prompt can do is a comment.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path

from pyex.inspection.safe_text import safe
from pyex.repl.export.colouring import failure
from pyex.repl.export.prose import prose_lines
from pyex.repl.export.screen_lines import lines_of
from pyex.repl.transcript.document import Block, Code, Document, Heading, Prose, SetUp
from pyex.repl.transcript.play import has_control_c
from pyex.repl.transcript.session import Session, Step

WIDTH = 100
# Helpers that need a shell: its values, its prompts at a breakpoint; and pids by numbers that are another run's.
AT_THE_PROMPT = frozenset(
    {"_", "v", "e", "pid", "ref", "history", "respawn", "binding", "clear", "quit", "PyEx", "pry", "whereami", "n"}
    | {"import_file", "import_file_if_available", "break_", "breaks", "remove_breaks", "reset_break"}
    | {"continue_", "next_", "out"}
)
# Python's own, or shadows of them: at the prompt they do more than in a script.
_NOT_IMPORTED = frozenset({"help", "open"})
SETTLE = '''
def settle():
    """Give the other processes a moment, as the prompt does before it shows a value."""
    Process.sleep(50)
'''
DYING = '''
@contextmanager
def dying():
    """Where the shell process dies at the prompt, and another takes its place. The script goes on instead: it traps the
    exit, ends what it was linked to, and empties its mailbox. Unlike the new shell it keeps its pid and its data."""
    me, send_exit = self(), Process.exit
    # "kill" could not be trapped; those who are linked to what it kills get "killed".
    Process.exit = lambda pid, reason: send_exit(pid, "killed" if (pid, reason) == (me, "kill") else reason)
    Process.flag("trap_exit", True)
    try:
        yield
        settle()
    except (Exception, Exit) as error:
        print(repr(error))
    Process.exit = send_exit
    for other in Process.info(self(), "links")[1]:
        Process.unlink(other)
        Process.exit(other, "killed")
    settle()
    while receive(after=0, default=None) is not None:
        pass
    Process.flag("trap_exit", False)
'''
# Calls behind which there is nothing to wait for.
_AT_ONCE = frozenset(
    ["self", "flush", "ok", "print", "Process.alive", "Process.flag", "Process.info", "Process.self", "Process.whereis"]
)


def script(document: Document) -> str:
    """The text of the script, for `pyex run`."""
    words = _Words(document)
    body = [line for block in document.blocks for line in ["", *_block(block, document, words)]]
    has_deaths = "with dying():" in body
    tools = ["contextmanager"] * has_deaths + ["suppress"] * any(line.startswith("with suppress(") for line in body)
    head = [f"# Made of {safe(Path(document.path).name)} by pyex export. To run it: pyex run THIS_FILE"]
    head += [f"from contextlib import {', '.join(tools)}", ""] if tools else []
    head.append("from pyex import *")
    if words.helpers:
        head.append(f"from pyex.repl.helpers import {', '.join(words.helpers)}")
    head += ["", *(SETTLE + (f"\n{DYING}" if has_deaths else "")).split("\n")]
    return "\n".join([*head, *body]).rstrip() + "\n"


class _Words:
    """What the names in a document's inputs mean: helpers, or what the document binds itself."""

    def __init__(self, document: Document) -> None:
        from pyex.repl.helpers import HELPERS

        texts = [step.text for step in document.steps]
        texts += [block.text for block in document.blocks if isinstance(block, SetUp)]
        nodes = [node for text in texts for node in ast.walk(_parsed(text) or ast.Module([], []))]
        bound = {name for node in nodes for name in _bound_by(node)}
        # `_` is bound in patterns by everybody.
        self._at_the_prompt = AT_THE_PROMPT - (bound - {"_"})
        self._helpers = frozenset(HELPERS) - bound - AT_THE_PROMPT - _NOT_IMPORTED
        self._called_bare = {*self._helpers, "self"} - bound
        self.helpers = sorted({name for node in nodes for name in _used_by(node)} & self._helpers)

    def needs_prompt(self, tree: ast.AST) -> bool:
        """Whether an input calls what only a prompt can do."""
        return any(name in self._at_the_prompt for node in ast.walk(tree) for name in _used_by(node))

    def called(self, tree: ast.Module) -> str:
        """The name that an input consists of where the prompt would call it, `self` or `flush`; else ""."""
        match tree.body:
            case [ast.Expr(value=ast.Name(id=name))] if name in self._called_bare:
                return name
        return ""


def _used_by(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield node.id


def _bound_by(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
            yield name
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.ExceptHandler(name=str(name)):
            yield name
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case ast.alias(name=name, asname=other):
            yield other or name.partition(".")[0]


def _block(block: Block, document: Document, words: _Words) -> list[str]:
    match block:
        case Heading() | Prose():
            return _comments(prose_lines(block, WIDTH - 2))
        case Code(text=text):
            return _comments(f"    {line}" for line in text.rstrip("\n").split("\n"))
        case SetUp(text=text):
            return text.split("\n")
        case Session(is_skipped=True):
            lines = (f"{line.prompt} {line.text}".strip() for line in lines_of(block, document))
            return ["# Not to be run:", *_comments(lines)]
        case Session():
            fresh = ["# A new shell begins here; the script goes on with what it has."] if block.is_fresh else []
            return [*fresh, *_session(block, document, words)]
    return []


def _session(session: Session, document: Document, words: _Words) -> Iterator[str]:
    prompts = [line.prompt for line in lines_of(session, document) if line.kind == "input" and line.pieces]
    for step, prompt in zip(session.steps, prompts, strict=True):
        yield from _step(step, words, is_pry=prompt.startswith("pry"))


def _step(step: Step, words: _Words, *, is_pry: bool) -> Iterator[str]:
    text = step.text.rstrip()
    outputs = step.expected.rstrip("\n").split("\n") if step.expected else []
    tree = _parsed(text)
    # What Ctrl+C has ended would not end here.
    if tree is None or is_pry or words.needs_prompt(tree) or has_control_c(step):
        yield "# Not Python:" if tree is None else "# Only at the prompt:"
        yield from _comments([*text.split("\n"), *(f"  {line}" for line in outputs)])
        return
    if name := words.called(tree):
        text = text.replace(name, f"{name}()", 1)
    failed = failure(outputs)
    is_death = failed.startswith("** (EXIT from ") or _kills_itself(tree)
    if failed or is_death:
        others = ", SystemExit" * failed.startswith("** (SystemExit)")
        yield "with dying():" if is_death else f"with suppress(Exception, Exit{others}):"
        yield from _indented(text, tree)
    else:
        yield text
    if not is_death and _calls(tree):
        yield "settle()"
    yield from _comments(f"  {line}" for line in outputs)
    if "\n" in step.text and not outputs:
        yield ""


def _kills_itself(tree: ast.AST) -> bool:
    """Whether an input sends its own process the exit that cannot be trapped."""
    return bool(re.search(r"Process\.exit\(self(\(\))?, 'kill'\)", ast.unparse(tree)))


def _indented(text: str, tree: ast.AST) -> Iterator[str]:
    """The lines of an input in a block; a text that goes over several lines stays as it is."""
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant | ast.JoinedStr))
    within = {line for node in texts for line in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)}
    for number, line in enumerate(text.split("\n"), start=1):
        yield line if number in within else f"    {line}".rstrip()


def _calls(tree: ast.Module) -> bool:
    """Whether an input calls something that others may answer, and is more than a definition."""
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    return any(
        isinstance(node, ast.Call) and ast.unparse(node.func) not in _AT_ONCE
        for statement in tree.body
        if not isinstance(statement, definitions)
        for node in ast.walk(statement)
    )


def _comments(lines: Iterable[str]) -> list[str]:
    # A line break of some other kind would end the comment.
    return [f"# {safe(line)}".rstrip() for line in lines]


def _parsed(text: str) -> ast.Module | None:
    """The tree of an input; None where it is no Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError):
            return None
