"""Child specs: what a supervisor is told about a child, in the forms that people write them.

A child is given as a module, as `(module, arg)`, or as a dict with at least "id" and "start". The first two ask the
module itself: its `child_spec(arg)` returns the dict.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from pyex.errors import ArgumentError, describe
from pyex.otp.behaviour import module_name

OVERRIDES = frozenset({"id", "start", "restart", "shutdown", "type", "modules", "significant"})


def child_spec(module_or_spec: Any, **overrides: Any) -> dict[str, Any]:
    """Build a child spec, and change some of it.

        >>> class Stack(GenServer):
        ...     def start_link(items):
        ...         return GenServer.start_link(Stack, items)
        >>> spec = Supervisor.child_spec((Stack, [1, 2]), id="numbers", restart="transient")
        >>> spec["id"], spec["restart"], spec["start"][1:]
        ('numbers', 'transient', ('start_link', [[1, 2]]))

    Takes a module, `(module, arg)` or a dict; overrides are id, start, restart, shutdown, type, modules and
    significant. Returns a dict. Raises `ArgumentError` for what is no child, and for another override. Mirrors
    `Supervisor.child_spec/2`.
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
    """The spec of a child in whatever form it was given; whether it is a good one is seen when it is to be started."""
    if isinstance(child, type | ModuleType | str):
        return _ask(child, [])
    if isinstance(child, tuple) and len(child) == 2 and isinstance(child[0], type | ModuleType | str):
        return _ask(*child)
    if isinstance(child, dict) or is_old_spec(child):
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
