"""What is no object: Python's keywords and topics, and names that nothing has."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

import pyex
from pyex.inspection.safe_text import one_line

# A name that nothing has is told up to so many characters.
_LONGEST_NAME = 80


def text_of(name: str) -> str | None:
    """Python's text for a keyword, an operator or a topic, as in `h("for")` or `h("LAMBDAS")`; None where there is
    none."""
    from pydoc import Helper

    symbol = "" if name.isidentifier() else Helper.symbols.get(name, "").partition(" ")[0]
    entry: Any = Helper.keywords.get(name) or Helper.topics.get(name) or symbol
    while isinstance(entry, str) and entry:
        # An entry may stand for another, as "and" does for BOOLEAN.
        entry = Helper.topics.get(entry) or Helper.keywords.get(entry)
    return _topic(entry[0]) if entry else None


def nothing_found(name: str, names: Mapping[str, Any]) -> str:
    """The line for a name that nothing has, and what to write instead, where that can be told."""
    name = one_line(name[:_LONGEST_NAME])
    first, dot, _ = name.partition(".")
    if all(part.isidentifier() for part in name.split(".")):
        if first not in sys.modules and first not in names and _is_module(first):
            return f"{first} is a module that is not imported: write import {first}, and then h({name})"
        if dot and first not in names and first not in sys.modules and first not in pyex.__all__:
            return f"Could not load module {first}: no module and no name at the prompt is called that"
    known = [] if dot else get_close_matches(name, [*pyex.__all__, *names], n=1, cutoff=0.8)
    hint = f". Did you mean {known[0]}?" if known else ""
    return f"No documentation for {name} was found{hint}"


def _topic(label: str) -> str | None:
    try:
        from pydoc_data.topics import topics
    except ImportError:
        return None
    text = topics.get(label)
    return None if text is None else str(text).strip("\n")


def _is_module(name: str) -> bool:
    """Whether it could be imported; nothing is."""
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):
        return False
