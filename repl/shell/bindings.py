"""The names at the prompt: code stays, data dies with the shell process.

What `def`, `class` and `import` bind is *code*: it lives in the node, and all shells of the node know it. What
assignments, `for` and `with` bind is *data* of the shell process. Both are in one plain dict for each shell; the
statement that bound a name decides.
"""

from __future__ import annotations

import os
import sys
from types import ModuleType

from pyex import Pid
from pyex.closure import DATA_NAMES
from pyex.repl.language import CompiledInput, Language, source_lines

# Where classes belong that are typed at a prompt in a program that has a `__main__` of its own.
MODULE = "pyex.prompt"
# The bindings of the node's shells, those that have ended too: the first one's module is the node's `__main__`.
_node: list[Bindings] = []


class Bindings:
    """The namespace of a shell, and which names in it are code."""

    def __init__(self, prelude: dict[str, object], language: Language, *, owns_main: bool = True) -> None:
        """Without `owns_main`, the program has a `__main__` of its own."""
        # A module, so that the classes typed at the prompt have one to belong to.
        name = _node[0].module.__name__ if _node else "__main__" if owns_main else MODULE
        self.module: ModuleType = ModuleType(name)
        self.namespace: dict[str, object] = self.module.__dict__
        self._prelude = {**prelude, DATA_NAMES: self}
        self._language = language
        # What `def`, `class` and `import` bound last; a name that stands for something else since is data.
        self._code: dict[str, object] = {}
        # The file that was loaded before the first prompt, as its tracebacks name it, where it is, and its definitions.
        self.file: tuple[str, str] | None = None
        self._loading = False
        # What is loaded for the person, and not by them, replaces classes without a warning.
        self.is_loading_quietly = False
        self._loaded: dict[str, object] = {}
        self._gone: dict[str, Pid] = {}
        self._own = {*self.namespace, "__builtins__", *self._prelude}
        self._last: object = None
        self._is_in_use = False
        self._restore_prelude()

    def extend_prelude(self, names: dict[str, object]) -> None:
        """Have these names as well, as if they had been there from the start."""
        more = {name: value for name, value in names.items() if name not in self._prelude}
        self._prelude |= more
        self._own |= more.keys()
        self.namespace.update(more)

    def join_node(self) -> None:
        """Share code with the other shells of the node from here on."""
        if _node:
            self._adopt(_node[0]._code)
        else:
            sys.modules[self.module.__name__] = self.module
        _node.append(self)
        self._is_in_use = True

    def leave_node(self) -> None:
        """Take no part in what the other shells define any more."""
        self._is_in_use = False
        # The first stays `__main__` as long as there are others.
        if not any(each._is_in_use for each in _node):
            _node.clear()

    def is_data(self, name: str) -> bool:
        """Whether an assignment bound the name last."""
        if name in self._code:
            return False
        return name not in self._own or (name in self._prelude and self.namespace.get(name) is not self._prelude[name])

    def why_gone(self, name: str) -> str | None:
        """What became of data that died with a shell process; None when the name was never data."""
        pid = self._gone.get(name)
        if pid is None:
            return None
        return f"{name} was data of the shell process {pid!r} and died with it; functions, classes and imports stay"

    def set_file(self, path: str | None) -> None:
        """The file that is being loaded, as `__file__`; None when that is over. What it defines is remembered as its
        own, until something else is typed under the same name."""
        self._loading = path is not None
        if path is None:
            self.namespace.pop("__file__", None)
        else:
            # Where it is must not depend on where the program has gone since.
            self.file = self.file or (path, os.path.abspath(path))
            self.namespace["__file__"] = path

    def is_of_file(self, subject: object) -> bool:
        """Whether a class or function is a version of what the loaded file has defined."""
        name = str(getattr(subject, "__qualname__", "")).partition(".")[0]
        return name in self._loaded and self.namespace.get(name) is self._loaded[name]

    def load_again(self) -> None:
        """Run the loaded file once more, in these bindings; names for what it had defined stand for the new versions.
        Raises what opening, compiling and running it raises."""
        assert self.file is not None
        path, place = self.file
        compiled = self._language.compile(source_lines.read(place, path), path)
        before = self._loaded
        self.set_file(path)
        try:
            self.run(compiled)
        finally:
            self.set_file(None)
        self.replace(before, self._loaded)

    def replace(self, before: dict[str, object], now: dict[str, object]) -> None:
        """Have the names that stood for something in `before` stand for what has its name in `now`."""
        successors = {id(old): now[name] for name, old in before.items() if name in now}
        for name, value in [*self.namespace.items()]:
            if not name.startswith("__") and id(value) in successors and callable(value):
                self.namespace[name] = successors[id(value)]
                if name in self._code:
                    self._code[name] = self.namespace[name]

    def classes_bound(self, compiled: CompiledInput) -> dict[str, object]:
        """The classes there are under the names that an input binds classes to, for a warning."""
        if self.is_loading_quietly:
            return {}
        named = {name: self.namespace.get(name) for name in sorted(compiled.binds_classes)}
        return {name: value for name, value in named.items() if isinstance(value, type)}

    def run(self, compiled: CompiledInput) -> object:
        """Run an input, take note of the kinds of names that it bound, and return the value to echo."""
        try:
            return compiled.run(self.namespace)
        finally:
            # As with Python's builtins: to delete a name gives back what it covered.
            for name in self._prelude.keys() - self.namespace.keys():
                self.namespace[name] = self._prelude[name]
            self._code = {name: value for name, value in self._code.items() if self.namespace.get(name) is value}
            bound = {name: self.namespace[name] for name in compiled.binds_code if name in self.namespace}
            self._code |= bound
            for other in _node:
                if other is not self:
                    other._adopt(bound)
            if self._loading:
                self._loaded = bound

    def remember(self, value: object) -> None:
        """Have `_` stand for the last value that was shown, unless the person has given the name a meaning."""
        # `def _(…)` gives a function whose name does not matter.
        if self.namespace.get("_") is self._last or "_" in self._code:
            self.namespace["_"] = self._last = value

    def _adopt(self, code: dict[str, object]) -> None:
        """Know what another shell has defined; data of the same name keeps it."""
        for name, value in code.items():
            if not self.is_data(name) or name not in self.namespace:
                self.namespace[name] = self._code[name] = value

    def bury_data(self, pid: Pid) -> None:
        """Drop the data of a shell process that has died."""
        for name in [name for name in self.namespace if self.is_data(name)]:
            self._gone[name] = pid
            del self.namespace[name]
        self._last = None
        self._restore_prelude()

    def _restore_prelude(self) -> None:
        for name, value in self._prelude.items():
            if name not in self._code:
                self.namespace[name] = value
