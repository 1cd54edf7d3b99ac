"""How the shell shows values: `pyex.inspection`, in colour.

    result(value), error(text), warning(text)       # as the prompt prints them: coloured, and as wide as the console

`syntax_colours` paints what a value consists of. `traceback` shows errors in full, `report` the reports of crashes;
`colours` and `side_by_side` are for whoever prints.
"""

from __future__ import annotations

from typing import Any

from pyex.inspection import INFINITY, tokens
from pyex.inspection.safe_text import safe
from pyex.repl.configuration import settings
from pyex.repl.display.colours import RESET, coloured, syntax_sequences
from pyex.repl.display.options import DEFAULTS
from pyex.repl.shell.current import columns, has_colours

_STACK_INDENT = "    "


def inspect(
    value: object,
    *,
    width: int | str = 80,
    limit: int | str = 50,
    printable_limit: int | str = 4096,
    pretty: bool = True,
    colours: bool = False,
) -> str:
    """Return `value` as the shell shows it: see `pyex.inspection.inspect`. With `colours` the text has escape
    sequences, and is otherwise the same."""
    shown = tokens(value, width=width, limit=limit, printable_limit=printable_limit, pretty=pretty)
    if not colours:
        return "".join(text for _, text in shown)
    from pyex.repl.display.syntax_colours import painted

    return painted(shown, syntax_sequences(), RESET)


def result(value: object, **options: Any) -> str:
    """A value as the prompt echoes it: by the configuration's `inspect`, as wide as the console, in its colours. What
    Rich can render, such as a table, is shown so.

    `options` are those of `inspect` that differ here.
    """
    # The prompt is up by the time a value is shown.
    from pyex.repl.display.renderable import is_renderable, rendered

    if is_renderable(value) and (lines := rendered(value)) is not None:
        return lines
    chosen: dict[str, Any] = {"colours": has_colours(), **DEFAULTS, **settings.inspect, **options}
    chosen["width"] = columns() if chosen["width"] is None else chosen["width"]
    return inspect(value, **chosen)


def error(text: str) -> str:
    """The report of an error as the prompt prints it: its words in one colour, its places in another, and nothing in
    it that would paint the terminal."""
    return "\n".join(
        coloured("stack_info" if line.startswith(_STACK_INDENT) else "eval_error", line)
        for line in safe(text).split("\n")
    )


def warning(text: str) -> str:
    """A warning of the shell: `warning: redefining module R`, of which the first word is coloured, as in IEx."""
    return f"{coloured('warning', 'warning:')} {safe(text)}"


__all__ = ["INFINITY", "error", "inspect", "result", "warning"]
