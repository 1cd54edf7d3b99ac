"""Documentation at the prompt: what `h`, `b`, `t`, `s`, `exports` and `open` have to tell.

    print(page(GenServer.call))             # the lines of h(GenServer.call)
    callbacks.listing(GenServer)            # those of b(GenServer)
    source.place_of(GenServer.call)         # (".../gen_server/__init__.py", 125)

One question, one file: what is meant (`subject`), how it is called (`signature`), what its docstring says (`docstring`,
`inline`, `layout`), what is inside of it (`members`), what it asks of others (`callbacks`), its types
(`type_definitions`), where it is written (`source`). `overview` is the page of `h()`, `topics` are Python's own, and
`paint` has the colours.
"""

from __future__ import annotations

import functools
import inspect as inspection
import types
from collections.abc import Mapping
from typing import Any

from pyex.inspection.safe_text import safe
from pyex.repl.documentation import members, signature, topics
from pyex.repl.documentation.layout import centred, filled, laid_out
from pyex.repl.documentation.paint import Paint
from pyex.repl.documentation.subject import Subject, subject_named, subject_of

__all__ = ["named_page", "page"]


def page(value: Any, columns: int = 80, has_colours: bool = False) -> str:
    """The documentation of a value: title, signature with types, text, and what there is inside. Never raises."""
    return _page(subject_of(value), columns, Paint(has_colours))


def named_page(text: str, names: Mapping[str, Any], columns: int = 80, has_colours: bool = False) -> str:
    """The documentation of what a name stands for: one of `names`, something in pyex or Python, a keyword, a topic of
    Python's or a module that is loaded. Otherwise a line that says that there is none."""
    paint = Paint(has_colours)
    subject = subject_named(text, names)
    if subject is not None:
        return _page(subject, columns, paint)
    topic = topics.text_of(text)
    if topic is not None:
        lines = laid_out(topic, columns, paint)
        return "\n".join(["", *_title(text, columns, paint), "", *lines, ""])
    return topics.nothing_found(text, names)


def _page(subject: Subject, columns: int, paint: Paint) -> str:
    lines = ["", *_title(signature.title(subject), columns, paint), ""]
    for each in signature.specifications(subject):
        lines += [f"  {line}" for line in signature.wrapped(each, columns - 2)]
    note = subject.note or _inherited(subject.value)
    if note:
        lines += [*([""] if lines[-1] else []), *filled(paint.words(note, "doc_metadata"), columns)]
    if lines[-1]:
        lines.append("")
    lines += laid_out(_text_of(subject) or f"No documentation for {subject.name} was found", columns, paint)
    if isinstance(subject.value, type | types.ModuleType) and (inside := [*members.entries(subject.value)]):
        heading = "## Methods" if members.has_methods(subject.value) else "## Functions"
        listed = members.summaries(inside, columns - 2, paint)
        lines += ["", paint.whole(heading, "doc_headings"), "", *(f"  {line}" for line in listed)]
    return "\n".join([*lines, ""])


def _title(text: str, columns: int, paint: Paint) -> list[str]:
    if len(text) <= columns:
        return [centred(text, columns, paint)]
    return [paint.whole(line, "doc_title") for line in signature.wrapped(text, columns)]


def _inherited(value: Any) -> str:
    """Whose text it is that is shown for a class without one of its own."""
    if not isinstance(value, type) or vars(value).get("__doc__"):
        return ""
    bases = (base for base in value.__mro__[1:-1] if isinstance(vars(base).get("__doc__"), str))
    name = value.__qualname__
    return next((f"{name} has no text of its own; this is that of {base.__qualname__}" for base in bases), "")


def _text_of(subject: Subject) -> str:
    """The docstring; what `partial` says of itself is not what is asked for."""
    value = subject.value
    while isinstance(value, functools.partial | functools.partialmethod):
        value = value.func
    try:
        return safe(inspection.getdoc(value) or "")
    except Exception:  # a `__doc__` that is no text
        return ""
