"""What `i(x)` prints: headings, and a text below each."""

from __future__ import annotations

import textwrap
from typing import Any

from pyex.errors import ArgumentError
from pyex.inspection.safe_text import safe
from pyex.repl.display import inspect, result
from pyex.repl.info.in_messages import in_messages
from pyex.repl.info.protocol import Entry, info

_ABSTRACT = (
    "AsyncGenerator", "AsyncIterable", "AsyncIterator", "Awaitable", "Callable", "Collection", "Container", "Coroutine",
    "Generator", "Hashable", "Iterable", "Iterator", "Mapping", "MutableMapping", "MutableSequence", "MutableSet",
    "Reversible", "Sequence", "Set", "Sized",
)  # fmt: skip


def sections(value: Any, width: int = 78) -> list[tuple[str, str]]:
    """Every heading with its text, in lines of at most `width` columns where that is possible."""
    # By the type itself: `__class__` may be anything that its author wants.
    told = info.dispatch(type(value))(value)
    try:
        special = {heading: shown for heading, shown in told if isinstance(heading, str)}
    except (TypeError, ValueError):
        name = type(value).__qualname__
        raise ArgumentError(f"info of {name} must return a list of (heading, value), not {inspect(told)}") from None
    data_type = special.pop("Data type", type(value).__qualname__)
    modules = special.pop("Reference modules", None)
    entries: list[Entry] = [("Data type", data_type), *special.items()]
    entries += [("In messages", words)] if (words := in_messages(value)) else []
    entries += [("Reference modules", modules)] if modules else []
    entries += [("Implemented protocols", ", ".join(names))] if (names := implemented_protocols(type(value))) else []
    return [("Term", result(value, width=width)), *((heading, _text(shown, width)) for heading, shown in entries)]


def implemented_protocols(kind: type) -> list[str]:
    """The abstract base classes of Python that a class implements: of each family the most special."""
    import collections.abc
    import contextlib
    import os

    known: list[type] = [getattr(collections.abc, name) for name in _ABSTRACT]
    known += [contextlib.AbstractContextManager, contextlib.AbstractAsyncContextManager, os.PathLike]
    fitting = [each for each in known if issubclass(kind, each)]
    special = [each for each in fitting if not any(each in other.__mro__[1:] for other in fitting)]
    return sorted(each.__name__.removeprefix("Abstract") for each in special)


def _text(shown: object, width: int) -> str:
    # An atom is a value, to be shown as one.
    if type(shown) is not str:
        return result(shown, width=width)
    lines = (
        textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)
        for line in safe(shown).splitlines()
    )
    return "\n".join("\n".join(wrapped) for wrapped in lines).strip()
