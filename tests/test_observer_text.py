"""What docs/observer.md says is true: its session runs, and what it names is there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from observed_program import observed
from observer_client import Client

from pyex.observer.action import ACTIONS
from pyex.repl.attach.observer_command import HELP

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "observer.md").read_text(encoding="utf-8")


def test_its_session_is_as_written() -> None:
    """What one types there gives what is written there."""
    command = [sys.executable, "-P", "-m", "pyex", "check", "docs/observer.md"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_its_pictures_and_links_are_there() -> None:
    """Each picture that it shows, and each file that it leads to, is in the repository; no picture is left over."""
    leads = re.findall(r"\]\(([^)#:]+)\)", TEXT)
    assert [each for each in leads if not (ROOT / "docs" / each).exists()] == []
    shown = {each for each in leads if each.endswith(".png")}
    assert shown == {path.name for path in (ROOT / "docs").glob("observer-*.png")}


def test_its_options_are_those_of_the_command() -> None:
    """Every option of `pyex observer` that it shows exists."""
    lines = re.findall(r"(?<=pyex observer )[^#\n`]*", TEXT)
    options = set(re.findall(r"--[\w-]+", " ".join(lines)))
    assert options and options <= set(re.findall(r"--[\w-]+", HELP))


def test_its_requests_are_answered() -> None:
    """Each address that it has curl ask for is answered, and the action exists."""
    paths = re.findall(r"\$base(/api/[^\s\"]*)", TEXT)
    assert {path.rpartition("/")[2] for path in paths if "/act/" in path} <= set(ACTIONS)
    with observed() as program:
        client = Client(program.url)
        for path in paths:
            if "/act/" not in path and "/stream" not in path:
                assert client.get(path).status == 200, path
        assert client.get("/api/openapi.json").json["openapi"].startswith("3.1")


def test_every_tab_has_a_paragraph() -> None:
    """The tabs of the page are told of in their order."""
    (main,) = (ROOT / "observer" / "page").rglob("main.js")
    page = main.read_text(encoding="utf-8")
    tabs = re.findall(r'^  \["\w+", "(\w+)"\],$', page, re.MULTILINE)
    told = [name for name in re.findall(r"^\*\*([\w ]+)\*\*:", TEXT, re.MULTILINE) if name != "One process"]
    assert told == tabs and len(tabs) == 7
