"""Imports run one way: the shell and OTP use the engine, and OTP uses what any program could."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# What `pyex` exports, where it is defined; and modules of plain functions on values.
PUBLIC = {"atom", "mailbox", "node", "ok", "pid", "process", "reference", "run", "self_", "spawn"}
PLAIN = {"errors", "error_report", "exit_reason", "format_exit", "message", "pattern", "stack"}
# The logger process of the engine is the one that handlers of reports run in; calls are made of requests, which do in
# one go what the public calls do one by one; the plugin runs tests on a device.
OF_OWN = {"otp/report": {"logger"}, "otp/gen": {"request"}, "testing": {"device"}}
# The public names, and the command line, know what is built on the engine.
ABOVE = {"runtime/__init__.py", "runtime/__main__.py", "runtime/script.py"}


def imports(file: Path) -> set[str]:
    """The modules of pyex that a file imports, when it is imported itself."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None and node.module.split(".")[0] == "pyex":
            inner = node.module.partition(".")[2]
            found |= {inner} if inner else {each.name for each in node.names}
        elif isinstance(node, ast.Import):
            found |= {each.name.partition(".")[2] for each in node.names if each.name.startswith("pyex.")}
    return found


def files(folder: str) -> list[str]:
    return sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("name", files("runtime/otp") + files("runtime/testing"))
def test_otp_uses_what_any_program_could(name: str) -> None:
    """No file of OTP, or of the pytest plugin, reaches into the scheduler or into a control block."""
    allowed = PUBLIC | PLAIN
    for folder, more in OF_OWN.items():
        if name.startswith(f"runtime/{folder}"):
            allowed = allowed | more
    used = {each.partition(".")[0] for each in imports(ROOT / name)} - {"otp", "testing"}
    assert used <= allowed


@pytest.mark.parametrize("name", [name for name in files("runtime") if name.count("/") == 1 and name not in ABOVE])
def test_the_engine_knows_no_otp_and_no_shell(name: str) -> None:
    """No file of the engine imports what is built on it."""
    assert not {each.partition(".")[0] for each in imports(ROOT / name)} & {"otp", "repl", "observer", "testing"}


@pytest.mark.parametrize("name", files("runtime/otp"))
def test_otp_knows_no_shell(name: str) -> None:
    """Nor the pytest plugin."""
    assert not {each.partition(".")[0] for each in imports(ROOT / name)} & {"repl", "observer", "testing"}


@pytest.mark.parametrize("name", files("runtime/watching") + files("runtime/inspection") + files("observer"))
def test_what_shows_the_runtime_knows_no_shell(name: str) -> None:
    """Neither the data that is shown of it, nor the Observer."""
    above = {"repl", "testing"} if name.startswith("observer") else {"repl", "observer", "testing"}
    assert not {each.partition(".")[0] for each in imports(ROOT / name)} & above
