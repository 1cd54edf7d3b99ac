"""`.pyex.py`: what a person wants at every prompt. Evaluated in the shell at each start of an evaluator."""

from __future__ import annotations

import os
import sys

NAME = ".pyex.py"


def find() -> str | None:
    """The first that there is: in the current folder, at home, or in the folder `pyex` of the XDG configuration."""
    folders = ["", "~", os.path.join(os.environ.get("XDG_CONFIG_HOME") or "~/.config", "pyex")]
    for folder in folders:
        path = os.path.expanduser(os.path.join(folder, NAME))
        if os.path.isfile(path):
            return path
    return None


def read(path: str) -> str | None:
    """Its text; None, and a warning, where it cannot be read."""
    import tokenize

    try:
        with tokenize.open(path) as file:
            return file.read()
    except (OSError, UnicodeDecodeError, SyntaxError) as error:
        reason = error.strerror if isinstance(error, OSError) else f"not a text in UTF-8: {error}"
        print(f"warning: could not read {path}: {reason}", file=sys.stderr, flush=True)
        return None
