"""What the README says about Python programs is true: its examples run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PYTHON = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("code", PYTHON)
def test_readme_programs_print_what_their_comments_say(code: str) -> None:
    """A Python program in the README prints what the comment behind each of its prints says."""
    expected = re.findall(r"^print\(.*\)  # (.*)$", code, re.MULTILINE)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (ran.stdout.splitlines(), ran.stderr, ran.returncode) == (expected, "", 0)


def test_readme_has_a_python_program() -> None:
    """The README shows how to use pyex from a Python program."""
    assert PYTHON


def test_readme_table_names_what_there_is() -> None:
    """Every public name that the README's table shows exists, and no call of `Process` is missing there."""
    import pyex

    row = re.search(r"^\| `Process\.` \| `([^`]*)` \|$", README, re.MULTILINE)
    assert row is not None
    calls = {name for name in vars(pyex.Process) if not name.startswith("_")}
    assert set(row[1].split()) == calls
