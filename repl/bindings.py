"""The names at the prompt: code stays, data dies with the shell process.

What `def`, `class` and `import` bind is *code*: it lives in the node. What assignments, `for` and `with` bind is
*data* of the shell process. Both are in one plain dict; the statement that bound a name decides.
"""

from __future__ import annotations

from types import ModuleType

from pyex import Pid
from pyex.closure import DATA_NAMES
from pyex.repl.language import CompiledInput


class Bindings:
    """The namespace of a shell, and which names in it are code."""

    def __init__(self, prelude: dict[str, object]) -> None:
        # A module, so that the classes typed at the prompt have one to belong to.
        self.module = ModuleType("__main__")
        self.namespace: dict[str, object] = self.module.__dict__
        self._prelude = {**prelude, DATA_NAMES: self}
        self._code: set[str] = set()
        self._gone: dict[str, Pid] = {}
        self._own = {*self.namespace, "__builtins__", *self._prelude}
        self._restore_prelude()

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
        """The file that is being loaded, as `__file__`; None when that is over."""
        if path is None:
            self.namespace.pop("__file__", None)
        else:
            self.namespace["__file__"] = path

    def redefined_classes(self, compiled: CompiledInput) -> list[str]:
        """The classes that an input is about to define anew."""
        return sorted(name for name in compiled.binds_classes if isinstance(self.namespace.get(name), type))

    def run(self, compiled: CompiledInput) -> object:
        """Run an input, take note of the kinds of names that it bound, and return the value to echo."""
        before = {name: self.namespace.get(name) for name in self._code}
        try:
            return compiled.run(self.namespace)
        finally:
            self._code = {name for name in self._code if self.namespace.get(name) is before[name]}
            self._code |= compiled.binds_code & self.namespace.keys()

    def bury_data(self, pid: Pid) -> None:
        """Drop the data of a shell process that has died."""
        for name in [name for name in self.namespace if self.is_data(name)]:
            self._gone[name] = pid
            del self.namespace[name]
        self._restore_prelude()

    def _restore_prelude(self) -> None:
        for name, value in self._prelude.items():
            if name not in self._code:
                self.namespace[name] = value
