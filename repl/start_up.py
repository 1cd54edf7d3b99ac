"""What the first prompt does not wait for. While it is idle, it is loaded in a thread beside that of the keys."""

from __future__ import annotations

import os
from contextlib import suppress
from importlib import import_module

# In the order in which they are likely to be needed: by the first values, Tab, and the first error.
_NEEDED_SOON = (
    "pyex.otp",
    "pyex.inspection.describe",
    "pyex.repl.display.renderable",
    "pyex.repl.display.syntax_colours",
    "pyex.repl.reloading.project",
    "pyex.repl.completion",
    "pyex.repl.display.traceback",
)


def load() -> None:
    """Load all of it."""
    for name in _NEEDED_SOON:
        import_module(name)
    # For the values that Rich renders. What the current folder has under its name does not run before it is asked for.
    if _folder("rich") == _folder("prompt_toolkit"):
        with suppress(ImportError):
            import_module("rich.console")


def _folder(name: str) -> str | None:
    """Where a package is installed."""
    from importlib.util import find_spec

    spec = find_spec(name)
    return os.path.dirname(os.path.dirname(spec.origin)) if spec is not None and spec.origin else None
