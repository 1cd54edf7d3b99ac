"""Signatures as one reads them: `name(a, b=1)`, and with all types, overloads included."""

from __future__ import annotations

import inspect as inspection
import re
import textwrap
import typing
from functools import partial, partialmethod
from types import ModuleType
from typing import Any

from pyex.errors import safe_repr
from pyex.otp.behaviour import Behaviour
from pyex.repl.documentation.subject import Subject, package_of

# Where well-known types come from says nothing new.
_MODULES = re.compile(r"\b(?:typing|collections\.abc)\.(?=[A-Z])")
_EMPTY = inspection.Parameter.empty


def title(subject: Subject) -> str:
    """The name and the parameters, without types: `call(server, request, timeout=5000)`."""
    signature = signature_of(subject.value)
    if signature is None:
        return subject.name
    parameters = [_shown(each).replace(annotation=_EMPTY) for each in signature.parameters.values()]
    plain = signature.replace(parameters=parameters, return_annotation=_EMPTY)
    return f"{subject.name}{plain}"


def specifications(subject: Subject) -> list[str]:
    """The signatures with their types: each overload, or else its own where that says any type; else none."""
    if isinstance(subject.value, property):
        returned = _returned(subject.value.fget)
        return [] if returned is _EMPTY else [f"{subject.name}: {annotation_text(returned)}"]
    found = [signature_of(each) for each in _overloads(subject.value)] or [signature_of(subject.value)]
    return [f"{subject.name}{typed(each)}" for each in found if each is not None and is_annotated(each)]


def signature_of(value: Any) -> inspection.Signature | None:
    """The signature of what is called; None where there is none, or none is told."""
    if isinstance(value, ModuleType | property) or (isinstance(value, type) and not _is_instantiated(value)):
        return None
    if isinstance(value, partialmethod):
        value = partial(value.func, *value.args, **value.keywords)
    try:
        return inspection.signature(value)
    except Exception:  # whatever a `__signature__` of the user's may raise
        return None


def is_annotated(signature: inspection.Signature) -> bool:
    """Whether it says any type."""
    annotations = [each.annotation for each in signature.parameters.values()]
    return any(each is not _EMPTY for each in [*annotations, signature.return_annotation])


def typed(signature: inspection.Signature) -> str:
    """A signature with its types, as it is written: `(server: Pid, by: int = 1) -> int`."""
    given = signature.parameters.values()
    parameters = [_shown(each).replace(annotation=_bare_type(each.annotation)) for each in given]
    return str(signature.replace(parameters=parameters, return_annotation=_bare_type(signature.return_annotation)))


def wrapped(text: str, columns: int, indent: str = "    ") -> list[str]:
    """The lines of a signature: broken after commas and before the arrow, so that a parameter stays together if it
    fits; if not, where there is a space."""
    kept = text.replace(" ", "\0").replace(",\0", ", ").replace("\0->\0", " ->\0")
    lines: list[str] = []
    for line in _wrapped(kept, columns, indent):
        plain = line.replace("\0", " ")
        lines += [plain] if len(plain) <= columns else _wrapped(plain, columns, indent)
    return lines


def _wrapped(text: str, columns: int, indent: str) -> list[str]:
    first = text[: len(text) - len(text.lstrip(" "))]
    return textwrap.wrap(
        text.lstrip(" "),
        columns,
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )


def annotations_of(cls: type) -> dict[str, Any]:
    """The annotations of a class, with those of its bases that say something of it."""
    found: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        if not base.__module__.startswith(("typing", "collections", "builtins")):
            found |= vars(base).get("__annotations__", {}) if base is not cls else inspection.get_annotations(cls)
    return found


def annotation_text(annotation: Any) -> str:
    """A type as it is written."""
    if isinstance(annotation, str):
        return " ".join(annotation.split())
    try:
        return _MODULES.sub("", inspection.formatannotation(annotation))
    except Exception:
        return safe_repr(annotation)


def default_text(value: Any) -> str:
    """A default as it is written, `...` for one that cannot be."""
    return repr(_default(value))


class _Bare(str):
    """A text that shows without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _overloads(value: Any) -> list[Any]:
    function = inspection.unwrap(value) if callable(value) and not isinstance(value, type) else value
    function = getattr(function, "__func__", function)
    return [*typing.get_overloads(function)] if inspection.isfunction(function) else []


def _is_instantiated(cls: type) -> bool:
    """Whether somebody writes `cls(…)`: a namespace, a behaviour or the module of a GenServer is never called."""
    is_made = any("__init__" in vars(base) or "__new__" in vars(base) for base in cls.__mro__[:-1])
    if package_of(cls) == "pyex":
        return is_made and not isinstance(cls, Behaviour)
    return is_made or not isinstance(cls, Behaviour)


def _bare_type(annotation: Any) -> Any:
    return annotation if annotation is _EMPTY else _Bare(annotation_text(annotation))


def _returned(function: Any) -> Any:
    signature = signature_of(function)
    return _EMPTY if signature is None else signature.return_annotation


def _shown(parameter: inspection.Parameter) -> inspection.Parameter:
    return parameter.replace(default=_default(parameter.default))


def _default(value: Any) -> Any:
    if value is _EMPTY:
        return value
    if value is ...:
        return _Bare("...")
    shown = safe_repr(value)
    # What Python shows in angle brackets cannot be typed, and long or broken texts tell nobody anything.
    is_plain = not shown.startswith("<") and " at 0x" not in shown and "\n" not in shown and len(shown) <= 60
    return _Bare(shown if is_plain else "...")
