"""The files of the project: which of them have changed since they were loaded, and loading them again."""

from __future__ import annotations

import importlib
import linecache
import os
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from time import monotonic, time
from types import ModuleType

import pyex
from pyex.errors import Unwind
from pyex.repl.helpers.reload import FIRST_FOLDER
from pyex.repl.reloading.compiled_file import compile_file, compiled_files
from pyex.repl.shell.bindings import Bindings
from pyex.repl.shell.current import shells
from pyex.scheduler import scheduler

_PYEX = os.path.dirname(os.path.abspath(pyex.__file__)) + os.sep
_STANDARD_LIBRARY = sysconfig.get_path("stdlib") + os.sep
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")

# A state of a file: when it was changed, and how long it is.
Stamp = tuple[int, int]
_NO_FILE: Stamp = (0, 0)
# Of each file of the project, by its place, the state that was loaded.
_loaded: dict[str, Stamp] = {}
# Those that could not be loaded as they are.
_failed: set[str] = set()
_modules: dict[str, ModuleType] = {}
_modules_when = (0, "")


@dataclass
class Source:
    """A file of the project, and what loads it again."""

    name: str
    place: str
    load: Callable[[], object]


def note_loaded(prompt: Bindings) -> None:
    """Take note of files that are new in the project: after each input, while they still are what was loaded, so that
    `recompile` and `auto_reload` know what has changed since. Cheap where none is.
    """
    for place in [*_project(), *_files_of(prompt)]:
        if place not in _loaded:
            _loaded[place] = _stamp(place)


def changed(prompt: Bindings) -> list[Source]:
    """The files that have changed since they were loaded; a module after those that it imports."""
    began = int((time() - (monotonic() - scheduler.started_at)) * 1e9)
    found = []
    for source in _sources(prompt):
        stamp = _stamp(source.place)
        # Of one that nobody has noted it is not known what was loaded, unless its last change is an old one.
        known = _loaded.setdefault(source.place, stamp if stamp[0] < began else _NO_FILE)
        if stamp not in (known, _NO_FILE):
            found.append(source)
    return found


def reload_changed(prompt: Bindings) -> list[str]:
    """Load again what has changed, for `auto_reload`: cheap where nothing has. Returns the names of the modules and
    files; what is wrong with one is printed, and not tried again until it changes.
    """
    return load_all(changed(prompt))


def failed(prompt: Bindings) -> list[Source]:
    """The files that have not changed since they could not be loaded."""
    return [source for source in _sources(prompt) if source.place in _failed and _stamp(source.place) != _NO_FILE]


def load_all(sources: list[Source]) -> list[str]:
    """Load files again and say so; those that fail are reported. Returns the names of the others."""
    done = []
    for source in sources:
        note(source.place)
        try:
            source.load()
        except Unwind:
            raise
        except (Exception, SystemExit) as error:
            _failed.add(source.place)
            print(_report(error))
        else:
            _failed.discard(source.place)
            print(f"Reloaded {source.name}")
            done.append(source.name)
    return done


def note(place: str) -> None:
    """This file is going to be read: a change after this is a new one."""
    _loaded[place] = _stamp(place)


def load_file(prompt: Bindings) -> None:
    """Load again the file that the prompt was opened on."""
    for place in _file(prompt):
        note(place)
        prompt.load_again()


def load_module(module: ModuleType) -> None:
    """Load a module again. Names for what was in it stand for what is there now, at the prompts and in the modules of
    the project.
    """
    place = vars(module).get("__file__")
    if isinstance(place, str):
        note(place)
        linecache.checkcache(place)
    # Python takes a change within a second that leaves the length as it was for none.
    cached = getattr(module.__spec__, "cached", None)
    if isinstance(cached, str):
        with suppress(OSError):
            os.remove(cached)
    before = dict(vars(module))
    importlib.reload(module)
    now = vars(module)
    for shell in shells():
        shell.bindings.replace(before, now)
    successors = {id(old): now[name] for name, old in before.items() if name in now and now[name] is not old}
    for other in _project().values():
        for name, value in [*vars(other).items()]:
            if other is not module and not name.startswith("__") and callable(value) and id(value) in successors:
                setattr(other, name, successors[id(value)])


def _sources(prompt: Bindings) -> Iterator[Source]:
    for place, module in [*_project().items()]:
        yield Source(module.__name__, place, partial(load_module, module))
    for place, path in _file(prompt).items():
        yield Source(path, place, partial(load_file, prompt))
    for place, file in [*compiled_files(prompt).items()]:
        yield Source(file.path, place, partial(compile_file, file.path, prompt, place))


def _file(prompt: Bindings) -> dict[str, str]:
    """The file that the prompt was opened on, if any: where it is, and as its tracebacks name it."""
    return {} if prompt.file is None else {prompt.file[1]: prompt.file[0]}


def _files_of(prompt: Bindings) -> list[str]:
    return [*_file(prompt), *compiled_files(prompt)]


def _project() -> dict[str, ModuleType]:
    """The modules that lie in the folder of the project, by their places, what a module imports before it; looked for
    when there are new ones.
    """
    global _modules_when
    when = (len(sys.modules), _folder())
    if when != _modules_when:
        found = {}
        for module in [*sys.modules.values()]:
            place = vars(module).get("__file__") if isinstance(module, ModuleType) else None
            if isinstance(place, str) and place.endswith(".py") and _is_of_project(place):
                found[place] = module
        # Those that were there before keep their places: Python moves a module that it loads again to the end.
        in_order = {place: found[place] for place in [*_modules, *found] if place in found}
        _modules.clear()
        _modules.update(in_order)
        _modules_when = when
    return _modules


def _folder() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:
        return FIRST_FOLDER


def _is_of_project(place: str) -> bool:
    if place.startswith((_PYEX, _STANDARD_LIBRARY)) or any(part in place for part in _INSTALLED):
        return False
    return any(os.path.abspath(place).startswith(os.path.join(folder, "")) for folder in (_folder(), FIRST_FOLDER))


def _stamp(place: str) -> Stamp:
    """The state of a file; `_NO_FILE` where it is not there."""
    try:
        found = os.stat(place)
    except OSError:
        return _NO_FILE
    return (found.st_mtime_ns, found.st_size)


def _report(error: BaseException) -> str:
    from pyex.error_report import describe_exception
    from pyex.repl.display import error as painted
    from pyex.repl.display.syntax_error import syntax_report

    return painted(syntax_report(error) if isinstance(error, SyntaxError) else describe_exception(error))
