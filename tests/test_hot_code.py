"""Hot code: a server goes on with the newest version of its class, with the state it has."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from in_process import ends_after

from pyex import Process, ok
from pyex.otp.gen_server import GenServer
from pyex.otp.sys_messages import Sys

FIRST = """
from pyex.otp.gen_server import GenServer

class Counter(GenServer):
    def handle_call(request, from_, n):
        return ("reply", n, n + 1)
"""
SECOND = FIRST.replace("n + 1)", "n + 10)")
CONVERTING = SECOND + """
    def code_change(old, state, extra):
        return ("ok", state * 100)
"""
REFUSING = SECOND + """
    def code_change(old, state, extra):
        return ("error", "too old")
"""
FAILING = SECOND + """
    def code_change(old, state, extra):
        return 1 / 0
"""


class Program:
    """A module that can be changed and reloaded."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "hot_counter.py"
        self.module: ModuleType | None = None
        sys.path.insert(0, str(folder))

    def load(self, text: str) -> Any:
        self.file.write_text(text)
        importlib.invalidate_caches()
        sys.dont_write_bytecode, before = True, sys.dont_write_bytecode
        try:
            self.module = importlib.reload(self.module) if self.module else importlib.import_module("hot_counter")
        finally:
            sys.dont_write_bytecode = before
        return self.module.Counter


@pytest.fixture
def program(tmp_path: Path) -> Any:
    """A module of this test's own."""
    program = Program(tmp_path)
    yield program
    sys.path.remove(str(tmp_path))
    sys.modules.pop("hot_counter", None)


@pytest.mark.process
def test_the_newest_version_handles_the_next_message(program: Program) -> None:
    """The state is kept, and the process is the same."""
    pid = ok(GenServer.start(program.load(FIRST), 0))
    assert [GenServer.call(pid, "next") for _ in range(3)] == [0, 1, 2]
    program.load(SECOND)
    assert [GenServer.call(pid, "next") for _ in range(3)] == [3, 13, 23]


@pytest.mark.process
def test_many_versions(program: Program) -> None:
    """Whatever came between, the newest is what runs."""
    pid = ok(GenServer.start(program.load(FIRST), 0))
    program.load(SECOND), program.load(FIRST), program.load(SECOND)
    assert [GenServer.call(pid, "next") for _ in range(2)] == [0, 10]


@pytest.mark.process
def test_code_change_converts_the_state(program: Program) -> None:
    """It is called once, before the next message."""
    pid = ok(GenServer.start(program.load(FIRST), 3))
    program.load(CONVERTING)
    assert [GenServer.call(pid, "next") for _ in range(2)] == [300, 310]


@pytest.mark.process
def test_code_change_may_refuse(program: Program) -> None:
    """The server ends with the reason, and its supervisor starts it with the new code."""
    pid = ok(GenServer.start(program.load(FIRST), 3))
    program.load(REFUSING)
    assert ends_after(pid, lambda: GenServer.cast(pid, "x")) == "too old"


@pytest.mark.process
def test_a_code_change_that_raises(program: Program) -> None:
    """It is a crash like others."""
    pid = ok(GenServer.start(program.load(FIRST), 3))
    program.load(FAILING)
    error, _ = ends_after(pid, lambda: GenServer.cast(pid, "x"))
    assert isinstance(error, ZeroDivisionError)


@pytest.mark.process
def test_a_class_stays_the_name_of_a_server(program: Program) -> None:
    """A server registered by its class is found by the new class."""
    old = program.load(FIRST)
    pid = ok(GenServer.start(old, 0, name=old))
    new = program.load(SECOND)
    assert new is not old
    assert Process.whereis(new) == pid
    assert (GenServer.call(new, "next"), GenServer.call(old, "next")) == (0, 10)


@pytest.mark.process
def test_a_python_module_is_reloaded_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its functions are looked up at each message."""
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    text = "def init(n): return ('ok', n)\ndef handle_call(x, from_, n): return ('reply', 'first', n)\n"
    (tmp_path / "hot_module.py").write_text(text)
    module = importlib.import_module("hot_module")
    pid = ok(GenServer.start(module, 0))
    assert GenServer.call(pid, "which") == "first"
    (tmp_path / "hot_module.py").write_text(text.replace("first", "second one"))
    importlib.reload(module)
    assert GenServer.call(pid, "which") == "second one"


@pytest.mark.process
def test_classes_made_in_a_function_have_no_versions() -> None:
    """Two calls of a function make two classes: a server of the first is not one of the second."""

    def make(answer: str) -> Any:
        class Local(GenServer):
            @staticmethod
            def handle_call(request: Any, from_: Any, state: Any) -> Any:
                return ("reply", answer, state)

        return Local

    first = ok(GenServer.start(make("first"), 0))
    second = ok(GenServer.start(make("second"), 0))
    assert (GenServer.call(first, "which"), GenServer.call(second, "which")) == ("first", "second")
    assert make("a") != make("a")


@pytest.mark.process
def test_sys_works_over_a_change(program: Program) -> None:
    """A look at the state changes the code as any message does."""
    pid = ok(GenServer.start(program.load(FIRST), 3))
    program.load(CONVERTING)
    assert Sys.get_state(pid) == 300
