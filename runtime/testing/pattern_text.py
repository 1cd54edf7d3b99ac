"""Patterns as one writes them."""

from __future__ import annotations

from typing import Any

from pyex.errors import safe_repr


def pattern_text(pattern: Any) -> str:
    """A pattern of `receive` as it stands in the program.

    >>> pattern_text(("price", int, ..., {"to": ...}, [callable]))
    "('price', int, ..., {'to': ...}, [callable])"
    """
    if pattern is ...:
        return "..."
    if type(pattern) is tuple:
        inner = ", ".join(map(pattern_text, pattern))
        return f"({inner},)" if len(pattern) == 1 else f"({inner})"
    if type(pattern) is list:
        return f"[{', '.join(map(pattern_text, pattern))}]"
    if type(pattern) is dict:
        return f"{{{', '.join(f'{safe_repr(key)}: {pattern_text(each)}' for key, each in pattern.items())}}}"
    if isinstance(pattern, type) or callable(pattern):
        name = getattr(pattern, "__name__", None)
        return name if isinstance(name, str) else safe_repr(pattern)
    return safe_repr(pattern)
