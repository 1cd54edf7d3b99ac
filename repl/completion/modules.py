"""Modules and what is in them, without importing any: the loaded ones, and what lies in the folders of `sys.path`."""

from __future__ import annotations

import os
import re
import sys
from functools import lru_cache
from itertools import islice
from types import ModuleType

from pyex.inspection.static_lookup import UNKNOWN, entries, instance_entries, is_a, module_entries
from pyex.repl.completion.candidate import MOST, matching
from pyex.repl.hidden_names import WITHOUT_MODULES

_SUFFIXES = (".py", ".so", ".pyd")
_MOST_READ = 1_000_000
_STRING_OR_COMMENT = re.compile(
    r"""(\"{3}|'{3})(?:\\.|(?!\1).)*\1|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|\#[^\n]*""", re.DOTALL
)
_BINDING = re.compile(
    r"""^(?P<margin>[ \t]*)
    (?:(?P<block>if|elif|else|try|except|finally|with)\b
    |(?:async[ ]+)?(?:def|class)[ ]+(?P<defined>\w+)
    |from\b[^\n]*?\bimport[ ]+(?:\((?P<many>[^)]*)\)|(?P<few>[^\n(]*))
    |(?P<assigned>\w+)[ \t]*(?::[^=\n]*)?=(?!=)
    |\w)""",
    re.VERBOSE | re.MULTILINE,
)
_ALL = re.compile(r"^__all__\s*(?::[^=\n]*)?\+?=\s*[\[(](.*?)[\])]", re.DOTALL | re.MULTILINE)


def loaded(name: str) -> ModuleType | None:
    """The module of that name, if it has been imported."""
    found = entries(sys.modules).get(name)
    return found if is_a(found, ModuleType) else None


# Which modules there are


def submodules(package: str, typed: str) -> list[str]:
    """The names that begin with what is typed, of the modules in a package; of those at the top for ""."""
    start = f"{package}." if package else ""
    names = {name[len(start) :].partition(".")[0] for name in entries(sys.modules) if name.startswith(start)}
    if not package:
        names |= sys.stdlib_module_names
    folders = _folders(package)
    found = {name: "" for name in names if name.isidentifier()}
    for folder in folders:
        for name, place in _listing(folder).items():
            found.setdefault(name, place)
    known = matching(found, typed)
    # Whether a folder is a package is looked up for those only that can be shown.
    return [name for name in known[: 2 * MOST] if not found[name] or os.path.exists(found[name])] + known[2 * MOST :]


def _folders(package: str) -> list[str]:
    if not package:
        return [folder for folder in [*sys.path] if type(folder) is str]
    module = loaded(package)
    if module is not None:
        path = module_entries(module).get("__path__", ())
        path = path if type(path) is list else instance_entries(path).get("_path", ())
        return [each for each in path if type(each) is str] if is_a(path, list) else []
    above, _, name = package.rpartition(".")
    inside = (os.path.join(folder, name) for folder in _folders(above))
    return [folder for folder in inside if os.path.isdir(folder)]


def _listing(folder: str) -> dict[str, str]:
    """The modules in a folder; for folders the file whose presence makes them packages."""
    try:
        return _read_folder(folder or ".", os.stat(folder or ".").st_mtime_ns)
    except (OSError, ValueError):
        return {}


@lru_cache(maxsize=256)
def _read_folder(folder: str, _changed: int) -> dict[str, str]:
    found = {}
    with os.scandir(folder) as inside:
        for entry in inside:
            name, _, rest = entry.name.partition(".")
            if not name.isidentifier() or name == "__pycache__":
                continue
            if rest and entry.name.endswith(_SUFFIXES):
                found[name] = ""
            elif not rest and entry.is_dir():
                found.setdefault(name, os.path.join(folder, name, "__init__.py"))
    found.pop("__init__", None)
    return found


# What is in one


def names_in(name: str, typed: str) -> dict[str, object]:
    """What can be imported from a module; the values are UNKNOWN where it has not been imported."""
    module = loaded(name)
    if module is not None:
        return members_of(module, typed)
    found: dict[str, object] = dict.fromkeys(_names_of_source(name, typed.startswith("_")), UNKNOWN)
    return found | dict.fromkeys(submodules(name, typed), UNKNOWN)


def members_of(module: ModuleType, typed: str) -> dict[str, object]:
    """What can stand after `module.`: its `__all__` where it has one, and its submodules; all else only where none of
    these begins with what is typed.
    """
    inside = module_entries(module)
    home, public = inside.get("__name__"), inside.get("__all__")
    home = home if type(home) is str else ""
    below = {name: inside.get(name, loaded(f"{home}.{name}")) for name in submodules(home, typed)} if home else {}
    if home in WITHOUT_MODULES and not typed.startswith("_"):
        below = {}
    if "__path__" not in inside:
        below = {name: value for name, value in below.items() if name in inside}
    if typed.startswith("_") or (type(public) is not list and type(public) is not tuple):
        return below | inside
    chosen = {name: inside.get(name, UNKNOWN) for name in islice(public, None) if type(name) is str} | below
    return chosen if matching(chosen, typed) else inside


def _names_of_source(name: str, private: bool) -> list[str]:
    above, _, last = name.rpartition(".")
    for folder in _folders(above):
        for place in (os.path.join(folder, last, "__init__.py"), os.path.join(folder, f"{last}.py")):
            try:
                public, names = _read_source(place, os.stat(place).st_mtime_ns)
            except (OSError, ValueError):
                continue
            return [*names] if private or not public else [*public]
    return []


@lru_cache(maxsize=64)
def _read_source(place: str, _changed: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The strings in a module's `__all__`, and the names that it binds at the top level or in an `if` or `try`."""
    with open(place, encoding="utf-8", errors="replace") as file:
        source = file.read(_MOST_READ)
    public = [each for part in _ALL.findall(source) for each in re.findall(r"""["'](\w+)["']""", part)]
    names: dict[str, None] = {}
    in_block = False
    for match in _BINDING.finditer(_STRING_OR_COMMENT.sub("''", source)):
        if not match["margin"]:
            in_block = match["block"] is not None
        elif not in_block:
            continue
        for name in (match["defined"], match["assigned"]):
            names |= {name: None} if name else {}
        for each in (match["many"] or match["few"] or "").split(","):
            words = each.split()
            names |= {words[-1]: None} if words and words[-1].isidentifier() else {}
    return tuple(public), tuple(names)
