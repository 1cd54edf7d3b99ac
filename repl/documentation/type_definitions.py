"""Types as they are defined: aliases, records and protocols, in Python's own words."""

from __future__ import annotations

import ast
import dataclasses
import enum
import inspect as inspection
import types
import typing
from collections.abc import Iterator
from typing import Any

from pyex.repl.documentation.signature import annotation_text, annotations_of, default_text, specifications, wrapped
from pyex.repl.documentation.subject import MISSING, attribute, public_name, subject_of

_ALIASES = (types.GenericAlias, types.UnionType, typing.NewType, type(list[int] | None), type(typing.Literal["a"]))


def listing(value: Any, columns: int = 80) -> str | None:
    """The types in a module, the fields of a class, an alias, or the signature of a function; None where there are
    none."""
    if isinstance(value, types.ModuleType):
        found = [text for name, each in _types_in(value) if (text := _definition(name, each, columns))]
        return "\n\n".join(found) or None
    if isinstance(value, type):
        return _definition(public_name(value) or value.__qualname__, value, columns)
    if _is_alias(value):
        return _definition(getattr(value, "__name__", None) if _has_name(value) else None, value, columns)
    return specification(value, columns)


def specification(value: Any, columns: int = 80) -> str | None:
    """The signatures with their types, overloads included; those of all functions of a module or class. None where
    nothing says a type."""
    subject = subject_of(value)
    if subject.note and subject.value is type(value):
        return None
    found = [] if isinstance(subject.value, types.ModuleType) else specifications(subject)
    if not found and isinstance(subject.value, types.ModuleType | type):
        from pyex.repl.documentation.members import entries

        for name, _ in entries(subject.value):
            member = attribute(subject.value, name)
            if inspection.isroutine(member) or isinstance(member, property):
                found += specifications(dataclasses.replace(subject_of(member), name=f"{subject.name}.{name}"))
    return "\n".join(line for each in found for line in wrapped(each, columns)) or None


def _definition(name: str | None, value: Any, columns: int) -> str | None:
    if not isinstance(value, type):
        if isinstance(value, typing.NewType):
            return f'{name} = NewType("{name}", {annotation_text(value.__supertype__)})'
        written = annotation_text(getattr(value, "__value__", value)) if _has_name(value) else annotation_text(value)
        head = f"type {name} = " if name else ""
        return "\n".join(wrapped(head + written.replace("typing.", ""), columns))
    if issubclass(value, enum.Enum):
        members = [f"{each} = {member.value!r}" for each, member in value.__members__.items()]
        return _class(name, _bases(value), members)
    fields = [*_fields(value)]
    methods = [*_protocol_methods(value)]
    if not fields and not methods:
        return None
    decorator = "@dataclass\n" if dataclasses.is_dataclass(value) else ""
    return decorator + _class(name, _bases(value), [*fields, *methods])


def _class(name: str | None, bases: str, body: list[str]) -> str:
    return "\n".join([f"class {name}{bases}:", *(f"    {line}" for line in body or ["..."])])


def _bases(cls: type) -> str:
    if _is_typed_dict(cls):
        return "(TypedDict)" if getattr(cls, "__total__", True) else "(TypedDict, total=False)"
    if _is_named_tuple(cls):
        return "(NamedTuple)"
    names = [base.__name__ for base in cls.__bases__ if base is not object]
    return f"({', '.join(names)})" if names else ""


def _fields(cls: type) -> Iterator[str]:
    """`name: type = default` for what instances have."""
    if dataclasses.is_dataclass(cls):
        for each in dataclasses.fields(cls):
            default = "" if each.default is dataclasses.MISSING else f" = {default_text(each.default)}"
            if each.default_factory is not dataclasses.MISSING:
                default = f" = field(default_factory={getattr(each.default_factory, '__name__', '...')})"
            yield f"{each.name}: {annotation_text(each.type)}{default}"
        return
    defaults = getattr(cls, "_field_defaults", {}) if _is_named_tuple(cls) else vars(cls)
    kinds = annotations_of(cls)
    for name in getattr(cls, "_fields", kinds) if _is_named_tuple(cls) else kinds:
        kind = f": {_annotation(kinds[name])}" if name in kinds else ""
        default = defaults.get(name, MISSING)
        # What stands behind a slot or a field of a class is a descriptor, and no default.
        is_default = default is not MISSING and not hasattr(type(default), "__set__")
        if not name.startswith("_"):
            yield f"{name}{kind}{f' = {default_text(default)}' if is_default else ''}"


def _protocol_methods(cls: type) -> Iterator[str]:
    if not getattr(cls, "_is_protocol", False):
        return
    from pyex.repl.documentation.callbacks import callbacks_of

    fields = annotations_of(cls)
    for each in callbacks_of(cls):
        if each.name not in fields:
            is_attribute = each.signature.startswith(":")
            yield f"{each.name}{each.signature}" if is_attribute else f"def {each.name}{each.signature}: ..."


def _annotation(kind: Any) -> str:
    # TypedDict and NamedTuple keep what is written as a reference to it.
    return kind.__forward_arg__ if isinstance(kind, typing.ForwardRef) else annotation_text(kind)


def _is_typed_dict(cls: type) -> bool:
    return typing.is_typeddict(cls)


def _is_named_tuple(cls: type) -> bool:
    return issubclass(cls, tuple) and hasattr(cls, "_fields")


def _has_name(value: Any) -> bool:
    """Whether it is an alias that knows its name: `type X = …`, or a NewType."""
    return type(value).__name__ in ("TypeAliasType", "NewType")


def _is_alias(value: Any) -> bool:
    return isinstance(value, _ALIASES) or _has_name(value) or type(value).__module__ == "typing"


def _types_in(module: types.ModuleType) -> Iterator[tuple[str, Any]]:
    """The types that a module defines: what it imports is another's."""
    written = _names_written_in(module)
    for name, value in sorted(vars(module).items()):
        if name.startswith("__") or isinstance(value, typing.TypeVar | typing.ParamSpec):
            continue
        if isinstance(value, type):
            if value.__module__ == module.__name__:
                yield name, value
        elif _is_alias(value) and (written is None or name in written):
            yield name, value


def _names_written_in(module: types.ModuleType) -> set[str] | None:
    """The names that a module assigns; None where its source is not there."""
    try:
        tree = ast.parse(inspection.getsource(module))
    except (OSError, TypeError, SyntaxError, ValueError):
        return None
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
