"""The seam between the shell and the language that is typed at it.

The shell and its terminal know nothing about Python: they ask a `Language` whether Enter should run what is typed, how
far to indent the next line, and how to turn text into something that runs. Python is the first such language; another
one needs only an object with these names.

`python_language` is that object for Python, and `python_input` what it makes of an input; `source_lines` keeps what
was typed or loaded, for tracebacks to quote.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from pygments.lexer import Lexer

    from pyex.repl.completion import Completion

State = Literal["complete", "incomplete", "invalid"]


class CompiledInput(Protocol):
    """One input, compiled and ready to run.

        compiled = language.compile("x = 41 + 1", "pyex(1)")
        compiled.run(namespace)         # 42, and namespace["x"] is 42

    The two sets are what the shell keeps apart from data, which dies with the shell process.
    """

    @property
    def binds_code(self) -> frozenset[str]:
        """The names that `def`, `class` and `import` bind at the top level: code, which outlives the shell process."""

    @property
    def binds_classes(self) -> frozenset[str]:
        """Those of `binds_code` that are classes: the shell warns when one of them is redefined."""

    @property
    def is_quiet(self) -> bool:
        """Whether the value is not to be shown, though it is one."""

    @property
    def is_assignment(self) -> bool:
        """Whether the value is that of an assignment: a helper that is only given a name is not to be called."""

    def run(self, namespace: dict[str, object]) -> object:
        """Execute the input in `namespace`; return the value to echo, or None. Whatever the input raises passes."""


class Language(Protocol):
    """What the shell asks of a language.

        language.state("def f():")          # "incomplete": Enter starts another line
        language.indent("def f():")         # "    "
        language.state("f(1)")              # "complete": Enter runs it

    All of it is called in the terminal's thread while somebody types, except `split` and `compile`, which belong to the
    shell; `state` is called at every Enter and should take milliseconds.
    """

    @property
    def lexer(self) -> type[Lexer]:
        """The pygments lexer that colours the input while it is typed."""

    def state(self, text: str) -> State:
        """Would Enter run this text? An "invalid" text is run as well, so that the person sees what is wrong."""

    def indent(self, text: str) -> str:
        """The white space that the next line should start with, given the text before the cursor."""

    def strip_prompts(self, text: str) -> str:
        """The code in a pasted session, without prompts, continuation prompts and outputs; other text unchanged."""

    def complete(self, text: str, namespace: Mapping[str, object]) -> Completion:
        """What can follow the text before the cursor, with the names of the prompt. Never runs the user's code."""

    def split(self, text: str) -> list[str]:
        """The inputs in what was typed or pasted, to be evaluated one after another."""

    def compile(self, text: str, filename: str) -> CompiledInput:
        """Compile one input; tracebacks will name `filename`. Raises SyntaxError when the text is not an input."""
