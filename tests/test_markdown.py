"""The sessions in the project's own texts: each prints what is written there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from program import PATIENCE

ROOT = Path(__file__).parent.parent
# What tools have put there is not ours.
NOT_OURS = {"build", "dist", "node_modules"}
FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in ROOT.rglob("*.md")
    if not any(part.startswith(".") or part in NOT_OURS for part in path.relative_to(ROOT).parts)
)


def test_there_are_texts() -> None:
    """The examples are among the files that are found, so that an empty list cannot pass."""
    assert any(name.startswith("examples/") for name in FILES)


@pytest.mark.parametrize("name", FILES)
def test_the_sessions_in_our_texts_are_true(name: str) -> None:
    """Whoever types what a text of ours shows sees what it shows."""
    command = [sys.executable, "-P", "-m", "pyex", "check", name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=2 * PATIENCE, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
