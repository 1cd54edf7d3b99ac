"""Child specs: what a supervisor is told about a child, in the forms that people write them.

A child is given as a module, as `(module, arg)`, or as a dict with at least "id" and "start". The first two ask the
module itself: its `child_spec(arg)` returns the dict.
"""

from __future__ import annotations

from difflib import get_close_matches
from types import ModuleType
from typing import Any

from pyex.errors import ArgumentError, describe
from pyex.otp.behaviour import Behaviour, module_name

OVERRIDES = frozenset({"id", "start", "restart", "shutdown", "type", "modules", "significant"})


def child_spec(module_or_spec: Any, **overrides: Any) -> dict[str, Any]:
    """The spec of a child, a dict, with some of its keys changed: what `Supervisor.child_spec` does; see there.

    Raises `ArgumentError` for what is no child, and for an unknown key. Mirrors `Supervisor.child_spec/2`.
    """
    if is_old_spec(module_or_spec):
        raise ArgumentError(
            f"old tuple-based child specification {describe(module_or_spec)} is not supported in Supervisor.child_spec"
        )
    for key in overrides:
        if key not in OVERRIDES:
            raise ArgumentError(f"unknown key {key!r} in child specification override")
    spec = spec_of(module_or_spec)
    if not isinstance(spec, dict):
        raise ArgumentError(f"expected child_spec to return a dict, got: {describe(spec)}")
    return {**spec, **overrides}


def spec_of(child: Any) -> Any:
    """The spec of a child in whatever form it was given; whether its values are good is seen when it is to be started.
    Raises `ArgumentError` for what is no child, and for keys that no spec has.
    """
    if isinstance(child, type | ModuleType | str):
        return _checked_keys(_alone(child))
    if isinstance(child, tuple) and len(child) == 2 and isinstance(child[0], type | ModuleType | str):
        return _checked_keys(_ask(*child))
    if isinstance(child, dict):
        return _checked_keys(child)
    if is_old_spec(child):
        return child
    raise ArgumentError(
        "supervisors expect each child to be one of the following:\n\n"
        "  * a module\n"
        "  * a (module, arg) tuple\n"
        '  * a child specification as a dict with at least the "id" and "start" fields\n'
        "  * or a tuple with 6 elements, made by worker(...) or supervisor(...)\n\n"
        f"Got: {describe(child)}\n"
    )


def is_old_spec(child: Any) -> bool:
    """Whether it has the form of before 2017: `(id, start, restart, shutdown, type, modules)`."""
    return isinstance(child, tuple) and len(child) == 6


def _checked_keys(spec: Any) -> Any:
    """OTP does without a word with what it does not know; who has misspelt "restart" is to hear of it."""
    unknown = unknown_key(spec)
    if unknown is None:
        return spec
    close = get_close_matches(str(unknown[0]), OVERRIDES, 1)
    meant = f" (did you mean {close[0]!r}?)" if close else ""
    known = ", ".join(sorted(OVERRIDES))
    raise ArgumentError(f"unknown key {unknown[0]!r}{meant} in child specification {describe(spec)}; known are {known}")


def unknown_key(spec: Any) -> tuple[Any] | None:
    """A key of a spec that none has, in a tuple; None where there is no such key."""
    if not isinstance(spec, dict):
        return None
    return next(((key,) for key in spec if key not in OVERRIDES), None)


def _alone(module: Any) -> Any:
    """The spec of a child that is given as a module alone."""
    spec = _ask(module, [])
    if not isinstance(module, Behaviour) or type(module).starts_alone(module):
        return spec
    # With `[]`, which nobody has written, it would start as if that were its argument.
    if isinstance(spec, dict) and spec.get("start") == (module, "start_link", [[]]):
        return {**spec, "start": (module, "start_link", [])}
    return spec


def _ask(module: Any, arg: Any) -> Any:
    if isinstance(module, str):
        raise ArgumentError(
            f"The module {module!r} was given as a child to a supervisor but it does not exist. (A module is written "
            "as a class or an imported module, without quotes.)"
        )
    function = getattr(module, "child_spec", None)
    if function is None:
        raise ArgumentError(_without_child_spec(module_name(module)))
    return function(arg)


def _without_child_spec(name: str) -> str:
    return f"""\
The module {name} was given as a child to a supervisor
but it does not implement child_spec.

If you own the given module, please define a child_spec function
that receives an argument and returns a child specification as a dict.
For example:

    @staticmethod
    def child_spec(arg):
        return {{
            "id": {name},
            "start": ({name}, "start_link", [arg]),
            "type": "worker",
            "restart": "permanent",
            "shutdown": 500,
        }}

Note that classes of Agent, GenServer and so on have this function already.

However, if you don't own the given module and it doesn't implement
child_spec, instead of passing the module directly as a supervisor
child, you will have to pass a child specification as a dict:

    {{"id": {name}, "start": ({name}, "start_link", [arg1, arg2])}}
"""
