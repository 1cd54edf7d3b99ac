"""`r(x)`: load the file that something comes from again; servers go on with its new version."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

from pyex import ArgumentError, Atom

RELOADED = Atom("reloaded")


def r(*subjects: Any) -> tuple[Atom, list[Any]]:
    """`r(M)` loads the file of a module, class or function again. Servers that run a class of it go on with the new
    version at their next message, and keep their state; the names of the prompt that stood for something in the module
    stand for its successor.

    Returns `("reloaded", [subject, …])`, with the new versions. Raises `ArgumentError` for what was typed at the prompt
    or has no file. Mirrors IEx's `r/1`.
    """
    modules = {module.__name__: module for module in map(_module_of, subjects)}
    before = {name: dict(vars(module)) for name, module in modules.items()}
    for module in modules.values():
        importlib.reload(module)
    for name, module in modules.items():
        _rebind(before[name], module)
    return (RELOADED, [subject if isinstance(subject, ModuleType) else _successor(subject) for subject in subjects])


def _module_of(subject: Any) -> ModuleType:
    if isinstance(subject, ModuleType):
        return subject
    name = getattr(subject, "__module__", None)
    if name == "__main__":
        raise ArgumentError(f"{subject!r} was typed at the prompt: type its new version there")
    module = sys.modules.get(name) if isinstance(name, str) else None
    if module is None or getattr(module, "__file__", None) is None:
        raise ArgumentError(f"could not find the file of {subject!r}; r takes a module, class or function of one")
    return module


def _rebind(before: dict[str, Any], module: ModuleType) -> None:
    """Have the prompt's names for what was in the module stand for what is there now."""
    prompt = vars(sys.modules["__main__"])
    successors = {id(old): vars(module)[name] for name, old in before.items() if name in vars(module)}
    for name, value in [*prompt.items()]:
        if not name.startswith("__") and id(value) in successors and callable(value):
            prompt[name] = successors[id(value)]


def _successor(subject: Any) -> Any:
    found: Any = sys.modules[subject.__module__]
    for part in subject.__qualname__.split("."):
        found = getattr(found, part, subject)
    return found
