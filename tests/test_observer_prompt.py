"""`observer` at the prompt: at hand, explained, and not ended by what happens to the shell."""

from __future__ import annotations

import os
import subprocess
import sys

from observer_client import Client
from screen import CTRL_C, CTRL_D, Screen
from shell_session import said

from pyex import observer


def test_the_observer_is_at_hand_at_the_prompt() -> None:
    """`observer.start()` needs no import; its value is the address, and the shell can be left while it is open."""
    with Screen() as screen:
        screen.types("observer.start(browser=False)")
        screen.shows("'http://127.0.0.1:.../?token=...'", "pyex(2)>")
        screen.types("observer.stop()")
        screen.shows(":ok", "pyex(3)>")
        screen.types("observer.start(browser=False)")
        screen.prompt(4)
        screen.presses(CTRL_D)
        assert screen.exit_status() == 0


def test_the_death_of_the_shell_process_leaves_it_open() -> None:
    """It belongs to the node, and not to who started it."""
    with Screen() as screen:
        screen.types("url = observer.start(browser=False); print(url)")
        screen.shows("http://...", "pyex(2)>")
        client = Client(next(line for line in screen.lines() if line.startswith("http://")).strip())
        screen.types("Process.exit(self(), 'kill')")
        screen.shows_somewhere("** (EXIT")
        assert client.get("/api/system").status == 200


def test_ctrl_c_does_not_reach_what_it_has_opened() -> None:
    """An interrupted input leaves the Observer as it is."""
    with Screen() as screen:
        screen.types("print(observer.start(browser=False)); Process.sleep('infinity')")
        screen.shows_somewhere("http://")
        client = Client(next(line for line in screen.lines() if line.startswith("http://")).strip())
        screen.presses(CTRL_C)
        screen.shows_somewhere("** (KeyboardInterrupt)")
        assert client.get("/api/system").status == 200


def test_h_tells_of_it() -> None:
    """`h(observer.start)` shows its page, and `h(observer)` what there is."""
    page = said("h(observer.start)")[0]
    assert "readonly" in page
    assert "Mirrors" in page
    assert "observer.start()" in said("h(observer)")[0]


def test_tab_offers_what_it_can_do() -> None:
    """After `observer.` there are its calls, and not the modules that it is made of."""
    with Screen() as screen:
        screen.presses("observer.")
        screen.insists(lambda: screen.presses("\t"), lambda: "snapshot()" in screen.text(), "what there is")
        assert "collector" not in screen.text()


def test_its_names_are_pinned() -> None:
    """pyex.observer offers these, each with a text."""
    assert sorted(observer.__all__) == ["cli", "snapshot", "start", "stop"]
    for name in observer.__all__:
        assert "Returns" in (getattr(observer, name).__doc__ or "")


def test_looking_at_it_loads_no_server() -> None:
    """`import pyex.observer` is for everybody, and what it needs comes with `start`."""
    heavy = {"starlette", "uvicorn", "webbrowser", "prompt_toolkit"}
    text = f"import sys; from pyex import observer; print({heavy} & set(sys.modules))"
    found = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True, env=os.environ)
    assert found.stdout == "set()\n"
