"""examples/pooly: a pool built by hand. Its README is executed as all texts are; these are its promises beside that.

Each runs in a Python of its own, for an application's name is one for all of a Python.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from program import PATIENCE, program

import pyex

FOLDER = Path(__file__).parent.parent / "examples" / "pooly"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
PROGRAMS = sorted(FOLDER.glob("*.py"))
SOAK_SECONDS = float(os.environ.get("PYEX_SOAK_SECONDS", "1"))

HELPERS = f"""
import random, sys, time
sys.path[:0] = [{str(FOLDER)!r}, {str(Path(__file__).parent)!r}]
from in_process import caught, ends_after, until
from pyex import *

def workers(supervisor):
    return [pid for _, pid, _, _ in DynamicSupervisor.which_children(supervisor)]

def disturb(body, victims):
    "Have clients do something over and over, and kill them and the workers at random."
    def client():
        while True:
            caught(body)
            Process.sleep(random.randrange(2))

    clients = []
    end = time.monotonic() + {SOAK_SECONDS}
    while time.monotonic() < end:
        clients = [pid for pid in clients if Process.alive(pid)]
        clients += [spawn(client) for _ in range(30 - len(clients))]
        Process.sleep(random.randrange(4))
        for pid in random.sample(clients, random.randrange(4)) + random.sample(victims(), random.randrange(2)):
            Process.exit(pid, random.choice(["kill", "shutdown", "boom"]))
    for pid in clients:
        ends_after(pid, lambda: Process.exit(pid, "kill"))
"""


def check(main: str) -> None:
    """Run this as the main process of a program; it prints "well" when it comes to its end."""
    body = textwrap.indent(textwrap.dedent(main), "    ")
    text = f"{HELPERS}\ndef main():\n{body}    print('well')\n\nrun(main)"
    ended = program(text, timeout=2 * PATIENCE + SOAK_SECONDS)
    assert (ended.returncode, ended.stdout) == (0, "well\n"), ended.stderr[-3000:]


def test_app_01_start_and_stop() -> None:
    """The words of an application that is started or stopped once too often."""
    check("""
    assert Application.start("pooly") == "ok"
    assert Application.start("pooly") == ("error", ("already_started", "pooly"))
    assert Application.stop("pooly") == "ok"
    assert Application.stop("pooly") == ("error", ("not_started", "pooly"))
    assert Application.ensure_all_started("pooly") == ("ok", ["pooly"])
    assert Application.ensure_all_started("pooly") == ("ok", [])
    """)


def test_app_02_the_application_tells_of_itself() -> None:
    """Its name, description and version."""
    check("""
    Application.start("pooly")
    assert ("pooly", "pool of 5 workers", "0.1.0") in Application.started_applications()
    """)


def test_app_04_stop_ends_the_tree() -> None:
    """No process of it is left."""
    check("""
    Application.ensure_loaded("pooly")
    from pooly import PoolSupervisor, WorkerSupervisor
    before = Process.list()
    Application.start("pooly")
    assert DynamicSupervisor.count_children(WorkerSupervisor)["active"] == 5
    Application.stop("pooly")
    assert Process.whereis(PoolSupervisor) is None
    assert Process.list() == before
    """)


def test_app_05_the_end_of_the_top_supervisor_is_the_end_of_the_application() -> None:
    """It can be started again."""
    check("""
    Application.start("pooly")
    from pooly import PoolSupervisor
    Process.exit(Process.whereis(PoolSupervisor), "kill")
    until(lambda: [name for name, _, _ in Application.started_applications()] == ["pyex"])
    assert Application.start("pooly") == "ok"
    """)


def test_app_06_the_pool_of_the_article() -> None:
    """Five workers; kill one, and there are five."""
    check("""
    Application.start("pooly")
    from pooly import Pooly, WorkerSupervisor
    before = workers(WorkerSupervisor)
    Process.exit(before[0], "kill")
    until(lambda: len(workers(WorkerSupervisor)) == 5 and before[0] not in workers(WorkerSupervisor))
    assert len(set(workers(WorkerSupervisor)) - set(before)) == 1
    assert Pooly.status() == (5, 0)
    """)


def test_the_end_of_the_server_of_the_pool() -> None:
    """It comes back with five other workers; who had one before can give it back, which changes nothing."""
    check("""
    Application.start("pooly")
    from pooly import Pooly, PoolServer, WorkerSupervisor
    old, mine, server = workers(WorkerSupervisor), Pooly.checkout(), Process.whereis(PoolServer)
    ends_after(server, lambda: Process.exit(server, "kill"))
    until(lambda: Process.whereis(PoolServer) is not None)
    assert Pooly.status() == (5, 0)
    assert not set(old) & set(workers(WorkerSupervisor)) and not any(map(Process.alive, old))
    Pooly.checkin(mine)
    assert Pooly.status() == (5, 0)
    """)


@pytest.mark.soak
def test_nothing_is_lost_of_the_pool() -> None:
    """However clients and workers end, all five are there and free in the end, and nobody is monitored but they."""
    check("""
    Application.start("pooly")
    from pooly import Pooly, PoolServer, WorkerSupervisor
    server = Process.whereis(PoolServer)

    def body():
        worker = Pooly.checkout()
        if worker != "noproc":
            Process.sleep(1)
            Pooly.checkin(worker)

    disturb(body, lambda: workers(WorkerSupervisor))
    until(lambda: Pooly.status() == (5, 0))
    assert Process.whereis(PoolServer) == server
    until(lambda: len(Process.info(server, "monitors")[1]) == 5)
    assert sorted(Pooly.checkout() for _ in range(5)) == sorted(workers(WorkerSupervisor))
    """)


@pytest.mark.soak
def test_nothing_is_lost_of_several_pools() -> None:
    """Likewise, with clients that wait, and give up."""
    check("""
    Application.start("pools")
    from pools import Pools
    server = Process.whereis("small.PoolServer")

    def body():
        timeout = random.choice([0, 1, 10, 5000])
        Pools.transaction("small", lambda worker: Process.sleep(random.randrange(3)), timeout)

    disturb(body, lambda: workers("small.WorkerSupervisor"))
    until(lambda: Pools.status("small") == (1, 0, 0))
    assert Process.whereis("small.PoolServer") == server
    until(lambda: len(Process.info(server, "monitors")[1]) == 1)
    assert workers("small.WorkerSupervisor") == [Pools.checkout("small")]
    assert Pools.status("large") == (10, 0, 0)
    """)


def test_a_worker_that_is_handed_over_too_late_is_given_back() -> None:
    """The client has given up when the server gets to answer."""
    check("""
    Application.start("pools")
    from pools import Pools
    Sys.suspend("small.PoolServer")
    assert caught(lambda: Pools.checkout("small", 20))[0] == "exit"
    Sys.resume("small.PoolServer")
    assert Pools.status("small") == (1, 0, 0)
    """)


def test_a_pool_that_fails_is_no_matter_of_the_others() -> None:
    """Its workers are others then, those of the other pool the same."""
    check("""
    Application.start("pools")
    from pools import Pools
    large, server = workers("large.WorkerSupervisor"), Process.whereis("small.PoolServer")
    ends_after(server, lambda: Process.exit(server, "kill"))
    until(lambda: Process.whereis("small.PoolServer") is not None)
    assert Pools.status("small") == (1, 0, 0)
    assert workers("large.WorkerSupervisor") == large
    """)


def test_the_readme_shows_the_code_that_there_is() -> None:
    """What it quotes stands in the programs, and each program is named."""
    sources = "".join(path.read_text(encoding="utf-8") for path in PROGRAMS)
    lines = {line.strip() for line in sources.splitlines()}
    quoted = re.findall(r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    assert quoted
    for quote in quoted:
        assert {line.strip() for line in quote.splitlines()} <= lines
    for path in PROGRAMS:
        assert f"({path.name})" in README


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.name)
def test_the_programs_use_public_names_only(path: Path) -> None:
    """What a reader copies works with `from pyex import …`."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    of_pyex = [node for node in nodes if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("pyex")]
    assert of_pyex and all(node.module == "pyex" for node in of_pyex)
    assert {alias.name for node in of_pyex for alias in node.names} <= set(pyex.__all__)


def test_mypy_accepts_the_programs() -> None:
    """Under --strict."""
    command = [sys.executable, "-P", "-m", "mypy", "--strict", "--no-error-summary", *map(str, PROGRAMS)]
    environment = {**os.environ, "MYPYPATH": str(Path(pyex.__file__).parent.parent), "NO_COLOR": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment, check=False)
    assert done.returncode in (0, 1), done.stderr
    assert [line for line in done.stdout.splitlines() if f"{FOLDER.parent.name}/{FOLDER.name}/" in line] == []
