"""Real pytest sessions on small files, for the tests of the pytest plugin."""

from __future__ import annotations

import textwrap
from importlib.metadata import entry_points
from typing import Any

import pytest

# The plugin is imported by the tests once, and not by each of the sessions that they run.
import pyex.testing.plugin  # noqa: F401

# Installed, the package loads its plugin by itself.
INSTALLED = any(each.value == "pyex.testing.plugin" for each in entry_points(group="pytest11"))
PLUGIN = () if INSTALLED else ("-p", "pyex.testing.plugin")
# Without Hypothesis's plugin, which each session would import anew.
QUIET = ("-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-W", "ignore::pytest.PytestAssertRewriteWarning")

HEADER = "import pytest\nfrom pyex import *\nfrom pyex.testing import *\n"
MARKED = HEADER + "pytestmark = pytest.mark.process\n"

# A server that says when it ends, and crashes when it is told to.
SERVER = """
from pyex.otp.gen_server import GenServer
from pyex.otp.supervisor import Supervisor

class Counter(GenServer):
    def start_link(number):
        return GenServer.start_link(Counter, number)

    def init(number):
        Process.flag("trap_exit", True)
        return ("ok", number)

    def handle_call(request, from_, number):
        return ("reply", number, number)

    def handle_cast(request, number):
        raise LookupError("told to crash")

    def terminate(reason, number):
        print("counter", number, "ends:", reason)
"""


def run_tests(pytester: pytest.Pytester, text: str, *options: str, header: str = MARKED) -> pytest.RunResult:
    """Run a file of tests in a pytest session within this Python."""
    pytester.makepyfile(header + textwrap.dedent(text))
    return pytester.runpytest_inprocess(*PLUGIN, *QUIET, *options)


def output(pytester: pytest.Pytester, text: str, *options: str, **more: Any) -> str:
    """What a person sees of it."""
    return run_tests(pytester, text, *options, **more).stdout.str()


def failure(pytester: pytest.Pytester, text: str, *options: str, **more: Any) -> list[str]:
    """The lines of the one failure there is, from the `>` of the place on."""
    result = run_tests(pytester, text, *options, **more)
    assert result.parseoutcomes().get("failed") == 1, result.stdout.str()
    lines = [line.removesuffix("\n") for line in result.outlines]
    start = next(number for number, line in enumerate(lines) if line.startswith(">"))
    end = next(number for number, line in enumerate(lines) if "short test summary" in line)
    return lines[start:end]


def error_lines(lines: list[str]) -> list[str]:
    """The text of the error alone."""
    return [line.removeprefix("E").removeprefix("   ").strip() for line in lines if line.startswith("E ")]
