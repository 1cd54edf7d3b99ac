"""`r(x)`: load the file that something comes from again; servers go on with its new version."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

from pyex import ArgumentError, Atom
from pyex.repl.shell.bindings import Bindings
from pyex.repl.shell.current import current

RELOADED = Atom("reloaded")


def r(*subjects: Any) -> tuple[Atom, list[Any]]:
    """`r(M)` loads the file of a module, class or function again. Servers that run a class of it go on with the new
    version at their next message, and keep their state; the names of the prompt that stood for something in the module
    stand for its successor.

    What `pyex FILE` has defined is loaded again by running the whole FILE once more, at the prompt.

    Returns `("reloaded", [subject, …])`, with the new versions. Raises `ArgumentError` for what was typed at the prompt
    or has no file, and what opening and running the file raises. Mirrors IEx's `r/1`.
    """
    prompt = current().bindings
    modules = {module.__name__: module for module in (_module_of(each, prompt) for each in subjects)}
    before = {name: dict(vars(module)) for name, module in modules.items()}
    for module in modules.values():
        if module is prompt.module:
            prompt.load_again()
        else:
            importlib.reload(module)
            prompt.replace(before[module.__name__], vars(module))
    return (RELOADED, [subject if isinstance(subject, ModuleType) else _successor(subject) for subject in subjects])


def _module_of(subject: Any, prompt: Bindings) -> ModuleType:
    if isinstance(subject, ModuleType) and subject is not prompt.module:
        return subject
    name = getattr(subject, "__module__", None)
    if name == "__main__":
        if prompt.is_of_file(subject):
            return prompt.module
        raise ArgumentError(f"{subject!r} was typed at the prompt: type its new version there")
    module = sys.modules.get(name) if isinstance(name, str) else None
    if module is None or getattr(module, "__file__", None) is None:
        raise ArgumentError(f"could not find the file of {subject!r}; r takes a module, class or function of one")
    return module


def _successor(subject: Any) -> Any:
    found: Any = sys.modules[subject.__module__]
    for part in subject.__qualname__.split("."):
        found = getattr(found, part, subject)
    return found
