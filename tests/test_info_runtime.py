"""`runtime_info()`: figures of the whole system, by topics."""

from __future__ import annotations

import platform
import re

import pytest
from shell_session import said

import pyex
from pyex.repl.info.runtime_topics import uptime


def rows(text: str) -> dict[str, str]:
    """What stands behind each word with a colon."""
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    return {key: value.strip() for key, value in pairs}


def test_all_topics_but_the_applications_are_shown() -> None:
    """In IEx's order and under its headings, with the topics at the end."""
    (shown,) = said("runtime_info()")
    assert re.findall("^## .*", shown, re.MULTILINE) == [
        "## System and architecture",
        "## Memory",
        "## Statistics / limits",
    ]
    assert shown.endswith(
        "\nShowing topics:     [:system, :memory, :limits]\nAdditional topics:  [:applications]\n\n"
        "To view a specific topic call runtime_info(topic)"
    )


def test_the_parentheses_may_be_left_out() -> None:
    """As IEx's users write it."""
    (shown,) = said("runtime_info")
    assert "## System and architecture" in shown


def test_versions_and_figures_are_those_of_this_program() -> None:
    """Its Python, its processes, its tables and timers."""
    _, _, shown, count = said(
        "ets.new('t');", "Process.send_after(self(), 'x', 60_000);", "runtime_info()", "len(Process.list())"
    )
    found = rows(shown)
    assert found["Pyex version"] == pyex.__version__
    assert found["Python version"].startswith(platform.python_version())
    assert found["Preemption"] == "on"
    assert (found["ETS"], found["Timers"]) == ("1 (no limit)", "1")
    assert found["Processes"] == f"{count} (no limit)"
    assert re.fullmatch(r"\d+ (MB|GB)", found["Total"])


def test_one_topic_or_several_are_shown_alone() -> None:
    """And the others are named."""
    one, several = said("runtime_info('memory')", "runtime_info(['limits', 'applications'])")
    assert re.findall("^## .*", one, re.MULTILINE) == ["## Memory"]
    assert "Additional topics:  [:system, :limits, :applications]" in one
    assert re.findall("^## .*", several, re.MULTILINE) == ["## Statistics / limits", "## Loaded OTP Applications"]


def test_applications_tell_whether_they_run() -> None:
    """The name, the version, and whether it is started."""
    shown = said(
        """
        class Shop(Application, version="1.2"):
            def start(type, args): return Agent.start_link(list)
        """,
        "Application.load(Shop)",
        "runtime_info('applications')",
        "Application.start(Shop)",
        "runtime_info('applications')",
    )
    assert rows(shown[2])["shop"] == "1.2"
    assert rows(shown[4])["shop"].split() == ["1.2", "(started)"]


@pytest.mark.parametrize("topic", ["'nonsense'", "5", "['system', 'nonsense']", "None"])
def test_unknown_topics_are_refused(topic: str) -> None:
    """Before anything is shown, and those that there are are named."""
    (shown,) = said(f"runtime_info({topic})")
    assert shown.startswith("** (ArgumentError) unknown topic")
    assert '"system", "memory", "limits", "applications"' in shown


def test_programs_get_the_figures_as_a_dict() -> None:
    """The helper is the prompt's; `pyex.runtime_info` is what it was."""
    _, shown = said("import pyex", "pyex.runtime_info('process_count') == len(Process.list())")
    assert shown == "True"


def test_who_wants_a_figure_is_told_how() -> None:
    """What `pyex.runtime_info` knows is no topic."""
    (shown,) = said("runtime_info('uptime')")
    assert "For the figure write pyex.runtime_info('uptime')" in shown


def test_uptime_is_told_as_erlang_tells_it() -> None:
    """From the largest unit that there is."""
    assert [uptime(seconds) for seconds in (0, 61, 3600, 90061)] == [
        "0 seconds",
        "1 minutes and 1 seconds",
        "1 hours, 0 minutes and 0 seconds",
        "1 days, 1 hours, 1 minutes and 1 seconds",
    ]
