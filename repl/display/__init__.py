"""How the shell shows values: IEx's `inspect`, for Python.

    inspect((OK, [1, 2]))           # (:ok, [1, 2])
    inspect(list(range(100)))       # lines filled to 80 columns, "..." after the fiftieth element

Atoms show as `:ok`, also inside containers, and classes by their names, as Elixir shows modules; what else a value is,
its `repr` says. Containers that do not fit on a line are laid out as IEx lays them out: simple elements fill lines,
nested ones stand one to a line.

    result(value), error(text), warning(text)       # as the prompt prints them: coloured, and as wide as the console

`describe` and `containers` say what a value consists of, `layout` breaks that into lines, and `syntax_colours` paints
them. `traceback` shows errors in full, `report` the reports of crashes; `colours`, `safe_text`, `text_width` and
`side_by_side` are for whoever prints.
"""

from __future__ import annotations

from typing import Any

from pyex.repl.configuration import settings
from pyex.repl.display.colours import RESET, coloured, syntax_sequences
from pyex.repl.display.options import DEFAULTS, INFINITY, number_of
from pyex.repl.display.safe_text import safe
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
    """Return `value` as the shell shows it, in lines of at most `width` columns where that is possible.

        inspect({"a": [1, 2]})      # "{'a': [1, 2]}"

    `limit` is how many elements of a collection are shown; a nested one gets what its parent has left. Of a string
    `printable_limit` characters are shown. Any of these may be "infinity". `pretty=False` puts all on one line. With
    `colours` the text has escape sequences, and is otherwise the same.

    Never raises: an object whose `repr` raises shows as `<unprintable Foo object: ValueError>`. What would paint the
    terminal is shown escaped. Mirrors `Kernel.inspect/2`.
    """
    # The prompt is up by the time a value is shown.
    from pyex.repl.display.describe import describe, unprintable
    from pyex.repl.display.layout import flat, laid_out
    from pyex.repl.display.syntax_colours import painted

    try:
        document = describe(value, number_of(limit), number_of(printable_limit))
        tokens = laid_out(document, number_of(width)) if pretty else flat(document)
    except RecursionError as error:
        tokens = [("", unprintable(type(value), error))]
    if not colours:
        return "".join(text for _, text in tokens)
    return painted(tokens, syntax_sequences(), RESET)


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
