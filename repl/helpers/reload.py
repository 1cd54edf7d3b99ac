"""`c r l nl recompile`: load files, and load again what things come from; servers go on with the new versions."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pyex import ArgumentError, Atom, node
from pyex.atom import ERROR, OK
from pyex.errors import describe
from pyex.repl.helpers.helper import NOTHING
from pyex.repl.shell.current import current

if TYPE_CHECKING:
    from pyex.repl.shell.bindings import Bindings

RELOADED, MODULE, LOADED, NOFILE, NOOP = (
    Atom("reloaded"), Atom("module"), Atom("loaded"), Atom("nofile"), Atom("noop"),
)  # fmt: skip


# Where the session began.
try:
    FIRST_FOLDER = os.getcwd()
except FileNotFoundError:
    FIRST_FOLDER = os.sep


def c(files: Any) -> list[type]:
    """Compile a file, or a list of files: what it defines and imports is there at the prompt then, as after
    `pyex FILE`.

        c("shop.py")
        c(["shop.py", "customer.py"])

    A class that was there before is redefined: its servers go on with the new version. `r(M)` compiles the file again.

    Returns the list of the classes that the files have defined. Raises `ArgumentError` for files that there are not,
    and what compiling and running a file raises. Mirrors IEx's `c/1`.
    """
    from pyex.repl.reloading.compiled_file import compile_file

    paths = [*files] if isinstance(files, list | tuple) else [files]
    if not paths or not all(isinstance(path, str | os.PathLike) for path in paths):
        given = describe(files)
        raise ArgumentError(f'c takes the path of a file, or a list of paths, as in c("shop.py"), not {given}')
    missing = [os.fsdecode(path) for path in paths if not os.path.isfile(os.path.expanduser(path))]
    if missing:
        raise ArgumentError(f"could not find files {', '.join(missing)}")
    prompt = current().bindings
    defined: list[type] = []
    for path in paths:
        defined += compile_file(os.path.expanduser(os.fsdecode(path)), prompt)
    return defined


def r(*subjects: Any) -> tuple[Atom, list[Any]]:
    """`r(M)` loads the file of a module, class or function again. Servers that run a class of it go on with the new
    version at their next message, and keep their state; the names of the prompt, and of the project's other modules,
    that stood for something in the module stand for its successor.

    What `pyex FILE` or `c(FILE)` has defined is loaded again by running the whole FILE once more, at the prompt.

    Returns `("reloaded", [subject, …])`, with the new versions. Raises `ArgumentError` for what was typed at the prompt
    or has no file, and what opening and running the file raises. Mirrors IEx's `r/1`.
    """
    if not subjects:
        raise ArgumentError(
            "r takes what is to be loaded again: a module, or a class or function of one, as in r(Shop)"
        )
    prompt = current().bindings
    for load in dict(_source_of(each, prompt) for each in subjects).values():
        load()
    return (RELOADED, [subject if isinstance(subject, ModuleType) else _successor(subject) for subject in subjects])


def l(module: Any) -> tuple[Atom, Any]:  # noqa: E743 - IEx's name
    """`l(M)` loads the file of a module, class or function again, as `r(M)`.

    Returns `("module", M)` with the new version, or `("error", "nofile")` for what has no file. Raises what opening and
    running the file raises. Mirrors IEx's `l/1`.
    """
    try:
        _, (successor,) = r(module)
    except ArgumentError:
        return (ERROR, NOFILE)
    return (MODULE, successor)


def nl(nodes: Any, module: Any = NOTHING) -> Any:
    """`nl(M)` loads the file of a module, class or function again on all nodes: that is this one. `nl(nodes, M)` on
    those of a list.

    Returns `("ok", [(node, "loaded", M)])`, with `(node, "badrpc", "nodedown")` for a node that there is not; or
    `("error", "nofile")`. Mirrors IEx's `nl/1` and `nl/2`.
    """
    wanted, module = ([node()], nodes) if module is NOTHING else (nodes, module)
    if not isinstance(wanted, list | tuple) or not all(isinstance(each, str) for each in wanted):
        raise ArgumentError(f"nl takes a list of nodes and a module, as in nl([node()], Shop), not {describe(wanted)}")
    if node() not in wanted:
        return (OK, [_no_node(each) for each in wanted])
    result, successor = l(module)
    if result == ERROR:
        return (ERROR, NOFILE)
    return (OK, [(node(), LOADED, successor) if each == node() else _no_node(each) for each in wanted])


def _no_node(name: str) -> tuple[Atom, Atom, Atom]:
    return (Atom(name), Atom("badrpc"), Atom("nodedown"))


def recompile() -> Atom:
    """Load every file of the project again that has changed: imported modules that lie below the current folder, or
    the one where the session began, and what `pyex FILE` and `c(FILE)` have defined. Prints what was loaded.

    Returns "ok", "noop" where nothing has changed, or "error" where a file could not be loaded; what is wrong with it
    is printed. Mirrors IEx's `recompile/0`.
    """
    from pyex.repl.reloading.project import changed, failed, load_all

    prompt = current().bindings
    sources = list({source.place: source for source in [*changed(prompt), *failed(prompt)]}.values())
    if not sources:
        return NOOP
    print(f"Compiling {len(sources)} file{'' if len(sources) == 1 else 's'} (.py)")
    return OK if len(load_all(sources)) == len(sources) else ERROR


def _source_of(subject: Any, prompt: Bindings) -> tuple[str, Callable[[], object]]:
    """What a subject is loaded from: a name for it, and what loads it again."""
    from pyex.repl.reloading.compiled_file import compile_file, compiled_files, file_of
    from pyex.repl.reloading.project import load_file

    if isinstance(subject, ModuleType) and subject is not prompt.module:
        return _of_module(subject)
    # An object has a module too, that of its class, and no name there.
    name = getattr(subject, "__module__", None) if hasattr(subject, "__qualname__") else None
    if name == "__main__":
        if prompt.is_of_file(subject):
            return ("", partial(load_file, prompt))
        place = file_of(subject, prompt)
        if place is not None:
            return (place, partial(compile_file, compiled_files(prompt)[place].path, prompt, place))
        raise ArgumentError(f"{describe(subject)} was typed at the prompt: type its new version there")
    module = sys.modules.get(name) if isinstance(name, str) else None
    if not isinstance(module, ModuleType) or getattr(module, "__file__", None) is None:
        shown = describe(subject)
        raise ArgumentError(f"could not find the file of {shown}; r takes a module, class or function of one")
    return _of_module(module)


def _of_module(module: ModuleType) -> tuple[str, Callable[[], object]]:
    from pyex.repl.reloading.project import load_module

    if module.__name__.partition(".")[0] == "pyex":
        raise ArgumentError(f"{module.__name__} is part of pyex itself, which cannot be loaded again while it runs")
    return (module.__name__, partial(load_module, module))


def _successor(subject: Any) -> Any:
    found: Any = sys.modules[subject.__module__]
    for part in subject.__qualname__.split("."):
        found = getattr(found, part, subject)
    return found
