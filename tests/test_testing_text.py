"""What docs/testing.md shows is true: its files are run by pytest, and its failure is the one that is seen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from testing_session import PLUGIN, QUIET

import pyex.testing

pytest_plugins = ["pytester"]

TEXT = (Path(__file__).parent.parent / "docs" / "testing.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^```python\n# (\w+\.py)\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE))


def test_its_tests_pass(pytester: pytest.Pytester) -> None:
    """Whoever copies the files has tests that pass, but for the one that is shown to fail, and how."""
    for name, content in FILES.items():
        (pytester.path / name).write_text(content, encoding="utf-8")
    result = pytester.runpytest_subprocess(*PLUGIN, *QUIET)
    result.assert_outcomes(passed=4, failed=1)
    failure = re.search(r"^```text\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
    assert failure is not None and failure[1] in result.stdout.str()


@pytest.mark.parametrize("name", pyex.testing.__all__)
def test_it_names_every_function(name: str) -> None:
    """A reader finds all there is, and each has a text that names its counterpart in ExUnit."""
    assert name in TEXT
    assert "Mirrors `ExUnit." in " ".join((getattr(pyex.testing, name).__doc__ or "").split())
