"""What a behaviour asks of those that use it: its callbacks, and which of them may be left out.

A behaviour is one of pyex's, an abstract class, a protocol, or a class with methods that only raise
`NotImplementedError`.
"""

from __future__ import annotations

import inspect as inspection
import re
import sys
import types
from dataclasses import dataclass
from typing import Any

import pyex
from pyex.otp.behaviour import Behaviour
from pyex.repl.documentation.layout import filled, laid_out
from pyex.repl.documentation.members import sentence, text_of
from pyex.repl.documentation.paint import Paint
from pyex.repl.documentation.signature import (
    annotation_text,
    annotations_of,
    is_annotated,
    signature_of,
    specifications,
    typed,
    wrapped,
)
from pyex.repl.documentation.subject import MISSING, Subject, attribute

_INDENT = " " * 12
# What OTP's behaviours always ask for; of the others all may be left out.
_REQUIRED = {"GenServer": {"init"}, "Supervisor": {"init"}, "DynamicSupervisor": {"init"}, "Application": {"start"}}
# Functions of these classes that are no callbacks of anybody's.
_OWN = {"Server": {"init", "start", "start_link"}}
# The callbacks that no function of the behaviour itself stands for: what it takes, and what it says.
_DECLARED = {
    "Supervisor": {
        "init": ("(arg)", 'Says what to start. Returns `Supervisor.init(children, strategy=…)`, or "ignore".'),
    },
    "DynamicSupervisor": {
        "init": (
            "(arg)",
            'Says how to supervise. Returns `DynamicSupervisor.init(strategy="one_for_one")`, or "ignore".',
        ),
    },
    "Application": {
        "start": (
            "(type, args)",
            'Starts the top supervisor; `type` is "normal". Returns `("ok", pid)`, `("ok", pid, state)` or '
            '`("error", reason)`.',
        ),
        "prep_stop": ("(state)", "Called before the tree is stopped. Returns the state for `stop`."),
        "stop": ("(state)", "Called after the tree has stopped; what it returns is ignored."),
        "start_phase": (
            "(phase, type, args)",
            'Called for each of the `start_phases`. Returns "ok" or `("error", reason)`.',
        ),
    },
}
_RETURNS = re.compile(r"(?s)\b(Returns?\b.*?)(?=\s+Mirrors\b|\n\s*\n|$)")


@dataclass(frozen=True)
class Callback:
    """One callback: how it is called, with its types if it has any, its text, and whether it may be left out."""

    name: str
    signature: str
    text: str
    is_optional: bool


def callbacks_of(value: Any) -> list[Callback]:
    """The callbacks of a behaviour by name; none where the value is no behaviour."""
    if not isinstance(value, type):
        return []
    if isinstance(value, Behaviour) and value.__module__.startswith("pyex."):
        found = _of_otp(value)
    else:
        required = {*getattr(value, "__abstractmethods__", ()), *_in_protocol(value), *_not_implemented(value)}
        found = [_of_function(value, name, is_optional=False) for name in required]
    return sorted(found, key=lambda each: each.name)


def listing(value: Any, columns: int = 80, paint: Paint | None = None) -> str | None:
    """The callbacks of a behaviour, with what they may return; the optional ones are named at the end. None where
    there are none."""
    found = callbacks_of(value)
    if not found:
        return None
    paint = paint or Paint()
    lines: list[str] = []
    for each in found:
        lines += [*_head(each, columns, paint), *_returns(each, columns, paint), ""]
    optional = [each.name for each in found if each.is_optional]
    if optional:
        later = " " * len("@optional_callbacks ")
        text = ", ".join(optional)
        lines += [*filled(text, columns, f"{paint.whole('@optional_callbacks', 'doc_inline_code')} ", later), ""]
    return "\n".join(lines)


def page(value: Any, columns: int = 80, paint: Paint | None = None) -> str | None:
    """One callback with its text; None where the value, as `GenServer.init`, is none."""
    owner, name = _owner_of(value)
    found = next((each for each in callbacks_of(owner) if each.name == name), None)
    if found is None:
        return None
    paint = paint or Paint()
    text = found.text or f"No documentation for {owner.__qualname__}.{name} was found"
    return "\n".join([*_head(found, columns, paint), "", *laid_out(text, columns, paint), ""])


def _head(callback: Callback, columns: int, paint: Paint) -> list[str]:
    lines = wrapped(f"@callback {callback.name}{callback.signature}", columns, _INDENT)
    return [lines[0].replace("@callback", paint.whole("@callback", "doc_inline_code"), 1), *lines[1:]]


def _returns(callback: Callback, columns: int, paint: Paint) -> list[str]:
    """What its text says of results; where it says nothing, what it is for."""
    found = _RETURNS.search(callback.text)
    text = " ".join(found[1].split()) if found else sentence(callback.text)
    return [f"{_INDENT}{line}" for line in laid_out(text, columns - len(_INDENT), paint) if line]


def _of_otp(cls: type) -> list[Callback]:
    name = cls.__qualname__
    declared = _DECLARED.get(name, {})
    own = [
        each
        for each, member in vars(cls).items()
        if not each.startswith("_") and inspection.isroutine(_plain(member)) and each not in _OWN.get(name, ())
    ]
    required = _REQUIRED.get(name, set())
    if not declared and name not in ("GenServer", "Server"):
        return []
    return [
        *(Callback(each, *declared[each], each not in required) for each in declared),
        *(_of_function(cls, each, is_optional=each not in required) for each in own if each not in declared),
    ]


def _of_function(cls: type, name: str, *, is_optional: bool) -> Callback:
    member = next((vars(base)[name] for base in cls.__mro__ if name in vars(base)), None)
    function = _plain(member)
    if isinstance(function, property) or not callable(function):
        kind = annotation_text(annotations_of(cls).get(name, ""))
        written = specifications(Subject(function, "")) if isinstance(function, property) else []
        return Callback(name, written[0] if written else f": {kind}" if kind else "", text_of(function), is_optional)
    signature = signature_of(function)
    if signature is None:
        return Callback(name, "(…)", text_of(function), is_optional)
    # A mark of positional parameters, and `Any` everywhere, tell nobody anything.
    parameters = [each.replace(kind=_visible(each)) for each in signature.parameters.values()]
    plain = signature.replace(parameters=parameters)
    if all(_says_nothing(each.annotation) for each in parameters):
        parameters = [each.replace(annotation=inspection.Parameter.empty) for each in parameters]
        returned = plain.return_annotation
        returned = inspection.Signature.empty if _says_nothing(returned) else returned
        plain = plain.replace(parameters=parameters, return_annotation=returned)
    return Callback(name, typed(plain) if is_annotated(plain) else str(plain), text_of(function), is_optional)


def _visible(parameter: inspection.Parameter) -> Any:
    is_positional = parameter.kind is parameter.POSITIONAL_ONLY
    return parameter.POSITIONAL_OR_KEYWORD if is_positional else parameter.kind


def _says_nothing(annotation: Any) -> bool:
    return annotation is inspection.Parameter.empty or annotation is Any or annotation == "Any"


def _plain(member: Any) -> Any:
    return member.__func__ if isinstance(member, staticmethod | classmethod) else member


def _in_protocol(cls: type) -> set[str]:
    """What a protocol asks for: the functions written in it, properties, and attributes."""
    found: set[str] = set()
    if not getattr(cls, "_is_protocol", False):
        return found
    for base in cls.__mro__:
        if not vars(base).get("_is_protocol", False) or base.__module__ == "typing":
            continue
        found |= {name for name in vars(base).get("__annotations__", {}) if not name.startswith("_")}
        for name, member in vars(base).items():
            function = _plain(member.fget if isinstance(member, property) else member)
            # What `typing` puts into a protocol is written elsewhere.
            is_own = getattr(function, "__qualname__", "") == f"{base.__qualname__}.{name}"
            if is_own and isinstance(function, types.FunctionType) and name != "__init__":
                found.add(name)
    return found


def _not_implemented(cls: type) -> set[str]:
    """The methods that somebody else is to write: these only raise `NotImplementedError`."""
    return {
        name
        for name, member in vars(cls).items()
        if isinstance(function := _plain(member), types.FunctionType)
        and "NotImplementedError" in function.__code__.co_names
        and len(function.__code__.co_names) == 1
    }


def _owner_of(value: Any) -> tuple[Any, str]:
    """The class that a function is written in, and its name there."""
    function = value.fget if isinstance(value, property) else value
    path, _, name = str(getattr(function, "__qualname__", "")).rpartition(".")
    found: Any = sys.modules.get(getattr(function, "__module__", None) or "", None)
    for part in path.split(".") if path else []:
        found = MISSING if found is None else attribute(found, part)
    if isinstance(found, type):
        return found, name
    # What a behaviour offers is written outside of it: `Supervisor.init` is a function of a module.
    name = str(getattr(value, "__name__", ""))
    for each in _DECLARED:
        behaviour = getattr(pyex, each)
        if name and getattr(behaviour, name, None) is value:
            return behaviour, name
    return None, ""
