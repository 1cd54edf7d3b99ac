"""The Observer has the shell show a process: at the prompt of the person who sits there."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from in_process import in_process
from screen import CTRL_D, ENTER, Screen

from pyex import Process
from pyex.observer.action import perform

PATIENCE = 15


class Observed:
    """An Observer that was started at a prompt, and who asks it from elsewhere."""

    def __init__(self, screen: Screen) -> None:
        screen.types("from pyex import observer; observer.start(browser=False)")
        screen.waits_for(lambda: re.search(r"token=[\w-]+'\n", screen.text()), "the address")
        found = re.search(r"'(http://\S+)/\?token=([\w-]+)'", screen.text())
        assert found is not None
        self.base, self.token = found.groups()

    def act(self, name: str, **body: Any) -> Any:
        data = json.dumps(body).encode()
        request = Request(f"{self.base}/api/act/{name}", data, {"X-Pyex-Token": self.token})
        try:
            with urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)
        except HTTPError as error:
            return json.load(error)

    def pid_of(self, name: str) -> str:
        """The pid of a registered process."""
        asked = f"{self.base}/api/processes?own=1&search={name}"
        with urlopen(Request(asked, headers={"Authorization": f"Bearer {self.token}"}), timeout=PATIENCE) as answer:
            (pid,) = [row["pid"] for row in json.load(answer)["rows"] if row["name"] == name]
        return str(pid)


def sleepy_pid(screen: Screen) -> str:
    """Start a process at the prompt, and read there which it is."""
    screen.types('sleepy = spawn(Process.sleep, "infinity"); repr(sleepy)')
    screen.waits_for(lambda: re.search(r"^'#PID<0\.\d+\.0>'$", screen.text(), re.MULTILINE), "the pid")
    return re.findall(r"^'#PID<(0\.\d+\.0)>'$", screen.text(), re.MULTILINE)[-1]


def test_it_appears_as_if_the_person_had_typed_it() -> None:
    """`i(pid(…))` stands behind the prompt, what it tells below, and the next prompt has the next number; what has been
    begun at the prompt is still there, and can be ended."""
    with Screen() as screen:
        observed = Observed(screen)
        screen.prompt(2)
        pid = sleepy_pid(screen)
        screen.prompt(3)
        screen.presses("x = [1,")
        screen.shows("pyex(3)> x = [1,")
        assert observed.act("show", pid=pid) == {"ok": f"the shell shows #PID<{pid}>"}
        screen.shows("pyex(4)> x = [1,")
        lines = screen.lines()
        asked = lines.index(f'pyex(3)> i(pid("{pid}"))')
        assert lines[asked + 1 : asked + 3] == ["Term", f"  #PID<{pid}>"]
        screen.presses("2]")
        screen.presses(ENTER)
        screen.shows("pyex(4)> x = [1,2]", "[1, 2]", "pyex(5)>")


def test_it_waits_for_what_is_being_evaluated() -> None:
    """While an input runs nothing comes in between: it is shown when that is over."""
    with Screen() as screen:
        observed = Observed(screen)
        screen.prompt(2)
        pid = sleepy_pid(screen)
        screen.prompt(3)
        screen.types('Process.register(self(), "me"); receive("go on"); "over"')
        screen.cooks()
        observed.act("show", pid=pid)
        me = observed.pid_of("me")
        assert observed.act("send", pid=me, message="'go on'") == {"ok": f"#PID<{me}> was sent 'go on'"}
        screen.shows_somewhere("Message queue length")
        text = screen.text()
        assert text.index("'over'\n") < text.index(f'pyex(4)> i(pid("{pid}"))')


def test_the_person_may_use_the_names_for_something_else() -> None:
    """Where `pid` is a variable of the person's, the process is shown all the same."""
    with Screen() as screen:
        observed = Observed(screen)
        screen.prompt(2)
        shown = sleepy_pid(screen)
        screen.prompt(3)
        screen.types("pid = 42")
        screen.prompt(4)
        observed.act("show", pid=shown)
        screen.shows_somewhere(f"\nTerm\n  #PID<{shown}>\n")
        screen.prompt(5)
        screen.types("pid")
        screen.shows("42", "pyex(6)>")


def test_at_a_process_that_has_stopped_it_is_shown_there() -> None:
    """Where the prompt is that of `pry()`, it is behind that, and the process stays stopped."""
    with Screen() as screen:
        observed = Observed(screen)
        screen.prompt(2)
        pid = sleepy_pid(screen)
        screen.prompt(3)
        screen.types("pry(); 'went on'")
        screen.waits_for(lambda: screen.last_line() == "pry(1)>", "the prompt of pry")
        observed.act("show", pid=pid)
        screen.waits_for(lambda: screen.last_line() == "pry(2)>", "the next prompt")
        assert f'pry(1)> i(pid("{pid}"))\nTerm\n  #PID<{pid}>' in screen.text()
        screen.types("continue_()")
        screen.shows_somewhere("\n'went on'\n")
        screen.prompt(4)


def test_the_process_that_evaluates_may_be_killed_the_shell_may_not() -> None:
    """The shell says what has happened, and goes on with another; itself it is left alone."""
    with Screen() as screen:
        observed = Observed(screen)
        screen.prompt(2)
        screen.types('Process.register(self(), "me");')
        screen.prompt(3)
        screen.types('Process.register(Process.info(self(), "group_leader")[1], "shell");')
        screen.prompt(4)
        evaluator, shell = observed.pid_of("me"), observed.pid_of("shell")
        assert "one of the processes that pyex itself runs on" in observed.act("exit", pid=shell)["error"]
        observed.act("exit", pid=evaluator)
        screen.shows_somewhere(f"** (EXIT from #PID<{evaluator}>) shell process exited with reason: killed")
        screen.types("1 + 1")
        screen.shows_somewhere("\n2\n")


def test_who_leaves_the_shell_leaves_no_prompt() -> None:
    """The program ends as ever, with an Observer open."""
    with Screen() as screen:
        observed = Observed(screen)
        screen.prompt(2)
        assert "is not alive" in observed.act("show", pid="0.999999.0")["error"]
        screen.presses(CTRL_D)
        assert screen.exit_status() == 0


@in_process
def test_without_a_shell_it_is_refused() -> None:
    """A program without a prompt says so."""
    done = perform("show", {"pid": repr(Process.self())[5:-1]})
    assert done == {"error": "there is no shell here", "status": 409}
