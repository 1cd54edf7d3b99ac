"""Values that know how to lay themselves out: tables, trees, Markdown and the rest of what Rich can render."""

from __future__ import annotations

from io import StringIO

from pyex.repl.shell.current import columns, has_colours


def is_renderable(value: object) -> bool:
    """Whether the class of a value has said how Rich is to show it."""
    return any("__rich_console__" in vars(each) or "__rich__" in vars(each) for each in type(value).__mro__)


def rendered(value: object) -> str | None:
    """The lines that Rich makes of it, in the sixteen colours of the terminal's own theme; None where it fails."""
    # Takes a tenth of a second.
    from rich.console import Console

    page = StringIO()
    colours = has_colours()
    console = Console(
        file=page,
        width=columns(),
        force_terminal=colours,
        color_system="standard" if colours else None,
    )
    try:
        console.print(value)
    except Exception:
        return None
    return page.getvalue().removesuffix("\n")
