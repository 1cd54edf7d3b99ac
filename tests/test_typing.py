"""What type checkers say of programs that use pyex: they accept those that are right, and find the mistakes.

The programs are in tests/typing. mypy is one of the developers' tools; pyright is used where it is installed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import pyex

FOLDER = Path(__file__).parent / "typing"
PROGRAMS = sorted(FOLDER.glob("*.py"))
# Where the import package is: a checker of another place need not know this one.
HOME = Path(pyex.__file__).parent.parent
PATIENCE = 300


def lines_refused(program: Path) -> list[int]:
    """The lines that say of themselves that they are mistakes."""
    lines = program.read_text(encoding="utf-8").splitlines()
    return [number for number, line in enumerate(lines, 1) if line.endswith("# refused")]


@cache
def said_by_mypy() -> str:
    """What mypy has to say of all programs."""
    command = [sys.executable, "-P", "-m", "mypy", "--strict", "--no-error-summary", "--hide-error-context"]
    environment = {**os.environ, "MYPYPATH": str(HOME), "NO_COLOR": "1", "COLUMNS": "200"}
    done = subprocess.run(
        [*command, *map(str, PROGRAMS)], capture_output=True, text=True, timeout=PATIENCE, env=environment, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@cache
def pyright() -> str | None:
    """The command, where it is installed, beside this Python or anywhere, and has been able to fetch what it runs."""
    command = shutil.which("pyright", path=str(Path(sys.executable).parent)) or shutil.which("pyright")
    if command is None:
        return None
    try:
        done = subprocess.run([command, "--version"], capture_output=True, timeout=PATIENCE / 3, check=False)
    except subprocess.TimeoutExpired:
        return None
    return command if done.returncode == 0 else None


@cache
def said_by_pyright() -> list[tuple[str, int, str]]:
    """What pyright has to say of all programs: file, line and text."""
    command = [pyright() or "", "--outputjson", "--level", "error", "--pythonpath", sys.executable]
    environment = {**os.environ, "PYTHONPATH": str(HOME)}
    done = subprocess.run(
        [*command, *map(str, PROGRAMS)], capture_output=True, text=True, timeout=PATIENCE, env=environment, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    found = json.loads(done.stdout)["generalDiagnostics"]
    return [(Path(each["file"]).name, each["range"]["start"]["line"] + 1, each["message"]) for each in found]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_mypy(program: Path) -> None:
    """mypy --strict finds what is wrong, line by line, and nothing else."""
    said = [line for line in said_by_mypy().splitlines() if f"{program.name}:" in line and ": error: " in line]
    found = [int(re.search(r"\.py:(\d+)", line)[1]) for line in said]  # type: ignore[index]
    assert sorted(set(found)) == lines_refused(program), "\n".join(said)


@pytest.mark.skipif(pyright() is None, reason="pyright does not run here")
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)
def test_pyright(program: Path) -> None:
    """So does pyright."""
    said = [(line, text) for name, line, text in said_by_pyright() if name == program.name]
    assert sorted({line for line, _ in said}) == lines_refused(program), said


def test_there_are_programs_of_both_kinds() -> None:
    """Were there none that are refused, a checker that sees nothing but Any would pass."""
    assert {program.stem.partition("_")[0] for program in PROGRAMS} == {"accepted", "refused"}
    assert sum(len(lines_refused(program)) for program in PROGRAMS) > 10
