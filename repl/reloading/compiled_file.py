"""Files compiled at the prompt: `c(file)` defines there what a file defines."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from pyex.repl.language import source_lines
from pyex.repl.shell.bindings import Bindings
from pyex.repl.shell.current import current


@dataclass
class CompiledFile:
    """A file that `c` has compiled, as its tracebacks name it, and what it has defined."""

    path: str
    defined: dict[str, object]


# By the prompt that they were compiled at, and by where they are.
_compiled: WeakKeyDictionary[Bindings, dict[str, CompiledFile]] = WeakKeyDictionary()


def compile_file(path: str, prompt: Bindings, place: str | None = None) -> list[type]:
    """Run a file at a prompt, and return the classes that it defines; other names for what these replace stand for
    them. `place` is where it is, `path` what tracebacks call it.
    """
    from pyex.repl.reloading.project import note
    from pyex.repl.shell.evaluator import run_compiled

    place = place or os.path.abspath(path)
    note(place)
    text = source_lines.read(place, path)
    namespace = prompt.namespace
    file_before = namespace.get("__file__")
    try:
        compiled = current().language.compile(text, path)
        names = compiled.binds_code
        before = {name: namespace[name] for name in names if name in namespace}
        namespace["__file__"] = path
        run_compiled(compiled, prompt)
    except Exception:
        print(f"\n== Compilation error in file {path} ==")
        raise
    finally:
        namespace.pop("__file__", None)
        if file_before is not None:
            namespace["__file__"] = file_before
    defined = {name: namespace[name] for name in names if name in namespace}
    prompt.replace(before, defined)
    compiled_files(prompt)[place] = CompiledFile(path, defined)
    classes = [defined[name] for name in re.findall(r"^\s*class (\w+)", text, re.MULTILINE) if name in defined]
    return [each for each in dict.fromkeys(classes) if isinstance(each, type) and each.__module__ == "__main__"]


def compiled_files(prompt: Bindings) -> dict[str, CompiledFile]:
    """The files that were compiled at a prompt, by where they are."""
    return _compiled.setdefault(prompt, {})


def file_of(subject: object, prompt: Bindings) -> str | None:
    """Where the compiled file is that has defined a class or function; None where it was typed."""
    name = str(getattr(subject, "__qualname__", "")).partition(".")[0]
    for place, file in compiled_files(prompt).items():
        if name in file.defined and prompt.namespace.get(name) is file.defined[name]:
            return place
    return None
