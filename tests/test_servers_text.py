"""What docs/servers.md says is true: its programs run, print what they say, and pass mypy."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import pyex

TEXT = (Path(__file__).parent.parent / "docs" / "servers.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
NAMES = re.findall(r"^class (\w+)\(", TEXT, re.MULTILINE)
HOME = Path(pyex.__file__).parent.parent


@pytest.mark.parametrize("program", PROGRAMS)
def test_its_programs_print_what_they_say(program: str, tmp_path: Path) -> None:
    """Each line that prints has behind it what it prints."""
    file = tmp_path / "program.py"
    file.write_text(program, encoding="utf-8")
    command = [sys.executable, "-P", "-m", "pyex", "run", str(file)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    said = re.findall(r"^ *print\(.*\)  # (.*)$", program, re.MULTILINE)
    assert (sorted(ran.stdout.splitlines()), ran.stderr, ran.returncode) == (sorted(said), "", 0)


def test_its_programs_pass_mypy(tmp_path: Path) -> None:
    """In its strict mode."""
    files = []
    for number, program in enumerate(PROGRAMS):
        files.append(tmp_path / f"program_{number}.py")
        files[-1].write_text(program, encoding="utf-8")
    command = [sys.executable, "-P", "-m", "mypy", "--strict", "--no-error-summary", *map(str, files)]
    environment = {**os.environ, "MYPYPATH": str(HOME)}
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment, check=False)
    assert [line for line in ran.stdout.splitlines() if "program_" in line] == []
    assert ran.returncode in (0, 1), ran.stderr


def test_it_shows_all_three_forms() -> None:
    """Side by side: were there no programs, the tests above could not fail."""
    assert len(PROGRAMS) == 4
    assert NAMES.count("Counter") == 3
